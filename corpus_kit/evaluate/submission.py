"""Predictions that somebody else made: checked, scored, and filed beside the baselines with what was declared.

What can be verified is: the set of ids, the labels and probabilities, that each prediction names the fold that was held
out, and that the stated training segments are those of the other folds. That a system learnt from nothing else can only
be declared, and is said to be.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.errors import PredictionError, TargetError, UnknownName
from corpus_kit.evaluate.predictions import PROBABILITY_DECIMALS, Prediction, format_predictions, read_predictions
from corpus_kit.evaluate.protocols import PROTOCOLS, hash_training, select_scored
from corpus_kit.evaluate.record import PREDICTIONS_ONLY, Origin, System, format_record, make_record
from corpus_kit.evaluate.run import show_interval
from corpus_kit.evaluate.score import Scores, score_predictions
from corpus_kit.evaluate.stored import SUBMISSION_FILE, SUBMISSIONS
from corpus_kit.files import make_target_error, place_folder, write_atomically
from corpus_kit.records import Record, parse_record, read_bytes, read_toml
from corpus_kit.release import Release

SUBMISSION_FORMAT = "corpus-kit/submission/1"
NAME_PATTERN = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"
MAX_NAME_CHARS = 60
_REMEDY = "See docs/submissions.md for what a submission has to have"
_SHOWN = 3

TrainedOn = Literal["nothing", "folds", "other"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Declaration(Record):
    """What those who submit say of their system.

    Attributes:
        trained_on: `nothing`; `folds`, which is the training folds of this dataset; `other` corpora; or both of these.
        training_data: the same in words: which corpora, which versions, what else was seen.
        train_ids_sha256: for `folds`, per fold that was held out the SHA-256 over the sorted ids of the segments that
            the system was trained on, a line each.
    """

    version: str = Field(default="1", pattern=r"^[\w.+-]{1,40}$")
    contact: Line | None = None
    trained_on: list[TrainedOn] = Field(min_length=1)
    training_data: str = Field(min_length=1, max_length=4000)
    train_ids_sha256: dict[str, Sha256] = Field(default_factory=dict)

    @field_validator("trained_on")
    @classmethod
    def _check_choice(cls, value: list[TrainedOn]) -> list[TrainedOn]:
        if len(set(value)) < len(value) or ("nothing" in value and len(value) > 1):
            raise ValueError("'nothing' stands alone, and nothing stands twice")
        return sorted(value)

    @property
    def is_trained_here(self) -> bool:
        """Whether the system learnt from this dataset, so that folds and training ids are asked for."""
        return "folds" in self.trained_on


class SubmittedDataset(Record):
    """The release or task that was predicted."""

    name: str
    version: str
    digest: str


class Submission(Record):
    """`submission.json`. `submitted_sha256` is that of the file as it came; what is stored is sorted and rounded."""

    format: Literal["corpus-kit/submission/1"]
    name: str
    protocol: str
    dataset: SubmittedDataset
    submitted_sha256: Sha256
    declaration: Declaration
    verified: list[str]
    declared: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledSubmission:
    """A submission where it was filed."""

    path: Path
    submission: Mapping[str, Any]
    record: Mapping[str, Any]
    scores: Scores

    def to_json(self) -> dict[str, Any]:
        """Where it is, what was submitted, and the result."""
        return {"path": str(self.path), "submission": dict(self.submission), "result": dict(self.record)}

    def to_text(self) -> str:
        """The same for people, with what was verified and what is declared only."""
        said, system = self.submission, self.record["system"]
        shown = ", ".join(f"{name} {show_interval(self.scores.metrics[name])}" for name in ("macro_f1", "accuracy"))
        return "\n".join(
            [
                f"{system['name']} {system['version']}, {said['protocol']}, {PREDICTIONS_ONLY}: {shown}",
                f"  verified: {', '.join(said['verified'])}",
                f"  declared, and not to be verified: {', '.join(said['declared'])}",
                f"  {self.path}",
            ]
        )


def read_declaration(path: Path) -> Declaration:
    """The declaration in a TOML file; a PredictionError says what is missing or wrong."""
    return read_toml(path, Declaration, PredictionError, remedy=_REMEDY)


def file_submission(
    predictions_path: Path,
    release: Release,
    baselines_dir: Path,
    *,
    name: str,
    declaration: Declaration,
    protocol: str = "loao",
) -> FiledSubmission:
    """Check a prediction file and file it under `<baselines_dir>/submissions/<name>/<dataset version>/`.

    Writes `<protocol>.predictions.jsonl`, `<protocol>.json` and `submission.json`, all or none; the same submission
    again changes nothing. A PredictionError where the predictions don't fit the release or the declaration is
    contradicted; a TargetError where the name is somebody else's, or where the place can't be written.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName("protocol", protocol, PROTOCOLS)
    target = _locate_submission(baselines_dir, name, release)
    scored = select_scored(release, protocol)
    predictions = _round_probabilities(read_predictions(predictions_path, scored))
    faults = list_proof_faults(declaration, predictions, hash_training(release, protocol), protocol)
    if faults:
        raise PredictionError("; ".join(faults), path=predictions_path, remedy=_REMEDY)
    is_approximate = declaration.is_trained_here and protocol == "loao"
    scores = score_predictions(scored, predictions, is_approximate=is_approximate)
    submission = describe_submission(
        release,
        predictions,
        declaration,
        name=name,
        protocol=protocol,
        submitted_sha256=hash_bytes(read_bytes(predictions_path, PredictionError)),
    )
    stored = format_predictions(predictions)
    record = make_record(
        scored,
        scores,
        System(name=name, version=declaration.version, source_sha256=None, is_trained=declaration.is_trained_here),
        origin=Origin(protocol, 0, dict(declaration.train_ids_sha256)),
        predictions_sha256=hash_bytes(stored),
    )
    files = {
        f"{protocol}.predictions.jsonl": stored,
        f"{protocol}.json": format_record(record),
        SUBMISSION_FILE: to_pretty_json(submission).encode("utf-8"),
    }
    _place_files(files, target)
    return FiledSubmission(path=target, submission=submission, record=record, scores=scores)


