"""`seeds/manifest.jsonl`: a row per article, which says what the file is and whose."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from corpus_kit.corpus import Corpus
from corpus_kit.errors import ArticleError
from corpus_kit.records import Record, read_jsonl, require_iso_time

IsoDate = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$"),
    AfterValidator(require_iso_time),
]


class ManifestRow(Record):
    """One article: `path` is relative to `seeds/`; what the article doesn't state is null.

    `origin` says whether somebody found the article or composed it for the corpus. `tags` are the curator's own, and
    are in no release.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")
    path: str = Field(min_length=1, pattern=r"^[^\x00]+$")
    publisher: str | None
    title: str | None
    author: str | None
    published: IsoDate | None
    url: str | None
    retrieved: IsoDate | None
    license_note: str = Field(min_length=1)
    origin: Literal["found", "composed"] = "found"
    tags: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class ManifestEntry(NamedTuple):
    """A row with its line number and the file it names."""

    line: int
    row: ManifestRow
    file: Path


def read_manifest(corpus: Corpus) -> list[ManifestEntry]:
    """The rows in their order. Ids and paths are unique, and no path leaves `seeds/`; else an ArticleError.

    Without a row there are no articles, so that is an error too, unless the corpus has sources elsewhere.
    """
    path, seeds = corpus.manifest_path, corpus.manifest_path.parent.resolve()
    if corpus.file.sources and not path.exists():
        return []
    entries: list[ManifestEntry] = []
    seen: set[str] = set()
    for line, row in read_jsonl(path, ManifestRow, ArticleError):
        file = (seeds / row.path).resolve()
        if not file.is_relative_to(seeds):
            raise ArticleError(
                f"path {row.path!r} leaves the seeds folder", path=path, line=line, remedy="Put the file into seeds/"
            )
        for what in (row.id, str(file)):
            if what in seen:
                raise ArticleError(f"{what!r} stands twice", path=path, line=line, remedy="Give each article one row")
            seen.add(what)
        entries.append(ManifestEntry(line, row, file))
    if not entries and not corpus.file.sources:
        raise ArticleError("the manifest lists no article", path=path, remedy="Add a row, or a source: docs/corpus.md")
    return entries
