"""Many texts as one, so that what is done to all of them is done once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpus_kit.offsets import Offsets, Utf8

MARGIN = 16
"""Line feeds before the first text and after the last: whoever looks at a few bytes around a place finds some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedTexts:
    """Some texts, a line feed between them, in a margin of line feeds.

    Attributes:
        texts: each alone.
        utf8: the UTF-8 of the whole, and the way from offsets in code points to offsets in bytes and back.
        firsts: where each text begins, in code points of the whole.
    """

    texts: Sequence[str]
    utf8: Utf8
    firsts: Offsets


def join_texts(texts: Sequence[str]) -> JoinedTexts:
    """The texts as one; halves of surrogate pairs pass, as three bytes each."""
    margin = b"\n" * (MARGIN - 1)
    data = b"\n".join([margin, *(text.encode("utf-8", "surrogatepass") for text in texts), margin])
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    return JoinedTexts(texts=texts, utf8=Utf8(data), firsts=MARGIN + np.cumsum(lengths + 1) - lengths - 1)


class JoinedBytes(NamedTuple):
    """The UTF-8 of some texts, a line feed between them, in a margin of line feeds; `firsts`: where each begins."""

    data: bytes
    firsts: Offsets

    def list_texts(self, places: Offsets) -> list[int]:
        """The numbers of the texts in which some bytes lie, each once; a line feed counts to the text before it."""
        numbers: list[int] = np.unique(np.searchsorted(self.firsts, places, side="right") - 1).tolist()
        return numbers if len(self.firsts) else []


def join_bytes(texts: Sequence[bytes]) -> JoinedBytes:
    """The texts as one."""
    margin = b"\n" * MARGIN
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    return JoinedBytes(b"".join((margin, b"\n".join(texts), margin)), MARGIN + np.cumsum(lengths + 1) - lengths - 1)
