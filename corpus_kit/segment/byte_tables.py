"""What a byte of UTF-8 is, as tables by its value, and bytes at many places at once.

A byte below 0x80 is an ASCII character; of others the tables say where white space, or a mark, may be.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from corpus_kit.segment import news
from corpus_kit.segment.contract import BREAKS

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Eights = NDArray[np.uint64]
"""Eight bytes each; the first is the lowest."""

OTHER_SPACES = "\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""White space that isn't ASCII."""
ODD_MARKS = [char.encode() for char in news.STOPS + news.WIDE_STOPS + BREAKS if not char.isascii()]
SPACE, DOT, STRAIGHT, APOSTROPHE, BRACKET = b" .\"')"


def mark(chars: Iterable[str]) -> Mask:
    """Whether a byte is one of these characters, as far as they are ASCII."""
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(char) for char in chars if char.isascii()]] = True
    return table


def mark_bytes(values: Iterable[int]) -> Mask:
    """Whether a byte has one of these values."""
    return np.isin(np.arange(256), list(values))


_ASCII = [chr(code) for code in range(128)]
IS_STOP = mark(news.STOPS)
IS_BREAK = mark(BREAKS)
IS_SPACE = mark(filter(str.isspace, _ASCII))
IS_LETTER = mark(filter(str.isalpha, _ASCII))
IS_LOWER = mark(filter(str.islower, _ASCII))
IS_UPPER = mark(filter(str.isupper, _ASCII))
IS_DIGIT = mark(filter(str.isdigit, _ASCII))
IS_EDGE = IS_SPACE | mark(filter(news.EDGE.match, _ASCII))
"""What stands between words where `news` looks for the last one."""
IS_ODD_LEAD = mark_bytes(char[0] for char in ODD_MARKS)
IS_ODD_TAIL = mark_bytes(char[-1] for char in ODD_MARKS)
IS_SPACE_LEAD = mark_bytes(char.encode()[0] for char in OTHER_SPACES)
IS_SPACE_TAIL = mark_bytes(char.encode()[-1] for char in OTHER_SPACES)


def holds(data: Bytes, places: NDArray[np.int64], char: bytes) -> Mask:
    """Whether some bytes stand at each place."""
    is_same: Mask = data[places] == char[0]
    for i, byte in enumerate(char[1:], start=1):
        is_same &= data[places + i] == byte
    return is_same


def read_eights(data: Bytes, places: NDArray[np.int64]) -> Eights:
    """The eight bytes from each place on; at least eight more follow them."""
    words = np.frombuffer(data, dtype="<u8", count=len(data) // 8)
    at, shift = places >> 3, ((places & 7) << 3).astype(np.uint64)
    eights: Eights = (words[at] >> shift) | (words[at + 1] << np.uint64(1) << (np.uint64(63) - shift))
    return eights
