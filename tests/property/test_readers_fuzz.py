"""Whatever the bytes are, a reader gives articles and dropped records, and no exception."""

import io
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_kit.canonical import hash_text, to_canonical_json
from corpus_kit.ingest import READERS, DropLog, IngestOptions, Origin, find_reader
from corpus_kit.ingest.html import load_extractor
from corpus_kit.ingest.ids import make_id
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import Limits
from tests.ingest_samples import (
    ENDINGS,
    TEXTS,
    make_file,
    make_page,
    make_parquet,
    make_warc,
    pack,
    read_bytes,
    read_path,
)

LIMITS = Limits(max_record_bytes=20_000, max_line_chars=2_000, max_nesting_depth=30, max_tags=800)
OPTIONS = [
    IngestOptions(limits=LIMITS, html_main=how, keep_bidi_controls=keep, min_encoding_confidence=confidence)
    for how, keep, confidence in (("exact", False, 0.8), ("fast", True, 0.0), ("none", False, 1.0))
]
LINKED = '{"@context":"https://schema.org","@graph":[{"@type":"NewsArticle","headline":"H","author":[{"name":"A"}],'
HEAD = (
    f'<title>T</title><meta property="og:url" content="/x"><link rel="canonical" href="//[bad">'
    f'<script type="application/ld+json">{LINKED}"datePublished":"2026-01-02"}}]}}</script>'
)
SAMPLES = {
    "text": [TEXTS[0].encode(), TEXTS[2].encode("utf-16"), TEXTS[2].encode("cp1252"), b"\xef\xbb\xbfx"],
    "html": [make_page(TEXTS[0], head=HEAD).encode(), make_page(TEXTS[2]).encode("utf-16"), b"<table><p><svg><b></p>x"],
    "jsonl": [make_file("jsonl", TEXTS), b'{"text":"\\ud83d\\ude00","id":[1],"date":"2026-99-01"}\n{"text":"\\udc00"}'],
    "parquet": [make_file("parquet", TEXTS), make_parquet([None, "x"] * 20, id=[{"a": 1}] * 40, date=[3.5] * 40)],
    "warc": [
        make_warc([make_page(text, head=HEAD).encode() for text in TEXTS]),
        make_warc([pack(make_page(TEXTS[0]).encode())], headers=[("Content-Encoding", "gzip")]),
        make_warc([b"5\r\nhello\r\n0\r\n\r\n"], headers=[("Transfer-Encoding", "chunked")]),
    ],
}
PIECES = [
    b"",
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"<",
    b">",
    b"</p>",
    b"<p>",
    b"<table>",
    b"<!--",
    b"<script>",
    b"<svg>",
    b"&#xD800;",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b'"',
    b"\\ud800",
    b"\\u0000",
    b"{",
    b"[" * 50,
    b"]",
    b"}",
    b"1e999",
    b"9" * 5_000,
    b"PAR1",
    b"WARC/1.0\r\n",
    b"Content-Length: 9999999999\r\n",
    b"Content-Length: -1\r\n",
    b"WARC-Type: response\r\n",
    b"charset=utf-7",
    b"charset=punycode",
    b"charset=zlib",
    b"\x1f\x8b",
    b"Content-Encoding: br\r\n",
    b"<?xml encoding='utf-16'?>",
    b"\x1b$B",
]


@st.composite
def mutated(draw: st.DrawFn, format_: str) -> bytes:
    """A valid file with pieces put in, bytes changed, parts cut out or repeated."""
    data = draw(st.sampled_from(SAMPLES[format_]))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + draw(st.sampled_from([0, 1, 4, 64, 4_000])))))
        middle = draw(
            st.one_of(st.sampled_from(PIECES), st.binary(max_size=8), st.integers(2, 30).map(data[start:end].__mul__))
        )
        data = data[:start] + middle + data[end:]
    return data[:60_000]


def check(format_: str, data: bytes, options: IngestOptions) -> None:
    """Read, and hold what comes back against what every record promises."""
    load_extractor()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for item in read_bytes(format_, data, options):
            assert isinstance(item, Article | Dropped)
            assert item.id is None or make_id(item.id) == item.id
            if isinstance(item, Dropped):
                continue
            assert item.text.strip()
            assert "\0" not in item.text
            assert item.sha256 == hash_text(item.text)
            for block in item.blocks:
                assert item.text[block.start : block.end] == item.text[block.start : block.end].strip() != ""
            if item.blocks:
                assert "\n".join(item.text[own.start : own.end] for own in item.blocks) == item.text
            stated = (item.title, item.author, item.published, item.url, item.publisher, item.retrieved)
            to_canonical_json(stated).encode()


@pytest.mark.parametrize("format_", READERS)
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_files(format_: str, data: st.DataObject) -> None:
    """A valid file that was damaged."""
    check(format_, data.draw(mutated(format_)), data.draw(st.sampled_from(OPTIONS)))


@pytest.mark.parametrize("format_", READERS)
@settings(max_examples=100)
@given(data=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)))
def test_arbitrary_bytes(format_: str, data: bytes) -> None:
    """Bytes that never were a file."""
    check(format_, data, OPTIONS[0])


@pytest.mark.parametrize("format_", READERS)
@settings(max_examples=50)
@given(data=st.data())
def test_damaged_compression(format_: str, data: st.DataObject) -> None:
    """A compressed file that was damaged ends in records and one reason, through `read_sources` and its counts."""
    packed = bytearray(pack(make_file(format_, TEXTS)))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(1, len(packed)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x{ENDINGS[format_]}.gz")
        path.write_bytes(bytes(packed[:cut]))
        log = DropLog(lambda _: None)
        items = read_path(path, OPTIONS[0])
        assert len(list(log.keep_articles(items))) == log.counts.articles
        assert log.counts.records == len(items)


class Failing(io.RawIOBase):
    """A stream that breaks after some bytes."""

    def __init__(self, data: bytes, after: int) -> None:
        self._data, self._left = io.BytesIO(data), after

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Some bytes, then a KeyboardInterrupt: the one exception that is the reader's own to pass on."""
        if self._left <= 0:
            raise KeyboardInterrupt
        data = self._data.read(min(len(buffer), self._left))
        self._left -= len(data) or self._left
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize("format_", ["text", "html", "jsonl", "warc"])
def test_the_stream_s_own_exceptions_pass(format_: str) -> None:
    """What the stream raises reaches the caller, through fastwarc too."""
    data = make_file(format_, [text * 2_000 for text in TEXTS])
    stream = io.BufferedReader(Failing(data, len(data) // 2))
    read: Callable[..., object] = find_reader(format_)
    with pytest.raises(KeyboardInterrupt):
        list(read(stream, Origin(source="x", stem="x"), IngestOptions()))  # type: ignore[call-overload]
