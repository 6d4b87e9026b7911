"""Any number of articles become a folder of segments, batch by batch: memory doesn't grow with the input.

No Python object is made for a segment. A batch of articles is encoded once, the segmenter finds offsets in it, and the
bytes of the text column are picked out of it by them.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpus_kit.arrow import make_numbers, make_strings, make_table_of_columns
from corpus_kit.columns import Column
from corpus_kit.errors import TargetError
from corpus_kit.files import make_target_error, replace_folder
from corpus_kit.ingest import (
    DropLog,
    IngestCounts,
    IngestOptions,
    read_named_sources,
    refuse_dropped,
    require_articles,
    write_dropped,
)
from corpus_kit.model import Article
from corpus_kit.segment import Segmenter, flag_main_content, segment_news
from corpus_kit.segment.many import ManySpans, find_spans

BATCH_CHARS = 1_000_000
"""A batch, which is a row group, ends with the article that reaches this many code points."""
BATCHES_PER_FILE = 64

SEGMENT_SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("position", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("is_main", pa.bool_()),
    ]
)
ARTICLE_COLUMNS = (
    *(Column(name, "string") for name in ("id", "source")),
    Column("record_offset", "int64"),
    *(Column(name, "string") for name in ("raw_sha256", "encoding", "sha256")),
    *(Column(name, "string") for name in ("publisher", "title", "author", "published", "url")),
    Column("segments", "int32"),
)
_PARQUET: Mapping[str, Any] = {"compression": "zstd", "compression_level": 1, "store_schema": False}

Written = TypeVar("Written")
Finished = TypeVar("Finished")


class Reading(NamedTuple):
    """How articles are read; `is_strict` makes the first record that can't be read an error."""

    options: IngestOptions = IngestOptions()
    is_strict: bool = False


READING = Reading()
"""As anyone's files are read."""


class Cut(NamedTuple):
    """Some articles, the table of their segments, and how many each has."""

    articles: Sequence[Article]
    table: pa.Table
    counts: list[int]


class CutFiles(NamedTuple):
    """How files of segments and articles are called, with `{}` for their number, and what a file of segments holds.

    `dictionary` names the columns that are written with one; True is all.
    """

    segments: str
    articles: str
    schema: pa.Schema
    dictionary: list[str] | bool = True


