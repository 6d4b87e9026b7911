"""The words on both sides of a full stop, eight bytes of them as one number: enough to tell most of them apart.

In a number, a word's last byte before the stop is the highest, and its first byte after the space the lowest.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.offsets import Offsets
from corpus_kit.segment import news
from corpus_kit.segment.byte_tables import (
    DOT,
    IS_DIGIT,
    IS_EDGE,
    IS_LETTER,
    IS_SPACE,
    SPACE,
    Bytes,
    Eights,
    Mask,
    read_eights,
)

_SIZE = 8
_LAST = np.array([(1 << 64) - (1 << 8 * (_SIZE - n)) for n in range(_SIZE + 1)], np.uint64)
_FIRST = np.array([(1 << 8 * n) - 1 for n in range(_SIZE + 1)], np.uint64)
"""Masks that keep the last, or the first, so many bytes."""


def _repeat(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte]) * _SIZE, "little"))


def _key(words: Iterable[str], *, by_end: bool) -> Eights:
    """The last or first bytes of each word as a number, sorted."""
    parts = {word.encode()[-_SIZE:].rjust(_SIZE, b"\0") if by_end else word.encode()[:_SIZE] for word in words}
    return np.array(sorted(int.from_bytes(part, "little") for part in parts), np.uint64)


def _cut_last_letters(word: str) -> str:
    """What stands at the end of a word in ASCII letters."""
    others = [at for at, char in enumerate(word, start=1) if not (char.isascii() and char.isalpha())]
    return word[others[-1] if others else 0 :]


def _key_kind(kind: str) -> Eights:
    """The words of a kind that are ASCII letters throughout."""
    words = (word for word, own in news.KINDS.items() if own == kind and _cut_last_letters(word) == word)
    return _key(words, by_end=True)


_LISTED = _key(map(_cut_last_letters, news.KINDS), by_end=True)
_BOUND, _LOOSE = _key_kind("bound"), _key_kind("loose")
_DOTTED = _key((word for word in news.KINDS if len(word) == 3 and "." in word), by_end=True)
_STARTERS = _key([*news.STARTERS.split(), "Mr", "Mrs", "Ms"], by_end=False)
_LONGEST = max(len(_cut_last_letters(word)) for word in news.KINDS)


class WordsBefore(NamedTuple):
    """For each full stop, what is sure of the word before it: see `news` for the kinds. At most one is true."""

    is_plain: Mask
    is_bound: Mask
    is_loose: Mask


def judge_words(data: Bytes, places: Offsets) -> WordsBefore:
    """The words before some full stops, none of which follows another mark."""
    eights = read_eights(data, places - _SIZE)
    others = _find_others(eights)
    run = _SIZE - _count_bytes(others)
    before = data[places - 1 - run]
    keys = eights & _LAST[run]
    is_word = run > 1
    is_listed = is_word & _is_in(keys, _LISTED)
    listed = np.flatnonzero(is_listed)
    is_plain = (is_word & ~is_listed & ((run > 2) | (before != DOT))) | (run > _LONGEST)
    rest = np.flatnonzero(run == 0)
    is_plain[rest] = _judge_others(data, places[rest])
    is_whole = (run > 0) & (run < _SIZE) & IS_EDGE[before]
    is_bound, is_loose = np.zeros_like(is_word), is_whole & (run == 1)
    is_bound[listed], is_loose[listed] = (is_whole[listed] & _is_in(keys[listed], table) for table in (_BOUND, _LOOSE))
    dotted = np.flatnonzero((run == 1) & (before == DOT))
    is_loose[dotted] = _judge_dotted(data, places[dotted], eights[dotted])
    return WordsBefore(is_plain, is_bound, is_loose)


def _judge_others(data: Bytes, places: Offsets) -> Mask:
    """Whether what stands before each full stop, and is no ASCII letter, surely makes the word plain."""
    last, second = data[places - 1], data[places - 2]
    is_number = IS_DIGIT[last] & IS_DIGIT[second] & IS_DIGIT[data[places - 3]] & IS_DIGIT[data[places - 4]]
    is_sign = (last < 0x80) & ~IS_SPACE[last] & ~IS_DIGIT[last] & (last != DOT)
    is_set_off = (last == SPACE) & (IS_LETTER[second] | IS_DIGIT[second])
    plain: Mask = is_number | is_sign | is_set_off
    return plain


def _judge_dotted(data: Bytes, places: Offsets, eights: Eights) -> Mask:
    """Whether the word before each full stop is surely two letters with a full stop between, and in no list."""
    is_whole = IS_LETTER[data[places - 3]] & IS_EDGE[data[places - 4]]
    dotted: Mask = is_whole & ~_is_in(eights & _LAST[3], _DOTTED)
    return dotted


def is_unusual(data: Bytes, places: Offsets) -> Mask:
    """Whether each place has a word that is surely none of those that usually begin a sentence."""
    eights = read_eights(data, places)
    others = _find_others(eights)
    run = np.where(others == 0, _SIZE, _count_bytes(others & (~others + np.uint64(1))) - 1)
    return ~_is_in(eights & _FIRST[run], _STARTERS)


def _find_others(eights: Eights) -> Eights:
    """The high bit of each byte that is no ASCII letter."""
    high = _repeat(0x80)
    small = (eights | _repeat(0x20)) & ~high
    letters = (small + _repeat(0x80 - ord("a"))) & ~(small + _repeat(0x7F - ord("z"))) & ~eights
    return ~letters & high


def _count_bytes(marked: Eights) -> NDArray[np.int32]:
    """How many bytes there are up to the highest that is marked by its high bit; 0 if none is."""
    bits: NDArray[np.int32] = np.frexp(marked.astype(np.float64))[1]
    return bits >> 3


def _is_in(keys: Eights, table: Eights) -> Mask:
    found: Mask = table[np.minimum(np.searchsorted(table, keys), len(table) - 1)] == keys
    return found
