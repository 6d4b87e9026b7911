"""A release folder as it is read: the manifest, the tables, and the articles that evaluation runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from corpus_kit.canonical import digest_rows, digest_value
from corpus_kit.columns import Column, define_columns, describe_columns
from corpus_kit.corpus import NAME_PATTERN, VERSION_PATTERN, AnnotatorTable, CollectionName
from corpus_kit.errors import ReleaseError, UnknownName
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle, Segment, SegmentedArticle
from corpus_kit.records import Record, parse_json, parse_record, read_bytes

if TYPE_CHECKING:
    import pandas as pd

MANIFEST_FILE = "manifest.json"
COLLECTIONS_DIR = "collections"
"""The folder of a release that has a whole release per collection."""
TABLES = ("sentences", "articles", "annotations")
TEXT_FREE_FORMAT = "corpus-kit/text-free/1"
_SEGMENT_COLUMNS = ("id", "article_id", "position", "start", "end", "text", "in_quotation")
_REBUILD = "Build the release again: corpus-kit build --corpus DIR, where DIR has its corpus.toml"


class SchemeTable(Record):
    """The label scheme that the integers of a release mean."""

    labels: list[str]
    attributions: list[str]
    allowed: dict[str, list[str]]
    outside_prose: list[str]


class GuidelinesEntry(Record):
    """The guidelines that the labels were given under."""

    version: str
    sha256: str


class LicensesEntry(Record):
    """What holds for the labels, and what for the articles."""

    annotations: str
    articles: str


class FileEntry(Record):
    """A file of a release."""

    sha256: str
    bytes: int


class ConfigEntry(Record):
    """A config: which files make up each split, and how many rows it has."""

    table: Literal["sentences", "articles", "annotations", "anchors"]
    splits: dict[str, list[str]]
    rows: int


class TableEntry(Record):
    """A table: its rows and its content digest."""

    rows: int
    digest: str


class SetAsideEntry(Record):
    """Something that is not in the release, and why."""

    kind: str
    id: str
    reason: str


class Counts(Record):
    """The numbers of a release. `set_aside` counts by reason; labelled and set-aside segments add up to segments."""

    articles: int
    segments: int
    labelled: int
    labels: dict[str, int]
    attributions: dict[str, int]
    set_aside: dict[str, int]


class CollectionConfig(Record):
    """A config of a collection: which files of the outer release make up each split, and how many rows each has."""

    table: Literal["sentences", "articles", "annotations"]
    splits: dict[str, list[str]]
    rows: dict[str, int]


class CollectionEntry(Record):
    """A collection: the release in `collections/<key>/`, and the configs under which the outer one offers its tables.

    `digest` is its content digest; no digest of the outer release covers it but those of files.
    """

    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=VERSION_PATTERN)
    digest: str
    counts: Counts
    licenses: LicensesEntry
    configs: dict[str, CollectionConfig]


class HydratedEntry(Record):
    """Which part of a full release was found in somebody's copies of the articles.

    `of` is the content digest of the full release, or of the text-free one where that states none. `rows` counts the
    labelled rows of the full release by what became of them; those that are `exact` or `moved` are here.
    """

    of: str
    labelled: int
    labelled_of: int
    articles: int
    articles_of: int
    rows: dict[str, int]

    def describe(self) -> str:
        """The part in words."""
        articles = f"{self.articles} of {self.articles_of} articles"
        return f"{self.labelled} of {self.labelled_of} labelled segments, in {articles}"


class Manifest(Record):
    """`manifest.json`: what a release is, and what every file of it must be. `hydrated` is None for a full release."""

    table_names: ClassVar[tuple[str, ...]] = TABLES

    format: Literal["corpus-kit/release/1"]
    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=VERSION_PATTERN)
    language: str
    digest: str
    scheme: SchemeTable
    guidelines: GuidelinesEntry
    segmenter: str
    annotators: dict[str, AnnotatorTable]
    counts: Counts
    tables: dict[str, TableEntry]
    configs: dict[str, ConfigEntry]
    folds: dict[str, list[str]]
    splits: dict[str, list[str]]
    set_aside: list[SetAsideEntry]
    licenses: LicensesEntry
    versions: dict[str, str]
    files: dict[str, FileEntry]
    hydrated: HydratedEntry | None = None
    collections: dict[CollectionName, CollectionEntry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_names(self) -> "Manifest":
        for what, found, expected in (
            ("scheme.allowed", self.scheme.allowed.keys(), set(self.scheme.labels)),
            ("tables", self.tables.keys(), set(self.table_names)),
        ):
            if found != expected:
                raise ValueError(f"{what}: {', '.join(sorted(found ^ expected))} missing, or too many")
        return self

    @property
    def results_name(self) -> str:
        """The folder of results on this release: its version; one of its own for each hydrated subset."""
        return self.version if self.hydrated is None else f"{self.version}-subset-{self.digest[7:19]}"

    @property
    def board_name(self) -> str:
        """The file name of its leaderboard."""
        return "LEADERBOARD.md"

    def define_columns(self) -> dict[str, tuple[Column, ...]]:
        """The columns of each table."""
        return define_columns(self.make_scheme())

    def make_scheme(self) -> LabelScheme:
        """The label scheme; keyboard keys are not part of a release."""
        return LabelScheme(
            labels=tuple(self.scheme.labels),
            attributions=tuple(self.scheme.attributions),
            allowed={name: tuple(names) for name, names in self.scheme.allowed.items()},
            outside_prose=frozenset(self.scheme.outside_prose),
            keys={},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release whose sentences and articles were found to have the digests that its manifest states.

    Attributes:
        articles: every article with its labelled segments, in the manifest's order of folds, then of files.
        duplicate_groups: the group of each segment that recurs in another fold.
    """

    path: Path
    manifest: Manifest
    scheme: LabelScheme
    articles: tuple[LabelledArticle, ...]
    duplicate_groups: Mapping[str, str]

    def to_pandas(self) -> "pd.DataFrame":
        """The sentences as a data frame, a row per segment in order, with labels by name."""
        import pandas as pd

        rows = [
            {**{name: getattr(segment, name) for name in _SEGMENT_COLUMNS}, "label": label, "fold": labelled.fold}
            for labelled in self.articles
            for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
        ]
        return pd.DataFrame(rows, columns=[*_SEGMENT_COLUMNS, "label", "fold"])


