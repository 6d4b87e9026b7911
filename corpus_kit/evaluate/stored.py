"""Where results lie: a folder per system, in it one per version of the dataset, with predictions beside each result."""

from pathlib import Path

from corpus_kit.release import Release

SUBMISSIONS = "submissions"
"""The folder of `baselines/` that systems of others are filed in, a folder each."""
SUBMISSION_FILE = "submission.json"


def list_result_folders(baselines_dir: Path, release: Release) -> list[Path]:
    """The folders of results for this version of the dataset: of systems that were run here, then of submissions."""
    name = release.manifest.results_name
    return sorted(baselines_dir.glob(f"*/{name}")) + sorted(baselines_dir.glob(f"{SUBMISSIONS}/*/{name}"))


def locate_predictions(record_path: Path) -> Path:
    """Where the predictions of a stored result are: beside it."""
    return record_path.with_suffix(".predictions.jsonl")


def find_submission(record_path: Path) -> Path | None:
    """The `submission.json` that belongs to a stored result; None for the result of a baseline."""
    is_submitted = record_path.parent.parent.parent.name == SUBMISSIONS
    return record_path.with_name(SUBMISSION_FILE) if is_submitted else None
