"""What every segmenter promises, as a check: those of other packages are held to it at each article."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from corpus_kit.errors import SegmenterError

Segmenter = Callable[[str], Sequence[tuple[int, int]]]
"""A text to the spans of its segments: ordered, disjoint, trimmed, covering every non-space character, none across a
line break. Offsets are code points, half open."""

BREAKS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""The characters that break a line; in square brackets a class of a regular expression."""
BREAK: Final = re.compile(f"[{BREAKS}]")


def find_broken_promise(text: str, spans: Sequence[tuple[int, int]]) -> str | None:
    """What is wrong with the spans of a text, in words; None if nothing is."""
    last = 0
    for start, end in spans:
        if not last <= start < end <= len(text):
            return f"the span {start}–{end} is empty, out of order or out of the text"
        if text[last:start].strip():
            return f"{text[last:start].strip()[:20]!r} before offset {start} is in no segment"
        if text[start].isspace() or text[end - 1].isspace():
            return f"the span {start}–{end} begins or ends with white space"
        if BREAK.search(text, start, end):
            return f"the span {start}–{end} crosses a line break"
        last = end
    return f"{text[last:].strip()[:20]!r} at the end is in no segment" if text[last:].strip() else None


def hold_to_contract(name: str, segmenter: Segmenter) -> Segmenter:
    """A segmenter whose every result is checked; a SegmenterError says which promise it broke."""

    def segment(text: str) -> Sequence[tuple[int, int]]:
        spans = [(int(start), int(end)) for start, end in segmenter(text)]
        broken = find_broken_promise(text, spans)
        if broken:
            raise SegmenterError(f"segmenter {name!r}: {broken}", remedy="See docs/segmentation.md for its contract")
        return spans

    return segment
