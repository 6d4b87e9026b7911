"""WARC: a response record whose page is HTML is an article; other records are counted as skipped."""

from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO, NamedTuple

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import CorpusKitError
from corpus_kit.ingest.article import find_unsafe, read_iso_date
from corpus_kit.ingest.html import Page, load_extractor, read_page
from corpus_kit.ingest.http import parse_response, unpack_body
from corpus_kit.ingest.limits import SourceFault
from corpus_kit.ingest.origin import IngestOptions, Origin, RawRecord
from corpus_kit.model import Article, Dropped

_HTML_TYPES = {"text/html", "application/xhtml+xml"}
_CHUNK_BYTES = 1 << 20
_MAX_HEADER_BYTES = 1 << 16
_DIGITS = 15
_KINDS = {"warcinfo", "resource", "request", "metadata", "revisit", "conversion", "continuation"}


def read(stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    """The responses in order. A record's offset is that of its WARC header, its bytes are its block.

    Where the file is corrupt nothing after it can be found: the rest is one dropped record.
    """
    load_extractor()
    fastwarc = load_fastwarc()
    plain = _PlainStream(stream)
    records = fastwarc.ArchiveIterator(
        plain, parse_http=False, stream_detect=False, max_header_len=_MAX_HEADER_BYTES, fsspec_args=False
    )
    response, number = fastwarc.WarcRecordType.response, 0
    while True:
        try:
            record = next(records, None)
        except OSError as e:
            yield origin.drop("truncated" if number else "parse-error", f"no WARC record: {e}", offset=plain.tell())
            return
        if record is None:
            return
        kind = str(record.headers.get("WARC-Type") or "unknown").lower()
        if record.record_type != response:
            origin.skipped[kind if kind in _KINDS else "unknown"] += 1
            continue
        number += 1
        yield _read_response(record, number, origin, options)


@cache
def load_fastwarc() -> Any:
    """The module fastwarc.warc; a CorpusKitError says how to get it."""
    try:
        import fastwarc.warc
    except ImportError as e:
        raise CorpusKitError("WARC can't be read without fastwarc", remedy="pip install 'corpus-kit[warc]'") from e
    return fastwarc.warc


class _PlainStream:
    """A stream as fastwarc wants it: `tell` and `seek` have to be there, and only `read` is called in earnest."""

    def __init__(self, stream: BinaryIO) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, *_: int) -> int:
        return self._at


def _read_response(record: Any, number: int, origin: Origin, options: IngestOptions) -> Article | Dropped:
    offset, id_ = record.stream_pos, origin.name_record(number)
    block = _read_block(record, options.limits.max_record_bytes)
    if isinstance(block, _Refused):
        return origin.drop(block.reason, block.detail, offset=offset, id_=id_)
    try:
        response = parse_response(block)
        if response.status != 200:
            return origin.drop("http-error", f"HTTP status {response.status}", offset=offset, id_=id_)
        if response.type not in _HTML_TYPES:
            return origin.drop("wrong-type", f"media type {response.type[:80]!r}", offset=offset, id_=id_)
        body = unpack_body(response, options.limits.max_record_bytes)
    except SourceFault as e:
        return origin.drop(e.reason, e.detail, offset=offset, id_=id_)
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ") or None
    page = Page(
        body,
        RawRecord(hash_bytes(block), len(block), offset, number),
        url=None if url is None or find_unsafe(url, options) else url,
        retrieved=read_iso_date(record.headers.get("WARC-Date")),
        charset=response.charset,
    )
    return read_page(page, origin, options)


class _Refused(NamedTuple):
    reason: str
    detail: str


def _read_block(record: Any, limit: int) -> bytes | _Refused:
    """The bytes after a record's own header, as many as it states."""
    stated = (record.headers.get("Content-Length") or "").strip()
    if not stated.isascii() or not stated.isdigit() or len(stated) > _DIGITS:
        return _Refused("parse-error", f"the record states no length that makes sense: {stated[:40]!r}")
    if int(stated) > limit:
        return _Refused("too-large", f"a record of {stated} bytes, more than {limit}")
    if cut := record.headers.get("WARC-Truncated"):
        return _Refused("truncated", f"the crawler cut the record: {cut[:40]!r}")
    parts, left = [], int(stated)
    while left > 0 and (part := record.reader.read(min(left, _CHUNK_BYTES))):
        parts.append(part)
        left -= len(part)
    return _Refused("truncated", f"{left} of {stated} bytes are missing") if left else b"".join(parts)
