"""Any number of articles become a folder of segments, batch by batch: memory doesn't grow with the input.

No Python object is made for a segment's text. A batch of articles is encoded once, and the segments' offsets pick the
bytes of the text column out of it.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from corpus_kit.arrow import make_table
from corpus_kit.columns import Column
from corpus_kit.errors import TargetError
from corpus_kit.files import make_target_error, replace_folder
from corpus_kit.ingest import (
    DropLog,
    IngestOptions,
    read_named_sources,
    refuse_dropped,
    require_articles,
    write_dropped,
)
from corpus_kit.model import Article
from corpus_kit.segment import Segmenter, segment_news

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

Batch = list[tuple[Article, Sequence[tuple[int, int]]]]


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
    if out.exists():
        raise TargetError("exists", path=out, remedy="Choose a new folder, or remove this one")
    items = read_named_sources(sources, options or IngestOptions())
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
            folder = Path(name, "segments")
            folder.mkdir()
            with write_dropped(folder / "dropped.jsonl") as on_drop:
                log = DropLog(refuse_dropped if is_strict or items.is_strict else on_drop)
                segments = write_segments(log.keep_articles(items.records), segmenter, folder, progress=progress)
            require_articles(log.counts, sources)
            replace_folder(folder, out)
    except OSError as e:
        raise make_target_error(out, e) from e
    return StreamCounts(articles=log.counts.articles, segments=segments, dropped=log.counts.by_reason)


def write_segments(
    articles: Iterable[Article], segmenter: Segmenter, folder: Path, *, progress: Callable[[int], None] | None = None
) -> int:
    """Write the Parquet files of some articles into an existing folder; the number of segments."""
    batches = batch_articles(articles, segmenter)
    done = segments = 0
    for number, first in enumerate(batches):
        rows: list[dict[str, Any]] = []
        with pq.ParquetWriter(
            folder / f"segments-{number:05d}.parquet", SEGMENT_SCHEMA, use_dictionary=["article_id"], **_PARQUET
        ) as writer:
            for batch in chain([first], islice(batches, BATCHES_PER_FILE - 1)):
                table = make_segment_table(batch)
                writer.write_table(table, row_group_size=max(1, table.num_rows))
                rows += [_describe(article, len(spans)) for article, spans in batch]
                segments += table.num_rows
                if progress:
                    progress(done + len(rows))
        pq.write_table(make_table(rows, ARTICLE_COLUMNS), folder / f"articles-{number:05d}.parquet", **_PARQUET)
        done += len(rows)
    return segments


def batch_articles(articles: Iterable[Article], segmenter: Segmenter) -> Iterator[Batch]:
    """Articles with their spans, in batches of `BATCH_CHARS` and the rest of the last article."""
    batch: Batch = []
    chars = 0
    for article in articles:
        batch.append((article, segmenter(article.text)))
        chars += len(article.text)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _describe(article: Article, segments: int) -> dict[str, Any]:
    known = {column.name: getattr(article, column.name, None) for column in ARTICLE_COLUMNS}
    return {**known, "segments": segments}


def make_segment_table(batch: Batch) -> pa.Table:
    """The segments of a batch: one encoding of its text, from which the offsets pick the bytes of each segment."""
    counts = np.fromiter((len(spans) for _, spans in batch), dtype=np.int64, count=len(batch))
    n = int(counts.sum())
    flat = np.fromiter(
        chain.from_iterable(chain.from_iterable(spans for _, spans in batch)), dtype=np.int64, count=2 * n
    )
    starts, ends = flat[0::2], flat[1::2]
    lengths = np.fromiter((len(article.text) for article, _ in batch), dtype=np.int64, count=len(batch))
    bases = np.repeat(np.cumsum(lengths) - lengths, counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    data = "".join([article.text for article, _ in batch]).encode("utf-8")
    names = pa.array([article.id for article, _ in batch], type=pa.string())
    articles = pa.DictionaryArray.from_arrays(np.repeat(np.arange(len(batch), dtype=np.int32), counts), names)
    return pa.Table.from_arrays(
        [
            articles.cast(pa.string()),
            pa.array((np.arange(n) - firsts).astype(np.int32)),
            pa.array(starts.astype(np.int32)),
            pa.array(ends.astype(np.int32)),
            _pick_texts(data, starts + bases, ends + bases),
        ],
        schema=SEGMENT_SCHEMA,
    )


def _pick_texts(data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.Array:
    """The strings between offsets, in code points, of some UTF-8 text; spans are ordered and disjoint."""
    text = np.frombuffer(data, dtype=np.uint8)
    starts, ends = _to_byte_offsets(text, starts), _to_byte_offsets(text, ends)
    gap_starts, gap_ends = np.append(0, ends), np.append(starts, len(data))
    gaps = gap_ends - gap_starts
    steps = np.arange(gaps.sum()) - np.repeat(np.cumsum(gaps) - gaps, gaps)
    is_kept = np.ones(len(data), dtype=np.bool_)
    is_kept[np.repeat(gap_starts, gaps) + steps] = False
    offsets = np.zeros(len(starts) + 1, dtype=np.int32)
    np.cumsum(ends - starts, out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text[is_kept])]
    return pa.Array.from_buffers(pa.string(), len(starts), buffers)


def _to_byte_offsets(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offsets in code points as offsets in bytes: each grows by what the longer characters before it add."""
    longer = np.flatnonzero(text >= 0xC0)
    added = 1 + (text[longer] >= 0xE0).astype(np.int64) + (text[longer] >= 0xF0)
    before = np.append(0, np.cumsum(added))
    shifted: NDArray[np.int64] = offsets + before[np.searchsorted(longer - before[:-1], offsets)]
    return shifted
