"""The run record: what a run leaves behind beside its predictions, and the sums that its scores are computed from.

Everything but `timing` is covered by the record's own digest, and the same whenever the same code runs on the same
release with the same seed and packages. No clock and no machine is in that part.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from math import isnan
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

import corpus_kit
from corpus_kit.canonical import digest_value, to_pretty_json
from corpus_kit.classify import NAME_PATTERN
from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.intervals import METHOD, Interval
from corpus_kit.evaluate.metrics import list_metrics
from corpus_kit.evaluate.score import Scores
from corpus_kit.evaluate.tally import BINS, SUMMED, Tally
from corpus_kit.evaluate.timing import Count, Timing
from corpus_kit.records import Record, check_record, parse_json, read_bytes
from corpus_kit.release import HydratedEntry, Manifest, Release

RECORD_FORMAT = "corpus-kit/result/2"
TRANSFER = "transfer"
RERUN, PREDICTIONS_ONLY = "re-run here", "predictions only"
SCHEMA_FILE = "record.schema.json"
_NOT_DIGESTED = frozenset({"digest", "timing"})

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class System(Record):
    """Who predicted. `source_sha256` is that of the code that was run; None where nobody ran any here."""

    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=r"^[\w.+-]{1,40}$")
    source_sha256: Sha256 | None
    is_trained: bool

    @property
    def kind(self) -> str:
        """How the board says where the predictions are from."""
        return PREDICTIONS_ONLY if self.source_sha256 is None else RERUN


def is_retrained(system: System, protocol: str) -> bool:
    """Whether a system was trained again for each fold under a protocol."""
    return system.is_trained and protocol == "loao"


class SubsetEntry(Record):
    """Which part of a full release was predicted; `of` is the digest that its manifest names as the whole's."""

    of: str
    segments: Count
    segments_of: Count


class DatasetEntry(Record):
    """What was predicted: a release by its digest. `subset` is null unless the release was hydrated in part."""

    name: str
    version: str
    digest: Digest
    subset: SubsetEntry | None


class TrainingEntry(Record):
    """What a transferred system learnt from.

    Attributes:
        mapping: by training label, in the training scheme's order, the label that it means; null is left out.
        shared_articles: ids of articles that were predicted and that the training data have, too.
        shared_segments: the same of segments; these are what recurs in the record.
    """

    dataset: DatasetEntry
    mapping: dict[str, str | None] = Field(min_length=1)
    shared_articles: list[str]
    shared_segments: list[str]


class SegmentCounts(Record):
    """How many segments there are; predicted and missing add up to segments.

    Duplicates recur in another fold, or, of a transferred system, in the training data.
    """

    segments: Count
    predicted: Count
    missing: Count
    duplicates: Count


class MetricEntry(Record):
    """A score with its interval; null is "not known", and then `note` says why."""

    value: Finite | None
    se: Finite | None
    low: Finite | None
    high: Finite | None
    df: Count
    method: str
    approximate: bool
    note: str


class Calibration(Record):
    """Sums over an article's segments by confidence, in ten bins; the last entry is segments without probabilities."""

    segments: list[Count] = Field(min_length=BINS + 1, max_length=BINS + 1)
    confidence: list[Finite] = Field(min_length=BINS + 1, max_length=BINS + 1)
    right: list[Count] = Field(min_length=BINS + 1, max_length=BINS + 1)
    brier: list[Finite] = Field(min_length=BINS + 1, max_length=BINS + 1)
    log_loss: list[Finite] = Field(min_length=BINS + 1, max_length=BINS + 1)


