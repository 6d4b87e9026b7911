"""Hostile inputs end in a dropped record: in little memory, in little time, and without a crash."""

import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_kit.ingest import REASONS
from corpus_kit.ingest.limits import check_nesting, find_long_line
from corpus_kit.sources import Limits
from tests.ingest_samples import drop_one, make_options, make_page, make_warc, pack, read_bytes

MAX_MEMORY_MB = 250
MAX_CPU_S = 10.0
SCRIPT = """
import collections, json, resource, sys
from corpus_kit.ingest import IngestOptions, read_sources
from corpus_kit.ingest.html import load_extractor
from corpus_kit.ingest.warc import load_fastwarc
from corpus_kit.sources import SourceTable
import pyarrow.parquet
load_extractor(), load_fastwarc()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = collections.Counter()
for item in read_sources([SourceTable(path=sys.argv[1])], IngestOptions()):
    found[getattr(item, "reason", "article")] += 1
peak = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"found": found, "memory_kb": peak.ru_maxrss - before, "cpu_s": peak.ru_utime + peak.ru_stime}))
"""


class Cost(NamedTuple):
    """What reading cost a process of its own: records by verdict, memory beyond the libraries' own, processor time."""

    found: dict[str, int]
    memory_mb: float
    cpu_s: float


def read_apart(path: Path) -> Cost:
    """Read a file with the default limits in another process, which has to end by itself."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    value = json.loads(done.stdout)
    return Cost(value["found"], value["memory_kb"] / 1024, value["cpu_s"])


def write_gzip(path: Path, *parts: bytes, repeats: int = 1) -> None:
    """A gzip file of the parts, the last of which is repeated, without ever having it in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        for part in parts[:-1]:
            file.write(packer.compress(part))
        for _ in range(repeats):
            file.write(packer.compress(parts[-1]))
        file.write(packer.flush())


def write_repeated(path: Path, part: bytes, repeats: int) -> None:
    """A file of a part again and again."""
    with path.open("wb") as file:
        for _ in range(repeats):
            file.write(part)


def gzip_bomb(path: Path) -> None:
    """300 MB of zeros in 300 kB."""
    write_gzip(path, b"\0" * 1_000_000, repeats=300)


def gzip_bomb_in_jsonl(path: Path) -> None:
    """A good line, then 300 MB of one line."""
    write_gzip(path, b'{"text": "good"}\n', b"a" * 1_000_000, repeats=300)


def zstd_bomb(path: Path) -> None:
    """1 GB of zeros in 100 kB."""
    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, "zstd") as packed:
        for _ in range(1_000):
            packed.write(b"\0" * 1_000_000)


def long_line(path: Path) -> None:
    """One line of 100 MB."""
    write_repeated(path, b"word " * 200_000, 100)


def long_line_in_jsonl(path: Path) -> None:
    """A record of 100 MB between two good ones."""
    with path.open("wb") as file:
        file.write(b'{"text": "one"}\n{"text": "')
        for _ in range(100):
            file.write(b"word " * 200_000)
        file.write(b'"}\n{"text": "two"}\n')


def deep_json(path: Path) -> None:
    """200,000 nested lists beside a text."""
    path.write_bytes(b'{"text": "x", "y": ' + b"[" * 200_000 + b"]" * 200_000 + b"}\n")


def nested_tags(path: Path) -> None:
    """200,000 nested elements."""
    path.write_bytes(b"<div>" * 200_000 + b"text")


def copied_formatting(path: Path) -> None:
    """90,000 elements of the kinds that parsers copy into each paragraph."""
    path.write_bytes(b"<p><b><i>" * 30_000 + b"text")


def nested_lists(path: Path) -> None:
    """Lists in lists, whose indentation would be quadratic."""
    path.write_bytes(b"<ul><li>x" * 40_000)


def unclosed_headings(path: Path) -> None:
    """90,000 flat elements, over which trafilatura is quadratic."""
    path.write_bytes(b"<html><body>" + b"<h2>x</h2>" * 90_000)


def foster_parents(path: Path) -> None:
    """Text where a table allows none."""
    path.write_bytes(b"<table>" + b"<b>x<td>" * 40_000)


def many_attributes(path: Path) -> None:
    """An element of 9 MB of attributes."""
    path.write_bytes(b"<p " + b" ".join(b"a%d=1" % i for i in range(900_000)) + b">text</p>")


