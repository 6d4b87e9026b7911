"""What systems take for what: a matrix per system, or its largest entries where the labels are many."""

from collections.abc import Sequence
from html import escape

import numpy as np

from corpus_kit.evaluate.board import ProtocolBoard, Standing
from corpus_kit.evaluate.page.table import Cell, Column, name_tint, render_rows, render_scroll, show_name
from corpus_kit.evaluate.score_text import format_score
from corpus_kit.evaluate.tally import Counts

MOST_LABELS = 20
"""Where there are more labels, the largest entries off the diagonal are listed in place of a matrix."""
MOST_ENTRIES = 30
_NOTHING = "<em>nothing</em>"


def render_confusions(protocol: ProtocolBoard) -> str:
    """A section to unfold per system, the first one unfolded."""
    labels = tuple(protocol.supports)
    make = _render_matrix if len(labels) <= MOST_LABELS else _render_entries
    how = (
        "Rows: the label that holds. Columns: what the system said. Tint and small number are the share of the row."
        if len(labels) <= MOST_LABELS
        else f"With {len(labels)} labels, the up to {MOST_ENTRIES} most frequent confusions of each system are listed."
    )
    parts = [f"<p>{how}</p>"]
    for i, one in enumerate(protocol.standings):
        name = show_name(f"{one.record.system.name} {one.record.system.version}")
        opened = " open" if i == 0 else ""
        parts.append(f"<details{opened}>\n<summary>{name}</summary>\n{make(one, labels)}\n</details>")
    return "\n".join(parts)


def _render_matrix(standing: Standing, labels: Sequence[str]) -> str:
    matrix = standing.tally.confusion.sum(axis=0)
    has_missing = bool(matrix[:, -1].any())
    columns = [*(show_name(label) for label in labels), *([_NOTHING] if has_missing else [])]
    head = "".join(f'<th scope="col" class="number">{column}</th>' for column in columns)
    rows = [
        f'<tr><th scope="row">{show_name(label)}</th>{_render_counts(counts, len(columns))}</tr>'
        for label, counts in zip(labels, matrix, strict=True)
    ]
    caption = f"Confusion matrix of {standing.record.system.name}"
    corner = '<td class="corner"></td>'
    table = (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{corner}{head}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )
    return render_scroll(caption, table)


def _render_counts(counts: Counts, width: int) -> str:
    whole = int(counts.sum())
    cells = []
    for count in counts[:width].tolist():
        share = count / whole if whole else 0.0
        said = f" <small>({format_score(share)})</small>" if whole else ""
        cells.append(f'<td class="number {name_tint(share)}">{count}{said}</td>')
    return "".join(cells)


def _render_entries(standing: Standing, labels: Sequence[str]) -> str:
    matrix = standing.tally.confusion.sum(axis=0)
    supports = matrix.sum(axis=1)
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_ENTRIES]
    places = [divmod(int(place), wrong.shape[1]) for place in order]
    rows = []
    for gold, said in places:
        count, share = int(wrong[gold, said]), wrong[gold, said] / max(int(supports[gold]), 1)
        if count:
            name = show_name(labels[said]) if said < len(labels) else _NOTHING
            tinted = Cell(html=format_score(share), value=float(share), tint=float(share))
            rows.append(
                [Cell(html=show_name(labels[gold])), Cell(html=name), Cell(html=str(count), value=count), tinted]
            )
    columns = [
        Column("Label that holds", "text", "ascending"),
        Column("Said", "text", "ascending"),
        Column("Segments", sorted_now="descending"),
        Column("Share of the label"),
    ]
    return render_rows(f"Most frequent confusions of {standing.record.system.name}", columns, rows)
