"""The sections of the leaderboard about pairs of systems and about single articles."""

import itertools
from math import isnan

import numpy as np

from corpus_kit.evaluate.board import TESTED_METRICS, PairResult, ProtocolBoard
from corpus_kit.evaluate.differences import Difference
from corpus_kit.evaluate.leaderboard_notes import UNKNOWN
from corpus_kit.markdown import count_of, escape_inline, render_table

MOST_PAIRS = 10
"""Where there are more pairs, only neighbours in the table of systems are shown."""
MOST_ARTICLES = 30
"""Where there are more articles, only those are shown that the systems together do worst on."""
_TITLES = {"macro_f1": "macro-F1", "accuracy": "accuracy"}


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
            _TITLES[name],
            _render_interval(difference),
            _render_p(difference.test.p),
            _render_p(difference.test.smallest_p),
            _render_p(holm_p),
            UNKNOWN if isnan(difference.mde) else f"{difference.mde:.3f}",
        ]
        for pair in list_shown_pairs(protocol)
        for name, difference, holm_p in zip(TESTED_METRICS, pair.differences, pair.holm_p, strict=True)
    ]
    header = ["Systems", "Metric", "Difference", "p", "Least p", "p (Holm)", "Detectable"]
    return render_table(header, rows, numeric_from=2).rstrip("\n")


def _render_interval(difference: Difference) -> str:
    interval = difference.interval
    value = UNKNOWN if isnan(interval.value) else f"{interval.value:+.3f}"
    if interval.reason:
        return f"{value} [{UNKNOWN}]"
    return f"{value} [{interval.low:+.3f}, {interval.high:+.3f}]{' ≈' if interval.is_approximate else ''}"


def _render_p(p: float) -> str:
    return UNKNOWN if isnan(p) else f"{p:.4f}"


def render_articles(protocol: ProtocolBoard) -> str:
    """A row per article: its segments, and how many of them each system got right."""
    first = protocol.standings[0].tally
    right = np.stack([np.trace(one.tally.confusion, axis1=1, axis2=2) for one in protocol.standings], axis=-1)
    sizes = first.confusion.sum(axis=(1, 2))
    shown = [i for i in range(len(sizes)) if sizes[i]]
    said = ""
    if len(shown) > MOST_ARTICLES:
        worst = sorted(shown, key=lambda i: (right[i].sum() / sizes[i], first.articles[i]))[:MOST_ARTICLES]
        shown = sorted(worst)
        whole = count_of(len(protocol.articles), "article")
        said = f"\nThe {len(shown)} of {whole} on which the systems together do worst."
    rows = [
        [
            escape_inline(first.articles[i]),
            str(sizes[i]),
            *(f"{n} ({n / sizes[i]:.3f})" for n in right[i].tolist()),
        ]
        for i in shown
    ]
    header = ["Article", "Segments", *(f"{escape_inline(one.record.system.name)} right" for one in protocol.standings)]
    return (render_table(header, rows) + said).rstrip("\n")