def open_comments(path: Path) -> None:
    """Comments and scripts that begin and never end."""
    path.write_bytes(b"<p>text</p>" + b"<!--<script><![CDATA[" * 90_000)


def large_page(path: Path) -> None:
    """9 MB of text in one paragraph of one page: dropped for its line."""
    path.write_bytes(b"<p>" + b"word " * 1_800_000)


def deep_linked_data(path: Path) -> None:
    """A page whose JSON-LD nests 100,000 deep; the page itself is fine."""
    head = '<script type="application/ld+json">' + '{"@graph":[' * 30_000 + "</script>"
    path.write_text(make_page("A line of text.", head=head))


def http_bomb(path: Path) -> None:
    """A response that unpacks to 300 MB, in each encoding, twice packed, and a good one."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(b"\0" * 1_000_000) for _ in range(300)) + bomb.flush()
    header = [("Content-Encoding", "gzip, gzip")]
    good = make_warc([make_page("A line of text.").encode()])
    path.write_bytes(make_warc([pack(packed)], headers=header) + make_warc([packed], headers=header[:1]) + good)


def lying_length(path: Path) -> None:
    """A record that states 900 GB, after a good one."""
    good = make_warc([make_page("A line of text.").encode()])
    fields = b"WARC-Type: response\r\nWARC-Record-ID: <urn:uuid:20000000-0000-0000-0000-000000000000>\r\n"
    path.write_bytes(good + b"WARC/1.0\r\n" + fields + b"Content-Length: 900000000000\r\n\r\nHTTP/1.1 200 OK\r\n")


def endless_header(path: Path) -> None:
    """50 MB of one WARC header."""
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: " + b"x" * 50_000_000)


def parquet_bomb(path: Path) -> None:
    """200 rows of one text of 9 MB, which dictionary and zstd pack into some kB."""
    pq.write_table(pa.table({"text": pa.array(["a" * 9_000_000]).dictionary_encode().take(pa.array([0] * 200))}), path)


def parquet_long_text(path: Path) -> None:
    """A text of 100 MB."""
    pq.write_table(pa.table({"text": ["word " * 20_000_000, "good"]}), path, compression="none")


BOMBS: dict[str, tuple[Callable[[Path], None], str, set[str]]] = {
    "gzip in text": (gzip_bomb, "x.txt.gz", {"too-large"}),
    "gzip in html": (gzip_bomb, "x.html.gz", {"too-large"}),
    "gzip in jsonl": (gzip_bomb_in_jsonl, "x.jsonl.gz", {"article", "too-large"}),
    "gzip in warc": (gzip_bomb, "x.warc.gz", {"parse-error"}),
    "zstd in text": (zstd_bomb, "x.txt.zst", {"too-large"}),
    "zstd in jsonl": (zstd_bomb, "x.jsonl.zst", {"too-large"}),
    "long line": (long_line, "x.txt", {"too-large"}),
    "long line in html": (long_line, "x.html", {"too-large"}),
    "long line in jsonl": (long_line_in_jsonl, "x.jsonl", {"article", "too-large"}),
    "deep json": (deep_json, "x.jsonl", {"too-large"}),
    "nested tags": (nested_tags, "x.html", {"too-large"}),
    "copied formatting": (copied_formatting, "x.html", {"article"}),
    "nested lists": (nested_lists, "x.html", {"too-large"}),
    "flat headings": (unclosed_headings, "x.html", {"article"}),
    "foster parents": (foster_parents, "x.html", {"article"}),
    "many attributes": (many_attributes, "x.html", {"too-large"}),
    "open comments": (open_comments, "x.html", {"too-large"}),
    "large page": (large_page, "x.html", {"too-large"}),
    "deep linked data": (deep_linked_data, "x.html", {"article"}),
    "packed response": (http_bomb, "x.warc", {"article", "too-large"}),
    "lying length": (lying_length, "x.warc", {"article", "too-large"}),
    "endless header": (endless_header, "x.warc", {"parse-error"}),
    "parquet dictionary": (parquet_bomb, "x.parquet", {"too-large"}),
    "parquet text": (parquet_long_text, "x.parquet", {"too-large"}),
}


@pytest.mark.measured
@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path) -> None:
    """Each ends in its verdict, in at most 250 MB beyond the libraries and 10 s of processor time."""
    make, file, verdicts = BOMBS[name]
    path = tmp_path / file
    make(path)
    cost = read_apart(path)
    assert set(cost.found) == verdicts
    assert cost.memory_mb < MAX_MEMORY_MB
    assert cost.cpu_s < MAX_CPU_S


def test_a_named_zip_has_no_reader(tmp_path: Path) -> None:
    """A zip bomb is never opened."""
    from tests.ingest_samples import read_path

    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04")
    (found,) = read_path(tmp_path / "x.zip")
    assert getattr(found, "reason", None) == "wrong-type"


@pytest.mark.parametrize("format_", ["text", "html"])
def test_nul_is_dropped(format_: str) -> None:
    """A NUL is named with its place."""
    dropped = drop_one(format_, b"One.\0Two.")
    assert (dropped.reason, "offset 4" in dropped.detail) == ("unsafe-text", True)


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb", "\\u0000", "\\u202e", "\\u2066"])
def test_unsafe_json_is_dropped(text: str) -> None:
    """Halves of surrogate pairs, NUL and bidirectional controls, also in a title or an id."""
    for row in ('{"text": "%s"}', '{"text": "x", "title": "y%s"}', '{"text": "x", "id": "y%s"}'):
        assert drop_one("jsonl", (row % text).encode()).reason == "unsafe-text"


def test_a_cut_warc_keeps_what_was_read() -> None:
    """The records before the cut are articles, the rest is one dropped record with its offset."""
    data = make_warc([make_page(f"Line {i}.").encode() for i in range(3)])
    *kept, last = read_bytes("warc", data[:-60])
    assert [getattr(item, "text", None) for item in kept] == ["Line 0.", "Line 1."]
    assert getattr(last, "reason", None) == "truncated"
    assert data[last.record_offset :].startswith(b"WARC/1.0")


def test_the_limits_state_their_defaults() -> None:
    """The defaults, and the reasons, are what the documentation says."""
    text = (Path(__file__).parents[2] / "docs/ingest.md").read_text("utf-8")
    for name, value in Limits().model_dump().items():
        assert f"| `{name}` | {value:,.0f} |" in text, name
    for reason, meaning in REASONS.items():
        assert f"| `{reason}` | {meaning} |" in text, reason


@pytest.mark.parametrize(
    ("data", "limit", "fine"),
    [
        (b"[[[]]]", 3, True),
        (b"[[[[]]]]", 3, False),
        (b'{"a":"[[[[[[[[","b":[]}', 2, True),
        (b'{"a":"\\"[[[[[[","b":[]}', 2, True),
        (b"[],[],[],[],[],[]", 1, True),
        (b'"' + b'\\"' * 100_000 + b"[" * 100, 3, True),
    ],
)
def test_nesting_is_counted_outside_strings(data: bytes, limit: int, fine: bool) -> None:
    """Brackets in strings nest nothing."""
    assert check_nesting(data, limit) is fine


@pytest.mark.measured
def test_nesting_takes_linear_time() -> None:
    """Quotation marks that never close don't make the count quadratic."""
    times = []
    for size in (20_000, 160_000):
        begun = time.process_time()
        check_nesting(b'"[{\\' * size, 3)
        times.append(time.process_time() - begun)
    assert times[1] < 24 * times[0] + 0.05


@pytest.mark.parametrize(
    ("text", "found"), [("", None), ("abc", None), ("abcd", 0), ("abc\nabc\nabcd\n", 8), ("\n" * 9, None)]
)
def test_long_lines_are_found(text: str, found: int | None) -> None:
    """The offset of the first line of more than three characters."""
    assert find_long_line(text, 3) == found


def test_a_file_past_its_limit_keeps_what_came_before(tmp_path: Path) -> None:
    """`max_file_bytes` ends the file, not what was read of it."""
    from tests.ingest_samples import read_path

    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "%s"}\n' % (b"x" * 50_000) * 5)
    found: list[Any] = read_path(path, make_options(max_file_bytes=150_000))
    assert [getattr(item, "reason", "article") for item in found] == ["article", "article", "too-large"]


@pytest.mark.measured
def test_memory_is_measured() -> None:
    """The measure sees memory: a process that takes 300 MB is over the bound."""
    code = "import resource; x = b'x' * 300_000_000; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 > MAX_MEMORY_MB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
