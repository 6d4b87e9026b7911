"""What a reader is told: where bytes come from, and how to read them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, NamedTuple, Protocol

from corpus_kit.ingest.dropped import REASONS
from corpus_kit.ingest.ids import make_id
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import ColumnsTable, IngestTable, Limits

_DETAIL_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """How articles are read: `[ingest]` and `[limits]` of a corpus.

    `detect_encoding` is False where text has to be UTF-8: for the one file that somebody names.
    """

    limits: Limits = field(default_factory=Limits)
    html_main: Literal["exact", "fast", "none"] = "exact"
    min_encoding_confidence: float = 0.8
    keep_bidi_controls: bool = False
    language: str | None = None
    detect_encoding: bool = True


def make_options(table: IngestTable, limits: Limits, language: str) -> IngestOptions:
    """The options that a `corpus.toml` states."""
    return IngestOptions(
        limits=limits,
        html_main=table.html_main,
        min_encoding_confidence=table.min_encoding_confidence,
        keep_bidi_controls=table.keep_bidi_controls,
        language=language if table.check_language else None,
    )


class RawRecord(NamedTuple):
    """A record's bytes as read, without the bytes: where it begins, its number from 1, its digest and size.

    A file that is one article has neither offset nor number.
    """

    sha256: str
    size_bytes: int
    offset: int | None = None
    number: int | None = None


class Metadata(NamedTuple):
    """What a record says of itself; None where it says nothing."""

    id: str | None = None
    title: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    publisher: str | None = None
    retrieved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file as its reader knows it.

    Attributes:
        source: its path or URL as messages and provenance name it.
        stem: what ids are made of where the record has none.
        skipped: what a container holds that is no record of ours, counted by kind.
    """

    source: str
    stem: str
    columns: ColumnsTable = field(default_factory=ColumnsTable)
    publisher: str | None = None
    license_note: str | None = None
    skipped: Counter[str] = field(default_factory=Counter)

    def name_record(self, number: int | None, stated: str | None = None) -> str:
        """The id of a record: the stated one, else the stem and the record's number."""
        return make_id(stated or (self.stem if number is None else f"{self.stem}-{number}"))

    def drop(self, reason: str, detail: str, *, offset: int | None = None, id_: str | None = None) -> Dropped:
        """A dropped record of this file; `reason` is one of REASONS."""
        if reason not in REASONS:
            raise KeyError(reason)
        short = detail if len(detail) <= _DETAIL_CHARS else detail[: _DETAIL_CHARS - 1] + "…"
        return Dropped(source=self.source, record_offset=offset, id=id_, reason=reason, detail=short)


class Reader(Protocol):
    """Reads one file: articles and dropped records in their order, one at a time, and never more than one in memory.

    Whatever the bytes are, the only exceptions are those of the stream itself.
    """

    def __call__(self, stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
        """Read a stream from where it stands."""
        ...
