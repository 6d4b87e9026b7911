"""A corpus is a folder: `corpus.toml` names it, its labels and its rules."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import CorpusError
from corpus_kit.labels import LabelScheme
from corpus_kit.records import Record, decode_utf8, read_bytes, read_toml
from corpus_kit.sources import IngestTable, Limits, SourceTable
from corpus_kit.task import TaskTable

CORPUS_FILE = "corpus.toml"
NAME_PATTERN = r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$"
VERSION_PATTERN = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"
COLLECTION_PATTERN = r"^[a-z][a-z0-9_]*$"
_OWN_CONFIGS = re.compile(r"sentences|articles|annotations|anchors|standoff|all_test|fold_\d+")
"""The configs that a release has, or might have, without collections."""
_FIX = f"See docs/corpus.md for what a {CORPUS_FILE} holds"


Name = Annotated[str, Field(pattern=r"^[^\W_](?:[\w .-]*[\w])?$", max_length=40)]
"""A label or attribution: letters, digits, and inside it spaces, dots, underscores and hyphens."""


CollectionName = Annotated[str, Field(pattern=COLLECTION_PATTERN, max_length=40)]
"""What a collection, its folder in a release and its main config are called."""


class LabelsTable(Record):
    """`[labels]`: the names in their order; `outside_prose` are those of what is not the article's own prose."""

    names: tuple[Name, ...] = Field(min_length=2)
    guidelines: str = "annotations/guidelines.md"
    outside_prose: tuple[str, ...] = ()
    keys: dict[str, str] = Field(default_factory=dict)


class AttributionTable(Record):
    """`[attribution]`: the second column. `allowed` lists, per label, what may stand beside it."""

    names: tuple[Name, ...] = ()
    allowed: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class FoldsTable(Record):
    """`[folds]`: `article` makes a fold of each article with its near-duplicates; `hash` makes `count` folds.

    Every fold that is neither validation nor test is train.
    """

    rule: Literal["article", "hash"] = "article"
    count: int = Field(default=10, ge=2, le=1000)
    validation: tuple[int, ...] | None = None
    test: tuple[int, ...] | None = None


class AnnotatorTable(Record):
    """`[annotators.<id>]`: who wrote a ledger. `model` groups the passes of one language model."""

    kind: Literal["human", "language-model"]
    model: str | None = None
    description: str = ""


class LicenseTable(Record):
    """`[license]`: what holds for the labels, the articles, and (as an identifier that the Hub knows) the whole."""

    dataset: str = "other"
    annotations: str = "CC-BY-4.0"
    articles: str = "The articles remain their publishers'."


