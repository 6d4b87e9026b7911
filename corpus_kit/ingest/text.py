"""Plain text and Markdown: the file is the article, as it stands."""

from collections.abc import Iterator
from typing import BinaryIO

from corpus_kit.canonical import hash_bytes
from corpus_kit.ingest.article import make_article
from corpus_kit.ingest.decode import BadEncoding, decode_record
from corpus_kit.ingest.origin import IngestOptions, Metadata, Origin, RawRecord
from corpus_kit.model import Article, Dropped


def read(stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    """One article: line ends, spaces and marks stay, only a byte order mark goes."""
    data = read_whole(stream, origin, options)
    if isinstance(data, Dropped):
        yield data
        return
    decoded = decode_record(data, options, how="detect" if options.detect_encoding else "declared")
    if isinstance(decoded, BadEncoding):
        yield origin.drop("bad-encoding", decoded.detail, id_=origin.name_record(None))
        return
    raw = RawRecord(hash_bytes(data), len(data))
    yield make_article(decoded.text, raw, origin, options, Metadata(), encoding=decoded.encoding)


def read_whole(stream: BinaryIO, origin: Origin, options: IngestOptions) -> bytes | Dropped:
    """All bytes of a file that is one record; no more than the limit is ever in memory."""
    limit = options.limits.max_record_bytes
    chunks, left = [], limit + 1
    while left > 0 and (chunk := stream.read(min(left, 1 << 20))):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:
        return origin.drop("too-large", f"more than {limit} bytes in one record", id_=origin.name_record(None))
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
