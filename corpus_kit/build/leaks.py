"""Does anything hold eight words in a row of an article? A text-free release is searched before it is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corpus_kit.build.folds import fold_words
from corpus_kit.errors import CorpusError
from corpus_kit.model import Article

RUN_WORDS = 8
_DIGESTS = frozenset({"ahead", "behind", "sealed"})
"""Columns whose values have no words."""

Run = tuple[str, ...]


def list_runs(text: str) -> Iterator[Run]:
    """Every eight words in a row of a text, in lower case; hyphens and underscores, as in a URL, part words."""
    words = fold_words(text.replace("_", " "))
    return zip(*(words[i:] for i in range(RUN_WORDS)), strict=False)


def has_shared_run(value: str, article: Article) -> bool:
    """Whether a value holds eight words in a row of an article's text or headline."""
    own = set(list_runs(value))
    return bool(own) and not own.isdisjoint(_list_article_runs(article))


def _list_article_runs(article: Article) -> Iterator[Run]:
    yield from list_runs(article.text)
    yield from list_runs(article.title or "")


def refuse_leaks(
    files: Mapping[str, bytes], tables: Mapping[str, Sequence[Mapping[str, Any]]], articles: Iterable[Article]
) -> None:
    """Raise a CorpusError where a file (Parquet: a value of a table) would hold eight words in a row of an article."""
    where = {run: place for place, text in _list_texts(files, tables) for run in list_runs(text)}
    for article in articles:
        for run in _list_article_runs(article):
            if run in where:
                raise CorpusError(
                    f"{where[run]} would hold words of the article {article.id!r}: {' '.join(run)!r}",
                    remedy="Say it in other words: in the card, corpus.toml or the guidelines, or as an article's id",
                )


def _list_texts(
    files: Mapping[str, bytes], tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[str, str]]:
    for path, data in files.items():
        if not path.endswith(".parquet"):
            yield path, data.decode("utf-8")
    for table, rows in tables.items():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str) and name not in _DIGESTS:
                    yield f"data/{table}, {name}", value