def digest_release(
    name: str, scheme: LabelScheme, tables: Mapping[str, str], splits: Mapping[str, Sequence[str]]
) -> str:
    """The one digest of a release: over its name, its scheme, its tables' digests and the folds of each split."""
    return digest_value(
        {
            "name": name,
            "labels": list(scheme.labels),
            "attributions": list(scheme.attributions),
            "allowed": {label: list(names) for label, names in scheme.allowed.items()},
            "outside_prose": sorted(scheme.outside_prose),
            "tables": dict(tables),
            "splits": {split: sorted(folds) for split, folds in splits.items()},
        }
    )


def read_manifest_file(path: Path) -> Manifest:
    """The manifest of a release folder; a ReleaseError where it is missing, malformed, or of a text-free release."""
    data = read_manifest_bytes(path)
    if is_text_free(path, data):
        raise ReleaseError(
            "is a text-free release: it has labels and no texts",
            path=path,
            remedy=f"Put your copies of the articles in: corpus-kit hydrate {path} --articles SOURCE",
        )
    return parse_record(data, Manifest, ReleaseError, path=path / MANIFEST_FILE, line=None)


def read_manifest_bytes(path: Path) -> bytes:
    """The bytes of a release folder's manifest; a ReleaseError where there is none."""
    return read_bytes(path / MANIFEST_FILE, ReleaseError, remedy=f"{path} is not a release. {_REBUILD}")


