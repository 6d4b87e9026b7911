r"""Where the tokens of texts lie in their UTF-8: array operations over all bytes, Python for distinct characters.

A token is a word with the apostrophes inside it, or a mark: what `\w+(?:['’]\w+)*|[^\w\s]` finds.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from corpus_kit.offsets import Offsets
from corpus_kit.segment.byte_tables import Bytes
from corpus_kit.segment.joined import join_bytes

_SPACE, _MARK, _WORD, _REST, _APOSTROPHE = range(5)
"""What a byte is; of a mark of several bytes all but the first are its rest."""


def _judge_character(char: str) -> int:
    if char in "'’":
        return _APOSTROPHE
    return _WORD if char.isalnum() or char == "_" else _SPACE if char.isspace() else _MARK


_KINDS: Final = bytes(_judge_character(chr(byte)) if byte < 0x80 else _REST for byte in range(256))


class Places(NamedTuple):
    """The tokens of some texts.

    Attributes:
        data: the texts' UTF-8 with line feeds between them.
        begins: per token where it begins in `data`; `ends` where it ends.
        counts: per text how many tokens it has.
    """

    data: bytes
    begins: Offsets
    ends: Offsets
    counts: Offsets


def find_tokens(texts: Sequence[bytes]) -> Places:
    """The tokens of each text, given as UTF-8 in which halves of surrogate pairs may stand."""
    data, firsts = join_bytes(texts)
    begins, ends = _find_edges(_judge_bytes(data))
    return Places(data, begins, ends, np.diff(np.searchsorted(begins, firsts), append=len(begins)))


def _judge_bytes(data: bytes) -> Bytes:
    kinds = np.frombuffer(bytearray(data.translate(_KINDS)), dtype=np.uint8)
    _judge_long_characters(kinds, np.frombuffer(data, dtype=np.uint8))
    at = np.flatnonzero(kinds == _APOSTROPHE)
    behind = at + np.where(kinds[at + 1] == _REST, 3, 1)
    inner = (kinds[at - 1] == _WORD) & (kinds[behind] == _WORD)
    kinds[at] = np.where(inner, _WORD, _MARK)
    long = at[inner & (behind > at + 1)]
    kinds[long + 1] = kinds[long + 2] = _WORD
    return kinds


def _judge_long_characters(kinds: Bytes, data: Bytes) -> None:
    """Fill in the kinds of characters of several bytes."""
    leads = np.flatnonzero(data >= 0xC0)
    sizes = 2 + (data[leads] >= 0xE0).astype(np.int64) + (data[leads] >= 0xF0)
    codes = np.zeros(len(leads), dtype=np.int64)
    for i in range(4):
        codes = codes << 8 | np.where(i < sizes, data[leads + i], 0)
    distinct, numbers = np.unique(codes, return_inverse=True)
    chars = (code.to_bytes(4, "big").rstrip(b"\0").decode("utf-8", "surrogatepass") for code in distinct.tolist())
    found = np.fromiter(map(_judge_character, chars), dtype=np.uint8, count=len(distinct))[numbers]
    kinds[leads] = found
    whole = (found == _WORD) | (found == _SPACE)
    for i in range(1, 4):
        longer = whole & (i < sizes)
        kinds[leads[longer] + i] = found[longer]


def _find_edges(kinds: Bytes) -> tuple[Offsets, Offsets]:
    """Where tokens begin and where they end, both in order."""
    is_word, is_mark, is_rest = kinds == _WORD, kinds == _MARK, kinds == _REST
    begins = is_mark.copy()
    begins[1:] |= is_word[1:] & ~is_word[:-1]
    ends = np.zeros_like(begins)
    ends[1:] = (is_word[:-1] & ~is_word[1:]) | ((is_mark | is_rest)[:-1] & ~is_rest[1:])
    return np.flatnonzero(begins), np.flatnonzero(ends)
