"""Where results lie: a folder per system, in it one per version of the dataset, with predictions beside each result."""

from pathlib import Path

from corpus_kit.evaluate.protocols import PROTOCOLS
from corpus_kit.evaluate.record import TRANSFER, DatasetEntry
from corpus_kit.release import Release

SUBMISSIONS = "submissions"
"""The folder of `baselines/` that systems of others are filed in, a folder each."""
SUBMISSION_FILE = "submission.json"
_TRANSFERRED = f"{TRANSFER}-"


def list_result_folders(baselines_dir: Path, release: Release) -> list[Path]:
    """The folders of results for this version of the dataset: of systems that were run here, then of submissions."""
    name = release.manifest.results_name
    return sorted(baselines_dir.glob(f"*/{name}")) + sorted(baselines_dir.glob(f"{SUBMISSIONS}/*/{name}"))


def list_results(folder: Path) -> list[Path]:
    """The results in one such folder, sorted: one per protocol, of `transfer` one per training dataset."""
    named = [path for name in PROTOCOLS if (path := folder / f"{name}.json").is_file()]
    return sorted([*named, *folder.glob(f"{_TRANSFERRED}*.json")])


def name_result(protocol: str, training: DatasetEntry | None) -> str:
    """The name of a result's file without its ending: that of the protocol, and of what a system was transferred from.

    A hydrated subset of a training dataset has a name of its own.
    """
    if training is None:
        return protocol
    part = "" if training.subset is None else f"-subset-{training.digest[7:19]}"
    return f"{_TRANSFERRED}{training.name}-{training.version}{part}"


def read_protocol(record_path: Path) -> str:
    """The protocol that the name of a result's file says."""
    return TRANSFER if record_path.stem.startswith(_TRANSFERRED) else record_path.stem


def locate_predictions(record_path: Path) -> Path:
    """Where the predictions of a stored result are: beside it."""
    return record_path.with_suffix(".predictions.jsonl")


def find_submission(record_path: Path) -> Path | None:
    """The `submission.json` that belongs to a stored result; None for the result of a baseline."""
    is_submitted = record_path.parent.parent.parent.name == SUBMISSIONS
    return record_path.with_name(SUBMISSION_FILE) if is_submitted else None
