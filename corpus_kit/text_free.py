"""A text-free release as it is stored: its columns and its manifest. docs/decisions/0010-text-free.md says why so."""

from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import ValidationError

from corpus_kit.columns import Column, define_columns
from corpus_kit.corpus import CorpusFile
from corpus_kit.errors import ReleaseError
from corpus_kit.labels import LabelScheme
from corpus_kit.records import Record, describe_invalid, parse_record
from corpus_kit.release import (
    MANIFEST_FILE,
    TABLES,
    Manifest,
    is_text_free,
    read_manifest_bytes,
)

WINDOW_CHARS = 280
"""Every window has as many characters that are no white space; an article that has fewer can't be protected."""

_ROW = "The article's id and the segment's position in it."
_OCCURRENCE = "Which of the article's segments with this text it is, counted from 1."
_SPACES = "White space inside it that is no single space: offsets, each with code points in hexadecimal digits."
_AHEAD = f"Digest of its text and of the segments that follow, up to {WINDOW_CHARS} characters without white space."
_BEHIND = "The same with the segments before it; at an article's edge the other side makes up for what is missing."
_SEALED = "Headline, notes, ids and white space, to be read only by who has every segment of the article."

DROPPED: dict[str, tuple[str, ...]] = {
    "sentences": ("text", "duplicate_group"),
    "articles": ("title", "raw_sha256", "sha256", "text"),
    "annotations": ("note",),
}
"""Per table, the columns of a full release that a text-free one lacks."""

WITHHELD = ("publisher", "author", "url", "license_note", "source")
"""Columns of articles that are null, and sealed, where they hold eight words in a row of the article."""


class FullEntry(Record):
    """The full release that a text-free one stands for.

    `digest` is its content digest and `manifest_sha256` that of its manifest's bytes; both are null where an article
    was left out, as nobody could make the full release again. `articles` are the ids in the corpus' order, without
    those left out; `labelled` and `articles_of` count with them.
    """

    digest: str | None
    manifest_sha256: str | None
    labelled: int
    articles_of: int
    articles: list[str]
    sealed: str


class TextFreeManifest(Manifest):
    """`manifest.json` of a text-free release. `corpus` is what `corpus.toml` says, without sources and folds."""

    table_names: ClassVar[tuple[str, ...]] = (*TABLES, "anchors")

    format: Literal["corpus-kit/text-free/1"]  # type: ignore[assignment]
    corpus: dict[str, Any]
    full: FullEntry

    @property
    def coverage_of(self) -> str:
        """The digest that a subset of it names as its whole."""
        return self.full.digest or self.digest

    def define_columns(self) -> dict[str, tuple[Column, ...]]:
        """The columns of each table."""
        return define_text_free_columns(self.make_scheme())

    def make_corpus_file(self, path: Path) -> CorpusFile:
        """The settings of the corpus; a ReleaseError where they aren't valid."""
        try:
            return CorpusFile.model_validate(self.corpus, strict=False)
        except ValidationError as e:
            raise ReleaseError(f"corpus: {describe_invalid(e)}", path=path / MANIFEST_FILE) from e


def define_text_free_columns(scheme: LabelScheme) -> dict[str, tuple[Column, ...]]:
    """The columns of each table of a text-free release: those of a full one without text, and the table `anchors`."""
    full = define_columns(scheme)
    kept = {
        table: tuple(_reword(table, column) for column in columns if column.name not in DROPPED[table])
        for table, columns in full.items()
    }
    place = tuple(column for column in kept["sentences"] if column.name in ("article_id", "position", "start", "end"))
    counted = (
        Column("segments", "int32", is_required=True, meaning="How many segments it has, labelled or not."),
        Column("sealed", "string", is_required=True, meaning=_SEALED),
    )
    return {
        **kept,
        "articles": (*kept["articles"][:-1], *counted, kept["articles"][-1]),
        "anchors": (
            Column("id", "string", is_required=True, meaning=_ROW),
            *(column._replace(meaning=_ANCHOR_PLACE[column.name]) for column in place),
            Column("occurrence", "int32", is_required=True, meaning=_OCCURRENCE),
            Column("spaces", "string", is_required=True, meaning=_SPACES),
            Column("ahead", "string", is_required=True, meaning=_AHEAD),
            Column("behind", "string", is_required=True, meaning=_BEHIND),
            full["articles"][-1]._replace(meaning=_ANCHOR_PLACE["fold"]),
        ),
    }


_ANCHOR_PLACE = {
    "article_id": "The article that it belongs to.",
    "position": "Which segment of the article it is, counted from 0.",
    "start": "Where it begins in the article's text, in code points from 0.",
    "end": "Where it ends in the article's text, in code points, exclusive.",
    "fold": "The fold of its article; splits are sets of folds.",
}


def _reword(table: str, column: Column) -> Column:
    if table == "sentences" and column.name == "id":
        return column._replace(meaning=_ROW)
    if table == "annotations" and column.name == "id":
        return column._replace(meaning="The segment, and which of its annotations this is, counted from 0.")
    if column.name in WITHHELD and table == "articles":
        return column._replace(is_required=False)
    return column


def name_row(article_id: str, position: int) -> str:
    """What a segment is called where its text may not show: `<article>:<position>`."""
    return f"{article_id}:{position}"


class FoundManifest(NamedTuple):
    """A manifest of either kind."""

    manifest: Manifest
    is_text_free: bool


def read_either_manifest(path: Path) -> FoundManifest:
    """The manifest of a release, full or text-free; a ReleaseError where it is missing or malformed."""
    return parse_either_manifest(read_manifest_bytes(path), path)


def parse_either_manifest(data: bytes, path: Path) -> FoundManifest:
    """The manifest that some bytes are; `path` is the folder that errors name."""
    found = is_text_free(path, data)
    model = TextFreeManifest if found else Manifest
    return FoundManifest(parse_record(data, model, ReleaseError, path=path / MANIFEST_FILE, line=None), found)


def read_text_free_manifest(path: Path) -> TextFreeManifest:
    """The manifest of a text-free release; a ReleaseError where it is anything else."""
    manifest = read_either_manifest(path).manifest
    if not isinstance(manifest, TextFreeManifest):
        raise ReleaseError("is not text-free: its texts are in it already", path=path)
    return manifest
