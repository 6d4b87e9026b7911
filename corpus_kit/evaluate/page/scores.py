"""Scores in cells: the number, its interval below it, and why there is none."""

from collections.abc import Mapping
from html import escape

from corpus_kit.evaluate.board import Standing
from corpus_kit.evaluate.leaderboard import describe_missing
from corpus_kit.evaluate.page.table import Cell, show_name
from corpus_kit.evaluate.record import MetricEntry
from corpus_kit.evaluate.score_text import format_bounds, format_score


def make_score_cell(entry: MetricEntry | None, *, is_tinted: bool = False) -> Cell:
    """A score with its interval; empty where nobody measured it."""
    if entry is None:
        return Cell(html="")
    return Cell(
        html=f"{format_score(entry.value)} <small>{format_bounds(entry)}</small>",
        value=entry.value,
        tint=entry.value if is_tinted else None,
        title=entry.note,
    )


def make_name_cell(standing: Standing) -> Cell:
    """A system by its name, and what it left out."""
    missing = describe_missing(standing)
    note = f" <small>({escape(missing)})</small>" if missing else ""
    return Cell(html=f"{show_name(standing.record.system.name)}{note}")


def make_cells(metrics: Mapping[str, MetricEntry], *names: str, is_tinted: bool = False) -> list[Cell]:
    """The scores of these names, a cell each."""
    return [make_score_cell(metrics.get(name), is_tinted=is_tinted) for name in names]
