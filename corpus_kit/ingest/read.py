"""From a file, or the rows of a manifest, to articles."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus_kit.canonical import hash_bytes, hash_text
from corpus_kit.corpus import Corpus
from corpus_kit.errors import ArticleError
from corpus_kit.ingest.manifest import ManifestEntry, read_manifest
from corpus_kit.ingest.plain_text import read_plain_text
from corpus_kit.model import Article
from corpus_kit.records import read_bytes

Reader = Callable[[bytes, Path], str]
"""Bytes and the path that they came from (for messages) to the article's canonical text."""

READERS: Mapping[str, Reader] = {".txt": read_plain_text, ".text": read_plain_text, "": read_plain_text}
"""By the file name's ending, in lower case."""


def read_articles(corpus: Corpus) -> Iterator[Article]:
    """The articles of a corpus in the manifest's order; a file that isn't as its row says is an ArticleError."""
    for entry in read_manifest(corpus):
        yield _read_entry(corpus, entry)


def read_article_file(path: Path) -> Article:
    """One file outside any manifest: its id is the file's name without its ending, and nothing else is known of it."""
    data = read_bytes(path, ArticleError)
    return _make_article(data, path, id=path.stem, path=str(path))


def _read_entry(corpus: Corpus, entry: ManifestEntry) -> Article:
    row, manifest = entry.row, corpus.manifest_path
    try:
        data = read_bytes(entry.file, ArticleError)
    except ArticleError as e:
        raise ArticleError(
            f"article {row.id!r}: {row.path} {e.what}",
            path=manifest,
            line=entry.line,
            remedy="Put the file back, or remove the row",
        ) from e
    found = hash_bytes(data)
    if found != row.sha256 or len(data) != row.size_bytes:
        raise ArticleError(
            f"article {row.id!r}: {row.path} has sha256 {found} and {len(data)} bytes, "
            f"the row says {row.sha256} and {row.size_bytes}",
            path=manifest,
            line=entry.line,
            remedy="Seeds are never edited: put the file back, or correct the row if the row is wrong",
        )
    known = row.model_dump(exclude={"sha256", "size_bytes"})
    return _make_article(data, entry.file, **known)


def _make_article(data: bytes, file: Path, **known: Any) -> Article:
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise ArticleError(f"no reader for {file.suffix!r} files", path=file, remedy=f"Readable: {_readable()}")
    text = reader(data, file)
    if not text.strip():
        raise ArticleError("the article is empty", path=file, remedy="Remove it, or put its text back")
    return Article(text=text, sha256=hash_text(text), size_bytes=len(data), **known)


def _readable() -> str:
    return ", ".join(suffix or "(no ending)" for suffix in READERS)
