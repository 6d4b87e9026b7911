"""What is known about a score from few articles: an interval that takes the article for the unit of sampling.

Sentences of one article resemble each other, so resampling them makes intervals that are too narrow; and with fewer
than about thirty articles the bootstrap over articles does too (Cameron, Gelbach and Miller 2008, Review of Economics
and Statistics 90:414). docs/decisions/0004-intervals-from-five-articles.md says more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.annotate.intervals import LEVEL_FRACTION
from corpus_kit.evaluate.confusion_metrics import Values
from corpus_kit.evaluate.metrics import Metric, select_label, select_part
from corpus_kit.evaluate.tally import Tally

METHOD = "delete-one-article jackknife, t(G-1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A score, or a difference of two, and its 95 % interval.

    Attributes:
        se: the standard error; nan, as `low` and `high` are, where there is no interval.
        df: degrees of freedom, the number of articles less one; 0 without articles.
        is_approximate: a system was trained again for each fold, and the folds' training articles overlap, which the
            jackknife doesn't see; or the metric is not smooth. The interval is likely to be too narrow.
        reason: why there is no interval; empty where there is one.
    """

    value: float
    se: float
    low: float
    high: float
    df: int
    is_approximate: bool
    reason: str = ""


class Bounds(NamedTuple):
    """The least and the greatest value that there can be."""

    low: float = 0.0
    high: float = 1.0


UNIT = Bounds()
"""Those of a fraction."""


class Replicates(NamedTuple):
    """A metric over all G articles, and of shape (G,) without each of them in turn."""

    value: float
    without_one: Values


def jackknife_interval(
    value: float, replicates: Values, *, is_approximate: bool = False, bounds: Bounds = UNIT
) -> Interval:
    """The interval of a score from its values without one article each, clipped to its bounds.

    With the G replicates v_g and their mean m, se = sqrt((G - 1) / G * sum((v_g - m)^2)) (Efron and Tibshirani 1993,
    "An Introduction to the Bootstrap", equation 11.5), and the bounds are value ± t * se with the .975 quantile t of
    Student's distribution with G - 1 degrees of freedom. There is no interval where the score or a replicate is nan,
    for G < 2, or where all replicates are equal: se would be 0, which claims certainty where there is no information.
    """
    articles = len(replicates)
    df = max(articles - 1, 0)
    reason = _find_reason(value, replicates)
    if reason:
        return Interval(value=value, se=nan, low=nan, high=nan, df=df, is_approximate=is_approximate, reason=reason)
    se = float(np.sqrt(df / articles * np.square(replicates - replicates.mean()).sum()))
    reach = find_t((1 + LEVEL_FRACTION) / 2, df) * se
    return Interval(
        value=value,
        se=se,
        low=max(value - reach, bounds.low),
        high=min(value + reach, bounds.high),
        df=df,
        is_approximate=is_approximate,
    )


def find_t(probability: float, df: float) -> float:
    """The quantile of Student's t distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def _find_reason(value: float, replicates: Values) -> str:
    if np.isnan(value):
        return "the score is undefined"
    if len(replicates) < 2:
        return "fewer than two articles"
    if np.isnan(replicates).any():
        return "without one of the articles the score is undefined"
    if np.ptp(replicates) <= 1e-12:
        return "no article changes the score, so the jackknife says nothing"
    return ""


def replicate_metrics(tally: Tally, metrics: Sequence[Metric], labels: Sequence[str]) -> dict[str, Replicates]:
    """Each metric over all articles and without each, by its string: pooled sums less those of an article, at once.

    Articles in which nothing was counted are not among the G.
    """
    stacks: dict[str, tuple[Any, Any]] = {}
    measured: dict[str, tuple[Any, Any]] = {}
    found = {}
    for metric in metrics:
        definition = metric.definition
        if definition.part not in stacks:
            sums = select_part(metric, tally)
            counted = sums[sums.any(axis=(1, 2))]
            pooled = counted.sum(axis=0)
            stacks[definition.part] = (pooled, pooled - counted)
        if metric.name not in measured:
            pooled, without_one = stacks[definition.part]
            measured[metric.name] = (definition.compute(pooled), definition.compute(without_one))
        value, replicates = (select_label(metric, values, labels) for values in measured[metric.name])
        found[str(metric)] = Replicates(float(value), replicates)
    return found


def estimate_metrics(
    tally: Tally, metrics: Sequence[Metric], labels: Sequence[str], *, is_approximate: bool = False
) -> dict[str, Interval]:
    """Metrics with their intervals, by the metric's string."""
    replicates = replicate_metrics(tally, metrics, labels)
    return {
        name: jackknife_interval(
            value,
            without_one,
            is_approximate=is_approximate or not metric.definition.is_smooth,
            bounds=Bounds(metric.definition.low, metric.definition.high),
        )
        for metric, (name, (value, without_one)) in zip(metrics, replicates.items(), strict=True)
    }
