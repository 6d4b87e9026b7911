"""The segments on which two systems differ: a list for everybody, and what a script needs to choose and filter."""

from collections.abc import Sequence
from html import escape

from corpus_kit.evaluate.compare import DifferingSegment
from corpus_kit.evaluate.page.disputes import MOST_CHARS, Disputes, choose_segments, describe_segments
from corpus_kit.evaluate.page.table import show_name
from corpus_kit.markdown import count_of
from corpus_kit.webpage import embed_json

SHOWN_SEGMENTS = 200
"""So many are shown at once."""
_NOTHING = "nothing"


def render_segments(disputes: Disputes, name: str) -> str:
    """The disputed segments of a protocol; `name` makes the ids of its controls.

    Without a script the first two voices are compared: the two best systems, or one and the label that holds.
    """
    if not disputes.segments:
        return "<p>Nobody differs on any segment, and all say the label that holds.</p>"
    kept = choose_segments(disputes)
    differing = [one for one in kept if one.said[0] != one.said[1]]
    shown = differing[:SHOWN_SEGMENTS]
    items = "\n".join(_render_item(one, disputes.voices) for one in shown)
    count = f"{len(differing)} of {count_of(len(differing), 'segment')}; {len(shown)} shown"
    return "\n".join([
        *_describe_cuts(disputes, kept),
        f'<div class="disputes" data-shown="{SHOWN_SEGMENTS}">',
        _render_controls(disputes, name),
        f'<p class="status" role="status">{escape(disputes.voices[0])} and {escape(disputes.voices[1])}: {count}</p>',
        f'<ol class="segments" lang="{escape(disputes.language)}">\n{items}\n</ol>',
        '<button type="button" class="more" hidden>Show more</button>',
        embed_json(describe_segments(disputes, kept)),
        "</div>",
    ])  # fmt: skip


def _describe_cuts(disputes: Disputes, kept: Sequence[DifferingSegment]) -> list[str]:
    total, said = len(disputes.segments), []
    if len(kept) < total:
        said.append(
            f"<p>This page has the first {len(kept):,} of {total:,} segments on which the systems and the label that "
            "holds don't all agree. <code>corpus-kit compare A B --json</code> lists all for two systems.</p>"
        )
    if any(len(one.text) > MOST_CHARS for one in kept):
        said.append(f"<p>Texts are cut after {MOST_CHARS:,} characters.</p>")
    return said


def _render_controls(disputes: Disputes, name: str) -> str:
    voices = [escape(voice) for voice in disputes.voices]
    choices = [
        "".join(
            f'<option value="{i}"{" selected" if i == chosen else ""}>{voice}</option>'
            for i, voice in enumerate(voices)
        )
        for chosen in (0, 1)
    ]
    controls = [
        ("a", "One", f'<select id="{name}-a">{choices[0]}</select>'),
        ("b", "Other", f'<select id="{name}-b">{choices[1]}</select>'),
        ("label", "Label, said or held", f'<select id="{name}-label"><option value="">any</option></select>'),
        ("article", "Article", f'<select id="{name}-article"><option value="">any</option></select>'),
        ("text", "Text", f'<input type="search" id="{name}-text" autocomplete="off">'),
    ]
    parts = [
        f'<p class="{kind}"><label for="{name}-{kind}">{title}</label>{control}</p>'
        for kind, title, control in controls
    ]
    return f'<form hidden role="search" aria-label="Choose segments">{"".join(parts)}</form>'


def _render_item(segment: DifferingSegment, voices: Sequence[str]) -> str:
    """The same elements as the script makes."""
    gold = segment.said[-1]
    said = "".join(
        f"<span>{show_name(voice)} {_render_answer(label, gold)}</span>"
        for voice, label in zip(voices[:2], segment.said[:2], strict=True)
    )
    held = "" if len(voices) == 2 else f"<span>holds {_render_answer(gold, gold)}</span>"
    return (
        f'<li><p class="text" dir="auto">{escape(segment.text)}</p><p class="said" lang="en"><span class="where">'
        f"{show_name(segment.article_id)} {segment.position}</span>{held}{said}</p></li>"
    )


def _render_answer(label: str | None, gold: str | None) -> str:
    is_right = label == gold
    mark = '<span class="mark">✓</span>' if is_right else '<span class="mark">✗</span>'
    word = show_name(_NOTHING if label is None else label)
    return f'<b class="{"right" if is_right else "wrong"}">{word}</b> {mark}'
