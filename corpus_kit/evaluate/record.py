"""The result record: what a run leaves behind beside its predictions. It names no clock and no machine."""

import sys
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

import corpus_kit
from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.classifier import NAME_PATTERN
from corpus_kit.evaluate.intervals import METHOD, Interval
from corpus_kit.evaluate.metrics import list_metrics
from corpus_kit.evaluate.score import WITHOUT_DUPLICATES, Scores
from corpus_kit.records import Record, parse_record, read_bytes
from corpus_kit.release import HydratedEntry, Manifest, Release

RECORD_FORMAT = "corpus-kit/result/1"
RERUN, PREDICTIONS_ONLY = "re-run here", "predictions only"


class System(Record):
    """Who predicted. `source_sha256` is that of the code that was run; None where nobody ran any here."""

    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=r"^[\w.+-]{1,40}$")
    source_sha256: str | None
    is_trained: bool

    @property
    def kind(self) -> str:
        """How the board says where the predictions are from."""
        return PREDICTIONS_ONLY if self.source_sha256 is None else RERUN


class SubsetEntry(Record):
    """Which part of a full release was predicted; `of` is the digest that its manifest names as the whole's."""

    of: str
    segments: int
    segments_of: int


class DatasetEntry(Record):
    """What was predicted: a release by its digest. `subset` is there where the release was hydrated in part."""

    name: str
    version: str
    digest: str
    subset: SubsetEntry | None = None


class SegmentCounts(Record):
    """How many segments there are; predicted and missing add up to segments. Duplicates recur in another fold."""

    segments: int
    predicted: int
    missing: int
    duplicates: int


class MetricEntry(Record):
    """A score with its interval; null is "not known", and then `note` says why."""

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    df: int
    method: str
    approximate: bool
    note: str


class ResultRecord(Record):
    """`<protocol>.json`."""

    format: Literal["corpus-kit/result/1"]
    system: System
    protocol: str
    seed: int
    predictions_sha256: str
    dataset: DatasetEntry
    labels: list[str]
    counts: SegmentCounts
    supports: dict[str, int]
    metrics: dict[str, MetricEntry]
    confusion: dict[str, list[list[int]]]
    missing: list[str]
    train_ids_sha256: dict[str, str]
    versions: dict[str, str]

    @model_validator(mode="after")
    def _check_completeness(self) -> "ResultRecord":
        names = {*map(str, list_metrics(self.labels)), WITHOUT_DUPLICATES}
        for what, found, expected in (
            ("metrics", self.metrics.keys(), names),
            ("supports", self.supports.keys(), set(self.labels)),
        ):
            if found != expected:
                raise ValueError(f"{what}: {', '.join(sorted(found ^ expected))} missing, or too many for the labels")
        return self


class Run(NamedTuple):
    """A stored result and where it lies."""

    path: Path
    record: ResultRecord


class Origin(NamedTuple):
    """How the predictions came about: the protocol's name, its seed and what each fold was trained on."""

    protocol: str
    seed: int
    train_ids_sha256: dict[str, str]


def make_record(
    release: Release, scores: Scores, system: System, *, origin: Origin, predictions_sha256: str
) -> dict[str, Any]:
    """The result record as JSON values in the order in which they are written; nan becomes null."""
    return {
        "format": RECORD_FORMAT,
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
            "scikit-learn": version("scikit-learn"),
        },
    }


def describe_scores(release: Release, scores: Scores) -> dict[str, Any]:
    """What was scored and how well, as JSON values; nan becomes null."""
    manifest = release.manifest
    segments = sum(scores.supports.values())
    return {
        "dataset": _describe_dataset(manifest),
        "labels": list(release.scheme.labels),
        "counts": {
            "segments": segments,
            "predicted": segments - len(scores.missing),
            "missing": len(scores.missing),
            "duplicates": scores.duplicates,
        },
        "supports": dict(scores.supports),
        "metrics": {name: _describe_interval(interval) for name, interval in scores.metrics.items()},
        "confusion": {article_id: matrix.tolist() for article_id, matrix in scores.confusion.items()},
        "missing": list(scores.missing),
    }


def _describe_dataset(manifest: Manifest) -> dict[str, Any]:
    """The dataset entry; `subset` only where there is one, so that records of full releases stay as they are."""
    known = {"name": manifest.name, "version": manifest.version, "digest": manifest.digest}
    part = manifest.hydrated
    if part is None:
        return known
    return {**known, "subset": {"of": part.of, "segments": part.labelled, "segments_of": part.labelled_of}}


def describe_subset(part: HydratedEntry) -> str:
    """What has to stand beside every score on a hydrated subset."""
    return f"a hydrated subset ({part.describe()} of {part.of}): not to be compared with scores on the whole"


def _describe_interval(interval: Interval) -> dict[str, Any]:
    numbers = {"value": interval.value, "se": interval.se, "low": interval.low, "high": interval.high}
    return {
        **{name: None if isnan(number) else number for name, number in numbers.items()},
        "df": interval.df,
        "method": METHOD,
        "approximate": interval.is_approximate,
        "note": interval.reason,
    }


def read_record(path: Path) -> ResultRecord:
    """A stored result record; a PredictionError where it can't be read or isn't one."""
    return parse_record(read_bytes(path, PredictionError), ResultRecord, PredictionError, path=path, line=None)
