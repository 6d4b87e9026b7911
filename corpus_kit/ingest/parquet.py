"""Parquet: a row per article. The file has to be seekable, and only the columns that are asked for are read."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from corpus_kit.canonical import hash_bytes
from corpus_kit.ingest.jsonl import read_row
from corpus_kit.ingest.limits import FREE_BYTES
from corpus_kit.ingest.origin import IngestOptions, Origin, RawRecord
from corpus_kit.model import Article, Dropped

_BATCH_ROWS = 16
_BATCH_BYTES = 64_000_000


def read(stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    """The rows in order. A record's offset is its row from 0, its bytes are the text's UTF-8."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        file = pq.ParquetFile(stream, buffer_size=1 << 20, pre_buffer=False)
        names = file.schema_arrow.names
        wanted = sorted({name for name in origin.columns.model_dump().values() if names.count(name) == 1})
        if origin.columns.text not in wanted:
            listing = ", ".join(names)
            yield origin.drop("parse-error", f"no column {origin.columns.text!r}, or two of them, among {listing}")
            return
        size = _measure(stream, file.metadata)
        refused = _refuse_size(size, options)
        if refused:
            yield origin.drop("too-large", refused)
            return
        given = 0
        for values in _iter_rows(file, size, wanted, options.limits.max_record_bytes):
            given += sum(len(own) if isinstance(own, bytes) else int(own) for own in values.values() if _has_size(own))
            if refused := _refuse_size(size._replace(unpacked=given, rows=row + 1), options):
                yield origin.drop("too-large", refused, offset=row)
                return
            yield _read_values(values, row, origin, options)
            row += 1
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as e:
        yield origin.drop("truncated" if row else "parse-error", f"not valid Parquet: {e}", offset=row)


class _Size(NamedTuple):
    """Bytes of a file, and of its rows unpacked as it states them."""

    packed: int
    unpacked: int
    largest_group: int
    rows: int


def _measure(stream: BinaryIO, metadata: Any) -> _Size:
    """Only what Arrow reads safely: looking at the columns of a malformed file ends the process."""
    groups = [max(0, metadata.row_group(i).total_byte_size) for i in range(metadata.num_row_groups)]
    return _Size(stream.seek(0, io.SEEK_END), sum(groups), max(groups, default=0), metadata.num_rows)


def _refuse_size(size: _Size, options: IngestOptions) -> str | None:
    limits = options.limits
    if size.unpacked > limits.max_file_bytes:
        return f"unpacks to {size.unpacked} bytes, more than {limits.max_file_bytes}"
    if size.unpacked > max(FREE_BYTES, limits.max_expansion * size.packed):
        return f"unpacks to more than {limits.max_expansion:g} times its size"
    if size.rows and size.unpacked > max(FREE_BYTES, 2 * limits.max_record_bytes * size.rows):
        return f"rows of {size.unpacked // size.rows} bytes on average, more than {limits.max_record_bytes}"
    return None


def _choose_rows(size: _Size) -> int:
    """Rows of a batch: few enough that it stays small if each of them were the largest value that there can be."""
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(1, size.largest_group)))


def _has_size(value: Any) -> bool:
    return isinstance(value, bytes | _TooLong)


def _iter_rows(file: Any, size: _Size, wanted: list[str], limit: int) -> Iterator[dict[str, Any]]:
    """The rows, one at a time; a text stays bytes, and one past the limit is its length alone."""
    for batch in file.iter_batches(_choose_rows(size), columns=wanted, use_threads=False):
        yield from _iter_batch(batch, limit)


def _iter_batch(batch: Any, limit: int) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.types as pt

    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        plain = column.dictionary_decode() if pt.is_dictionary(column.type) else column
        is_text = pt.is_string(plain.type) or pt.is_large_string(plain.type) or pt.is_string_view(plain.type)
        columns[name] = plain.cast(pa.large_binary()) if is_text else plain
    for i in range(batch.num_rows):
        yield {name: _take(column[i], limit) for name, column in columns.items()}


def _take(scalar: Any, limit: int) -> Any:
    if not scalar.is_valid:
        return None
    if not hasattr(scalar, "as_buffer"):
        return scalar.as_py()
    buffer = scalar.as_buffer()
    return _TooLong(buffer.size) if buffer.size > limit else buffer.to_pybytes()


class _TooLong(int):
    """The size in bytes of a value that was not read."""


def _read_values(values: dict[str, Any], row: int, origin: Origin, options: IngestOptions) -> Article | Dropped:
    text = values[origin.columns.text]
    known: dict[str, Any] = {}
    for name, value in values.items():
        try:
            known[name] = value.decode("utf-8") if isinstance(value, bytes) else value
        except UnicodeDecodeError as e:
            detail = f"column {name!r}: not valid UTF-8: byte 0x{value[e.start]:02x} at {e.start}"
            return origin.drop("bad-encoding", detail, offset=row, id_=origin.name_record(row + 1))
    if isinstance(text, _TooLong):
        detail = f"a text of {int(text)} bytes, more than {options.limits.max_record_bytes}"
        return origin.drop("too-large", detail, offset=row, id_=origin.name_record(row + 1))
    data = text if isinstance(text, bytes) else b""
    return read_row(known, RawRecord(hash_bytes(data), len(data), row, row + 1), origin, options)
