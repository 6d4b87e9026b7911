"""Markdown tables."""

from collections.abc import Sequence


def render_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numeric_from: int = 1) -> str:
    """A Markdown table; columns from `numeric_from` are right-aligned. Pipes and line breaks in cells are escaped."""
    rule = ["---" if i < numeric_from else "---:" for i in range(len(header))]
    cells = [*([_escape(cell) for cell in row] for row in (header, rule, *rows))]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells) + "\n"


def _escape(cell: str) -> str:
    return " ".join(cell.replace("|", "\\|").replace("<", "&lt;").split())
