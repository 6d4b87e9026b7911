"""Scores of probabilities, and for each system that states them how its confidence compares with what comes true."""

from html import escape

from corpus_kit.evaluate.board import ProtocolBoard, Standing
from corpus_kit.evaluate.leaderboard import PROBABILITIES, PROBABILITY_NOTE
from corpus_kit.evaluate.leaderboard_notes import name_protocol
from corpus_kit.evaluate.page.figures import Bin, draw_reliability
from corpus_kit.evaluate.page.prose import read_inline
from corpus_kit.evaluate.page.scores import make_cells, make_name_cell
from corpus_kit.evaluate.page.table import Cell, Column, render_rows, show_name
from corpus_kit.evaluate.score_text import UNKNOWN, format_bounds, format_score
from corpus_kit.evaluate.tally import BINS


def render_probabilities(protocol: ProtocolBoard) -> str:
    """The table and a curve per system that states a probability for each segment, and who doesn't."""
    stated = [one for one in protocol.standings if one.record.metrics["brier"].value is not None]
    silent = [show_name(one.record.system.name) for one in protocol.standings if one not in stated]
    parts = [_render_table(protocol, stated), f"<p>{escape(PROBABILITY_NOTE)}</p>"] if stated else []
    if silent:
        parts.append(f"<p>Without probabilities for each segment, so without a curve: {', '.join(silent)}.</p>")
    if stated:
        curves = "\n".join(_render_curve(one) for one in stated)
        parts.append(
            "<p>On the dashed diagonal a system is right as often as it is sure; above it more often, below it less. "
            f'The columns count segments.</p>\n<div class="curves">\n{curves}\n</div>'
        )
    return "\n".join(parts)


def _render_table(protocol: ProtocolBoard, stated: list[Standing]) -> str:
    columns = [Column("System", "text", "ascending"), *(Column(title, first="ascending") for title, _ in PROBABILITIES)]
    rows = [
        [make_name_cell(one), *make_cells(one.record.metrics, *(name for _, name in PROBABILITIES))] for one in stated
    ]
    return render_rows(f"Scores of probabilities, {read_inline(name_protocol(protocol))}", columns, rows)


def collect_bins(standing: Standing) -> list[Bin]:
    """A system's bins of confidence over all articles, the lowest first."""
    sums = standing.tally.calibration.sum(axis=0)[:BINS, :3].tolist()
    return [Bin(int(n), confidence / n if n else 0.0, right / n if n else 0.0) for n, confidence, right in sums]


def _render_curve(standing: Standing) -> str:
    name, bins, ece = standing.record.system.name, collect_bins(standing), standing.record.metrics["ece"]
    said = f"ECE {format_score(ece.value)} <small>{format_bounds(ece)}</small>"
    curve = draw_reliability(bins, escape(f"Reliability of {name}; the numbers are in the table below"))
    return (
        f"<figure>\n{curve}\n<figcaption><strong>{show_name(name)}</strong> {said}</figcaption>\n"
        f"<details>\n<summary>Bins</summary>\n{_render_bins(name, bins)}\n</details>\n</figure>"
    )


def _render_bins(name: str, bins: list[Bin]) -> str:
    columns = [Column("Confidence", "figure"), Column("Segments"), Column("Mean confidence"), Column("Right")]
    rows = [
        [
            Cell(html=f"{i / BINS:g} to {(i + 1) / BINS:g}"),
            Cell(html=str(one.segments), value=one.segments),
            *(
                Cell(html=format_score(value), value=value) if one.segments else Cell(html=UNKNOWN, title="no segments")
                for value in (one.confidence, one.right)
            ),
        ]
        for i, one in enumerate(bins)
    ]
    return render_rows(f"Bins of {name}", columns, rows)
