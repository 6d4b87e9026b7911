"""The limits as they are kept while bytes come in."""

import re

from corpus_kit.errors import CorpusKitError
from corpus_kit.sources import Limits

__all__ = ["FREE_BYTES", "LimitReached", "Limits", "SourceFault", "check_nesting", "find_long_line"]

FREE_BYTES = 10_000_000
"""What may come out of a compressed file before its expansion is judged."""

_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[\[{]|[\]}]', re.DOTALL)


class SourceFault(CorpusKitError):
    """A file can't be read any further: what came before stays, the rest is one dropped record with this reason."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


class LimitReached(SourceFault):
    """A file is past a limit."""

    def __init__(self, detail: str) -> None:
        super().__init__("too-large", detail)


def find_long_line(text: str, limit: int) -> int | None:
    """The offset of the first line of more than `limit` code points, or None; a line feed ends a line."""
    at = 0
    while len(text) - at > limit:
        end = text.find("\n", at, at + limit + 1)
        if end < 0:
            return at
        at = end + 1
    return None


def check_nesting(data: bytes, limit: int) -> bool:
    """Whether a JSON text nests no deeper than `limit`; linear, and exact for valid JSON."""
    if data.count(b"[") + data.count(b"{") <= limit:
        return True
    depth = 0
    for match in _BRACKET.finditer(data):
        first = match[0][0]
        if first in b"[{":
            depth += 1
            if depth > limit:
                return False
        elif first in b"]}":
            depth -= 1
    return True
