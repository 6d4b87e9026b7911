"""A baseline is run: predicted, scored and stored, so that anyone can compute its scores again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus_kit.canonical import hash_bytes
from corpus_kit.classify import CLASSIFIER_FILE, LoadedClassifier, load_classifier
from corpus_kit.errors import PredictionError, TargetError, TransferError, UnknownName
from corpus_kit.evaluate.intervals import Interval
from corpus_kit.evaluate.metrics import RANKING_METRIC
from corpus_kit.evaluate.predictions import format_predictions, read_predictions
from corpus_kit.evaluate.protocols import ALONE, PROTOCOLS, Execution, ProtocolRun, select_scored, select_split
from corpus_kit.evaluate.record import (
    TRANSFER,
    Origin,
    System,
    describe_scores,
    describe_subset,
    digest_record,
    format_record,
    is_retrained,
    make_record,
    read_record,
)
from corpus_kit.evaluate.score import Scores, score_predictions
from corpus_kit.evaluate.stored import locate_predictions, name_result
from corpus_kit.evaluate.transfer import TrainingSet, evaluate_transfer, mark_shared
from corpus_kit.files import write_atomically
from corpus_kit.records import read_bytes
from corpus_kit.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRun:
    """A stored result: where it lies, what it says, and one line about it."""

    record_path: Path
    record: dict[str, Any]
    scores: Scores
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFile:
    """A prediction file's scores."""

    path: Path
    predictions_sha256: str
    release: Release
    scores: Scores

    def to_json(self) -> dict[str, Any]:
        """The scores as in a result record, with the digest of the file's bytes; nan becomes null."""
        return {"predictions_sha256": self.predictions_sha256, **describe_scores(self.release, self.scores)}

    def to_text(self) -> str:
        """The scores for people: a line each, then what is missing."""
        manifest = self.release.manifest
        lines = [f"{self.path} on {manifest.name} {manifest.version}"]
        if manifest.hydrated is not None:
            lines.append(f"  {describe_subset(manifest.hydrated)}")
        lines += [f"  {name}: {show_interval(interval)}" for name, interval in self.scores.metrics.items()]
        lines += [f"  support of {label}: {n}" for label, n in self.scores.supports.items()]
        lines += [f"  missing, counted as wrong: {id_}" for id_ in self.scores.missing]
        return "\n".join(lines)


def run_baseline(
    name_or_path: str,
    release: Release,
    baselines_dir: Path,
    *,
    protocol: str = "loao",
    seed: int = 0,
    training: TrainingSet | None = None,
    execution: Execution = ALONE,
) -> BaselineRun:
    """Run a classifier and store the result under `<baselines_dir>/<name>/<dataset version>/`.

    Of a task the last folder is `<task>-<version>`, and a hydrated subset has a folder of its own. The classifier is
    named as `load_classifier` takes it. Writes `<protocol>.predictions.jsonl`, then
    `<protocol>.json`, each whole or not at all; an earlier result is replaced. `training` goes with the protocol
    `transfer` and only with it, and is in the files' names. The same data, code, seed and package versions give the
    same predictions and the same digest of the record, for any number of workers. The time that it took is recorded
    where the execution has a clock; a result that comes out as it is stored keeps the time that it has, unless no size
    was measured then. An UnknownName lists the protocols; a TransferError says that `training` is missing or too much,
    a TargetError what can't be written.
    """
    _require_protocol(protocol, training)
    loaded = load_classifier(name_or_path, baselines_dir)
    _require_own_folder(loaded, baselines_dir)
    run, scored = _predict(loaded, release, protocol, seed=seed, training=training, execution=execution)
    entry = None if training is None else training.describe()
    system = System(
        name=loaded.name, version=loaded.version, source_sha256=loaded.source_sha256, is_trained=loaded.is_trained
    )
    scores = score_predictions(scored, run.predictions, is_approximate=is_retrained(system, protocol))
    stored = format_predictions(run.predictions)
    record = make_record(
        scored,
        scores,
        system,
        origin=Origin(protocol, seed, run.train_ids_sha256, entry, loaded.libraries),
        predictions_sha256=hash_bytes(stored),
    )
    if execution.clock is not None:
        record["timing"] = _describe_timing(run, execution.workers)
    result_name = name_result(protocol, None if entry is None else entry.dataset)
    path = baselines_dir / loaded.name / release.manifest.results_name / f"{result_name}.json"
    write_atomically(locate_predictions(path), stored)
    if not _is_stored(path, record):
        write_atomically(path, format_record(record))
    summary = ", ".join(f"{name} {show_interval(scores.metrics[name])}" for name in (RANKING_METRIC, "accuracy"))
    summary = f"{loaded.name} {loaded.version}, {result_name}: {summary}"
    if run.usage is not None:
        summary += f"\n  {run.usage.describe()}"
    return BaselineRun(record_path=path, record=record, scores=scores, summary=summary)


