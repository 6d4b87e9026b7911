"""What is counted of a system's predictions, article by article: sums from which every score follows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus_kit.evaluate.predictions import Prediction
from corpus_kit.release import Release

Counts = NDArray[np.int64]
"""Counts of segments of shape (..., K, K + 1): gold labels by predicted labels; the last column is no prediction."""
Sums = NDArray[np.float64]
"""Sums over segments of shape (..., BINS + 1, 5), by how sure the system was; the last row is "no probabilities"."""

BINS = 10
"""Bin b holds confidences in (b / BINS, (b + 1) / BINS]; the first one holds 0 too."""
SUMMED = ("segments", "confidence", "right", "brier", "log_loss")
"""The columns of `Sums`."""
SMALLEST_PROBABILITY = 5e-7
"""A probability of 0 counts as this in the logarithmic loss: half of the last digit that a prediction file keeps."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """The sums of one system over the segments of each of G articles.

    Attributes:
        articles: the G ids, in the release's order; an article without segments has zeros.
        confusion: of shape (G, K, K + 1).
        unique: the same without the segments that recur in another fold.
        calibration: of shape (G, BINS + 1, 5), see `Sums`. A segment's confidence is the probability of the label that
            was said.
    """

    articles: tuple[str, ...]
    confusion: Counts
    unique: Counts
    calibration: Sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Predictions as arrays, an entry per segment; labels are indexes into the scheme's K.

    Attributes:
        article: indexes of the segments' articles.
        gold: the labels that hold.
        said: the predicted labels; K is no prediction.
        recurs: whether the segment recurs in another fold.
        probs: of shape (n, K), nan in the rows of segments without probabilities; None where no segment has any.
    """

    article: NDArray[np.int64]
    gold: NDArray[np.int64]
    said: NDArray[np.int64]
    recurs: NDArray[np.bool_]
    probs: NDArray[np.float64] | None = None


def count_tally(release: Release, predictions: Iterable[Prediction]) -> Tally:
    """The sums over a release. The predictions are expected to have passed `check_predictions`; their order is free."""
    articles = tuple(labelled.article.id for labelled in release.articles)
    return count_answers(align_predictions(release, predictions), articles, len(release.scheme.labels))


def align_predictions(release: Release, predictions: Iterable[Prediction]) -> Answers:
    """The predictions in the order of the release's segments."""
    labels = release.scheme.labels
    index = {label: i for i, label in enumerate(labels)}
    by_id = {one.id: one for one in predictions}
    ids = [segment.id for labelled in release.articles for segment in labelled.article.segments]
    found = [by_id.get(id_) for id_ in ids]
    repeated: Collection[str] = release.duplicate_groups.keys()
    return Answers(
        article=np.repeat(np.arange(len(release.articles)), [len(one.labels) for one in release.articles]),
        gold=np.array([index[label] for one in release.articles for label in one.labels], dtype=np.int64),
        said=np.array([len(labels) if one is None else index[one.label] for one in found], dtype=np.int64),
        recurs=np.array([id_ in repeated for id_ in ids], dtype=np.bool_),
        probs=_stack_probabilities(found, len(labels)),
    )


def _stack_probabilities(found: Sequence[Prediction | None], size: int) -> NDArray[np.float64] | None:
    if all(one is None or one.probs is None for one in found):
        return None
    unknown = (np.nan,) * size
    return np.array([unknown if one is None or one.probs is None else one.probs for one in found], dtype=np.float64)


def count_answers(answers: Answers, articles: Sequence[str], size: int) -> Tally:
    """The sums of each article over arrays of answers; `size` is K, the number of labels."""
    count = len(articles)
    cell = (answers.article * size + answers.gold) * (size + 1) + answers.said
    shape = (count, size, size + 1)
    confusion = np.bincount(cell, minlength=count * size * (size + 1)).reshape(shape)
    repeated = np.bincount(cell[answers.recurs], minlength=count * size * (size + 1)).reshape(shape)
    return Tally(
        articles=tuple(articles),
        confusion=confusion,
        unique=confusion - repeated,
        calibration=_sum_calibration(answers, count),
    )


def _sum_calibration(answers: Answers, count: int) -> Sums:
    if answers.probs is None:
        sums = np.zeros((count, BINS + 1, len(SUMMED)))
        sums[:, BINS, 0] = np.bincount(answers.article, minlength=count)
        return sums
    rows = np.arange(len(answers.gold))
    with np.errstate(invalid="ignore", divide="ignore"):
        probs = answers.probs / answers.probs.sum(axis=1, keepdims=True)
    is_known = ~np.isnan(probs).any(axis=1) & (answers.said < probs.shape[1])
    probs[~is_known] = 0
    confidence = probs[rows, np.minimum(answers.said, probs.shape[1] - 1)]
    of_gold = probs[rows, answers.gold]
    bins = np.clip(np.ceil(np.round(confidence * BINS, 9)).astype(np.int64) - 1, 0, BINS - 1)
    place = answers.article * (BINS + 1) + np.where(is_known, bins, BINS)
    weights = (
        np.ones(len(rows)),
        confidence,
        is_known & (answers.said == answers.gold),
        np.where(is_known, np.square(probs).sum(axis=1) - 2 * of_gold + 1, 0),
        np.where(is_known, -np.log(np.maximum(of_gold, SMALLEST_PROBABILITY)), 0),
    )
    sums = np.zeros((count * (BINS + 1), len(SUMMED)))
    for i, weight in enumerate(weights):
        sums[:, i] = np.bincount(place, weights=weight, minlength=len(sums))
    return sums.reshape(count, BINS + 1, len(SUMMED))
