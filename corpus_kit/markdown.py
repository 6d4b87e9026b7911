"""Markdown, and lines on a terminal, that other people's words can't change."""

import re
from collections.abc import Sequence

_ACTIVE = re.compile(r"([\\`*_\[\]!|&~])")


def escape_inline(text: str) -> str:
    """A text as one line of Markdown that shows it and does nothing else."""
    return " ".join(_ACTIVE.sub(r"\\\1", text).replace("<", "&lt;").split())


def show_text(text: str) -> str:
    """A text as one line for a terminal: what isn't printable (controls, marks of direction) becomes U+FFFD."""
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))


def render_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numeric_from: int = 1) -> str:
    """A Markdown table; columns from `numeric_from` are right-aligned. Cells are Markdown: escape others' words."""
    rule = ["---" if i < numeric_from else "---:" for i in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows)) + "\n"


def count_of(number: int, noun: str) -> str:
    """A number with its noun: `1 article`, `2 articles`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
