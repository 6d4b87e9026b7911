"""How far an agreement might be off on other articles: the jackknife that leaves out one article at a time.

Nothing here needs scipy, which takes longer to import than a build of a small corpus.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import atan, cos, isnan, nan, pi, sin, sqrt
from typing import NamedTuple

from corpus_kit.annotate.coefficients import AlphaSums, Tally, sum_alpha

LEVEL_FRACTION = 0.95
_NO_CHANGE = "leaving out any one article changes nothing"
_UNDEFINED = "it is not defined without some article"
_TOO_FEW = "fewer than two articles"


class Bounds(NamedTuple):
    """An interval, or two nan and the reason why there is none."""

    low: float
    high: float
    reason: str = ""


def bound_alpha(tallies: Sequence[Tally]) -> Bounds:
    """The 95 % interval of Krippendorff's alpha over articles: delete-one jackknife with Student's t, within [-1, 1].

    `tallies` are the units of each article; one without a unit of two labels doesn't count. There is none for fewer
    than two articles, where leaving one out makes alpha undefined, and where leaving any out changes nothing: that
    would claim certainty.
    """
    parts = [own for tally in tallies if (own := sum_alpha(tally)).totals]
    if len(parts) < 2:
        return Bounds(nan, nan, _TOO_FEW)
    totals = sum((part.totals for part in parts), Counter[str]())
    disagreeing = sum(part.disagreeing for part in parts)
    alpha = AlphaSums(totals, disagreeing).compute()
    without = [AlphaSums(totals - part.totals, disagreeing - part.disagreeing).compute() for part in parts]
    if any(map(isnan, (alpha, *without))):
        return Bounds(nan, nan, _UNDEFINED)
    count = len(parts)
    mean = sum(without) / count
    error = sqrt((count - 1) / count * sum((value - mean) ** 2 for value in without))
    if error < 1e-12:
        return Bounds(nan, nan, _NO_CHANGE)
    half = find_t(1 - (1 - LEVEL_FRACTION) / 2, count - 1) * error
    return Bounds(max(-1.0, alpha - half), min(1.0, alpha + half))


@cache
def find_t(probability: float, df: int) -> float:
    """The quantile of Student's t for a whole number of degrees of freedom and a probability in (0.5, 1)."""
    low, high = 0.0, 1.0
    while _compute_t_probability(high, df) < probability:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if _compute_t_probability(middle, df) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _compute_t_probability(t: float, df: int) -> float:
    """P(T <= t) for t >= 0. Source: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4, finite sums."""
    angle = atan(t / sqrt(df))
    term = sin(angle) * (cos(angle) if df % 2 else 1.0)
    total = term if df > 1 else 0.0
    for k in range(3 if df % 2 else 2, df - 1, 2):
        term *= (k - 1) / k * cos(angle) ** 2
        total += term
    within = (angle + total) * 2 / pi if df % 2 else total
    return 0.5 + within / 2
