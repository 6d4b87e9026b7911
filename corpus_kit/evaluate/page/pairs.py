"""Pairs of systems: differences with intervals, p-values, and what could have been found."""

from html import escape
from math import isnan

from corpus_kit.evaluate.board import TESTED_METRICS, ProtocolBoard
from corpus_kit.evaluate.differences import Difference
from corpus_kit.evaluate.leaderboard_notes import name_protocol, write_pair_notes
from corpus_kit.evaluate.leaderboard_sections import METRIC_TITLES, list_shown_pairs
from corpus_kit.evaluate.page.figures import Axis, Span, draw_interval, draw_scale
from corpus_kit.evaluate.page.prose import read_inline, render_notes
from corpus_kit.evaluate.page.table import Cell, Column, render_rows, show_name
from corpus_kit.evaluate.score_text import format_p, format_score, format_signed, format_signed_bounds
from corpus_kit.markdown import count_of


def render_pairs(protocol: ProtocolBoard) -> str:
    """A row per pair and tested metric; empty where there is one system."""
    if not protocol.pairs:
        return ""
    shown = list_shown_pairs(protocol)
    spans = {id(one): _make_span(one) for pair in shown for one in pair.differences}
    reach = max([abs(end) for one in spans.values() for end in one[:3] if end is not None], default=0.0) or 1.0
    axis = Axis(-reach, reach)
    ends = [(-reach, format_signed(-reach)), (0.0, "0"), (reach, format_signed(reach))]
    columns = [
        Column("Systems", "text", "ascending"),
        Column("Metric", "text", "ascending"),
        Column("Difference"),
        Column(f'<span class="visually-hidden">Difference as a bar</span>{draw_scale(axis, ends)}', "figure"),
        *(Column(title, first="ascending") for title in ("p", "Least p", "p (Holm)", "Detectable")),
    ]
    rows = [
        [
            Cell(html=f"{show_name(pair.a)} − {show_name(pair.b)}"),
            Cell(html=escape(METRIC_TITLES[name])),
            _make_difference_cell(difference),
            Cell(html=draw_interval(spans[id(difference)], axis, ticks=(0.0,))),
            *(_make_p_cell(p) for p in (difference.test.p, difference.test.smallest_p, holm_p)),
            Cell(html=format_score(difference.mde), value=_know(difference.mde), title=difference.interval.reason),
        ]
        for pair in shown
        for name, difference, holm_p in zip(TESTED_METRICS, pair.differences, pair.holm_p, strict=True)
    ]
    some = f"<p>Each system and the next below it, of {count_of(len(protocol.pairs), 'pair')}.</p>\n"
    table = render_rows(f"Differences, {read_inline(name_protocol(protocol))}", columns, rows)
    return (some if len(shown) < len(protocol.pairs) else "") + table + "\n" + render_notes(write_pair_notes(protocol))


def _make_span(difference: Difference) -> Span:
    one = difference.interval
    return Span(_know(one.value), _know(one.low), _know(one.high), one.is_approximate)


def _know(value: float) -> float | None:
    return None if isnan(value) else value


def _make_difference_cell(difference: Difference) -> Cell:
    one = difference.interval
    html = f"{format_signed(one.value)} <small>{format_signed_bounds(one)}</small>"
    return Cell(html=html, value=_know(one.value), title=one.reason)


def _make_p_cell(p: float) -> Cell:
    return Cell(html=format_p(p), value=_know(p))
