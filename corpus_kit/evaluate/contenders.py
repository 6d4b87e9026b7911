"""Systems by name: a stored run of a baseline, or a prediction file from anywhere."""

from dataclasses import dataclass
from pathlib import Path

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import PredictionError, UnknownName
from corpus_kit.evaluate.differences import Contender
from corpus_kit.evaluate.predictions import Prediction, read_predictions
from corpus_kit.evaluate.protocols import PROTOCOLS, select_scored
from corpus_kit.evaluate.record import TRANSFER, read_record
from corpus_kit.evaluate.stored import list_result_folders, locate_predictions, read_protocol
from corpus_kit.evaluate.tally import count_tally
from corpus_kit.markdown import show_text
from corpus_kit.records import read_bytes
from corpus_kit.release import Release


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadContender:
    """A system with what it said of each segment, by the segment's id; ids that are missing have no entry."""

    contender: Contender
    path: Path
    said: dict[str, str]


def read_contender(
    name_or_path: str, release: Release, baselines_dir: Path, *, protocol: str = "loao"
) -> ReadContender:
    """A system by the name of its folder in `baselines_dir`, or a prediction file by its path, which ends in `.jsonl`.

    `protocol` is the name of the stored result: of a transferred system with what it learnt from, such as
    `transfer-news-1.0.0`. Missing predictions are counted as wrong. A PredictionError where predictions don't fit the
    release or a stored run's record is of others; an UnknownName lists the protocols of stored runs, or the
    systems that have one of this release.
    """
    if protocol not in PROTOCOLS and read_protocol(Path(protocol)) != TRANSFER:
        raise UnknownName("protocol", protocol, PROTOCOLS)
    release = select_scored(release, protocol)
    if name_or_path.endswith(".jsonl"):
        path = Path(name_or_path)
        predictions = read_predictions(path, release, allow_missing=True)
        return _make(path.name, path, predictions, release, any(one.fold is not None for one in predictions))
    folders = list(list_result_folders(baselines_dir, release))
    stored = {folder.parent.name: path for folder in folders if (path := folder / f"{protocol}.json").is_file()}
    protocols = {path.stem for folder in folders for path in folder.glob("*.json")}
    if protocols and protocol not in protocols:
        raise UnknownName("protocol of a stored run", protocol, sorted(protocols), path=baselines_dir)
    if name_or_path not in stored:
        raise UnknownName("system", name_or_path, stored, path=baselines_dir)
    record = read_record(stored[name_or_path])
    path = locate_predictions(stored[name_or_path])
    if hash_bytes(read_bytes(path, PredictionError)) != record.predictions_sha256:
        raise PredictionError(
            "the stored result is of other predictions",
            path=path,
            remedy="See what differs: corpus-kit leaderboard --check",
        )
    predictions = read_predictions(path, release, allow_missing=True)
    return _make(name_or_path, path, predictions, release, record.is_approximate)


def _make(
    name: str, path: Path, predictions: list[Prediction], release: Release, is_approximate: bool
) -> ReadContender:
    return ReadContender(
        contender=Contender(show_text(name), count_tally(release, predictions), is_approximate),
        path=path,
        said={one.id: one.label for one in predictions},
    )
