"""A file of silver labels with the file of its articles: which row of which differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_kit.classify.check_silver_rows import (
    PlaceWalk,
    RowFault,
    Run,
    check_judgements,
    count_labels,
    list_nulls,
)
from corpus_kit.classify.silver import define_silver_columns
from corpus_kit.classify.silver_manifest import SilverManifest
from corpus_kit.errors import ReleaseError

MOST_NAMED = 100
"""Of one file so many faults are named, and the others counted."""
_ROWS_AT_ONCE = 50_000
_ARTICLE_COLUMNS = ("id", "source", "raw_sha256", "sha256", "segments")


class FoundArticle(NamedTuple):
    """An article as the tables have it: the file's name, its row among articles, and its rows among segments."""

    name: str
    row: int
    sha256: str
    first: int
    segments: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the rows of all files came to: segments by label, None where there is none, and the articles by id.

    With `has_nulls` a column has a null that can't have one, and the rest isn't known.
    """

    labels: Counter[str | None] = field(default_factory=Counter)
    articles: dict[str, FoundArticle] = field(default_factory=dict)
    has_nulls: bool = False


def check_pair(root: Path, name: str, manifest: SilverManifest, *, tally: Tally) -> list[str]:
    """What differs in the rows of the files of this name in both tables; what they have is added to the tally.

    Where a column that can't be null is, nothing else of the file is looked at. A ReleaseError for a damaged file.
    """
    walk = PlaceWalk()
    sentences, articles = (Path("data", table, name) for table in ("sentences", "articles"))
    found = list(_check_sentences(root / sentences, manifest, tally=tally, walk=walk))
    of_articles = list(_check_articles(root / articles, walk.runs, tally))
    if not tally.has_nulls:
        known = {own.first for own in tally.articles.values() if own.name == name and own.segments}
        found += (
            RowFault(run.first, f"no row of {articles.as_posix()} is for this one and those of {run.article_id!r}")
            for run in walk.runs
            if run.first not in known
        )
    return name_faults(sentences, sorted(found)) + name_faults(articles, of_articles)


def name_faults(file: Path, faults: Iterable[RowFault]) -> list[str]:
    """The faults of a file as lines, at most `MOST_NAMED` and one that counts the others."""
    rest = iter(faults)
    named = [f"{file.as_posix()}: row {fault.row}: {fault.what}" for fault in islice(rest, MOST_NAMED)]
    more = sum(1 for _ in rest)
    return named + ([f"{file.as_posix()}: and {more} more"] if more else [])


def read_tables(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """A Parquet file some rows at a time; a ReleaseError where it is damaged."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=columns):
                batch.validate(full=True)
                yield pa.Table.from_batches([batch])
    except (OSError, pa.ArrowException) as e:
        raise ReleaseError(f"can't be read ({str(e).splitlines()[0]})", path=path) from e


def _check_sentences(path: Path, manifest: SilverManifest, *, tally: Tally, walk: PlaceWalk) -> Iterator[RowFault]:
    columns = define_silver_columns(manifest.scheme.labels, manifest.scheme.attributions)
    first = 0
    for table in read_tables(path):
        tally.labels += count_labels(table, manifest.scheme.labels)
        nulls = list(list_nulls(table, columns, first))
        yield from nulls
        tally.has_nulls |= bool(nulls)
        if not tally.has_nulls:
            yield from check_judgements(table, manifest, first)
            yield from walk.check(table, first)
        first += table.num_rows


def _check_articles(path: Path, runs: Sequence[Run], tally: Tally) -> Iterator[RowFault]:
    """Each article stands once, in the order of its segments, with as many segments as have it."""
    rows = [own for table in read_tables(path, _ARTICLE_COLUMNS) for own in table.to_pylist()]
    for row, own in enumerate(rows):
        if missing := [name for name in _ARTICLE_COLUMNS if own[name] is None]:
            yield RowFault(row, f"{', '.join(missing)} is null")
            tally.has_nulls = True
    if tally.has_nulls:
        return
    places: dict[str, int] = {}
    for i, run in enumerate(runs):
        places.setdefault(run.article_id, i)
    reached = 0
    for row, own in enumerate(rows):
        place = places.get(own["id"])
        run = Run(own["id"], 0, 0) if place is None else runs[place]
        yield from (RowFault(row, what) for what in _judge_article(own, run, tally))
        if place is not None and place < reached:
            yield RowFault(row, f"the article {own['id']!r} stands elsewhere among those of the segments")
        reached = reached if place is None else place + 1
        tally.articles[own["id"]] = FoundArticle(path.name, row, own["sha256"], run.first, run.rows)


def _judge_article(own: Mapping[str, Any], run: Run, tally: Tally) -> Iterator[str]:
    if own["id"] in tally.articles:
        yield f"the article {own['id']!r} stands in two rows"
    if own["segments"] != run.rows:
        yield f"{own['segments']} segments of {own['id']!r}, {run.rows} rows are of it"
