"""Every reader keeps the same promises: one article at a time, exact provenance, every record back once."""

import io
import itertools
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus_kit.canonical import hash_bytes, hash_text
from corpus_kit.errors import ArticleError, UnknownName
from corpus_kit.ingest import (
    READERS,
    SUFFIXES,
    DropLog,
    IngestOptions,
    Origin,
    find_reader,
    read_sources,
    refuse_dropped,
)
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import FORMATS, SourceTable
from tests.ingest_samples import ENDINGS, MANY, ONE, TEXTS, make_file, make_options, pack, read_bytes, read_path

each_format = pytest.mark.parametrize("format_", READERS)
each_many = pytest.mark.parametrize("format_", MANY)


class Watched(io.BytesIO):
    """Bytes that know how far they were read."""

    furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read on."""
        data = super().read(size)
        self.furthest = max(self.furthest, self.tell())
        return data

    def readline(self, size: int | None = -1) -> bytes:
        """Read a line."""
        data = super().readline(size)
        self.furthest = max(self.furthest, self.tell())
        return data

    read1 = read


def test_the_tables_agree() -> None:
    """Every format has a reader, an ending and a sample here; an unknown name lists the valid ones."""
    assert set(READERS) == set(FORMATS) == set(SUFFIXES.values()) == set(ENDINGS) == {*MANY, *ONE}
    with pytest.raises(UnknownName, match="Did you mean 'html'"):
        find_reader("htm")


@each_format
def test_text_and_digests(format_: str) -> None:
    """The text is the article's, `sha256` that of its UTF-8, and every record has source, size and raw digest."""
    found = read_bytes(format_, make_file(format_, TEXTS))
    expected = TEXTS if format_ in MANY else TEXTS[:1]
    assert [item.text for item in found if isinstance(item, Article)] == list(expected)
    for item in found:
        assert isinstance(item, Article)
        assert item.sha256 == hash_text(item.text)
        assert item.source == "here"
        assert len(item.raw_sha256) == 64
        assert item.size_bytes > 0
        assert item.encoding == "utf-8"


def cut_jsonl(data: bytes, item: Article) -> bytes:
    """The line at an offset."""
    return data[item.record_offset :].split(b"\n")[0]


def cut_warc(data: bytes, item: Article) -> bytes:
    """The block of the record at an offset, as warcio reads it."""
    record = next(iter(ArchiveIterator(io.BytesIO(data[item.record_offset :]), no_record_parse=True)))
    block = record.raw_stream.read()
    assert isinstance(block, bytes)
    return block


@each_format
def test_raw_bytes_are_where_the_record_says(format_: str) -> None:
    """`record_offset` leads back to the bytes whose digest and size the article states."""
    data = make_file(format_, TEXTS)
    for row, item in enumerate(read_bytes(format_, data)):
        assert isinstance(item, Article)
        if format_ in ONE:
            assert item.record_offset is None
            raw = data
        elif format_ == "parquet":
            assert item.record_offset == row
            raw = item.text.encode()
        else:
            raw = {"jsonl": cut_jsonl, "warc": cut_warc}[format_](data, item)
        assert (item.raw_sha256, item.size_bytes) == (hash_bytes(raw), len(raw))


@each_format
def test_offsets_don_t_depend_on_the_compression(format_: str, tmp_path: Path) -> None:
    """A file and its gzip give the same articles but for the source; Parquet in gzip is refused."""
    data, name = make_file(format_, TEXTS), f"a{ENDINGS[format_]}"
    (tmp_path / name).write_bytes(data)
    (tmp_path / f"{name}.gz").write_bytes(pack(data[:50]) + pack(data[50:]) + b"\0" * 100)
    plain, packed = read_path(tmp_path / name), read_path(tmp_path / f"{name}.gz")
    if format_ == "parquet":
        assert [item.reason for item in packed if isinstance(item, Dropped)] == ["wrong-type"]
        return
    strip = [(item.id, item.text, item.record_offset, item.raw_sha256) for item in plain if isinstance(item, Article)]
    assert strip == [
        (item.id, item.text, item.record_offset, item.raw_sha256) for item in packed if isinstance(item, Article)
    ]
    assert len(strip) == len(plain) == len(packed) > 0