def _describe_timing(run: ProtocolRun, workers: int) -> dict[str, Any]:
    return {
        "fit_s": round(run.fit_s, 3),
        "predict_s": round(run.predict_s, 3),
        "workers": workers,
        "model_bytes": run.model_bytes,
        "usage": None if run.usage is None else asdict(run.usage),
    }


def _require_protocol(protocol: str, training: TrainingSet | None) -> None:
    if protocol not in (*PROTOCOLS, TRANSFER):
        raise UnknownName("protocol", protocol, (*PROTOCOLS, TRANSFER))
    if protocol == TRANSFER and training is None:
        raise TransferError(f"the protocol {TRANSFER} needs data to learn from", remedy="Name them: --train DIR")
    if protocol != TRANSFER and training is not None:
        raise TransferError(
            f"the protocol {protocol} learns from what is predicted, not from other data",
            remedy=f"Leave --train out, or use --protocol {TRANSFER}",
        )


def _predict(
    loaded: LoadedClassifier,
    release: Release,
    protocol: str,
    *,
    seed: int,
    training: TrainingSet | None,
    execution: Execution,
) -> tuple[ProtocolRun, Release]:
    """The predictions, and what of the release they are of, with what recurs as the protocol means it."""
    if training is None:
        run = PROTOCOLS[protocol](release, loaded, seed, execution=execution)
        return run, select_scored(release, protocol)
    run = evaluate_transfer(release, loaded, seed, training=training, execution=execution)
    return run, mark_shared(release, training.shared.segments)


def _require_own_folder(loaded: LoadedClassifier, baselines_dir: Path) -> None:
    own = baselines_dir / loaded.name / CLASSIFIER_FILE
    if own.exists() and own.resolve() != loaded.path:
        raise TargetError(
            f"the results of {loaded.name!r} here are of another classifier",
            path=own,
            remedy=f"Rename {loaded.path.name}, or evaluate {loaded.name}",
        )


def _is_stored(path: Path, record: Mapping[str, Any]) -> bool:
    """Whether the record that is there says just this, and lacks no size that was measured now."""
    try:
        stored = read_record(path)
    except PredictionError:
        return False
    size = (record["timing"] or {}).get("model_bytes")
    is_lacking = size is not None and (stored.timing is None or stored.timing.model_bytes is None)
    return not is_lacking and stored.digest == record["digest"] == digest_record(stored.model_dump())


def score_file(path: Path, release: Release, *, allow_missing: bool = False, split: str | None = None) -> ScoredFile:
    """Score a prediction file from anywhere; a PredictionError where it doesn't fit the release, or the `split` of it.

    The intervals are marked approximate where predictions state a fold, for then the system was probably trained again
    for each.
    """
    if split is not None:
        release = select_split(release, split)
    predictions = read_predictions(path, release, allow_missing=allow_missing)
    scores = score_predictions(
        release,
        predictions,
        allow_missing=allow_missing,
        is_approximate=any(one.fold is not None for one in predictions),
    )
    digest = hash_bytes(read_bytes(path, PredictionError))
    return ScoredFile(path=path, predictions_sha256=digest, release=release, scores=scores)


def show_interval(interval: Interval) -> str:
    """A score with its interval for people, to three decimals, or why there is none."""
    if interval.reason:
        return f"{interval.value:.3f} (no interval: {interval.reason})"
    mark = ", approximate" if interval.is_approximate else ""
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}{mark}]"
