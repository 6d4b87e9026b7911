"""Stored results are computed again from the stored predictions, and what differs is listed by name."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

from corpus_kit.canonical import hash_bytes
from corpus_kit.classify.load import CLASSIFIER_FILE, read_declared
from corpus_kit.errors import PredictionError, ReleaseError, TransferError
from corpus_kit.evaluate.board import Board, collect_runs, list_records, make_board
from corpus_kit.evaluate.ceiling import measure_ceilings
from corpus_kit.evaluate.check_transfer import find_training, list_transfer_faults
from corpus_kit.evaluate.leaderboard import render_leaderboard
from corpus_kit.evaluate.leaderboard_sections import COST_TITLE
from corpus_kit.evaluate.page import collect_disputes, render_leaderboard_page
from corpus_kit.evaluate.predictions import read_predictions
from corpus_kit.evaluate.protocols import hash_training, select_scored
from corpus_kit.evaluate.record import (
    TRANSFER,
    Origin,
    ResultRecord,
    digest_record,
    is_retrained,
    make_record,
    read_record,
)
from corpus_kit.evaluate.score import score_predictions
from corpus_kit.evaluate.score_text import UNKNOWN
from corpus_kit.evaluate.stored import (
    find_submission,
    list_result_folders,
    locate_predictions,
    read_protocol,
)
from corpus_kit.evaluate.submission import (
    describe_submission,
    list_proof_faults,
    read_submission,
)
from corpus_kit.evaluate.transfer import hash_training_set, make_training_set, mark_shared
from corpus_kit.files import write_atomically
from corpus_kit.records import decode_utf8, read_bytes
from corpus_kit.release import Release

TOLERANCE = 1e-12
_NOT_RECOMPUTED = frozenset({"digest", "versions", "timing"})


def recompute_run(record_path: Path, release: Release, *, training: Sequence[Release] = ()) -> dict[str, Any]:
    """The record that the predictions stored beside `record_path` lead to.

    The protocol is what the file's name says. Where the system's folder has a classifier, its digest, version and
    whether it is trained are read from there; else they are taken over from the stored record, as are the seed and the
    package versions. Of a transferred system the mapping is taken over, too, and so is what the training data are and
    share with the release, unless they are among `training`. Missing predictions are counted as wrong and listed. A
    PredictionError where the predictions don't fit the release; a TransferError where the training data don't.
    """
    stored = read_record(record_path)
    protocol = read_protocol(record_path)
    predictions_path = locate_predictions(record_path)
    submitted = find_submission(record_path)
    predictions = read_predictions(predictions_path, select_scored(release, protocol), allow_missing=submitted is None)
    system = stored.system.model_copy(update=_find_system(record_path))
    origin = _recompute_origin(stored, record_path, release, training=training)
    if submitted is not None and not system.is_trained:
        origin = origin._replace(train_ids_sha256={})
    scored = select_scored(release, protocol)
    if origin.training is not None:
        scored = mark_shared(release, origin.training.shared_segments)
    record = make_record(
        scored,
        score_predictions(scored, predictions, allow_missing=True, is_approximate=is_retrained(system, protocol)),
        system,
        origin=origin,
        predictions_sha256=hash_bytes(read_bytes(predictions_path, PredictionError)),
    )
    return {**record, "versions": stored.versions}


def _recompute_origin(
    stored: ResultRecord, record_path: Path, release: Release, *, training: Sequence[Release]
) -> Origin:
    protocol = read_protocol(record_path)
    if protocol != TRANSFER:
        return Origin(protocol, stored.seed, hash_training(release, protocol))
    entry = stored.learnt_from
    if entry is None:
        raise PredictionError(
            f"the file's name says {protocol}, the record says {stored.protocol}",
            path=record_path,
            remedy="Run it again: corpus-kit evaluate NAME",
        )
    found = find_training(entry, training)
    if found is None:
        return Origin(protocol, stored.seed, stored.train_ids_sha256, entry)
    mapping = {label: entry.mapping.get(label) for label in found.scheme.labels}
    if not any(mapping.values()):
        raise PredictionError("training.mapping: no label of the training data has a meaning", path=record_path)
    known = make_training_set(found, release, mapping, allow_overlap=True)
    return Origin(protocol, stored.seed, hash_training_set(found), known.describe())


def _find_system(record_path: Path) -> dict[str, Any]:
    """What is known of a result's system from its folder: of a submission what was declared, else from the code."""
    folder, submitted = record_path.parent.parent, find_submission(record_path)
    if submitted is not None:
        declaration = read_submission(submitted).declaration
        known = {"version": declaration.version, "is_trained": declaration.is_trained_here}
        return {"name": folder.name, "source_sha256": None, **known}
    source = folder / CLASSIFIER_FILE
    if not source.is_file():
        return {"name": folder.name}
    return {
        "name": folder.name,
        "source_sha256": hash_bytes(read_bytes(source, PredictionError)),
        **read_declared(source),
    }