STREAM_FILES = CutFiles("segments-{:05d}.parquet", "articles-{:05d}.parquet", SEGMENT_SCHEMA, ["article_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCounts:
    """What became of the records: articles and those dropped, by reason, add up to all."""

    articles: int
    segments: int
    dropped: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return asdict(self)


def stream_segments(
    sources: Sequence[str],
    out: Path,
    *,
    segmenter: Segmenter = segment_news,
    options: IngestOptions | None = None,
    is_strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> StreamCounts:
    """Cut the articles of files, folders, globs or URLs into segments: a new folder that appears whole or not at all.

    The folder has `articles-<n>.parquet` (without text), `segments-<n>.parquet` and `dropped.jsonl`. Files and row
    groups are cut by the articles alone, so the same articles give the same bytes. `progress` is called with the number
    of articles so far. An ArticleError where nothing can be read or, with `is_strict`, at the first dropped record; a
    TargetError where `out` exists or can't be written.
    """
    return stream_folder(
        sources,
        out,
        lambda articles, folder: write_segments(articles, segmenter, folder, progress=progress),
        lambda _, counts, n: StreamCounts(articles=counts.articles, segments=n, dropped=counts.by_reason),
        reading=Reading(options or IngestOptions(), is_strict),
    )


def stream_folder(
    sources: Sequence[str],
    out: Path,
    write: Callable[[Iterator[Article], Path], Written],
    finish: Callable[[Path, IngestCounts, Written], Finished],
    *,
    reading: Reading = READING,
) -> Finished:
    """Read the articles of files, folders, globs or URLs into a new folder that appears whole or not at all.

    `write` takes the articles and a folder that has `dropped.jsonl`, whose last line is written when the articles are
    at their end. Then `finish` takes the folder, what became of the records, and what `write` gave; what it gives is
    the result. An ArticleError where nothing can be read or, if strict, at the first dropped record; a TargetError
    where `out` exists or can't be written.
    """
    if out.exists():
        raise TargetError("exists", path=out, remedy="Choose a new folder, or remove this one")
    items = read_named_sources(sources, reading.options)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
            folder = Path(name, "new")
            folder.mkdir()
            with write_dropped(folder / "dropped.jsonl") as on_drop:
                log = DropLog(refuse_dropped if reading.is_strict or items.is_strict else on_drop)
                written = write(log.keep_articles(items.records), folder)
            require_articles(log.counts, sources)
            finished = finish(folder, log.counts, written)
            replace_folder(folder, out)
    except OSError as e:
        raise make_target_error(out, e) from e
    return finished


def write_segments(
    articles: Iterable[Article], segmenter: Segmenter, folder: Path, *, progress: Callable[[int], None] | None = None
) -> int:
    """Write the Parquet files of some articles into an existing folder; the number of segments."""
    cuts = (_cut_batch(batch, segmenter) for batch in batch_articles(articles))
    return write_cuts(cuts, folder, STREAM_FILES, progress=progress)


def write_cuts(
    cuts: Iterator[Cut], folder: Path, files: CutFiles, *, progress: Callable[[int], None] | None = None
) -> int:
    """Write batches of articles with their segments, `BATCHES_PER_FILE` to a file; the number of segments."""
    done = segments = 0
    for number, first in enumerate(cuts):
        rows: dict[str, list[Any]] = {column.name: [] for column in ARTICLE_COLUMNS}
        with pq.ParquetWriter(
            folder / files.segments.format(number), files.schema, use_dictionary=files.dictionary, **_PARQUET
        ) as writer:
            for cut in chain([first], islice(cuts, BATCHES_PER_FILE - 1)):
                writer.write_table(cut.table, row_group_size=max(1, cut.table.num_rows))
                for name, values in rows.items():
                    values.extend(cut.counts if name == "segments" else map(attrgetter(name), cut.articles))
                segments += cut.table.num_rows
                if progress:
                    progress(done + len(rows["id"]))
        pq.write_table(make_table_of_columns(rows, ARTICLE_COLUMNS), folder / files.articles.format(number), **_PARQUET)
        done += len(rows["id"])
    return segments


def batch_articles(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Articles in batches of `BATCH_CHARS` and the rest of the last article."""
    batch: list[Article] = []
    chars = 0
    for article in articles:
        batch.append(article)
        chars += len(article.text)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _cut_batch(articles: Sequence[Article], segmenter: Segmenter) -> Cut:
    spans = find_spans([article.text for article in articles], segmenter)
    return Cut(articles, make_segment_table(articles, spans), spans.counts.tolist())


def make_segment_table(articles: Sequence[Article], spans: ManySpans) -> pa.Table:
    """The segments of articles with their spans: the offsets pick the bytes of each from one encoding of all text."""
    arrays = [*make_span_arrays(articles, spans), _flag_main(articles, spans)]
    return pa.Table.from_arrays(arrays, schema=SEGMENT_SCHEMA)


def make_span_arrays(articles: Sequence[Article], spans: ManySpans) -> list[pa.Array]:
    """The columns of spans: `article_id`, `position`, `start`, `end` and `text`."""
    counts = spans.counts
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    names = make_strings([article.id.encode() for article in articles])
    numbers = make_numbers(np.repeat(np.arange(len(articles), dtype=np.int32), counts))
    places = (np.arange(len(firsts)) - firsts, spans.starts, spans.ends)
    return [
        pa.DictionaryArray.from_arrays(numbers, names).cast(pa.string()),
        *(make_numbers(own.astype(np.int32)) for own in places),
        _pick_texts(spans),
    ]


def _flag_main(articles: Sequence[Article], spans: ManySpans) -> pa.Array | pa.ChunkedArray:
    """Per segment, whether it stands in its page's main content; null where nobody looked."""
    if not any(article.blocks for article in articles):
        return pa.nulls(len(spans.starts), pa.bool_())
    rows = zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)
    flags = [
        flag
        for article, count in zip(articles, spans.counts.tolist(), strict=True)
        for flag in flag_main_content(article, list(islice(rows, count)))
    ]
    return make_table_of_columns({"is_main": flags}, [Column("is_main", "bool")]).column(0)


def _pick_texts(spans: ManySpans) -> pa.Array:
    """The strings of ordered, disjoint spans: every other piece of the text that their starts and ends cut."""
    n = len(spans.byte_starts)
    cuts = np.empty(2 * n, dtype=np.int32)
    cuts[0::2], cuts[1::2] = spans.byte_starts, spans.byte_ends
    buffers = [None, pa.py_buffer(cuts), pa.py_buffer(spans.utf8.data)]
    pieces = pa.Array.from_buffers(pa.string(), max(0, 2 * n - 1), buffers)
    return pieces.take(make_numbers(np.arange(0, 2 * n, 2)))
