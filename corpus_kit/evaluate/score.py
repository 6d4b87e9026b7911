"""Predictions are scored against a release: pure in both, whatever the order of the predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus_kit.evaluate.confusion_metrics import count_support
from corpus_kit.evaluate.intervals import Interval, estimate_metrics
from corpus_kit.evaluate.metrics import list_metrics
from corpus_kit.evaluate.predictions import Prediction, check_predictions
from corpus_kit.evaluate.tally import Tally, count_tally
from corpus_kit.release import Release


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """What predictions are worth.

    Attributes:
        tally: the sums of each article, in the release's order.
        metrics: by the metric's string.
        supports: segments per label, in the scheme's order.
        missing: the ids without a prediction, sorted; they count as wrong.
        duplicates: how many segments recur in another fold, which the metrics `…_without_duplicates` leave out.
    """

    tally: Tally
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
    tally = count_tally(release, predictions)
    return score_tally(
        tally,
        release.scheme.labels,
        missing=missing,
        duplicates=len(release.duplicate_groups),
        is_approximate=is_approximate,
    )


def score_tally(
    tally: Tally,
    labels: Sequence[str],
    *,
    missing: tuple[str, ...] = (),
    duplicates: int = 0,
    is_approximate: bool = False,
) -> Scores:
    """Every metric of what was counted, with its interval."""
    supports = count_support(tally.confusion.sum(axis=0))
    return Scores(
        tally=tally,
        metrics=estimate_metrics(tally, list_metrics(labels), labels, is_approximate=is_approximate),
        supports={label: int(n) for label, n in zip(labels, supports, strict=True)},
        missing=missing,
        duplicates=duplicates,
    )
