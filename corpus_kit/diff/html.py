"""A difference as one page: no script, no request, everything escaped; for a phone and for the dark as well."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from html import escape

from corpus_kit.diff.compare import Diff
from corpus_kit.diff.render import (
    count_rows,
    describe_bump,
    describe_collection,
    describe_columns,
    describe_judgement,
    describe_voices,
)
from corpus_kit.webpage import render_webpage

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --old: #c0392b33; --new: #27ae6033; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; }
del { background: var(--old); } ins { background: var(--new); text-decoration: none; }
code { font-size: .85em; }
@media (max-width: 40rem) {
  thead { display: none; } tr { display: block; border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td { display: block; border: 0; padding: .1rem 0; } td::before { content: attr(data-name) ": "; opacity: .7; }
}
"""
_WORD = re.compile(r"\s+|\S+")


def render_html(diff: Diff) -> str:
    """The page: a summary, then a table for each kind of change that there is."""
    old, new = diff.old, diff.new
    title = f"{old.name} {old.version} → {new.name} {new.version}"
    counts = [[escape(name), str(count)] for name, count in count_rows(diff).items()]
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(describe_bump(diff))}.</p>",
        f"<p>{_code(old.digest)} → {_code(new.digest)}</p>",
        f"<p>Articles: {old.articles} → {new.articles}.</p>",
        f"<p>Guidelines: {escape(old.guidelines)} → {escape(new.guidelines)}.</p>",
        _render_table("Rows", ["what", "rows"], counts),
        *_render_corpus(diff),
        *_render_rows(diff),
    ]
    return render_webpage(title, "\n".join(part for part in body if part), style=_STYLE)


def _render_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A heading and a table of cells that are HTML already; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    names = [escape(name) for name in header]
    cells = [[f'<td data-name="{name}">{cell}</td>' for name, cell in zip(names, row, strict=True)] for row in rows]
    lines = ["<tr>" + "".join(own) + "</tr>" for own in cells]
    return f"<h2>{escape(title)}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n" + "\n".join(lines) + "\n</table>"


def _render_corpus(diff: Diff) -> Iterable[str]:
    scheme = [[escape(c.what), escape(str(c.old)), escape(str(c.new))] for c in (*diff.scheme, *diff.columns)]
    yield _render_table("Scheme and columns", ["what", "old", "new"], scheme)
    articles = [[_code(name), "added"] for name in diff.articles_added]
    articles += [[_code(name), "removed"] for name in diff.articles_removed]
    articles += [
        [_code(article.id), "changed: " + escape(describe_columns(article.columns))]
        for article in diff.articles_changed
    ]
    yield _render_table("Articles", ["article", "what"], articles)
    collections = [[_code(change.name), escape(describe_collection(change))] for change in diff.collections]
    yield _render_table("Collections", ["collection", "what"], collections)
    votes = [[escape(name), str(count)] for name, count in diff.votes.items() if count]
    yield _render_table("Annotations", ["what", "annotations"], votes)


def _render_rows(diff: Diff) -> Iterable[str]:
    relabelled = [
        [
            _code(row.id),
            escape(row.text),
            f"<del>{escape(describe_judgement(row.old))}</del> <ins>{escape(describe_judgement(row.new))}</ins>",
            escape(describe_voices(row.by)) + "".join(f"<br>{escape(voice.note)}" for voice in row.by if voice.note),
        ]
        for row in diff.relabelled
    ]
    yield _render_table("Relabelled", ["row", "text", "label", "by"], relabelled)
    retexted = [
        [_code(row.new_id), mark_words(row.old_text, row.new_text), f"{row.ratio:.2f}"] for row in diff.retexted
    ]
    yield _render_table("Re-texted", ["row", "text", "similarity"], retexted)
    for title, rows in (("Removed", diff.removed), ("Added", diff.added)):
        cells = [
            [
                _code(row.id),
                escape(row.text),
                escape(describe_judgement((row.label, row.attribution)))
                + (f" (set aside: {escape(row.reason)})" if row.reason else ""),
            ]
            for row in rows
        ]
        yield _render_table(title, ["row", "text", "label"], cells)
    resplit = [
        [_code(row.id), *(escape(f"fold {fold} ({split})") for fold, split in (row.old, row.new))]
        for row in diff.resplit
    ]
    yield _render_table("Re-split", ["row", "old", "new"], resplit)
    amended = [[_code(row.id), escape(describe_columns(row.columns))] for row in diff.amended]
    yield _render_table("Other columns", ["row", "columns"], amended)


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def mark_words(old: str, new: str) -> str:
    """Both texts in one, escaped: words that are gone in `del`, words that are new in `ins`."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    parts = []
    for what, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        before, after = escape("".join(left[i:j])), escape("".join(right[k:m]))
        if what == "equal":
            parts.append(before)
            continue
        parts += [f"<del>{before}</del>"] if before else []
        parts += [f"<ins>{after}</ins>"] if after else []
    return "".join(parts)
