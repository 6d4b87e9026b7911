"""Prediction files: one JSON object per segment, read strictly, written sorted by id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from corpus_kit.canonical import to_canonical_json
from corpus_kit.errors import PredictionError
from corpus_kit.files import write_atomically
from corpus_kit.records import Record, read_jsonl
from corpus_kit.release import Release

PROBABILITY_DECIMALS = 6
"""What a prediction file keeps of a probability."""
_SHOWN = 3
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a system says about one segment. `label` is what is scored.

    Attributes:
        fold: the fold that was held out when this was predicted, which must be the segment's own; None where the
            system was not trained on this corpus.
        probs: a probability per label in the scheme's order.
    """

    id: str
    label: str
    fold: int | None = None
    probs: tuple[float, ...] | None = None


class PredictionLine(Record):
    """A line of a prediction file."""

    id: str
    label: str
    fold: int | None = None
    probs: list[float] | None = None


def read_predictions(path: Path, release: Release, *, allow_missing: bool = False) -> list[Prediction]:
    """The predictions of a file in its order, checked against a release as `check_predictions` does.

    A line that is no such object is a PredictionError with the line's number.
    """
    lines, predictions = [], []
    for number, row in read_jsonl(path, PredictionLine, PredictionError):
        lines.append(number)
        probs = None if row.probs is None else tuple(row.probs)
        predictions.append(Prediction(id=row.id, label=row.label, fold=row.fold, probs=probs))
    check_predictions(release, predictions, allow_missing=allow_missing, path=path, lines=lines)
    return predictions


def format_predictions(predictions: Iterable[Prediction]) -> bytes:
    """The bytes of a prediction file: a line of canonical JSON each, sorted by id, probabilities to 6 decimals."""
    rows = (
        {
            "id": one.id,
            "label": one.label,
            "fold": one.fold,
            "probs": None if one.probs is None else [round(float(p), PROBABILITY_DECIMALS) for p in one.probs],
        }
        for one in sorted(predictions, key=lambda one: one.id)
    )
    return "".join(to_canonical_json(row) + "\n" for row in rows).encode("utf-8")


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write a prediction file whole or not at all; a TargetError where the system refuses."""
    write_atomically(path, format_predictions(predictions))


def check_predictions(
    release: Release,
    predictions: Sequence[Prediction],
    *,
    allow_missing: bool = False,
    path: Path | None = None,
    lines: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """The ids of segments without a prediction, sorted; a PredictionError unless the predictions fit the release.

    The error counts everything that is wrong and shows the first of each kind: repeated ids, ids that the release
    lacks, labels outside the scheme, another fold than the segment's, probabilities that are negative, not finite, of
    another number than the labels, or further than 1e-3 from a sum of 1, and, unless `allow_missing`, missing ids.
    `lines` are the predictions' line numbers in `path`.
    """
    folds = {s.id: labelled.fold for labelled in release.articles for s in labelled.article.segments}
    faults: dict[str, list[tuple[str, int | None]]] = {}
    seen: set[str] = {one.id for one in predictions}
    suspected = () if _is_faultless(predictions, seen, folds, release.scheme.labels) else predictions
    seen = set() if suspected else seen
    for i, one in enumerate(suspected):
        for kind, shown in _list_faults(one, seen, folds, release.scheme.labels):
            faults.setdefault(kind, []).append((shown, None if lines is None else lines[i]))
        seen.add(one.id)
    missing = tuple(sorted(folds.keys() - seen))
    if missing and not allow_missing:
        faults["segments without a prediction"] = [(repr(id_), None) for id_ in missing]
    if faults:
        raise PredictionError(
            "; ".join(_describe_faults(kind, found) for kind, found in faults.items()),
            path=path,
            line=min((line for found in faults.values() for _, line in found if line), default=None),
            remedy=_advise(release, len(folds)),
        )
    return missing


def _advise(release: Release, segments: int) -> str:
    manifest = release.manifest
    said = f"Give each of the {segments} segments of {manifest.name} {manifest.version} one prediction"
    if manifest.hydrated is None:
        return said
    part = f"{manifest.hydrated.describe()} of {manifest.hydrated.of}"
    return f"{said}. The release is a hydrated subset: {part}; predictions for the whole don't fit it"


def _is_faultless(
    predictions: Sequence[Prediction], ids: set[str], folds: Mapping[str, int], labels: Sequence[str]
) -> bool:
    """Whether `_list_faults` would list nothing, asked of all predictions at once: most files have no fault."""
    if len(ids) < len(predictions) or not folds.keys() >= ids or not {one.label for one in predictions} <= set(labels):
        return False
    if any(one.fold is not None and one.fold != folds[one.id] for one in predictions):
        return False
    probs = [one.probs for one in predictions if one.probs is not None]
    if any(len(row) != len(labels) for row in probs):
        return False
    rows = np.array(probs, dtype=np.float64).reshape(-1, len(labels))
    return bool((np.isfinite(rows) & (rows >= 0)).all() and (np.abs(rows.sum(axis=1) - 1) < _SUM_TOLERANCE).all())


def _list_faults(
    one: Prediction, seen: set[str], folds: dict[str, int], labels: Sequence[str]
) -> Iterable[tuple[str, str]]:
    if one.id in seen:
        yield "repeated ids", repr(one.id)
    if one.id not in folds:
        yield "ids that are not in the release", repr(one.id)
    elif one.fold is not None and one.fold != folds[one.id]:
        yield "folds that are not the segment's own", f"{one.fold} for {one.id!r}"
    if one.label not in labels:
        yield "labels outside the scheme", f"{one.label!r} for {one.id!r}"
    if one.probs is not None and not _is_distribution(one.probs, len(labels)):
        yield f"rows of probabilities that are not {len(labels)} numbers with the sum 1", f"of {one.id!r}"


def _is_distribution(probs: Sequence[float], size: int) -> bool:
    return len(probs) == size and all(isfinite(p) and p >= 0 for p in probs) and abs(sum(probs) - 1) <= _SUM_TOLERANCE


def _describe_faults(kind: str, found: Sequence[tuple[str, int | None]]) -> str:
    shown = [what + (f" in line {line}" if line else "") for what, line in found[:_SHOWN]]
    return f"{len(found)} {kind} ({', '.join(shown)}{', …' if len(found) > _SHOWN else ''})"