def is_text_free(path: Path, data: bytes) -> bool:
    """Whether a manifest's bytes say that its release is text-free; a ReleaseError where they aren't JSON."""
    value = parse_json(data, ReleaseError, path=path / MANIFEST_FILE, line=None)
    return isinstance(value, dict) and value.get("format") == TEXT_FREE_FORMAT


def list_table_files(path: Path, table: str) -> list[Path]:
    """The Parquet files of a table, in the order of their names."""
    return sorted((path / "data" / table).glob("*.parquet"))


def read_rows(path: Path, table: str) -> list[dict[str, Any]]:
    """Every row of a table in the order of its files, classes as integers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    for file in list_table_files(path, table):
        try:
            rows += pq.ParquetFile(file).read().to_pylist()
        except (OSError, pa.ArrowInvalid) as e:
            raise ReleaseError(f"can't be read ({e})", path=file, remedy=_REBUILD) from e
    return rows


def digest_table(manifest: Manifest, table: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The content digest of some rows as the columns of a release's scheme describe them."""
    return digest_rows(describe_columns(manifest.define_columns()[table]), rows)


def locate_collection(root: Path, name: str) -> Path:
    """The folder of a collection within a release, where there is one."""
    return root / COLLECTIONS_DIR / name


def load_release(path: Path | str, *, collection: str | None = None) -> Release:
    """Read a release for evaluation; a ReleaseError if its content isn't what its manifest states.

    `collection` names one of its collections, to be read in its place: an UnknownName lists those that it has.
    """
    root = Path(path).resolve()
    manifest = read_manifest_file(root)
    if collection is not None:
        return _load_collection(root, manifest, collection)
    tables = {}
    for table in ("sentences", "articles"):
        rows = tables[table] = read_rows(root, table)
        found = digest_table(manifest, table, rows)
        if found != manifest.tables[table].digest:
            raise ReleaseError(
                f"{table} have the digest {found}, the manifest says {manifest.tables[table].digest}",
                path=root,
                remedy=f"See what differs: corpus-kit check {root}",
            )
    scheme = manifest.make_scheme()
    return Release(
        path=root,
        manifest=manifest,
        scheme=scheme,
        articles=_join_articles(tables["articles"], tables["sentences"], scheme),
        duplicate_groups={row["id"]: row["duplicate_group"] for row in tables["sentences"] if row["duplicate_group"]},
    )


def _load_collection(root: Path, manifest: Manifest, name: str) -> Release:
    if name not in manifest.collections:
        raise UnknownName("collection", name, manifest.collections, path=root)
    found, stated = load_release(locate_collection(root, name)), manifest.collections[name].digest
    if found.manifest.digest != stated:
        raise ReleaseError(
            f"the collection {name} has the digest {found.manifest.digest}, the manifest says {stated}",
            path=root,
            remedy=f"See what differs: corpus-kit check {root}",
        )
    return found


def _join_articles(
    articles: Sequence[Mapping[str, Any]], sentences: Sequence[Mapping[str, Any]], scheme: LabelScheme
) -> tuple[LabelledArticle, ...]:
    by_article: dict[str, list[Mapping[str, Any]]] = {row["id"]: [] for row in articles}
    for row in sentences:
        by_article[row["article_id"]].append(row)
    joined = []
    for row in articles:
        rows = sorted(by_article[row["id"]], key=lambda sentence: int(sentence["position"]))
        segments = tuple(Segment(**{key: sentence[key] for key in _SEGMENT_COLUMNS}) for sentence in rows)
        article = SegmentedArticle(id=row["id"], text=row["text"], segments=segments)
        labels = tuple(scheme.labels[sentence["label"]] for sentence in rows)
        attributions = tuple(
            _name_attribution(scheme, sentence["attribution"]) for sentence in rows if scheme.attributions
        )
        joined.append(LabelledArticle(article=article, labels=labels, fold=row["fold"], attributions=attributions))
    return tuple(joined)


def _name_attribution(scheme: LabelScheme, value: int | None) -> str | None:
    return None if value is None else scheme.attributions[value]