class ResultRecord(Record):
    """`<protocol>.json`.

    Attributes:
        digest: over the canonical JSON of everything else but `timing`.
        confusion: per article K rows of gold labels by K + 1 columns of predicted ones; the last is no prediction.
        recurring: the same over the segments that recur (see `SegmentCounts`), for the articles that have any.
        calibration: per article; empty where no segment has probabilities.
    """

    format: Literal["corpus-kit/result/2"]
    digest: Digest
    system: System
    protocol: str
    seed: Count
    predictions_sha256: Sha256
    dataset: DatasetEntry
    labels: list[str] = Field(min_length=2)
    counts: SegmentCounts
    supports: dict[str, Count]
    metrics: dict[str, MetricEntry]
    confusion: dict[str, list[list[Count]]]
    recurring: dict[str, list[list[Count]]]
    calibration: dict[str, Calibration]
    missing: list[str]
    train_ids_sha256: dict[str, Sha256]
    versions: dict[str, str]
    timing: Timing | None

    @property
    def is_approximate(self) -> bool:
        """Whether the system was trained again for each fold, which no interval sees."""
        return is_retrained(self.system, self.protocol)

    @property
    def learnt_from(self) -> TrainingEntry | None:
        """What a transferred system learnt from; None for any other."""
        return None

    @model_validator(mode="after")
    def _check_completeness(self) -> "ResultRecord":
        names = set(map(str, list_metrics(self.labels)))
        for what, found, expected in (
            ("metrics", self.metrics.keys(), names),
            ("supports", self.supports.keys(), set(self.labels)),
        ):
            if found != expected:
                raise ValueError(f"{what}: {', '.join(sorted(found ^ expected))} missing, or too many for the labels")
        size = len(self.labels)
        for what, matrices in (("confusion", self.confusion), ("recurring", self.recurring)):
            for article_id, matrix in matrices.items():
                if [len(row) for row in matrix] != [size + 1] * size:
                    raise ValueError(f"{what}.{article_id}: not {size} rows of {size + 1} numbers")
        return self


class TransferRecord(ResultRecord):
    """`transfer-<training data>.json`: the protocol is `transfer`, and `training` says what was learnt from."""

    training: TrainingEntry

    @property
    def learnt_from(self) -> TrainingEntry:
        """The same, of any record."""
        return self.training

    @model_validator(mode="after")
    def _check_mapping(self) -> "TransferRecord":
        unknown = set(self.training.mapping.values()) - {None, *self.labels}
        if unknown:
            raise ValueError(f"training.mapping: {', '.join(sorted(map(repr, unknown)))} not among the labels")
        return self


SCHEMAS: Mapping[str, type[ResultRecord]] = MappingProxyType(
    {SCHEMA_FILE: ResultRecord, "transfer.schema.json": TransferRecord}
)
"""The files of JSON Schemas, and what each describes."""


class Run(NamedTuple):
    """A stored result and where it lies."""

    path: Path
    record: ResultRecord


class Origin(NamedTuple):
    """How the predictions came about: the protocol's name, its seed and what each fold was trained on.

    `training` is what a transferred system learnt from, else None. `libraries` are distributions whose versions count
    as well, where they are installed.
    """

    protocol: str
    seed: int
    train_ids_sha256: dict[str, str]
    training: TrainingEntry | None = None
    libraries: tuple[str, ...] = ()


def make_record(
    release: Release, scores: Scores, system: System, *, origin: Origin, predictions_sha256: str
) -> dict[str, Any]:
    """The run record as JSON values in the order in which they are written, without timing; nan becomes null."""
    record = {
        "format": RECORD_FORMAT,
        "digest": "",
        "system": system.model_dump(),
        "protocol": origin.protocol,
        "seed": origin.seed,
        "predictions_sha256": predictions_sha256,
        **describe_scores(release, scores),
        "train_ids_sha256": dict(origin.train_ids_sha256),
        "versions": {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "corpus-kit": corpus_kit.__version__,
            "numpy": np.__version__,
            "scipy": version("scipy"),
            "scikit-learn": version("scikit-learn"),
            **dict(_find_versions(origin.libraries)),
        },
        "timing": None,
    }
    if origin.training is not None:
        record["training"] = origin.training.model_dump()
    return {**record, "digest": digest_record(record)}