@each_many
def test_the_first_article_comes_before_the_last_is_read(format_: str) -> None:
    """A reader is lazy: the first of many articles is there when a small part of the file was read."""
    data = make_file(format_, [f"{i} {TEXTS[0]} {hash_text(str(i)) * 50}" for i in range(2_000)])
    stream = Watched(data)
    items: Iterator[Article | Dropped] = find_reader(format_)(stream, Origin(source="x", stem="x"), IngestOptions())
    assert isinstance(next(items), Article)
    if format_ != "parquet":  # whose footer is at the end
        assert stream.furthest < len(data) / 4
    assert isinstance(next(items), Article)


@each_many
def test_memory_doesn_t_grow_with_the_file(format_: str) -> None:
    """Four times as many articles take no more memory, Arrow's and Python's, than a few of them."""
    html_main = IngestOptions(html_main="fast")  # trafilatura's caches are bounded, and larger than these files
    peaks = []
    for count in (300, 1_200) if format_ == "warc" else (1_200, 4_800):
        texts = [f"{i} {TEXTS[0]} " + "".join(hash_text(f"{i} {j}") for j in range(100)) for i in range(count)]
        stream = io.BytesIO(make_file(format_, texts))
        before, peak, seen = pa.total_allocated_bytes(), 0, 0
        tracemalloc.start()
        for _ in find_reader(format_)(stream, Origin(source="x", stem="x"), html_main):
            peak, seen = max(peak, pa.total_allocated_bytes() - before), seen + 1
        peaks.append(peak + tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert seen == count
    assert peaks[1] < 1.2 * peaks[0] + 3_000_000
    assert peaks[1] < 40_000_000


@each_many
def test_ids_are_the_stem_and_the_record_s_number(format_: str) -> None:
    """Records without an id are numbered from 1."""
    assert [item.id for item in read_bytes(format_, make_file(format_, TEXTS))] == ["here-1", "here-2", "here-3"]


@pytest.mark.parametrize("format_", ONE)
def test_the_id_of_a_file_is_its_stem(format_: str) -> None:
    """A file that is one article is called as the file."""
    assert [item.id for item in read_bytes(format_, make_file(format_, TEXTS))] == ["here"]


@each_format
def test_a_record_past_the_limit_is_dropped(format_: str) -> None:
    """`max_record_bytes` drops the record that is too large, and only that."""
    texts = ["x" * 2_000, "short"] if format_ in MANY else ["x" * 2_000]
    found = read_bytes(format_, make_file(format_, texts), make_options(max_record_bytes=1_000))
    assert [getattr(item, "reason", "article") for item in found] == ["too-large", "article"][: len(texts)]


@each_format
def test_a_line_past_the_limit_is_dropped(format_: str) -> None:
    """`max_line_chars` is about the article's text."""
    found = read_bytes(format_, make_file(format_, ["y" * 50 + "\n" + "x" * 101]), make_options(max_line_chars=100))
    assert [getattr(item, "reason", "article") for item in found] == ["too-large"]
    found = read_bytes(format_, make_file(format_, ["y" * 50 + "\n" + "x" * 100]), make_options(max_line_chars=100))
    assert [getattr(item, "reason", "article") for item in found] == ["article"]


@each_format
def test_white_space_is_no_article(format_: str) -> None:
    """A record without text is dropped as empty."""
    assert [getattr(item, "reason", "article") for item in read_bytes(format_, make_file(format_, [" \n\t "]))] == [
        "empty"
    ]


@each_format
@pytest.mark.parametrize("mark", ["\u202e", "\u2066"])
def test_controls_that_reorder_are_dropped_unless_kept(format_: str, mark: str) -> None:
    """Bidirectional controls deceive annotators; `keep_bidi_controls` lets them pass."""
    data = make_file(format_, [f"One {mark}two."])
    assert [getattr(item, "reason", "article") for item in read_bytes(format_, data)] == ["unsafe-text"]
    (kept,) = read_bytes(format_, data, IngestOptions(keep_bidi_controls=True))
    assert isinstance(kept, Article)
    assert mark in kept.text


@each_format
def test_another_language_is_dropped(format_: str) -> None:
    """With a language to hold, an article that is surely in another is dropped."""
    german = "Die Fähre hatte gestern Verspätung, weil der Wind zu stark war. " * 5
    options = IngestOptions(language="en")
    assert [getattr(i, "reason", "article") for i in read_bytes(format_, make_file(format_, [german]), options)] == [
        "other-language"
    ]
    english = "The ferry was late yesterday because the wind was too strong. " * 5
    assert [getattr(i, "reason", "article") for i in read_bytes(format_, make_file(format_, [english]), options)] == [
        "article"
    ]


@each_format
def test_garbage_is_dropped(format_: str) -> None:
    """Bytes of no format give dropped records and nothing else."""
    data = bytes(range(256)) * 40
    found = read_bytes(format_, data)
    assert found
    assert all(isinstance(item, Dropped) for item in found)


@each_format
@pytest.mark.parametrize("reader", [io.BytesIO, Watched])
def test_an_empty_file_gives_nothing_or_one_reason(format_: str, reader: type[io.BytesIO]) -> None:
    """No bytes, no article and no error."""
    assert all(isinstance(item, Dropped) for item in read_bytes(format_, reader(b"")))


def make_folder(folder: Path) -> Path:
    """A folder with every format, good and bad."""
    for format_, ending in ENDINGS.items():
        data = make_file(format_, TEXTS)
        (folder / f"good-{format_}{ending}").write_bytes(data)
        (folder / f"cut-{format_}{ending}").write_bytes(data[: len(data) // 2] + b"\xff\xfe\x00")
        (folder / f"good-{format_}-again{ending}.gz").write_bytes(pack(data)[:-5])
    (folder / "ids.jsonl").write_bytes(b'{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n{"id": "b"}\n')
    return folder


def test_counts_add_up(tmp_path: Path) -> None:
    """Articles and dropped records add up to what was seen, by reason too, and what is skipped is counted apart."""
    dropped: list[Dropped] = []
    log = DropLog(dropped.append)
    items = list(read_sources([SourceTable(path=str(make_folder(tmp_path)))], IngestOptions(), skipped=log.skipped))
    articles = list(log.keep_articles(items))
    counts = log.counts
    assert (counts.articles, counts.dropped) == (len(articles), len(dropped))
    assert counts.records == len(items)
    assert counts.by_reason == dict(Counter(item.reason for item in dropped))
    assert sum(counts.by_reason.values()) == counts.dropped
    assert counts.skipped["warcinfo"] >= 1
    assert counts.by_reason["duplicate-id"] == 1
    assert len({article.id for article in articles}) == len(articles)


def test_the_order_is_fixed(tmp_path: Path) -> None:
    """Reading twice gives the same records in the same order."""
    make_folder(tmp_path)
    assert read_path(tmp_path) == read_path(tmp_path)


def test_strict_is_the_first_dropped_record(tmp_path: Path) -> None:
    """The error names source, reason and offset, and no later record is read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "x"}\n{}\n[]\n')
    log = DropLog(refuse_dropped)
    kept = log.keep_articles(read_sources([SourceTable(path=str(path))], IngestOptions()))
    assert next(kept).text == "x"
    with pytest.raises(ArticleError, match=r"a\.jsonl: parse-error at 14: no column 'text'"):
        next(kept)
    assert list(itertools.islice(kept, 1)) == []
