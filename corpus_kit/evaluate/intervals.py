"""What is known about a score from few articles: an interval that takes the article for the unit of sampling.

Sentences of one article resemble each other, so resampling them makes intervals that are too narrow; and with fewer
than about thirty articles the bootstrap over articles does too (Cameron, Gelbach and Miller 2008, Review of Economics
and Statistics 90:414). docs/decisions/0004-intervals-from-five-articles.md says more.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

from corpus_kit.evaluate.metrics import Values

METHOD = "delete-one-article jackknife, t(G-1)"
LEVEL_FRACTION = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A score in [0, 1] and its 95 % interval.

    Attributes:
        se: the standard error; nan, as `low` and `high` are, where there is no interval.
        df: degrees of freedom, the number of articles less one; 0 without articles.
        is_approximate: the system was trained again for each fold. The folds' training articles overlap, which the
            jackknife doesn't see, so the interval is likely to be too narrow.
        reason: why there is no interval; empty where there is one.
    """

    value: float
    se: float
    low: float
    high: float
    df: int
    is_approximate: bool
    reason: str = ""


def jackknife_interval(value: float, replicates: Values, *, is_approximate: bool = False) -> Interval:
    """The interval of a score from its values without one article each, clipped to [0, 1].

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
    from scipy.special import stdtrit

    se = float(np.sqrt(df / articles * np.square(replicates - replicates.mean()).sum()))
    reach = float(stdtrit(df, (1 + LEVEL_FRACTION) / 2)) * se
    return Interval(
        value=value,
        se=se,
        low=max(value - reach, 0.0),
        high=min(value + reach, 1.0),
        df=df,
        is_approximate=is_approximate,
    )


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
