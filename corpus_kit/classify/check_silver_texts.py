"""Are the segments of a silver folder those of the articles' texts, which it doesn't have?"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from corpus_kit.build.stream import READING, Reading
from corpus_kit.classify.check_silver_files import FoundArticle, name_faults, read_tables
from corpus_kit.classify.check_silver_rows import RowFault
from corpus_kit.ingest import DropLog, read_named_sources, require_articles
from corpus_kit.model import Article
from corpus_kit.segment import Segmenter, find_broken_promise, segment_news, trace_quotations

_COLUMNS = ("start", "end", "text", "in_quotation")


class Copies(NamedTuple):
    """Where the articles are, and how they are read and cut: as they were for labelling."""

    sources: Sequence[str]
    segmenter: Segmenter = segment_news
    reading: Reading = READING


def check_texts(root: Path, articles: Mapping[str, FoundArticle], copies: Copies, *, is_cut_alike: bool) -> list[str]:
    """What differs between the segments of a folder and the texts of its articles.

    Articles that the folder hasn't are no difference. `is_cut_alike`: the segments are to be those of the segmenter.
    """
    items = read_named_sources(copies.sources, copies.reading.options)
    segmenter = copies.segmenter if is_cut_alike else None
    log = DropLog(lambda _: None)
    faults: dict[Path, list[RowFault]] = {}
    shelf = _Shelf(root)
    left = dict(articles)
    for article in log.keep_articles(items.records):
        found = left.pop(article.id, None)
        if found is None:
            continue
        if article.sha256 != found.sha256:
            fault = RowFault(found.row, f"the text of {article.id!r} in the sources has the sha256 {article.sha256}")
            faults.setdefault(Path("data/articles", found.name), []).append(fault)
            continue
        own = compare_article(article, shelf.take(found), found.first, segmenter=segmenter)
        faults.setdefault(Path("data/sentences", found.name), []).extend(own)
    require_articles(log.counts, copies.sources)
    for id_, found in left.items():
        fault = RowFault(found.row, f"the sources have no article {id_!r}")
        faults.setdefault(Path("data/articles", found.name), []).append(fault)
    return [line for file in sorted(faults) for line in name_faults(file, sorted(faults[file]))]


def compare_article(
    article: Article, rows: Sequence[Mapping[str, Any]], first: int, *, segmenter: Segmenter | None
) -> Iterator[RowFault]:
    """What is wrong with the segments of an article, of which `first` is the number of the first row.

    Without a segmenter it is only asked whether it could have been one: all of the text is in some segment.
    """
    spans = [(row["start"], row["end"]) for row in rows]
    for i, row in enumerate(rows):
        if article.text[row["start"] : row["end"]] != row["text"]:
            yield RowFault(first + i, f"its text isn't at {row['start']}–{row['end']} of the text of {article.id!r}")
    if broken := find_broken_promise(article.text, spans):
        yield RowFault(first, f"of the segments of {article.id!r}, which begin here, {broken}")
        return
    if segmenter is not None:
        yield from _compare_cuts(article, rows, first, segmenter=segmenter)


def _compare_cuts(
    article: Article, rows: Sequence[Mapping[str, Any]], first: int, *, segmenter: Segmenter
) -> Iterator[RowFault]:
    """The first segment that the segmenter cuts otherwise; if none, those with another `in_quotation` than the text."""
    spans = [(row["start"], row["end"]) for row in rows]
    expected = [(int(start), int(end)) for start, end in segmenter(article.text)]
    for i, span in enumerate(expected):
        if span not in spans[i : i + 1]:
            yield RowFault(first + i, f"segment {i} of {article.id!r} is at {span[0]}–{span[1]} by the segmenter")
            return
    for i, is_in in enumerate(trace_quotations(article.text, spans)):
        if rows[i]["in_quotation"] is not is_in:
            yield RowFault(first + i, f"its in_quotation is {rows[i]['in_quotation']}, the text gives {is_in}")


class _Shelf:
    """The rows of articles, the last file of which is kept: sources mostly come in the order of the files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name = ""
        self._table: pa.Table | None = None

    def take(self, found: FoundArticle) -> list[dict[str, Any]]:
        """The rows of an article."""
        if self._table is None or self._name != found.name:
            path = self._root / "data/sentences" / found.name
            self._name, self._table = found.name, pa.concat_tables(read_tables(path, _COLUMNS))
        rows: list[dict[str, Any]] = self._table.slice(found.first, found.segments).to_pylist()
        return rows