def _find_versions(libraries: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in libraries:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def digest_record(record: Mapping[str, Any]) -> str:
    """The digest that a record with these values has: over canonical JSON, without `digest` and `timing`."""
    return digest_value({name: value for name, value in record.items() if name not in _NOT_DIGESTED})


def describe_scores(release: Release, scores: Scores) -> dict[str, Any]:
    """What was scored and how well, as JSON values; nan becomes null."""
    manifest = release.manifest
    segments = sum(scores.supports.values())
    return {
        "dataset": describe_dataset(manifest),
        "labels": list(release.scheme.labels),
        "counts": {
            "segments": segments,
            "predicted": segments - len(scores.missing),
            "missing": len(scores.missing),
            "duplicates": scores.duplicates,
        },
        "supports": dict(scores.supports),
        "metrics": {name: describe_interval(interval) for name, interval in scores.metrics.items()},
        **_describe_tally(scores.tally),
        "missing": list(scores.missing),
    }


def describe_dataset(manifest: Manifest) -> dict[str, Any]:
    """What a `DatasetEntry` says of a release, as JSON values."""
    part = manifest.hydrated
    subset = None
    if part is not None:
        subset = {"of": part.of, "segments": part.labelled, "segments_of": part.labelled_of}
    return {"name": manifest.name, "version": manifest.version, "digest": manifest.digest, "subset": subset}


def describe_subset(part: HydratedEntry) -> str:
    """What has to stand beside every score on a hydrated subset."""
    return f"a hydrated subset ({part.describe()} of {part.of}): not to be compared with scores on the whole"


def _describe_tally(tally: Tally) -> dict[str, Any]:
    recurring = tally.confusion - tally.unique
    has_probabilities = bool(tally.calibration[:, :BINS].any())
    integers = ("segments", "right")
    return {
        "confusion": {name: matrix.tolist() for name, matrix in zip(tally.articles, tally.confusion, strict=True)},
        "recurring": {
            name: matrix.tolist() for name, matrix in zip(tally.articles, recurring, strict=True) if matrix.any()
        },
        "calibration": {
            name: {
                column: [int(value) if column in integers else float(value) for value in sums[:, i]]
                for i, column in enumerate(SUMMED)
            }
            for name, sums in zip(tally.articles, tally.calibration, strict=True)
            if has_probabilities
        },
    }


def describe_interval(interval: Interval) -> dict[str, Any]:
    """An interval as the JSON values of a `MetricEntry`; nan becomes null."""
    numbers = {"value": interval.value, "se": interval.se, "low": interval.low, "high": interval.high}
    return {
        **{name: None if isnan(number) else number for name, number in numbers.items()},
        "df": interval.df,
        "method": METHOD,
        "approximate": interval.is_approximate,
        "note": interval.reason,
    }


def restore_tally(record: ResultRecord) -> Tally:
    """The sums that a record holds, article by article in its order."""
    shape = (len(record.confusion), len(record.labels), len(record.labels) + 1)
    confusion = np.array(list(record.confusion.values()), dtype=np.int64).reshape(shape)
    unique = confusion.copy()
    calibration = np.zeros((shape[0], BINS + 1, len(SUMMED)))
    calibration[:, BINS, 0] = confusion.sum(axis=(1, 2))
    for i, name in enumerate(record.confusion):
        if name in record.recurring:
            unique[i] -= np.array(record.recurring[name], dtype=np.int64)
        if name in record.calibration:
            calibration[i] = np.array([getattr(record.calibration[name], column) for column in SUMMED]).T
    return Tally(articles=tuple(record.confusion), confusion=confusion, unique=unique, calibration=calibration)


def format_record(record: Mapping[str, Any]) -> bytes:
    """The bytes of a record's file: indented JSON, rows of numbers on one line."""
    text = to_pretty_json(record)
    rows = re.compile(r"\[\n\s+([-+.\de]+(?:,\n\s+[-+.\de]+)*)\n\s+\]")
    return rows.sub(lambda match: "[" + re.sub(r",\s+", ", ", match[1]) + "]", text).encode("utf-8")


def read_record(path: Path) -> ResultRecord:
    """A stored run record; a PredictionError where it can't be read or isn't one."""
    value = parse_json(read_bytes(path, PredictionError), PredictionError, path=path, line=None)
    is_transferred = isinstance(value, dict) and value.get("protocol") == TRANSFER
    model = TransferRecord if is_transferred else ResultRecord
    return check_record(value, model, PredictionError, path=path, line=None)


def make_record_schema(file: str = SCHEMA_FILE) -> dict[str, Any]:
    """The JSON Schema of a run record, as the file of this name in this package holds it."""
    schema = SCHEMAS[file].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": RECORD_FORMAT}


def read_record_schema(file: str = SCHEMA_FILE) -> str:
    """The text of a JSON Schema that the package ships."""
    return files("corpus_kit.evaluate").joinpath(file).read_text(encoding="utf-8")
