"""What is checked of a transferred result beyond its numbers, and what can't be without the training data."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.board import list_records
from corpus_kit.evaluate.predictions import read_predictions
from corpus_kit.evaluate.record import ResultRecord, TrainingEntry, read_record
from corpus_kit.evaluate.stored import locate_predictions, name_result
from corpus_kit.evaluate.transfer import list_mapping_faults
from corpus_kit.markdown import count_of
from corpus_kit.release import Release


def find_training(entry: TrainingEntry, training: Sequence[Release]) -> Release | None:
    """The first dataset with the name and version that a record says was learnt from; None where there is none.

    Its digest may still be another.
    """
    named = (entry.dataset.name, entry.dataset.version)
    return next((one for one in training if (one.manifest.name, one.manifest.version) == named), None)


def list_unverified(baselines_dir: Path, release: Release, training: Sequence[Release] = ()) -> list[str]:
    """What no check can verify since the data that were learnt from aren't among `training`, a line per dataset.

    A result that can't be read is left to the check, which names it.
    """
    found: Counter[str] = Counter()
    for path in list_records(baselines_dir, release):
        try:
            entry = read_record(path).learnt_from
        except PredictionError:
            continue  # the check names it
        if entry is not None and find_training(entry, training) is None:
            found[f"{entry.dataset.name} {entry.dataset.version} ({entry.dataset.digest})"] += 1
    return [
        f"{count_of(n, 'result')} learnt from {data}, which isn't here: the ids of its segments, its labels and what "
        "it shares with the test are taken as stored. Name it: --train DIR|FILE.toml"
        for data, n in sorted(found.items())
    ]


def list_transfer_faults(path: Path, record: ResultRecord, release: Release) -> list[str]:
    """What is wrong with a transferred result that its numbers don't show; empty where nothing is, and for others."""
    entry = record.learnt_from
    if entry is None:
        return []
    predictions = read_predictions(locate_predictions(path), release, allow_missing=True)
    faults = list_mapping_faults(entry, predictions, release.scheme.labels)
    name = name_result(record.protocol, entry.dataset)
    faults += [] if name == path.stem else [f"the result of {name} is stored as {path.stem}"]
    return [f"{path}: {line}" for line in faults]
