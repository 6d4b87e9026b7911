"""JSON Lines: an object per line; blank lines are no records."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from corpus_kit.canonical import hash_bytes
from corpus_kit.ingest.article import make_article, read_iso_date, read_stated
from corpus_kit.ingest.limits import check_nesting
from corpus_kit.ingest.origin import IngestOptions, Metadata, Origin, RawRecord
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import ColumnsTable

_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 1 << 16


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
            if line.strip():
                number += 1
                yield _read_line(line.strip(), offset, number, origin, options)
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
    depth = options.limits.max_nesting_depth
    if not check_nesting(line, depth):
        return _drop(origin, raw, "too-large", f"nested deeper than {depth}")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as e:
        return _drop(origin, raw, "bad-encoding", f"not valid UTF-8: byte 0x{line[e.start]:02x} at {e.start}")
    try:
        row = json.loads(text, object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError) as e:
        return _drop(origin, raw, "parse-error", f"not valid JSON: {e}")
    if not isinstance(row, dict):
        return _drop(origin, raw, "parse-error", "not a JSON object")
    return read_row(row, raw, origin, options)


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
