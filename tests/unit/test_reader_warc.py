"""WARC: responses that are pages, what they are packed in, and what is dropped or skipped."""

import io
import zlib
from collections import Counter

import brotli
import pyarrow as pa
import pytest

from corpus_kit.ingest import IngestOptions, Origin, find_reader
from corpus_kit.ingest.http import parse_response
from corpus_kit.ingest.limits import SourceFault
from corpus_kit.model import Article
from tests.ingest_samples import drop_one, make_options, make_page, make_warc, pack, read_bytes, read_one

PAGE = make_page("Grüße vom Hafen.").encode()


def test_url_time_and_charset_come_along() -> None:
    """The target URL, the time of the crawl, and the charset of the HTTP header before the page's own."""
    article = read_one("warc", make_warc([PAGE]))
    assert (article.url, article.retrieved, article.encoding) == (
        "https://news.example/0",
        "2026-01-02T03:04:05Z",
        "utf-8",
    )
    latin = make_page("Grüße vom Hafen.").encode("cp1252")
    assert read_one("warc", make_warc([latin], type_="text/html; charset=ISO-8859-1")).encoding == "cp1252"


def test_a_relative_canonical_url_is_resolved() -> None:
    """The page's own address, against the one it was fetched from."""
    page = make_page("x", head='<link rel="canonical" href="/story">').encode()
    assert read_one("warc", make_warc([page])).url == "https://news.example/story"


def deflate_raw(data: bytes) -> bytes:
    """Deflate without a header, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunk(data: bytes) -> bytes:
    """Two chunks, an extension and the last one."""
    return b"%x\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n" % (9, data[:9], len(data) - 9, data[9:])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (pack(PAGE), {"Content-Encoding": "gzip"}),
        (pack(PAGE), {"Content-Encoding": "x-gzip"}),
        (zlib.compress(PAGE), {"Content-Encoding": "deflate"}),
        (deflate_raw(PAGE), {"Content-Encoding": "deflate"}),
        (brotli.compress(PAGE), {"Content-Encoding": "br"}),
        (pa.compress(PAGE, codec="zstd", asbytes=True), {"Content-Encoding": "zstd"}),
        (pack(pack(PAGE)), {"Content-Encoding": "gzip, gzip"}),
        (chunk(PAGE), {"Transfer-Encoding": "chunked"}),
        (chunk(pack(PAGE)), {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}),
        (PAGE, {"Content-Encoding": "gzip"}),
        (PAGE, {"Transfer-Encoding": "chunked"}),
        (PAGE, {"Content-Encoding": "identity"}),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_bodies_are_unpacked(body: bytes, headers: dict[str, str], packed: bool) -> None:
    """In every encoding that servers use, and as it stands where the crawler unpacked it already."""
    data = make_warc([body], headers=list(headers.items()))
    if packed:
        data = zlib.decompress(pack(data), 31)
    assert read_one("warc", data).text == "Grüße vom Hafen."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_warc([PAGE], type_="image/png"), "wrong-type"),
        (make_warc([PAGE], type_=""), "wrong-type"),
        (make_warc([PAGE], type_="application/json"), "wrong-type"),
        (make_warc([PAGE], status="404 Not Found"), "http-error"),
        (make_warc([b""]), "empty"),
        (make_warc([PAGE], headers=[("Content-Encoding", "snappy")]), "wrong-type"),
        (make_warc([pack(PAGE)[:-9]], headers=[("Content-Encoding", "gzip")]), "truncated"),
        (make_warc([b"not br"], headers=[("Content-Encoding", "br")]), "parse-error"),
        (make_warc([chunk(PAGE)[:-30]], headers=[("Transfer-Encoding", "chunked")]), "truncated"),
        (make_warc([brotli.compress(b"\0" * 10_000_000)], headers=[("Content-Encoding", "br")]), "too-large"),
        (make_warc([zlib.compress(b"\0" * 10_000_000)], headers=[("Content-Encoding", "deflate")]), "too-large"),
        (make_warc([PAGE]).replace(b"HTTP/1.1 200", b"FTP!/1.1 200"), "parse-error"),
        (
            make_warc([PAGE]).replace(b"WARC-Type: response", b"WARC-Truncated: length\r\nWARC-Type: response"),
            "truncated",
        ),
    ],
)
def test_what_is_no_page_is_dropped(data: bytes, reason: str) -> None:
    """Each with its reason, its number and its offset."""
    dropped = drop_one("warc", data, make_options(max_record_bytes=1_000_000))
    assert (dropped.reason, dropped.id) == (reason, "here-1")
    assert data[dropped.record_offset :].startswith(b"WARC/1.0")


def test_other_records_are_skipped_and_counted() -> None:
    """A request, a resource and the warcinfo are no records of ours."""
    data = make_warc([PAGE], kind="request") + make_warc([PAGE], kind="resource") + make_warc([PAGE])
    skipped: Counter[str] = Counter()
    origin = Origin(source="x", stem="x", skipped=skipped)
    found = list(find_reader("warc")(io.BytesIO(data), origin, IngestOptions()))
    assert [item.id for item in found] == ["x-1"]
    assert skipped == {"warcinfo": 3, "request": 1, "resource": 1}


def test_rubbish_between_records_ends_the_file() -> None:
    """Nothing after it can be found: one dropped record, and what came before stays."""
    good, bad = read_bytes("warc", make_warc([PAGE]) + b"rubbish\r\n" * 9 + make_warc([PAGE]))
    assert isinstance(good, Article)
    assert getattr(bad, "reason", None) == "truncated"


@pytest.mark.parametrize(
    "block", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 20x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_response_is_refused(block: bytes) -> None:
    """The head has to be whole and begin with a version and a status."""
    with pytest.raises(SourceFault, match="no HTTP response"):
        parse_response(block)


def test_a_response_by_hand() -> None:
    """Line feeds alone separate too; the first of two headers counts; names know no case."""
    response = parse_response(b'HTTP/1.0 200\ncontent-TYPE: Text/HTML;Charset="x"\nContent-Type: y\n\nbody')
    assert response[:3] == (200, "text/html", "x")
    assert response.body == b"body"
