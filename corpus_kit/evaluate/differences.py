"""The difference of two systems that were scored on the same articles, and what so many articles can show of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.intervals import (
    Bounds,
    Interval,
    Replicates,
    find_t,
    jackknife_interval,
    replicate_metrics,
)
from corpus_kit.evaluate.metrics import Metric, measure, select_part
from corpus_kit.evaluate.sign_flip import SignFlip, flip_signs
from corpus_kit.evaluate.tally import Tally

SIGNIFICANCE_FRACTION = 0.05
POWER_FRACTION = 0.8


class Contender(NamedTuple):
    """A system in a comparison; `is_approximate` says that it was trained again for each fold."""

    name: str
    tally: Tally
    is_approximate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two systems differ in one metric.

    Attributes:
        a: the first system's value; `b` the second's.
        interval: of a - b, by the jackknife over articles that leaves each out of both.
        test: the paired randomisation test.
        mde: the minimum detectable difference, see `find_mde`.
    """

    metric: Metric
    a: float
    b: float
    interval: Interval
    test: SignFlip
    mde: float


def compare_pairs(
    contenders: Sequence[Contender],
    pairs: Sequence[tuple[int, int]],
    metrics: Sequence[Metric],
    *,
    labels: Sequence[str],
) -> list[list[Difference]]:
    """The differences in each metric, a list per pair of indexes into `contenders`.

    A PredictionError where the systems were not scored on the same articles.
    """
    check_same_articles(contenders)
    replicates = [replicate_metrics(one.tally, metrics, labels) for one in contenders]
    tests = _test_pairs(contenders, pairs, metrics, labels)
    return [
        [
            _compare(metric, replicates[a][str(metric)], replicates[b][str(metric)], test, is_approximate=approximate)
            for metric, test in zip(metrics, own, strict=True)
        ]
        for (a, b), own in zip(pairs, tests, strict=True)
        for approximate in [contenders[a].is_approximate or contenders[b].is_approximate]
    ]


def check_same_articles(contenders: Sequence[Contender]) -> None:
    """A PredictionError unless all were scored on the same segments of the same articles, by gold label."""
    first = contenders[0].tally if contenders else None
    for one in contenders:
        if first is None or first.articles != one.tally.articles or not _has_same_gold(first, one.tally):
            raise PredictionError(
                f"{one.name} was not scored on the same segments as {contenders[0].name}",
                remedy="Compare systems on one release: corpus-kit evaluate NAME",
            )


def _has_same_gold(one: Tally, other: Tally) -> bool:
    return all(
        np.array_equal(a.sum(axis=-1), b.sum(axis=-1))
        for a, b in ((one.confusion, other.confusion), (one.unique, other.unique))
    )


def _compare(metric: Metric, a: Replicates, b: Replicates, test: SignFlip, *, is_approximate: bool) -> Difference:
    widest = metric.definition.high - metric.definition.low
    interval = jackknife_interval(
        a.value - b.value,
        a.without_one - b.without_one,
        is_approximate=is_approximate or not metric.definition.is_smooth,
        bounds=Bounds(-widest, widest),
    )
    return Difference(metric=metric, a=a.value, b=b.value, interval=interval, test=test, mde=find_mde(interval))


def _test_pairs(
    contenders: Sequence[Contender],
    pairs: Sequence[tuple[int, int]],
    metrics: Sequence[Metric],
    labels: Sequence[str],
) -> list[list[SignFlip]]:
    """The tests in the metrics' order, metrics of the same sums at once."""
    found: list[dict[str, SignFlip]] = [{} for _ in pairs]
    for part in dict.fromkeys(metric.definition.part for metric in metrics):
        own = [metric for metric in metrics if metric.definition.part == part]
        sums: list[Any] = [select_part(own[0], one.tally) for one in contenders]
        measures = [partial(_measure_sums, metric, labels) for metric in own]
        for results, tests in zip(found, flip_signs(sums, pairs, measures) if pairs else [], strict=True):
            results |= {str(metric): test for metric, test in zip(own, tests, strict=True)}
    return [[results[str(metric)] for metric in metrics] for results in found]


def _measure_sums(metric: Metric, labels: Sequence[str], sums: Any) -> Any:
    return measure(metric, sums, labels)


def find_mde(interval: Interval, *, level_fraction: float = SIGNIFICANCE_FRACTION) -> float:
    """The minimum detectable difference: one so large is found in 80 % of such samples; nan without a standard error.

    (t(1 - level / 2) + t(.8)) * se, both quantiles with G - 1 degrees of freedom, where se is that of the difference
    at hand (Bloom 1995, "Minimum detectable effects", Evaluation Review 19:547). For a test by Student's t.
    """
    if isnan(interval.se):
        return nan
    return (find_t(1 - level_fraction / 2, interval.df) + find_t(POWER_FRACTION, interval.df)) * interval.se
