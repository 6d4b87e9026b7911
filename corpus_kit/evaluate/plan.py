"""How many articles it takes to tell two systems apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, NamedTuple

from corpus_kit.annotate.intervals import LEVEL_FRACTION
from corpus_kit.evaluate.differences import (
    POWER_FRACTION,
    SIGNIFICANCE_FRACTION,
    Contender,
    Difference,
    compare_pairs,
)
from corpus_kit.evaluate.intervals import Interval, find_t
from corpus_kit.evaluate.metrics import Metric, select_part
from corpus_kit.evaluate.sign_flip import find_fewest_articles

MOST_ARTICLES = 10**9
"""Beyond so many articles nothing is planned."""


class Needed(NamedTuple):
    """Articles in all; None: more than a thousand million."""

    articles: int | None
    at_least: int | None
    at_most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many articles would separate two systems.

    Attributes:
        a: the first system's name; `b` the second's.
        difference: what was observed, in the metric that is planned for.
        articles: how many there are now.
        level_fraction: the significance level, already divided by the number of comparisons.
        needed: articles in all; None where the systems don't differ or nothing is known of how the difference varies,
            and then `reason` says so.
    """

    a: str
    b: str
    difference: Difference
    articles: int
    level_fraction: float
    needed: Needed | None
    reason: str


def plan_articles(a: Contender, b: Contender, metric: Metric, *, labels: Sequence[str], comparisons: int = 1) -> Plan:
    """The articles with which the observed difference would be found with a power of 80 % at the level 0.05.

    Assumes that the difference is as large as observed, that further articles are like these, and so that the standard
    error of the difference shrinks as 1 / sqrt(G); then it is the smallest G for which the difference is at least
    (t(1 - level / 2) + t(.8)) * se * sqrt(now / G), quantiles with G - 1 degrees of freedom (as in `find_mde`), and
    for which the exact test can reach the level at all. `at_least` and `at_most` are for the 95 % interval of the
    standard error, from chi-squared with the jackknife's degrees of freedom; that of the difference itself is not in
    them. With several comparisons the level is divided by their number, Holm's first and strictest step.
    """
    [[difference]] = compare_pairs([a, b], [(0, 1)], [metric], labels=labels)
    interval = difference.interval
    level = SIGNIFICANCE_FRACTION / comparisons
    reason = interval.reason
    if not reason and abs(interval.value) < 1e-12:
        reason = "the systems don't differ in this metric, so no number of articles would show that they do"
    needed = None if reason else _find_needed(interval, level)
    return Plan(
        a=a.name,
        b=b.name,
        difference=difference,
        articles=int(select_part(metric, a.tally).any(axis=(1, 2)).sum()),
        level_fraction=level,
        needed=needed,
        reason=reason,
    )


def _find_needed(interval: Interval, level: float) -> Needed:
    from scipy.special import chdtri

    tail = (1 - LEVEL_FRACTION) / 2
    low, high = ((interval.df / float(chdtri(interval.df, t))) ** 0.5 for t in (tail, 1 - tail))
    found = (_find_articles(interval, level, factor) for factor in (1.0, low, high))
    return Needed(*found)


def _find_articles(interval: Interval, level: float, factor: float) -> int | None:
    spread = factor * interval.se * (interval.df + 1) ** 0.5

    def is_enough(articles: int) -> bool:
        reach = find_t(1 - level / 2, articles - 1) + find_t(POWER_FRACTION, articles - 1)
        return bool(abs(interval.value) >= reach * spread / articles**0.5)

    low = find_fewest_articles(level)
    if is_enough(low):
        return low
    high = 2 * low
    while not is_enough(high):
        low, high = high, 2 * high
        if high > MOST_ARTICLES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def render_plan(plan: Plan) -> str:
    """The plan in words."""
    difference, interval = plan.difference, plan.difference.interval
    lines = [
        (
            f"{difference.metric}: {plan.a} {difference.a:.3f}, {plan.b} {difference.b:.3f}, "
            f"difference {interval.value:+.3f} on {plan.articles} articles"
        )
    ]
    if plan.needed is None:
        return "\n".join([*lines, f"no number can be given: {plan.reason}"])
    needed = plan.needed
    lines += [
        (
            f"to find a difference as large as this in {POWER_FRACTION:.0%} of samples at the level "
            f"{plan.level_fraction:.4g}: {_show(needed.articles)} articles, {_show(count_more(plan))} more than now"
        ),
        (
            f"from {_show(needed.at_least)} to {_show(needed.at_most)} articles, as {plan.articles} of them tell "
            f"little of how much the difference varies from one to the next ({LEVEL_FRACTION:.0%} interval of its "
            "standard error)"
        ),
        (
            "assumed: the true difference is the observed one (of the best of several it is likely to be smaller), and "
            "further articles are like these"
        ),
        f"with fewer than {find_fewest_articles(plan.level_fraction)} articles the exact test can't reach that level",
    ]
    if interval.is_approximate:
        lines.append("approximate: a system is trained again for each fold, and would learn from the new articles too")
    return "\n".join(lines)


def count_more(plan: Plan) -> int | None:
    """How many articles are wanting; 0 where there are enough, None where no number can be given."""
    if plan.needed is None or plan.needed.articles is None:
        return None
    return max(plan.needed.articles - plan.articles, 0)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values; null is "no number can be given", and then `reason` says why."""
    needed = plan.needed or Needed(None, None, None)
    interval = plan.difference.interval
    return {
        "a": plan.a,
        "b": plan.b,
        "metric": str(plan.difference.metric),
        "difference": None if isnan(interval.value) else interval.value,
        "se": None if isnan(interval.se) else interval.se,
        "articles": plan.articles,
        "level": plan.level_fraction,
        "power": POWER_FRACTION,
        "needed": needed.articles,
        "at_least": needed.at_least,
        "at_most": needed.at_most,
        "more": count_more(plan),
        "approximate": interval.is_approximate,
        "reason": plan.reason,
    }


def _show(articles: int | None) -> str:
    return f"more than {MOST_ARTICLES:,}" if articles is None else f"{articles:,}"
