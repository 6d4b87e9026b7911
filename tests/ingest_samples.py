"""Files of every format that hold the same articles, and how to read them: what the readers' tests start from."""

import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus_kit.ingest import IngestOptions, Origin, find_reader, read_sources
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import ColumnsTable, Limits, SourceTable

TEXTS = (
    "The ferry is late.\nIt left at noon, she said.",
    "Herring returned to the bay.",
    "Ein Kran wurde verkauft – für €5.",
)
HTML_TYPE = "text/html; charset=utf-8"


class Writer(WARCWriter):  # type: ignore[misc]
    """warcio's writer, without the temporary files that it leaves open."""

    @classmethod
    def _create_temp_file(cls) -> io.BytesIO:
        return io.BytesIO()


def make_page(text: str, *, head: str = "", before: str = "", after: str = "") -> str:
    """A page whose article is a paragraph per line of a text."""
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    body = f"<body>{before}<article>{paragraphs}</article>{after}</body>"
    return f'<!doctype html><html><head><meta charset="utf-8">{head}</head>{body}</html>'


def make_jsonl(texts: Sequence[str]) -> bytes:
    """A line per text."""
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts).encode()


def make_parquet(texts: Sequence[str | None], **columns: Sequence[object]) -> bytes:
    """A row per text."""
    target = io.BytesIO()
    pq.write_table(pa.table({"text": texts, **columns}), target)
    return target.getvalue()


def make_warc(
    bodies: Sequence[bytes],
    *,
    packed: bool = False,
    type_: str = HTML_TYPE,
    status: str = "200 OK",
    headers: Sequence[tuple[str, str]] = (),
    kind: str = "response",
) -> bytes:
    """A warcinfo record, then a record per HTTP body, written by warcio."""
    target = io.BytesIO()
    writer = Writer(target, gzip=packed)
    first = {"WARC-Date": "2026-01-02T03:04:05Z", "WARC-Record-ID": "<urn:uuid:10000000-0000-0000-0000-000000000000>"}
    info = writer.create_warc_record("", "warcinfo", payload=io.BytesIO(b"software: test"), warc_headers_dict=first)
    writer.write_record(info)
    for i, body in enumerate(bodies):
        http = StatusAndHeaders(status, [("Content-Type", type_), *headers], protocol="HTTP/1.1")
        url = f"https://news.example/{i}"
        fixed = {"WARC-Date": "2026-01-02T03:04:05Z", "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-{i:012d}>"}
        writer.write_record(
            writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=fixed)
        )
    return target.getvalue()


def make_pages_warc(texts: Sequence[str]) -> bytes:
    """A page per text."""
    return make_warc([make_page(text).encode() for text in texts])


MANY: Mapping[str, Callable[[Sequence[str]], bytes]] = {
    "jsonl": make_jsonl,
    "parquet": make_parquet,
    "warc": make_pages_warc,
}
"""The formats that hold many articles."""

ONE: Mapping[str, Callable[[str], bytes]] = {
    "text": lambda text: text.encode(),
    "html": lambda text: make_page(text).encode(),
}
"""The formats that hold one."""

ENDINGS = {"text": ".txt", "html": ".html", "jsonl": ".jsonl", "parquet": ".parquet", "warc": ".warc"}


def make_file(format_: str, texts: Sequence[str]) -> bytes:
    """A file of a format; one that holds one article holds the first."""
    return MANY[format_](texts) if format_ in MANY else ONE[format_](texts[0])


def make_options(**limits: int) -> IngestOptions:
    """Options with some limits."""
    return IngestOptions(limits=Limits.model_validate(limits))


def read_bytes(
    format_: str, data: bytes | BinaryIO, options: IngestOptions | None = None, columns: ColumnsTable | None = None
) -> list[Article | Dropped]:
    """What a reader makes of some bytes."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    origin = Origin(source="here", stem="here", columns=columns or ColumnsTable())
    return list(find_reader(format_)(stream, origin, options or IngestOptions()))


def read_one(format_: str, data: bytes, options: IngestOptions | None = None) -> Article:
    """The one article of a file."""
    (found,) = read_bytes(format_, data, options)
    assert isinstance(found, Article), found
    return found


def drop_one(format_: str, data: bytes, options: IngestOptions | None = None) -> Dropped:
    """The one dropped record of a file."""
    (found,) = read_bytes(format_, data, options)
    assert isinstance(found, Dropped), found
    return found


def read_path(path: Path | str, options: IngestOptions | None = None) -> list[Article | Dropped]:
    """What `read_sources` gives for one path."""
    return list(read_sources([SourceTable(path=str(path))], options or IngestOptions()))


def pack(data: bytes) -> bytes:
    """Gzip, without a time."""
    return gzip.compress(data, mtime=0)
