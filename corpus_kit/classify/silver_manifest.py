"""`manifest.json` of a silver folder: what `corpus-kit label --out` says of what it wrote."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from corpus_kit.classify.store import TrainedOn
from corpus_kit.errors import ReleaseError
from corpus_kit.records import Record, parse_json, parse_record
from corpus_kit.release import MANIFEST_FILE, FileEntry, read_manifest_bytes

SILVER_FORMAT = "corpus-kit/silver/1"
_SILVER = SILVER_FORMAT.rpartition("/")[0] + "/"

Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class SilverModelEntry(Record):
    """The model that gave the labels; `sha256` is that of its file."""

    name: str
    sha256: str
    trained_on: TrainedOn


class SilverScheme(Record):
    """The label scheme of that model."""

    labels: list[str] = Field(min_length=1)
    attributions: list[str]
    allowed: dict[str, list[str]]


class SilverCounts(Record):
    """`classify.silver.Silver` as JSON; an error that isn't known is None."""

    articles: Count
    segments: Count
    labels: dict[str, Count]
    abstained: Count
    min_confidence: Fraction
    expected_error: Fraction | None
    held_out_error: Fraction | None
    dropped: dict[str, Count]


class SilverManifest(Record):
    """What a silver folder is, and what every file of it must be."""

    format: Literal["corpus-kit/silver/1"]
    label_source: Literal["silver"]
    model: SilverModelEntry
    scheme: SilverScheme
    counts: SilverCounts
    versions: dict[str, str]
    files: dict[str, FileEntry]

    @model_validator(mode="after")
    def _check_names(self) -> "SilverManifest":
        scheme = self.scheme
        for what, found in (("scheme.labels", scheme.labels), ("scheme.attributions", scheme.attributions)):
            if len(set(found)) < len(found):
                raise ValueError(f"{what}: a name stands twice")
        for what, keys in (("scheme.allowed", scheme.allowed.keys()), ("counts.labels", self.counts.labels.keys())):
            if keys != set(scheme.labels):
                raise ValueError(f"{what}: {', '.join(sorted(keys ^ set(scheme.labels)))} missing, or too many")
        if unknown := {name for own in scheme.allowed.values() for name in own} - set(scheme.attributions):
            raise ValueError(f"scheme.allowed: {', '.join(sorted(unknown))} in no attribution")
        if (self.counts.expected_error is None) != (self.counts.held_out_error is None):
            raise ValueError("counts: of expected_error and held_out_error one is null")
        return self


def is_silver(path: Path) -> bool:
    """Whether a folder's manifest says that it holds silver labels; a ReleaseError where there is none, or no JSON."""
    value = parse_json(read_manifest_bytes(path), ReleaseError, path=path / MANIFEST_FILE, line=None)
    return isinstance(value, dict) and str(value.get("format")).startswith(_SILVER)


def read_silver_manifest(path: Path) -> SilverManifest:
    """The manifest of a silver folder; a ReleaseError where it is missing or malformed."""
    data = read_manifest_bytes(path)
    return parse_record(data, SilverManifest, ReleaseError, path=path / MANIFEST_FILE, line=None)
