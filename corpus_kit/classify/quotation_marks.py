"""Quotation marks of all sorts become “ and ”, so that features look for two marks only."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from corpus_kit.offsets import Offsets
from corpus_kit.segment.byte_tables import APOSTROPHE, IS_LETTER, STRAIGHT, holds, mark_bytes
from corpus_kit.segment.joined import join_bytes

_MARKS: Final = "„‟«»‹›「」『』‘‛"
_TO_CURLY: Final = (
    (re.compile(r"[„‟]([^„‟“”]*)[“”]?"), r"“\1”"),
    (re.compile(r"[«‹「『]"), "“"),
    (re.compile(r"[»›」』]"), "”"),
    (re.compile(r"\"(?<![^\s(\[{—–-]\")(?=\S)"), "“"),
    (re.compile(r"\""), "”"),
    (re.compile(r"[‘'](?<!\w[‘'])(?=\w)([^‘’']*(?:\w['’]\w[^‘’']*)*)['’](?!\w)"), r"“\1”"),
    (re.compile(r"‘(?<!\w‘)(?=\w)"), "“"),
)
_LONG_MARKS: Final = [char.encode() for char in _MARKS]
_CURLY_APOSTROPHE: Final = "’".encode()
_PLACES: Final = mark_bytes([STRAIGHT, APOSTROPHE, *(char[0] for char in [*_LONG_MARKS, _CURLY_APOSTROPHE])]).tobytes()


def curl_quotation_marks(text: str) -> str:
    """A segment's text with “ and ” for whatever marks its quotations have; apostrophes stay."""
    for pattern, curly in _TO_CURLY:
        text = pattern.sub(curly, text)
    return text


def curl_all(texts: Sequence[bytes]) -> list[bytes]:
    """The same for many texts as UTF-8; only those that may hold unusual marks are looked at one by one."""
    curled = list(texts)
    joined = join_bytes(texts)
    for i in joined.list_texts(_find_unusual(joined.data)):
        curled[i] = curl_quotation_marks(texts[i].decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
    return curled


def _find_unusual(text: bytes) -> Offsets:
    """Where a mark is no curly one, or an apostrophe isn't between two letters of ASCII."""
    data = np.frombuffer(text, dtype=np.uint8)
    places = np.flatnonzero(np.frombuffer(text.translate(_PLACES), dtype=np.bool_))
    is_straight, is_curly = data[places] == APOSTROPHE, holds(data, places, _CURLY_APOSTROPHE)
    behind = places + np.where(is_curly, len(_CURLY_APOSTROPHE), 1)
    at_edge = ~(IS_LETTER[data[places - 1]] & IS_LETTER[data[behind]])
    unusual = (data[places] == STRAIGHT) | ((is_straight | is_curly) & at_edge)
    for char in _LONG_MARKS:
        unusual |= holds(data, places, char)
    return np.asarray(places[unusual])
