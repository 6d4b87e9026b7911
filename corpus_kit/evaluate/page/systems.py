"""The table of a protocol's systems, and the maps of F1 by label and of right answers by article."""

from collections.abc import Sequence
from html import escape
from math import isnan

import numpy as np

from corpus_kit.evaluate.board import ProtocolBoard
from corpus_kit.evaluate.ceiling import Ceiling
from corpus_kit.evaluate.leaderboard import choose_columns, describe_ceiling, name_ceiling
from corpus_kit.evaluate.leaderboard_notes import MIN_SUPPORT, name_protocol, write_group_note, write_notes
from corpus_kit.evaluate.leaderboard_sections import ShownArticles, choose_articles
from corpus_kit.evaluate.metrics import METRICS, RANKING_METRIC, Metric
from corpus_kit.evaluate.page.figures import Axis, draw_interval, draw_scale, make_span
from corpus_kit.evaluate.page.prose import read_inline, render_notes, render_paragraphs
from corpus_kit.evaluate.page.scores import make_cells, make_name_cell
from corpus_kit.evaluate.page.table import Cell, Column, render_rows, show_name
from corpus_kit.evaluate.score_text import UNKNOWN, format_score
from corpus_kit.markdown import count_of

_TEXT = Column("System", "text", "ascending")
_LEGEND = "Bars: the score and its interval; an open bar is approximate (≈). "
_CEILING_LEGEND = "The line and the band behind them are the annotators. "


def render_systems(protocol: ProtocolBoard) -> str:
    """What the groups rest on, a row per system and per ceiling, and what the numbers mean."""
    group_note = write_group_note(protocol)
    legend = _LEGEND + (_CEILING_LEGEND if protocol.ceilings else "")
    return "\n".join([
        render_paragraphs([group_note.removeprefix("- ")]),
        _render_table(protocol),
        f'<p class="legend">{legend}</p>',
        render_notes(note for note in write_notes(protocol) if note != group_note),
    ])  # fmt: skip


def _render_table(protocol: ProtocolBoard) -> str:
    (first_title, first), *others = choose_columns(protocol)
    names = [name for _, name in others]
    axis = Axis(METRICS[first].low, METRICS[first].high)
    ticks = np.linspace(axis.low, axis.high, 5).tolist()
    found = [describe_ceiling(one) for one in protocol.ceilings]
    ceilings = [make_span(one[first]) for one in found]
    columns = [
        _TEXT,
        *(Column(title, "text", "ascending") for title in ("Version", "How", "Group")),
        Column(first_title, sorted_now="descending" if first == RANKING_METRIC else ""),
        Column(f'<span class="visually-hidden">{first_title} as a bar</span>{_draw_marks(axis)}', "figure"),
        *(Column(title) for title, _ in others),
    ]
    rows, foot = [], []
    for one in protocol.standings:
        system, metrics = one.record.system, one.record.metrics
        said = [Cell(html=escape(text)) for text in (system.version, system.kind, one.groups)]
        bar = Cell(html=draw_interval(make_span(metrics[first]), axis, ticks=ticks, ceilings=ceilings))
        rows.append([make_name_cell(one), *said, *make_cells(metrics, first), bar, *make_cells(metrics, *names)])
    for ceiling, metrics, span in zip(protocol.ceilings, found, ceilings, strict=True):
        bar = Cell(html=draw_interval(span, axis, ticks=ticks))
        said = [Cell(html=UNKNOWN)] * 3
        foot.append([_name_ceiling(ceiling), *said, *make_cells(metrics, first), bar, *make_cells(metrics, *names)])
    return render_rows(f"Systems, {read_inline(name_protocol(protocol))}", columns, rows, foot=foot)


def _draw_marks(axis: Axis) -> str:
    return draw_scale(axis, [(value, f"{value:g}") for value in np.linspace(axis.low, axis.high, 3).tolist()])


def _name_ceiling(ceiling: Ceiling) -> Cell:
    return Cell(html=f"<em>{escape(name_ceiling(ceiling))}</em>")


def render_labels(protocol: ProtocolBoard) -> str:
    """F1 of each system by label, tinted by its value."""
    names = [str(Metric(name="f1", label=label)) for label in protocol.supports]
    columns = [
        _TEXT,
        *(
            Column(f"{show_name(label)} <small>{_describe_support(n)}</small>")
            for label, n in protocol.supports.items()
        ),
    ]
    rows = [
        [make_name_cell(one), *make_cells(one.record.metrics, *names, is_tinted=True)] for one in protocol.standings
    ]
    foot = [
        [_name_ceiling(one), *make_cells(describe_ceiling(one), *names, is_tinted=True)] for one in protocol.ceilings
    ]
    return render_rows(f"F1 by label, {read_inline(name_protocol(protocol))}", columns, rows, foot=foot)


def _describe_support(n: int) -> str:
    return f"n = {n}" + (": says nothing about a system" if n < MIN_SUPPORT else "")


def render_articles(protocol: ProtocolBoard) -> str:
    """Right answers of each system by article, tinted by their share; what isn't shown is summed up in a last row."""
    shown = choose_articles(protocol)
    ids = protocol.standings[0].tally.articles
    columns = [
        Column("Article", "text", "ascending"),
        Column("Segments"),
        *(Column(show_name(one.record.system.name)) for one in protocol.standings),
    ]
    rows = [_make_article_row(show_name(ids[i]), shown, [i]) for i in shown.indexes]
    others = [i for i in np.flatnonzero(shown.sizes).tolist() if i not in shown.indexes]
    foot = (
        [_make_article_row(f"<em>The other {count_of(len(others), 'article')}</em>", shown, others)] if others else []
    )
    said = f"<p>{escape(shown.said)} The last row sums up the others.</p>\n" if others else ""
    return said + render_rows(
        f"Right answers by article, {read_inline(name_protocol(protocol))}", columns, rows, foot=foot
    )


def _make_article_row(name: str, shown: ShownArticles, indexes: Sequence[int]) -> list[Cell]:
    """Right answers over some articles together."""
    size = int(shown.sizes[indexes].sum())
    cells = [_make_share_cell(n, size) for n in shown.right[indexes].sum(axis=0).tolist()]
    return [Cell(html=name), Cell(html=str(size), value=size), *cells]


def _make_share_cell(number: int, whole: int) -> Cell:
    share = number / whole
    return Cell(html=f"{number} <small>({format_score(share)})</small>", value=share, tint=0 if isnan(share) else share)
