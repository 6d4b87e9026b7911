"""What runs cost, as their records say."""

from html import escape

from corpus_kit.evaluate.board import ProtocolBoard
from corpus_kit.evaluate.leaderboard_notes import name_protocol
from corpus_kit.evaluate.leaderboard_sections import list_costs
from corpus_kit.evaluate.page.prose import read_inline
from corpus_kit.evaluate.page.table import Cell, Column, render_rows, show_name


def render_costs(protocol: ProtocolBoard) -> str:
    """A row per system, and what the figures are."""
    costs = list_costs(protocol)
    columns = [Column(escape(costs.header[0]), "text", "ascending"), *(Column(escape(one)) for one in costs.header[1:])]
    rows = [
        [Cell(html=show_name(name)), *(Cell(html=escape(cell), value=_read_number(cell)) for cell in cells)]
        for name, *cells in costs.rows
    ]
    table = render_rows(f"Cost, {read_inline(name_protocol(protocol))}", columns, rows)
    return f"{table}\n<p>{escape(costs.note)}</p>"


def _read_number(cell: str) -> float | None:
    """The number in a cell; None where it isn't known."""
    try:
        return float(cell)
    except ValueError:
        return None