def compare_run(stored: ResultRecord, recomputed: Mapping[str, Any]) -> list[str]:
    """What differs, a line each such as `confusion.a1[0][2]: stored 3, recomputed 2`; empty where nothing does.

    Counts, names and digests must be equal, fractions within 1e-12. Package versions and timing are not compared. The
    record's own digest must be that of what it says.
    """
    values = stored.model_dump()
    digest = digest_record(values)
    found = [
        line
        for name, value in values.items()
        if name not in _NOT_RECOMPUTED
        for line in _list_differences(value, recomputed.get(name), name)
    ]
    is_own = digest == stored.digest
    return found + ([] if is_own else [f"digest: stored {stored.digest!r}, the record has {digest!r}"])


_ABSENT = object()


def _list_differences(stored: Any, found: Any, where: str) -> list[str]:
    if isinstance(stored, dict) and isinstance(found, dict):
        return [
            line
            for key in sorted(stored.keys() | found.keys())
            for line in _list_differences(stored.get(key, _ABSENT), found.get(key, _ABSENT), f"{where}.{key}")
        ]
    if isinstance(stored, list) and isinstance(found, list):
        return [
            line
            for i, (left, right) in enumerate(zip_longest(stored, found, fillvalue=_ABSENT))
            for line in _list_differences(left, right, f"{where}[{i}]")
        ]
    if isinstance(stored, float) and isinstance(found, float):
        is_equal = isclose(stored, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    else:
        is_equal = stored == found
    return [] if is_equal else [f"{where}: stored {_show(stored)}, recomputed {_show(found)}"]


def _show(value: Any) -> str:
    return "nothing" if value is _ABSENT else repr(value)


def list_differences(baselines_dir: Path, release: Release, training: Sequence[Release] = ()) -> list[str]:
    """What differs between each stored result and what its predictions give, a line each; empty where nothing does.

    Predictions without a result, and a result that was run by a classifier that is gone, are differences too.
    """
    found = []
    for path in list_records(baselines_dir, release):
        try:
            record = read_record(path)
            recomputed = recompute_run(path, release, training=training)
            found += [f"{path}: {line}" for line in compare_run(record, recomputed)]
            found += _check_submission(path, release) + list_transfer_faults(path, record, release)
        except (PredictionError, ReleaseError, TransferError) as e:
            found.append(str(e))
            continue
        if record.system.source_sha256 is not None and not (path.parent.parent / CLASSIFIER_FILE).is_file():
            found.append(f"{path}: the classifier that was run, {CLASSIFIER_FILE}, is gone")
    folders = list_result_folders(baselines_dir, release)
    for predictions in (path for folder in folders for path in sorted(folder.glob("*.predictions.jsonl"))):
        record_path = predictions.with_name(predictions.name.replace(".predictions.jsonl", ".json"))
        if not record_path.is_file():
            found.append(f"{predictions}: there is no result for these predictions")
    return found


def _check_submission(record_path: Path, release: Release) -> list[str]:
    """What is wrong with the submission that a stored result is of; empty where nothing is, and for a baseline."""
    path = find_submission(record_path)
    if path is None:
        return []
    stored, protocol = read_submission(path), record_path.stem
    predictions = read_predictions(locate_predictions(record_path), select_scored(release, protocol))
    made = describe_submission(
        release,
        predictions,
        stored.declaration,
        name=record_path.parent.parent.name,
        protocol=protocol,
        submitted_sha256=stored.submitted_sha256,
    )
    faults = list_proof_faults(stored.declaration, predictions, hash_training(release, protocol), protocol)
    return [
        f"{path}: {line}" for line in faults + _list_differences(stored.model_dump(mode="json"), made, "submission")
    ]


def collect_board(baselines_dir: Path, release: Release) -> Board:
    """The board of all stored results."""
    return make_board(collect_runs(baselines_dir, release), measure_ceilings(release))


def render_page(board: Board, baselines_dir: Path, release: Release) -> bytes:
    """The board as one HTML page, with the segments on which its systems differ."""
    return render_leaderboard_page(board, collect_disputes(board, release, baselines_dir)).encode("utf-8")


def write_leaderboard(
    baselines_dir: Path,
    release: Release,
    board_path: Path,
    *,
    training: Sequence[Release] = (),
    page_path: Path | None = None,
) -> None:
    """Write the board of all stored results, and if a path is given the page of it, each whole or not at all.

    `training` are the datasets that transferred systems learnt from, as far as they are here; `list_unverified` says
    what is not verified without the others. A PredictionError, and no board, where a stored result isn't what its
    predictions give.
    """
    found = list_differences(baselines_dir, release, training)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise PredictionError(
            f"a stored result can't be derived again: {found[0]}{more}", remedy="Run it again: corpus-kit evaluate NAME"
        )
    board = collect_board(baselines_dir, release)
    page = b"" if page_path is None else render_page(board, baselines_dir, release)
    write_atomically(board_path, render_leaderboard(board).encode("utf-8"))
    if page_path is not None:
        write_atomically(page_path, page)


def check_leaderboard(
    baselines_dir: Path,
    release: Release,
    board_path: Path,
    *,
    training: Sequence[Release] = (),
    page_path: Path | None = None,
) -> list[str]:
    """Every difference between what is stored and what is recomputed, a line each; empty where nothing differs.

    Each stored result is computed again from its predictions, then the board's text is compared with the one that the
    stored results make, but for the numbers of its section on cost, and so is the page if a path is given. A result
    whose predictions are refused is a difference. `training` is as for `write_leaderboard`.
    """
    found = list_differences(baselines_dir, release, training)
    try:
        board = collect_board(baselines_dir, release)
        page = b"" if page_path is None else render_page(board, baselines_dir, release)
    except PredictionError:
        return found
    except ReleaseError as e:
        return [*found, str(e)]
    if page_path is not None and not (page_path.is_file() and read_bytes(page_path, ReleaseError) == page):
        found.append(f"{page_path}: not the page that the stored results make")
    if not board_path.is_file():
        return [*found, f"{board_path}: the board does not exist"]
    stored = decode_utf8(read_bytes(board_path, ReleaseError), board_path, ReleaseError)
    return found + _compare_board(stored, render_leaderboard(board), board_path)


def _compare_board(board: str, expected: str, path: Path) -> list[str]:
    """Line by line; in the section on cost, which comes last, numbers may differ: nothing says what they are."""
    cost = f"\n## {COST_TITLE}\n"
    lines, begin = expected.split("\n"), expected.partition(cost)[0].count("\n")
    return [
        f"{path}:{number}: stored {_show(left)}, recomputed {_show(right)}"
        for number, (left, right) in enumerate(zip_longest(board.split("\n"), lines, fillvalue=_ABSENT), start=1)
        if left != right and (number <= begin or _hide_numbers(left) != _hide_numbers(right))
    ]


def _hide_numbers(line: object) -> object:
    return re.sub(rf"(?<=\| )(?:\d+(?:\.\d+)?|{UNKNOWN})(?= \|)", "", line) if isinstance(line, str) else line
