"""The sections of the leaderboard about pairs of systems and about single articles."""

import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.evaluate.board import TESTED_METRICS, PairResult, ProtocolBoard
from corpus_kit.evaluate.score_text import UNKNOWN, format_p, format_score, format_signed, format_signed_bounds
from corpus_kit.evaluate.timing import Timing, UsageEntry
from corpus_kit.markdown import count_of, escape_inline, render_table

MOST_PAIRS = 10
"""Where there are more pairs, only neighbours in the table of systems are shown."""
MOST_ARTICLES = 30
"""Where there are more articles, only those are shown that the systems together do worst on."""
METRIC_TITLES = {"macro_f1": "macro-F1", "accuracy": "accuracy"}
COST_TITLE = "Cost"


def list_shown_pairs(protocol: ProtocolBoard) -> list[PairResult]:
    """All pairs where they are few; else each system and the next below it."""
    if len(protocol.pairs) <= MOST_PAIRS:
        return list(protocol.pairs)
    order = [one.record.system.name for one in protocol.standings]
    neighbours = set(itertools.pairwise(order))
    return [pair for pair in protocol.pairs if (pair.a, pair.b) in neighbours]


def render_pairs(protocol: ProtocolBoard) -> str:
    """A row per pair and tested metric."""
    rows = [
        [
            f"{escape_inline(pair.a)} − {escape_inline(pair.b)}",
            METRIC_TITLES[name],
            f"{format_signed(difference.interval.value)} {format_signed_bounds(difference.interval)}",
            format_p(difference.test.p),
            format_p(difference.test.smallest_p),
            format_p(holm_p),
            format_score(difference.mde),
        ]
        for pair in list_shown_pairs(protocol)
        for name, difference, holm_p in zip(TESTED_METRICS, pair.differences, pair.holm_p, strict=True)
    ]
    header = ["Systems", "Metric", "Difference", "p", "Least p", "p (Holm)", "Detectable"]
    return render_table(header, rows, numeric_from=2).rstrip("\n")


class ShownArticles(NamedTuple):
    """The articles of a protocol and how many of their segments each system got right.

    Attributes:
        indexes: those that are shown, in the release's order; articles without segments are not.
        sizes: segments of each article, shown or not.
        right: of shape (articles, systems).
        said: which ones are shown; empty where all are.
    """

    indexes: tuple[int, ...]
    sizes: NDArray[np.int64]
    right: NDArray[np.int64]
    said: str


def choose_articles(protocol: ProtocolBoard) -> ShownArticles:
    """All articles where they are few; else those that the systems together do worst on."""
    first = protocol.standings[0].tally
    right = np.stack([np.trace(one.tally.confusion, axis1=1, axis2=2) for one in protocol.standings], axis=-1)
    sizes = first.confusion.sum(axis=(1, 2))
    shown = [i for i in range(len(sizes)) if sizes[i]]
    said = ""
    if len(shown) > MOST_ARTICLES:
        worst = sorted(shown, key=lambda i: (right[i].sum() / sizes[i], first.articles[i]))[:MOST_ARTICLES]
        shown = sorted(worst)
        whole = count_of(len(protocol.articles), "article")
        said = f"The {len(shown)} of {whole} on which the systems together do worst."
    return ShownArticles(tuple(shown), sizes, right, said)


def render_articles(protocol: ProtocolBoard) -> str:
    """A row per article: its segments, and how many of them each system got right."""
    names, shown = protocol.standings[0].tally.articles, choose_articles(protocol)
    rows = [
        [
            escape_inline(names[i]),
            str(shown.sizes[i]),
            *(f"{n} ({format_score(n / shown.sizes[i])})" for n in shown.right[i].tolist()),
        ]
        for i in shown.indexes
    ]
    header = ["Article", "Segments", *(f"{escape_inline(one.record.system.name)} right" for one in protocol.standings)]
    return (render_table(header, rows) + (f"\n{shown.said}" if shown.said else "")).rstrip("\n")


class Costs(NamedTuple):
    """What runs cost: a row per system under `header`, its first cell the system's name and version as they are."""

    header: list[str]
    rows: list[list[str]]
    note: str


def list_costs(protocol: ProtocolBoard) -> Costs:
    """What each system's run cost, by its record; what a record doesn't say is unknown."""
    timings = [one.record.timing for one in protocol.standings]
    usages = [timing.usage for timing in timings if timing is not None and timing.usage is not None]
    rows = [
        [
            f"{one.record.system.name} {one.record.system.version}",
            *_render_timing(timing, one.record.counts.predicted),
            *(_render_usage(timing.usage if timing else None) if usages else []),
        ]
        for one, timing in zip(protocol.standings, timings, strict=True)
    ]
    header = ["System", "Learning (s)", "Segments/s", "Size (kB)", *(_USAGE if usages else [])]
    return Costs(header, rows, _COST_NOTE + (f" {_USAGE_NOTE}" if usages else ""))


def render_cost(protocol: ProtocolBoard) -> str:
    """The costs as a table in Markdown."""
    costs = list_costs(protocol)
    rows = [[escape_inline(name), *cells] for name, *cells in costs.rows]
    return f"{render_table(costs.header, rows)}\n{costs.note}"


def _render_timing(timing: Timing | None, segments: int) -> list[str]:
    if timing is None:
        return [UNKNOWN] * 3
    seconds = timing.predict_s if timing.usage is None else timing.usage.request_s
    return [
        f"{timing.fit_s:.3f}",
        f"{segments / seconds:.0f}" if seconds else UNKNOWN,
        UNKNOWN if timing.model_bytes is None else f"{timing.model_bytes / 1000:.1f}",
    ]


def _render_usage(usage: UsageEntry | None) -> list[str]:
    return [UNKNOWN] * len(_USAGE) if usage is None else [render(usage) for render in _USAGE.values()]


_USAGE: Mapping[str, Callable[[UsageEntry], str]] = MappingProxyType(
    {
        "Requests": lambda usage: str(usage.requests),
        "Tokens": lambda usage: UNKNOWN if usage.unmetered else str(usage.prompt_tokens + usage.completion_tokens),
        "Price": lambda usage: UNKNOWN if usage.cost is None else f"{usage.cost:.4f}",
        "Slowest request (s)": lambda usage: f"{usage.slowest_s:.3f}",
        "Segments without an answer": lambda usage: str(usage.abstained),
    }
)
_COST_NOTE = (
    "Measured by the wall clock on the machine that ran the system, summed over folds; the size is that of what the "
    "largest fold's classifier holds. Unlike the numbers above, these can't be computed again, so the check of this "
    "page compares none of them."
)
_USAGE_NOTE = "Requests count as when they were first asked, from a cache or not."
