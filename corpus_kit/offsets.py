"""Offsets in code points and in bytes of one text's UTF-8, from one to the other."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]


class Utf8:
    """The UTF-8 of a text. Offsets are those where a character begins, or the end; halves of surrogate pairs count."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bytes = np.frombuffer(data, dtype=np.uint8)

    @cached_property
    def _longer(self) -> tuple[Offsets, Offsets]:
        """Where the characters of several bytes begin, and by how many bytes all those before each exceed one."""
        at = np.flatnonzero(self.bytes >= 0xC0)
        lead = self.bytes[at]
        added = 1 + (lead >= 0xE0).astype(np.int64) + (lead >= 0xF0)
        return at, np.append(0, np.cumsum(added))

    def to_bytes(self, chars: Offsets) -> Offsets:
        """Offsets in code points as offsets in bytes: each grows by what the longer characters before it add."""
        at, before = self._longer
        shifted: Offsets = chars + before[np.searchsorted(at - before[:-1], chars)]
        return shifted

    def to_chars(self, offsets: Offsets) -> Offsets:
        """Offsets in bytes as offsets in code points."""
        at, before = self._longer
        shifted: Offsets = offsets - before[np.searchsorted(at, offsets)]
        return shifted
