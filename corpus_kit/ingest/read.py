"""From the rows of a manifest, or from files and URLs anywhere, to articles."""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, cast

from corpus_kit.canonical import hash_bytes, hash_text
from corpus_kit.corpus import Corpus
from corpus_kit.errors import ArticleError, UnknownName
from corpus_kit.ingest.dropped import IngestCounts, refuse_dropped
from corpus_kit.ingest.expand import SUFFIXES, SourceFile, expand_source, is_one_file, split_name
from corpus_kit.ingest.ids import SeenIds
from corpus_kit.ingest.limits import SourceFault
from corpus_kit.ingest.manifest import ManifestEntry, read_manifest
from corpus_kit.ingest.open import open_file
from corpus_kit.ingest.origin import IngestOptions, Origin, Reader, make_options
from corpus_kit.model import Article, Dropped
from corpus_kit.records import decode_utf8, read_bytes
from corpus_kit.sources import SourceTable

READERS: Mapping[str, str] = {
    "text": "corpus_kit.ingest.text",
    "html": "corpus_kit.ingest.html",
    "jsonl": "corpus_kit.ingest.jsonl",
    "parquet": "corpus_kit.ingest.parquet",
    "warc": "corpus_kit.ingest.warc",
}
"""A format to the module whose `read` is its reader; imported when the first such file is read."""

_SEEKABLE = {"parquet"}
_ONE_ARTICLE = {"text", "html"}


def find_reader(name: str) -> Reader:
    """The reader of a format; an UnknownName lists the valid ones."""
    if name not in READERS:
        raise UnknownName("format", name, READERS)
    return cast(Reader, import_module(READERS[name]).read)


def read_articles(corpus: Corpus, set_aside: Callable[[Dropped], object] = refuse_dropped) -> Iterator[Article]:
    """The articles of a corpus: the manifest's in its order, then those of `[[sources]]`.

    A seed that isn't as its row says is an ArticleError. A record of a source that can't be read goes to `set_aside`;
    by default that is an error too.
    """
    entries = read_manifest(corpus)
    file = corpus.file
    options = make_options(file.ingest, file.limits, file.language)
    for entry in entries:
        yield _read_entry(corpus, entry, options)
    taken = [entry.row.id for entry in entries]
    for item in read_sources(file.sources, options, root=corpus.root, taken=taken):
        if isinstance(item, Dropped):
            set_aside(item)
        else:
            yield item


def read_sources(
    sources: Sequence[SourceTable],
    options: IngestOptions,
    *,
    root: Path | None = None,
    taken: Sequence[str] = (),
    skipped: Counter[str] | None = None,
) -> Iterator[Article | Dropped]:
    """The records of sources in their order, one at a time: verdicts are data, and every record comes back once.

    Files, folders and globs are relative to `root`, else to where the process stands. An ArticleError, before anything
    is read, names a source that is not there. An id that came before, or is among `taken`, drops the record. `skipped`
    counts what containers hold that is no record of ours.
    """
    files = [file for table in sources for file in expand_source(table, root)]
    return _read_files(files, options, taken, Counter() if skipped is None else skipped)


def _read_files(
    files: Sequence[SourceFile], options: IngestOptions, taken: Sequence[str], skipped: Counter[str]
) -> Iterator[Article | Dropped]:
    seen = SeenIds(taken)
    try:
        for file in files:
            table = file.table
            origin = Origin(
                source=file.source,
                stem=file.stem,
                columns=table.columns,
                publisher=table.publisher,
                license_note=table.license_note,
                skipped=skipped,
            )
            for item in _read_file(file, origin, options):
                if isinstance(item, Dropped) or seen.add(item.id):
                    yield item
                else:
                    yield origin.drop("duplicate-id", repr(item.id), offset=item.record_offset, id_=item.id)
    finally:
        seen.close()


def _read_file(file: SourceFile, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    if file.format is None:
        suffix = Path(file.source).suffix
        yield origin.drop("wrong-type", f"no reader for {suffix!r} files; readable: {', '.join(SUFFIXES)}")
        return
    reader = find_reader(file.format)
    at: int | None = None
    try:
        with open_file(file.location, file.compression, options.limits, seekable=file.format in _SEEKABLE) as stream:
            try:
                yield from reader(stream, origin, options)
            except SourceFault:
                at = None if file.format in _ONE_ARTICLE else stream.tell()
                raise
    except SourceFault as e:
        yield origin.drop(e.reason, e.detail, offset=at, id_=origin.name_record(None) if at is None else None)


def _read_entry(corpus: Corpus, entry: ManifestEntry, options: IngestOptions) -> Article:
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
    stated = row.model_dump(exclude={"sha256", "size_bytes", "path", "tags"})
    return replace(_read_seed(data, entry.file, options), **stated, source=row.path)


def _read_seed(data: bytes, file: Path, options: IngestOptions) -> Article:
    """A seed by its reader; text is decoded as UTF-8 and otherwise untouched, its byte order mark included."""
    name = SUFFIXES.get(file.suffix.lower(), "text" if not file.suffix else "")
    if name == "text":
        text = decode_utf8(data, file, ArticleError)
        if not text.strip():
            raise ArticleError("the article is empty", path=file, remedy="Remove it, or put its text back")
        sha256 = hash_text(text)
        return Article(id="", text=text, sha256=sha256, source="", raw_sha256=sha256, size_bytes=len(data))
    if name != "html":
        raise ArticleError(f"no reader for {file.suffix!r} files", path=file, remedy=f"Readable: {_list_seeds()}")
    for item in find_reader(name)(io.BytesIO(data), Origin(source=str(file), stem=file.stem), options):
        if isinstance(item, Article):
            return item
        refuse_dropped(item)
    raise ArticleError("the article is empty", path=file, remedy="Remove it, or put its text back")


def _list_seeds() -> str:
    return ", ".join([suffix for suffix, name in SUFFIXES.items() if name in _ONE_ARTICLE] + ["(no ending)"])


class NamedSources(NamedTuple):
    """The records of sources that somebody named, and whether the first dropped one is that person's mistake."""

    records: Iterator[Article | Dropped]
    is_strict: bool


def read_named_sources(paths: Sequence[str], options: IngestOptions) -> NamedSources:
    """The records of what a command line names. One local file alone is read strictly, and its text has to be UTF-8."""
    alone = len(paths) == 1 and is_one_file(paths[0])
    own = replace(options, detect_encoding=options.detect_encoding and not alone)
    is_strict = alone and SUFFIXES.get(split_name(paths[0])[1], "text") in _ONE_ARTICLE
    return NamedSources(read_sources([SourceTable(path=path) for path in paths], own), is_strict)


def require_articles(counts: IngestCounts, paths: Sequence[str]) -> None:
    """Raise an ArticleError where nothing at all could be read."""
    if not counts.articles:
        why = ", ".join(f"{reason}: {count}" for reason, count in counts.by_reason.items()) or "there is no record"
        raise ArticleError(f"nothing could be read ({why})", path=paths[0] if len(paths) == 1 else None)
