"""Tables as HTML: in a region that scrolls by itself, and with what a script needs to sort them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, NamedTuple

import numpy as np

HEAT_STEPS = 10
"""Tints from none to full; the style sheet has a class for each."""


class Column(NamedTuple):
    """A column: its heading as HTML.

    Attributes:
        kind: a `figure` can't be sorted.
        first: which way a first click sorts.
        sorted_now: the way in which the rows come; empty if they don't come by this column.
    """

    title: str
    kind: Literal["text", "number", "figure"] = "number"
    first: Literal["ascending", "descending"] = "descending"
    sorted_now: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: HTML.

    Attributes:
        value: what a column of numbers is sorted by; None comes last.
        tint: 0 to 1, the depth of the ground; None has none. What it says must stand in the cell, too.
        title: why a value is not known.
    """

    html: str
    value: float | None = None
    tint: float | None = None
    title: str = ""


def show_name(name: str) -> str:
    """Others' word, escaped; its direction of writing doesn't reach beyond it."""
    return f"<bdi>{escape(name)}</bdi>"


def render_scroll(label: str, html: str) -> str:
    """HTML that may be wider than the page, in a region that scrolls by itself, also by keyboard; `label` is a text."""
    return f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">\n{html}\n</div>'


def render_rows(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, foot: Sequence[Sequence[Cell]] = ()
) -> str:
    """A table whose rows a script can sort; the first cell of each row is its heading. The rows of `foot` stay below.

    `caption` is a text.
    """
    head = "".join(_render_heading(column) for column in columns)
    body = "\n".join(_render_row(columns, row) for row in rows)
    below = "\n".join(_render_row(columns, row) for row in foot)
    table = (
        f'<table class="sortable">\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n" + (f'<tbody class="foot">\n{below}\n</tbody>\n' if below else "") + "</table>"
    )
    return render_scroll(caption, table)


def _render_heading(column: Column) -> str:
    sort = f' data-sort="{column.kind}" data-first="{column.first}"' if column.kind != "figure" else ""
    now = f' aria-sort="{column.sorted_now}"' if column.sorted_now else ""
    return f'<th scope="col" class="{column.kind}"{sort}{now}>{column.title}</th>'


def _render_row(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    return (
        "<tr>"
        + "".join(_render_cell(column, cell, i) for i, (column, cell) in enumerate(zip(columns, row, strict=True)))
        + "</tr>"
    )


def _render_cell(column: Column, cell: Cell, place: int) -> str:
    if place == 0:
        return f'<th scope="row">{cell.html}</th>'
    classes = column.kind if cell.tint is None else f"{column.kind} {name_tint(cell.tint)}"
    value = f' data-value="{cell.value!r}"' if cell.value is not None and column.kind == "number" else ""
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    return f'<td class="{classes}"{value}{title}>{cell.html}</td>'


def name_tint(fraction: float) -> str:
    """The class of a tint from 0 to 1."""
    return f"heat{round(float(np.clip(fraction, 0, 1)) * HEAT_STEPS)}"
