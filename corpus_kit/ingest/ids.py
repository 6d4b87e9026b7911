"""Ids of articles: made of what a record or its file is called, and unique in a run."""

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpus_kit.canonical import hash_text

if TYPE_CHECKING:
    import sqlite3

_VALID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_MAX_CHARS = 120
_IN_MEMORY = 100_000


def make_id(name: str) -> str:
    """A name as an id. One that has the manifest's form (lower case, digits, single `-`, `_` and `.`) stays as it is.

    Any other becomes ASCII where Unicode decomposes it, lower case, with `-` for each run of what is left, cut to 120
    characters, and `-` with 8 digits of the name's SHA-256, so that different names stay different.
    """
    if len(name) <= _MAX_CHARS and _VALID.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKD", name[: 4 * _MAX_CHARS]).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _MAX_CHARS - 9].strip("-")
    digest = hash_text(name.encode("utf-8", "backslashreplace").decode())[:8]
    return f"{slug or 'article'}-{digest}"


class SeenIds:
    """Which ids a run had already; past 100,000 of them on disk, so that memory stays bounded."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._ids = set(taken)
        self._table: sqlite3.Connection | None = None

    def add(self, id_: str) -> bool:
        """Whether the id is new."""
        if id_ in self._ids:
            return False
        if self._table is None:
            self._ids.add(id_)
            if len(self._ids) > _IN_MEMORY:
                self._spill()
            return True
        return self._table.execute("INSERT OR IGNORE INTO seen VALUES (?)", (id_,)).rowcount == 1

    def close(self) -> None:
        """Forget all."""
        if self._table is not None:
            self._table.close()

    def _spill(self) -> None:
        import sqlite3

        self._table = sqlite3.connect("", isolation_level=None)  # an empty name is a temporary file
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._table.execute("BEGIN")
        self._table.executemany("INSERT INTO seen VALUES (?)", ((id_,) for id_ in self._ids))
        self._ids = set()
