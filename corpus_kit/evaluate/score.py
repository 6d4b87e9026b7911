"""Predictions are scored against a release: pure in both, whatever the order of the predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus_kit.evaluate.confusion import Counts, count_confusion
from corpus_kit.evaluate.intervals import Interval, jackknife_interval
from corpus_kit.evaluate.metrics import Metric, count_support, list_metrics, measure_confusion
from corpus_kit.evaluate.predictions import Prediction, check_predictions
from corpus_kit.release import Release

WITHOUT_DUPLICATES = "macro_f1_without_duplicates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What predictions are worth.

    Attributes:
        confusion: a matrix of shape (K, K + 1) per article id, in the release's order.
        metrics: by the metric's string; `macro_f1_without_duplicates` beside them.
        supports: segments per label, in the scheme's order.
        missing: the ids without a prediction, sorted; they count as wrong.
        duplicates: how many segments recur in another fold, which `macro_f1_without_duplicates` leaves out.
    """

    confusion: Mapping[str, Counts]
    metrics: Mapping[str, Interval]
    supports: Mapping[str, int]
    missing: tuple[str, ...]
    duplicates: int


def score_predictions(
    release: Release,
    predictions: Sequence[Prediction],
    *,
    allow_missing: bool = False,
    is_approximate: bool = False,
) -> Scores:
    """Score predictions; a PredictionError where they don't fit the release.

    With `allow_missing` a segment without a prediction is counted as wrong and listed; leaving a prediction out never
    raises a score. `is_approximate` marks the intervals of a system that was trained again for each fold. A release
    without segments has nan for every metric.
    """
    missing = check_predictions(release, predictions, allow_missing=allow_missing)
    labels = release.scheme.labels
    confusion = count_confusion(release, predictions)
    metrics = {
        str(metric): estimate_metric(metric, confusion, labels, is_approximate=is_approximate)
        for metric in list_metrics(labels)
    }
    metrics[WITHOUT_DUPLICATES] = rescore_without_duplicates(release, predictions, is_approximate=is_approximate)
    supports = count_support(pool_confusion(confusion, len(labels)))
    return Scores(
        confusion=confusion,
        metrics=metrics,
        supports={label: int(n) for label, n in zip(labels, supports, strict=True)},
        missing=missing,
        duplicates=len(release.duplicate_groups),
    )


def rescore_without_duplicates(
    release: Release, predictions: Sequence[Prediction], *, is_approximate: bool = False
) -> Interval:
    """Macro-F1 without the segments that recur in another fold, which training may have shown; nan if none remain."""
    confusion = count_confusion(release, predictions, leave_out=release.duplicate_groups.keys())
    return estimate_metric(Metric(name="macro_f1"), confusion, release.scheme.labels, is_approximate=is_approximate)


def pool_confusion(confusion: Mapping[str, Counts], size: int) -> Counts:
    """The sum of the articles' matrices, of shape (size, size + 1); zeros without articles."""
    return sum(confusion.values(), start=np.zeros((size, size + 1), dtype=np.int64))


def estimate_metric(
    metric: Metric, confusion: Mapping[str, Counts], labels: Sequence[str], *, is_approximate: bool = False
) -> Interval:
    """A metric over all articles, with its interval. Articles in which nothing was counted are not among the G."""
    pooled = pool_confusion(confusion, len(labels))
    counted = [matrix for matrix in confusion.values() if matrix.any()]
    without_one = np.array([pooled - matrix for matrix in counted]).reshape(-1, *pooled.shape)
    return jackknife_interval(
        float(measure_confusion(metric, pooled, labels)),
        measure_confusion(metric, without_one, labels),
        is_approximate=is_approximate,
    )
