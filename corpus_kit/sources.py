"""What a `corpus.toml` says about articles that lie elsewhere: `[[sources]]`, `[ingest]` and `[limits]`."""

from typing import Literal

from pydantic import Field

from corpus_kit.records import Record

FORMATS = ("text", "html", "jsonl", "parquet", "warc")
"""The formats that have a reader."""


class Limits(Record):
    """What one input may cost. Whatever is past a limit is dropped with its reason.

    Attributes:
        max_file_bytes: of one file after decompression; what was read before stays.
        max_record_bytes: of one article as stored: a file of text or HTML, a line of JSONL, a text in Parquet, a WARC
            record, and of what its HTTP encoding unpacks to.
        max_line_chars: of one line of an article's text.
        max_nesting_depth: of HTML elements and of JSON values.
        max_tags: of one HTML page, opening and closing ones.
        max_expansion: decompressed bytes per compressed byte, once 10 MB came out.
    """

    max_file_bytes: int = Field(default=50_000_000_000, ge=1)
    max_record_bytes: int = Field(default=10_000_000, ge=1)
    max_line_chars: int = Field(default=1_000_000, ge=1)
    max_nesting_depth: int = Field(default=256, ge=1, le=1000)
    max_tags: int = Field(default=200_000, ge=1)
    max_expansion: float = Field(default=200.0, ge=1)


class IngestTable(Record):
    """`[ingest]`: how articles are read.

    Attributes:
        html_main: how a page's main content is found: trafilatura (`exact`), resiliparse (`fast`) or not at all.
        min_encoding_confidence: below it a detected encoding is not believed.
        keep_bidi_controls: whether text may reorder what a reader sees (U+202A to U+202E, U+2066 to U+2069).
        check_language: whether an article in another language than the corpus's is dropped.
    """

    html_main: Literal["exact", "fast", "none"] = "exact"
    min_encoding_confidence: float = Field(default=0.8, ge=0, le=1)
    keep_bidi_controls: bool = False
    check_language: bool = False


class ColumnsTable(Record):
    """`columns` of a source: which key of a JSON object, or column of a Parquet table, holds what."""

    text: str = "text"
    id: str = "id"
    title: str = "title"
    url: str = "url"
    date: str = "date"
    author: str = "author"
    publisher: str = "publisher"


class SourceTable(Record):
    """`[[sources]]`: articles read where they lie.

    Attributes:
        path: a file, a folder, a glob (relative to the corpus) or a URL.
        format: where None, by the file name's ending.
        publisher: of articles that don't state their own.
    """

    path: str = Field(min_length=1)
    format: Literal["text", "html", "jsonl", "parquet", "warc"] | None = None
    columns: ColumnsTable = ColumnsTable()
    publisher: str | None = None
    license_note: str | None = None
