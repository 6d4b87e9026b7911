"""What leaderboard platforms are given: scores as flat columns, and a report that doesn't give the gold labels away."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus_kit.errors import PredictionError, ReleaseError
from corpus_kit.evaluate.run import ScoredFile, score_file
from corpus_kit.evaluate.task import load_dataset
from corpus_kit.files import write_atomically
from corpus_kit.release import MANIFEST_FILE, Release

HEADLINES = ("macro_f1", "accuracy")
"""The metrics that a platform shows, each with the bounds of its interval."""
COLUMNS = tuple(f"{name}{end}" for name in HEADLINES for end in ("", "_low", "_high"))
_GIVES_AWAY = frozenset({"confusion", "recurring", "calibration", "missing"})
"""Parts of a result from which the label of a segment could be inferred by submitting often."""


def make_row(result: ScoredFile) -> dict[str, float]:
    """A number for each of `COLUMNS`, in [0, 1]; a PredictionError where there was nothing to score.

    Platforms want numbers: where there is no interval its bounds are 0 and 1, which claim nothing.
    """
    row = {}
    for name in HEADLINES:
        interval = result.scores.metrics[name]
        if isnan(interval.value):
            raise PredictionError("there is nothing to score", path=result.release.path)
        row[name] = interval.value
        row[f"{name}_low"] = 0.0 if isnan(interval.low) else interval.low
        row[f"{name}_high"] = 1.0 if isnan(interval.high) else interval.high
    return row


def make_report(result: ScoredFile) -> dict[str, Any]:
    """The scores as `corpus-kit score --json` gives them, without the parts that are about single articles."""
    return {name: value for name, value in result.to_json().items() if name not in _GIVES_AWAY}


def score_against(reference: Path, predictions: Path, *, split: str | None = None) -> ScoredFile:
    """Score a prediction file against a release folder, the zip of one, or a task file; strictly, nothing missing."""
    with open_reference(reference) as release:
        return score_file(predictions, release, split=split)


def score_folders(input_dir: Path, output_dir: Path) -> None:
    """Codabench's scoring: `input/ref` is a release, `input/res` has one `.jsonl`; `scores.json` goes to the output.

    `report.json` beside it has every metric. A CorpusKitError, and no file, where the predictions don't fit.
    """
    from corpus_kit.canonical import to_pretty_json

    result = score_against(input_dir / "ref", find_predictions(input_dir / "res"))
    for name, value in (("scores.json", make_row(result)), ("report.json", make_report(result))):
        write_atomically(output_dir / name, to_pretty_json(value).encode("utf-8"))


def find_predictions(folder: Path) -> Path:
    """The one `.jsonl` file of a submitted folder; a PredictionError where there is none or more than one."""
    found = [path for path in sorted(folder.rglob("*.jsonl")) if not path.name.startswith("._")]
    if len(found) != 1:
        named = ", ".join(path.name for path in found[:3]) or "none"
        raise PredictionError(f"there has to be one .jsonl file, and there are {len(found)} ({named})", path=folder)
    return found[0]


@contextmanager
def open_reference(path: Path) -> Iterator[Release]:
    """A release by its folder or by the zip of it, or a task by its file; a zip is unpacked for the time being."""
    if path.suffix != ".zip":
        yield load_dataset(_find_release(path) if path.is_dir() else path)
        return
    with TemporaryDirectory(prefix="corpus-kit-") as folder:
        try:
            with zipfile.ZipFile(path) as file:
                file.extractall(folder)
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as e:
            raise ReleaseError(f"can't be unpacked ({e})", path=path, remedy="Give a release, or the zip of one") from e
        yield load_dataset(_find_release(Path(folder)))


def _find_release(folder: Path) -> Path:
    """The folder, or the only one in it, that has a manifest."""
    below = [path.parent for path in folder.glob(f"*/{MANIFEST_FILE}")]
    return below[0] if len(below) == 1 and not (folder / MANIFEST_FILE).is_file() else folder
