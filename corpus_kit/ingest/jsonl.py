"""JSON Lines: an object per line; blank lines are no records."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pydantic_core import from_json

from corpus_kit.canonical import hash_bytes
from corpus_kit.ingest.article import make_article, read_iso_date, read_stated
from corpus_kit.ingest.limits import check_nesting
from corpus_kit.ingest.origin import IngestOptions, Metadata, Origin, RawRecord
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import ColumnsTable

_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 1 << 16
_LONG_INT = 1 << 64


def read(stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    """The lines in order; a line feed ends one. A record's bytes are its line without white space at the ends."""
    offset = number = 0
    limit = options.limits.max_record_bytes
    while line := stream.readline(limit + 2):
        size = len(line)
        if size > limit and not line.endswith(b"\n"):
            size += _skip_line(stream)
            number += 1
            detail = f"a line of more than {limit} bytes"
            yield origin.drop("too-large", detail, offset=offset, id_=origin.name_record(number))
        else:
            line = line.removeprefix(_BOM) if offset == 0 else line
            if bare := line.strip():
                number += 1
                yield _read_line(bare, offset, number, origin, options)
        offset += size


def _skip_line(stream: BinaryIO) -> int:
    skipped = 0
    while chunk := stream.readline(_CHUNK_BYTES):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped


def _read_line(line: bytes, offset: int, number: int, origin: Origin, options: IngestOptions) -> Article | Dropped:
    raw = RawRecord(hash_bytes(line), len(line), offset, number)
    row = parse_plain(line)
    if row is not None:
        return read_row(row, raw, origin, options)
    depth = options.limits.max_nesting_depth
    if not check_nesting(line, depth):
        return _drop(origin, raw, "too-large", f"nested deeper than {depth}")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as e:
        return _drop(origin, raw, "bad-encoding", f"not valid UTF-8: byte 0x{line[e.start]:02x} at {e.start}")
    try:
        value = _STRICT.decode(text)
    except (ValueError, RecursionError) as e:
        return _drop(origin, raw, "parse-error", f"not valid JSON: {e}")
    if not isinstance(value, dict):
        return _drop(origin, raw, "parse-error", "not a JSON object")
    return read_row(value, raw, origin, options)


def parse_plain(line: bytes) -> dict[str, Any] | None:
    """A JSON object without lists and objects in it, by a fast parser; None where the strict one has to see the line.

    The fast parser keeps the last of two equal keys. But then the line has more quotation marks than what is kept
    accounts for: two for each string and those in it, as long as none is written by its number.
    """
    try:
        row = from_json(line, cache_strings="keys")
    except ValueError:
        return None
    if not isinstance(row, dict):
        return None
    marks = 0
    for key, value in row.items():
        if isinstance(value, str):
            marks += 4 + key.count('"') + value.count('"')
        elif value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < _LONG_INT):
            marks += 2 + key.count('"')
        else:
            return None
    return row if marks == line.count(b'"') and b"\\u0022" not in line else None


def read_row(row: Mapping[str, Any], raw: RawRecord, origin: Origin, options: IngestOptions) -> Article | Dropped:
    """The article of a row of named values, as the source's columns say."""
    columns = origin.columns
    text = row.get(columns.text)
    if not isinstance(text, str):
        what = f"no column {columns.text!r}" if columns.text not in row else f"column {columns.text!r} is no text"
        return _drop(origin, raw, "empty" if columns.text in row and text is None else "parse-error", what)
    return make_article(text, raw, origin, options, read_columns(row, columns))


def read_columns(row: Mapping[str, Any], columns: ColumnsTable) -> Metadata:
    """What a row says of its article; a value of another type, or a date that isn't ISO 8601, counts as not stated."""
    return Metadata(
        id=read_stated(row.get(columns.id)),
        title=read_stated(row.get(columns.title)),
        author=read_stated(row.get(columns.author)),
        published=read_iso_date(row.get(columns.date)),
        url=read_stated(row.get(columns.url)),
        publisher=read_stated(row.get(columns.publisher)),
    )


def _drop(origin: Origin, raw: RawRecord, reason: str, detail: str) -> Dropped:
    return origin.drop(reason, detail, offset=raw.offset, id_=origin.name_record(raw.number))


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return row


_STRICT = json.JSONDecoder(object_pairs_hook=_refuse_duplicates)