def describe_submission(
    release: Release,
    predictions: Sequence[Prediction],
    declaration: Declaration,
    *,
    name: str,
    protocol: str,
    submitted_sha256: str,
) -> dict[str, Any]:
    """`submission.json` as JSON values, with what about it was verified and what is declared only."""
    verified = ["ids", "labels"]
    if any(one.probs is not None for one in predictions):
        verified.append("probs")
    if any(one.fold is not None for one in predictions):
        verified.append("fold")
    if declaration.is_trained_here:
        verified.append("train_ids_sha256")
    manifest = release.manifest
    return {
        "format": SUBMISSION_FORMAT,
        "name": name,
        "protocol": protocol,
        "dataset": {"name": manifest.name, "version": manifest.version, "digest": manifest.digest},
        "submitted_sha256": submitted_sha256,
        "declaration": declaration.model_dump(mode="json"),
        "verified": verified,
        "declared": ["version", "trained_on", "training_data"] + (["contact"] if declaration.contact else []),
    }


def list_proof_faults(
    declaration: Declaration, predictions: Sequence[Prediction], expected: Mapping[str, str], protocol: str
) -> list[str]:
    """What contradicts, or is missing from, the proof that no segment was in its own training; empty if nothing.

    `expected` are the digests of what the protocol lets a system learn from. A system that learnt nothing here has
    nothing to prove, and states no digests.
    """
    stated = declaration.train_ids_sha256
    if not declaration.is_trained_here:
        return ["train_ids_sha256 is stated and trained_on lacks 'folds'"] if stated else []
    faults = []
    without = [one.id for one in predictions if one.fold is None]
    if without and protocol == "loao":
        faults.append(f"{len(without)} predictions don't state their fold ({_show(without)})")
    for what, keys in (
        ("lacks", sorted(expected.keys() - stated.keys())),
        ("has unknown", sorted(stated.keys() - expected.keys())),
    ):
        if keys:
            faults.append(f"train_ids_sha256 {what} {_show(keys)}")
    other = sorted(key for key in expected.keys() & stated.keys() if expected[key] != stated[key])
    if other:
        faults.append(f"train_ids_sha256 isn't that of all other folds' segments for {_show(other)}")
    return faults


def read_submission(path: Path) -> Submission:
    """A `submission.json`; a PredictionError where it can't be read or isn't one."""
    return parse_record(read_bytes(path, PredictionError), Submission, PredictionError, path=path, line=None)


def _locate_submission(baselines_dir: Path, name: str, release: Release) -> Path:
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > MAX_NAME_CHARS:
        raise PredictionError(
            f"{name!r} can't be a system's name",
            remedy=f"Use up to {MAX_NAME_CHARS} lower-case letters and digits, with -, _ or . between them",
        )
    taken = {folder.name.casefold() for folder in baselines_dir.glob("*") if folder.is_dir()}
    if name in taken:
        raise TargetError(f"the name {name!r} is taken in this folder", path=baselines_dir, remedy="Choose another")
    return baselines_dir / SUBMISSIONS / name / release.manifest.results_name


def _round_probabilities(predictions: Sequence[Prediction]) -> list[Prediction]:
    """The predictions as the stored file gives them back, so that what is scored is what is stored."""
    return [
        one if one.probs is None else replace(one, probs=tuple(round(p, PROBABILITY_DECIMALS) for p in one.probs))
        for one in sorted(predictions, key=lambda one: one.id)
    ]


def _place_files(files: Mapping[str, bytes], target: Path) -> None:
    """Write a folder with these files, whole or not at all; one that has them already is left alone."""
    try:
        if target.is_dir() and {path.name: path.read_bytes() for path in target.iterdir()} == files:
            return
        if target.exists():
            raise TargetError(
                "a submission of this name is filed for this version",
                path=target,
                remedy="Choose another name; nothing that is filed is overwritten",
            )
        baselines_dir = target.parents[2]
        baselines_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=baselines_dir, prefix=f".{SUBMISSIONS}.") as folder:
            new = Path(folder, "new")
            for name, data in files.items():
                write_atomically(new / name, data)
            target.parent.mkdir(parents=True, exist_ok=True)
            place_folder(new, target)
    except OSError as e:
        raise make_target_error(target, e) from e


def _show(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (", …" if len(names) > _SHOWN else "")
