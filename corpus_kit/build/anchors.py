"""Digests by which a segment is found again, each bound to so much text that it can't be guessed.

A window is a segment with the whole segments on one side of it, until there are `WINDOW_CHARS` characters that are no
white space. A segment that is as long by itself needs no surroundings; at the edge of an article the other side makes
up for what is missing. docs/decisions/0010-text-free.md says what an attacker could learn.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from corpus_kit.canonical import hash_text, make_segment_ids, to_canonical_json
from corpus_kit.text_free import WINDOW_CHARS

DIGEST_DIGITS = 32

_SPACES = re.compile(r"\s+")
_LISTED = re.compile(r"(?:[0-9]{1,9}:[0-9a-f]{1,5}(?:,[0-9a-f]{1,5})*(?: (?=[0-9])|$))*")

Streams = Sequence[str | None]
"""An article's segments in order without their white space; None where one isn't known."""


class Surroundings(NamedTuple):
    """What a window has before and after its segment, without white space."""

    before: str
    after: str


class Anchor(NamedTuple):
    """What is stored of a segment: which occurrence of its text it is (from 1), odd spaces, two windows' digests."""

    occurrence: int
    spaces: str
    ahead: str
    behind: str


def squash(text: str) -> str:
    """A text without its white space: what no line break, indent or reflow changes."""
    return "".join(text.split())


def describe_spaces(text: str) -> str:
    """The white space inside a text that is no single space, such as `12:a0 40:20,20`; mostly empty."""
    return " ".join(
        f"{found.start()}:{','.join(f'{ord(char):x}' for char in found[0])}"
        for found in _SPACES.finditer(text)
        if found[0] != " "
    )


def read_spaces(spaces: str) -> dict[int, str]:
    """White space by its offset in the text, from what `describe_spaces` says; a ValueError for anything else."""
    if not _LISTED.fullmatch(spaces):
        raise ValueError("not a list of white space")
    found: dict[int, str] = {}
    for entry in spaces.split():
        at, _, codes = entry.partition(":")
        found[int(at)] = "".join(chr(int(code, 16)) for code in codes.split(","))
    if "".join(found.values()).strip():
        raise ValueError("not white space")
    return found


def space_words(text: str, spaces: Mapping[int, str]) -> str:
    """The words of a text with single spaces between, or with what `spaces` has for the place."""
    parts: list[str] = []
    size = 0
    for word in text.split():
        if parts:
            parts.append(spaces.get(size, " "))
            size += len(parts[-1])
        parts.append(word)
        size += len(word)
    return "".join(parts)


def is_protectable(texts: Sequence[str]) -> bool:
    """Whether an article's segments hold enough text for a window."""
    return sum(len(squash(text)) for text in texts) >= WINDOW_CHARS


def make_anchors(name: str, texts: Sequence[str]) -> list[Anchor]:
    """The anchors of an article's segments, in order; `name` is that of the corpus. The article is protectable."""
    windows = cut_known_windows([squash(text) for text in texts])
    occurrences = [int(id_.rsplit(":", 1)[1]) for id_ in make_segment_ids("", texts)]
    return [
        Anchor(occurrence, describe_spaces(text), *(digest_window(name, text, window) for window in found))
        for occurrence, text, found in zip(occurrences, texts, windows, strict=True)
    ]


def cut_windows(streams: Streams, i: int) -> tuple[Surroundings | None, Surroundings | None]:
    """The surroundings of segment i, which is known, ahead and behind; None where they need one that isn't known."""
    return _cut_ahead(streams, i), _cut_behind(streams, i)


def cut_known_windows(streams: Sequence[str]) -> Iterator[tuple[Surroundings, Surroundings]]:
    """The surroundings of each segment, ahead and behind, where all are known: as `cut_windows`, in less time.

    However short the segments are, it takes time in the logarithm of their number. No segment is empty.
    """
    text, offsets = "".join(streams), [0, *accumulate(map(len, streams))]
    last = len(streams)
    for i in range(last):
        start, end = offsets[i], offsets[i + 1]
        missing = max(0, WINDOW_CHARS - (end - start))
        after = offsets[min(last, bisect_left(offsets, end + missing))]
        rest = missing - (after - end)
        before = offsets[max(0, bisect_right(offsets, start - rest) - 1)] if rest > 0 else start
        ahead = Surroundings(text[before:start], text[end:after])
        before = offsets[max(0, bisect_right(offsets, start - missing) - 1)]
        rest = missing - (start - before)
        after = offsets[min(last, bisect_left(offsets, end + rest))] if rest > 0 else end
        yield ahead, Surroundings(text[before:start], text[end:after])


def _cut_ahead(streams: Streams, i: int) -> Surroundings | None:
    missing = WINDOW_CHARS - len(streams[i] or "")
    after = _take(streams, range(i + 1, len(streams)), missing)
    if after is None:
        return None
    before = _take(streams, range(i - 1, -1, -1), missing - len(after))
    return None if before is None else Surroundings(before, after)


def _cut_behind(streams: Streams, i: int) -> Surroundings | None:
    missing = WINDOW_CHARS - len(streams[i] or "")
    before = _take(streams, range(i - 1, -1, -1), missing)
    if before is None:
        return None
    after = _take(streams, range(i + 1, len(streams)), missing - len(before))
    return None if after is None else Surroundings(before, after)


def _take(streams: Streams, order: range, chars: int) -> str | None:
    """Whole segments in an order away from the middle until they have so many characters; None at an unknown one.

    Whole ones, so that no digest gives away part of a sentence to who knows the rest of its window.
    """
    parts: list[str] = []
    for j in order:
        if chars <= 0:
            break
        own = streams[j]
        if own is None:
            return None
        parts.append(own)
        chars -= len(own)
    return "".join(parts if order.step > 0 else reversed(parts))


def digest_window(name: str, text: str, around: Surroundings) -> str:
    """32 hexadecimal digits of SHA-256 over the corpus' name, what stands before, the segment's words, the rest."""
    parts = ["corpus-kit/anchor/1", name, around.before, " ".join(text.split()), around.after]
    return hash_text(to_canonical_json(parts))[:DIGEST_DIGITS]