class CorpusFile(Record):
    """`corpus.toml`. `has_synthetic_text`: any article was composed for the corpus, not found; None is unknown.

    `collections`: per name, the folder of a corpus inside this one whose release goes with this corpus' release.
    `task`: the dataset that systems are evaluated on, where that isn't a release of this corpus.
    """

    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=VERSION_PATTERN)
    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    title: str = ""
    description: str = ""
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    creators: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    published: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    keywords: tuple[str, ...] = ()
    has_synthetic_text: bool | None = None
    segmenter: str = "news"
    license: LicenseTable = LicenseTable()
    labels: LabelsTable
    attribution: AttributionTable = AttributionTable()
    folds: FoldsTable = FoldsTable()
    annotators: dict[str, AnnotatorTable] = Field(default_factory=dict)
    collections: dict[CollectionName, str] = Field(default_factory=dict)
    sources: tuple[SourceTable, ...] = ()
    ingest: IngestTable = IngestTable()
    limits: Limits = Limits()
    task: TaskTable | None = None

    @field_validator("published")
    @classmethod
    def _check_date(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _check_names(self) -> "CorpusFile":
        labels, attributions = self.labels.names, self.attribution.names
        for what, names in (("labels.names", labels), ("attribution.names", attributions)):
            if len(set(names)) < len(names):
                raise ValueError(f"{what}: a name stands twice")
        _require_known("labels.outside_prose", self.labels.outside_prose, labels)
        _require_known("labels.keys", self.labels.keys, labels)
        if len(set(self.labels.keys.values())) < len(self.labels.keys):
            raise ValueError("labels.keys: one key stands for two labels")
        _require_known("attribution.allowed", self.attribution.allowed, labels)
        for label, names in self.attribution.allowed.items():
            _require_known(f"attribution.allowed.{label}", names, attributions)
        if set(self.folds.validation or ()) & set(self.folds.test or ()):
            raise ValueError("folds: a fold is both validation and test")
        _require_free_names(self.collections)
        return self


def name_collection_configs(name: str) -> dict[str, Literal["sentences", "articles", "annotations"]]:
    """The configs of a collection and the table that each is: its sentences have the collection's own name."""
    return {name: "sentences", f"{name}_articles": "articles", f"{name}_annotations": "annotations"}


def _require_free_names(collections: Iterable[str]) -> None:
    taken: set[str] = set()
    for name in collections:
        for config in name_collection_configs(name):
            if config in taken or _OWN_CONFIGS.fullmatch(config):
                raise ValueError(f"collections.{name}: another config is called {config!r}")
            taken.add(config)


def _require_known(where: str, names: Iterable[str], valid: tuple[str, ...]) -> None:
    for name in names:
        if name not in valid:
            raise ValueError(f"{where}: {name!r} is not among {', '.join(valid) or 'the (empty) names'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidelines:
    """The guidelines as they stand: their version is in the front matter, `sha256` is that of the file."""

    text: str
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A corpus folder and what its `corpus.toml` says. Reading articles and annotations is the stages' work."""

    root: Path
    file: CorpusFile

    @property
    def manifest_path(self) -> Path:
        """`seeds/manifest.jsonl`."""
        return self.root / "seeds" / "manifest.jsonl"

    @property
    def ledger_dir(self) -> Path:
        """`annotations/ledger/`, a file per annotator."""
        return self.root / "annotations" / "ledger"

    @property
    def adjudicated_path(self) -> Path:
        """`annotations/adjudicated.jsonl`."""
        return self.root / "annotations" / "adjudicated.jsonl"

    @property
    def card_path(self) -> Path:
        """`DATASET_CARD.md`."""
        return self.root / "DATASET_CARD.md"

    @property
    def baselines_dir(self) -> Path:
        """`baselines/`, a folder per system."""
        return self.root / "baselines"

    @property
    def release_dir(self) -> Path:
        """Where this version's release stands unless another place is given: `dist/<name>/<version>/`."""
        return self.root / "dist" / self.file.name / self.file.version

    @cached_property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        labels = self.file.labels
        return LabelScheme(
            labels=labels.names,
            attributions=self.file.attribution.names,
            allowed={name: self.file.attribution.allowed.get(name, ()) for name in labels.names},
            outside_prose=frozenset(labels.outside_prose),
            keys=dict(labels.keys),
        )

    def read_guidelines(self) -> Guidelines:
        """The version and digest of the guidelines; a CorpusError where the file or its version is missing."""
        path = self.root / self.file.labels.guidelines
        data = read_bytes(path, CorpusError, remedy="labels.guidelines in corpus.toml names this file")
        text = decode_utf8(data, path, CorpusError)
        version = find_guidelines_version(text)
        if version is None:
            raise CorpusError(
                "the guidelines state no version", path=path, line=1, remedy="Begin with ---, version: 1.0.0, ---"
            )
        return Guidelines(text=text, version=version, sha256=hash_bytes(data))


def find_guidelines_version(text: str) -> str | None:
    """The version that the front matter of guidelines states; None where it states none."""
    found = re.match(r"\ufeff?---\r?\n(?:.*\n)*?version: *(\d+\.\d+\.\d+) *\r?\n(?:.*\n)*?---\r?\n", text)
    return found[1] if found else None


def find_corpus(start: Path) -> Path:
    """The nearest folder from `start` upward that has a `corpus.toml`."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / CORPUS_FILE).is_file():
            return folder
    raise CorpusError(
        f"no {CORPUS_FILE} here or above", path=start, remedy="Use --corpus DIR, or make a corpus: corpus-kit init DIR"
    )


def load_corpus(folder: Path | str) -> Corpus:
    """Read a corpus folder's `corpus.toml`; a CorpusError says what is missing or wrong."""
    root = Path(folder).resolve()
    if not (root / CORPUS_FILE).is_file():
        raise CorpusError(f"no {CORPUS_FILE} in this folder", path=root, remedy="Make one: corpus-kit init DIR")
    return Corpus(root=root, file=read_toml(root / CORPUS_FILE, CorpusFile, CorpusError, remedy=_FIX))


def open_collections(corpus: Corpus) -> dict[str, Corpus]:
    """The corpora that go with a corpus as its collections, by name, sorted.

    A CorpusError where one isn't inside the corpus' folder, has collections itself, or has another label scheme, with
    what differs; which key stands for a label is nobody's business.
    """
    found = {}
    for name, place in sorted(corpus.file.collections.items()):
        folder = (corpus.root / place).resolve()
        if folder == corpus.root or not folder.is_relative_to(corpus.root):
            raise _refuse_collection(corpus, name, f"{place!r} is not inside the corpus", "Name a folder below it")
        nested = load_corpus(folder)
        if nested.file.collections:
            raise _refuse_collection(corpus, name, "it has collections of its own", "List them in this file")
        changes = list_scheme_changes(corpus.scheme, nested.scheme)
        if changes:
            remedy = "Give both the same labels, attributions and allowed pairs, or leave the collection out"
            raise _refuse_collection(corpus, name, f"it has another label scheme: {'; '.join(changes)}", remedy)
        found[name] = nested
    return found


def _refuse_collection(corpus: Corpus, name: str, why: str, remedy: str) -> CorpusError:
    return CorpusError(f"collections.{name}: {why}", path=corpus.root / CORPUS_FILE, remedy=remedy)


def list_scheme_changes(here: LabelScheme, there: LabelScheme) -> list[str]:
    """What differs between two schemes, keyboard keys aside; empty where integers mean the same in both."""
    pairs: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("labels", here.labels, there.labels),
        ("attributions", here.attributions, there.attributions),
        *(
            (f"allowed beside {label}", here.allowed[label], there.allowed[label])
            for label in here.labels
            if label in there.allowed
        ),
        ("outside_prose", sorted(here.outside_prose), sorted(there.outside_prose)),
    )
    return [
        f"{what} {', '.join(theirs) or 'none'}, here {', '.join(ours) or 'none'}"
        for what, ours, theirs in pairs
        if tuple(ours) != tuple(theirs)
    ]
