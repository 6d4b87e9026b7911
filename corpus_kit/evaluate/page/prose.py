"""The sentences of the Markdown board as HTML: one wording for both pages."""

import re
from collections.abc import Iterable
from html import escape, unescape

_INLINE = re.compile(
    r"\\(?P<plain>.)|`(?P<code>[^`]*)`|\*\*(?P<strong>.+?)\*\*|\*(?P<em>.+?)\*|(?P<less>&lt;)", re.DOTALL
)


def render_inline(markdown: str) -> str:
    """A line of Markdown of this project as HTML; what `escape_inline` has escaped is shown as it was.

    Known are backslashes, code, emphasis and `&lt;`; everything else is text.
    """
    parts, end = [], 0
    for match in _INLINE.finditer(markdown):
        parts += [escape(markdown[end : match.start()]), _render_match(match)]
        end = match.end()
    return "".join([*parts, escape(markdown[end:])])


def _render_match(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "less":
        return "&lt;"
    text = match[kind or 0]
    if kind in ("strong", "em"):
        return f"<{kind}>{render_inline(text)}</{kind}>"
    return f"<code>{escape(text)}</code>" if kind == "code" else escape(text)


def read_inline(markdown: str) -> str:
    """The text of a line of Markdown, without what marks it up."""
    return unescape(re.sub("<[^>]*>", "", render_inline(markdown)))


def render_paragraphs(blocks: Iterable[str]) -> str:
    """Lines of Markdown, a paragraph each."""
    return "\n".join(f"<p>{render_inline(block)}</p>" for block in blocks)


def render_notes(notes: Iterable[str]) -> str:
    """Bullets of Markdown as a list; nothing without any."""
    items = "\n".join(f"<li>{render_inline(note.removeprefix('- '))}</li>" for note in notes)
    return f'<ul class="notes">\n{items}\n</ul>' if items else ""
