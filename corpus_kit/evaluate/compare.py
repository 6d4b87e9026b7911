"""Two systems side by side: the metrics, the articles, and the segments on which they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.evaluate.confusion_metrics import count_support
from corpus_kit.evaluate.contenders import ReadContender
from corpus_kit.evaluate.differences import Difference, compare_pairs
from corpus_kit.evaluate.metrics import RANKING_METRIC, list_metrics
from corpus_kit.evaluate.record import describe_interval
from corpus_kit.evaluate.sign_flip import find_smallest_p
from corpus_kit.markdown import count_of, show_text
from corpus_kit.release import Release

SHOWN_SEGMENTS = 40
"""So many differing segments are shown to people; JSON has them all."""


class ArticleScore(NamedTuple):
    """An article: its segments, and how many of them each of two systems got right."""

    id: str
    segments: int
    right_a: int
    right_b: int


class DifferingSegment(NamedTuple):
    """A segment that systems label differently; `said` has their labels in order, None where there is none."""

    id: str
    article_id: str
    position: int
    text: str
    gold: str
    said: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two systems on one release.

    Attributes:
        differences: in every metric; by its string.
        supports: segments per label.
        articles: those that have segments, in the release's order.
        segments: on which the two differ, in the release's order.
        smallest_p: that the exact test can reach with all these articles, however large the difference.
    """

    release: str
    a: str
    b: str
    differences: Mapping[str, Difference]
    supports: Mapping[str, int]
    articles: tuple[ArticleScore, ...]
    segments: tuple[DifferingSegment, ...]
    smallest_p: float


def compare_systems(release: Release, a: ReadContender, b: ReadContender) -> Comparison:
    """Compare two systems in every metric; pure in its arguments."""
    labels = release.scheme.labels
    contenders = (a.contender, b.contender)
    [differences] = compare_pairs(contenders, [(0, 1)], list_metrics(labels), labels=labels)
    tallies = [one.tally.confusion for one in contenders]
    right = [np.trace(one, axis1=1, axis2=2) for one in tallies]
    sizes = tallies[0].sum(axis=(1, 2))
    articles = tuple(
        ArticleScore(id_, int(n), int(one), int(other))
        for id_, n, one, other in zip(contenders[0].tally.articles, sizes, *right, strict=True)
        if n
    )
    supports = count_support(tallies[0].sum(axis=0))
    return Comparison(
        release=f"{release.manifest.name} {release.manifest.version}",
        a=contenders[0].name,
        b=contenders[1].name,
        differences={str(one.metric): one for one in differences},
        supports={label: int(n) for label, n in zip(labels, supports, strict=True)},
        articles=articles,
        segments=tuple(list_differing_segments(release, [a.said, b.said])),
        smallest_p=find_smallest_p(len(articles)),
    )


def list_differing_segments(release: Release, said: Sequence[Mapping[str, str]]) -> list[DifferingSegment]:
    """The segments that systems don't all label alike, in the release's order; `said` is a label by id per system."""
    found = []
    for labelled in release.articles:
        for segment, gold in zip(labelled.article.segments, labelled.labels, strict=True):
            answers = tuple(one.get(segment.id) for one in said)
            if len(set(answers)) > 1:
                found.append(
                    DifferingSegment(segment.id, labelled.article.id, segment.position, segment.text, gold, answers)
                )
    return found


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON values; nan becomes null."""
    return {
        "release": comparison.release,
        "a": comparison.a,
        "b": comparison.b,
        "smallest_p": comparison.smallest_p,
        "metrics": {name: describe_difference(one) for name, one in comparison.differences.items()},
        "supports": dict(comparison.supports),
        "articles": [article._asdict() for article in comparison.articles],
        "segments": [segment._asdict() for segment in comparison.segments],
    }


def describe_difference(difference: Difference) -> dict[str, Any]:
    """A difference as JSON values; nan becomes null."""
    numbers = {
        "a": difference.a,
        "b": difference.b,
        "p": difference.test.p,
        "smallest_p": difference.test.smallest_p,
        "mde": difference.mde,
    }
    return {
        "difference": describe_interval(difference.interval),
        "exact": difference.test.is_exact,
        **{name: None if isnan(number) else number for name, number in numbers.items()},
    }


def render_comparison(comparison: Comparison) -> str:
    """The comparison for people: metrics, articles, segments; other people's text with nothing unprintable in it."""
    a, b = comparison.a, comparison.b
    lines = [f"{a} (a) and {b} (b) on {comparison.release}", ""]
    lines.append(f"  {'':32} {'a':>7} {'b':>7} {'a - b':>7}  95% interval        p (least)         detectable")
    lines += [_render_difference(one) for one in comparison.differences.values()]
    lines += ["", *_explain(comparison), "", "right answers by article:"]
    lines += [
        f"  {show_text(one.id)}: a {one.right_a}, b {one.right_b} of {one.segments}" for one in comparison.articles
    ]
    differing = comparison.segments
    lines += ["", f"they differ on {count_of(len(differing), 'segment')}:"]
    for one in differing[:SHOWN_SEGMENTS]:
        said = " ".join(f"{who}: {_mark(label, one.gold)}" for who, label in zip("ab", one.said, strict=True))
        lines += [
            f"  {show_text(one.article_id)} {one.position}  {said}  (is {one.gold})",
            f"    {show_text(one.text)}",
        ]
    if len(differing) > SHOWN_SEGMENTS:
        lines.append(f"  and {len(differing) - SHOWN_SEGMENTS} more, which --json lists")
    return "\n".join(lines)


def _mark(label: str | None, gold: str) -> str:
    return f"{label or 'nothing'}{' ✓' if label == gold else ''}"


def _render_difference(one: Difference) -> str:
    interval, mark = one.interval, " ≈" if one.interval.is_approximate else ""
    bounds = "–" if interval.reason else f"[{interval.low:+.3f}, {interval.high:+.3f}]{mark}"
    sign = "=" if one.test.is_exact else "~"
    p = "–" if isnan(one.test.p) else f"{sign}{one.test.p:.4f} ({one.test.smallest_p:.4f})"
    numbers = " ".join(f"{'–' if isnan(value) else format(value, form):>7}" for value, form in (
        (one.a, ".3f"), (one.b, ".3f"), (interval.value, "+.3f")
    ))  # fmt: skip
    mde = "–" if isnan(one.mde) else f"{one.mde:.3f}"
    return f"  {one.metric!s:32} {numbers}  {bounds:18}  {p:17} {mde:>7}"


def _explain(comparison: Comparison) -> list[str]:
    count = len(comparison.articles)
    said = [
        (
            "p: two-sided, of swapping the two systems article by article (= all swaps, ~ a sample of them); in "
            "brackets the least that was possible"
        ),
        "detectable: the difference that would be found in 80% of such samples",
    ]
    if any(one.interval.is_approximate for one in comparison.differences.values()):
        said.append("≈: trained again for each fold, or not smooth (ece): the interval is likely to be too narrow")
    if comparison.smallest_p > 0.05:
        said.append(
            f"with {count_of(count, 'article')} no p can be below {comparison.smallest_p:.4g}: no difference can be "
            "shown to be more than chance"
        )
    said.append(f"{RANKING_METRIC} is what systems are grouped by; the other lines are not adjusted for their number")
    return said
