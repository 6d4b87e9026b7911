"""What a log of another harness says of each segment, joined to a release as strictly as a prediction file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.predictions import Prediction, check_predictions
from corpus_kit.release import Release

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a log says of one segment.

    Attributes:
        label: None where what the model said is no label; `said` is then what it said, or why it said nothing.
        gold: the index of the label that the log holds to be right.
        probs: a probability per label in the scheme's order.
        line: of the log, from 1; None where a log has no lines.
    """

    id: str
    gold: int
    label: str | None
    said: str = ""
    probs: tuple[float, ...] | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The answers of a log, in its order, and the digests of the releases that it says it is of; often one."""

    answers: tuple[Answer, ...]
    digests: frozenset[str]


ReadLog = Callable[[Path, Sequence[str]], Log]
"""A log and the labels in the scheme's order to its answers; a PredictionError where it is no such log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Predictions sorted by id, and what has none: answers that are no label, and segments that the log lacks."""

    predictions: tuple[Prediction, ...]
    unusable: tuple[Answer, ...]
    missing: tuple[str, ...]

    def to_text(self) -> str:
        """What has no prediction, a line each; empty where nothing."""
        lines = [f"no label, counted as wrong: {one.id}: {_shorten(one.said)}" for one in self.unusable]
        return "\n".join([*lines, *(f"not in the log, counted as wrong: {id_}" for id_ in self.missing)])


def join_answers(release: Release, log: Log, *, path: Path, allow_missing: bool = False) -> Imported:
    """The predictions of a log for a release; a PredictionError where the log isn't of it or doesn't fit it.

    The log's digest, where it states one, is the release's; its ids are the release's, each once; and the label that
    it holds to be right is the release's for every segment, which also holds where no digest is stated. Unless
    `allow_missing`, every segment has an answer that is a label.
    """
    others = sorted(log.digests - {release.manifest.digest})
    if others:
        raise PredictionError(
            f"the log is of the release with the digest {_shorten(others[0])}, and this is {release.manifest.digest}",
            path=path,
            remedy=f"Name that release (--release DIR), or run the task of {release.manifest.name} "
            f"{release.manifest.version}",
        )
    stand_ins = [
        Prediction(id=one.id, label=one.label or release.scheme.labels[0], probs=one.probs) for one in log.answers
    ]
    lines = [one.line or 0 for one in log.answers]
    missing = check_predictions(release, stand_ins, allow_missing=allow_missing, path=path, lines=lines)
    _check_gold(release, log.answers, path)
    unusable = tuple(one for one in log.answers if one.label is None)
    if unusable and not allow_missing:
        raise PredictionError(
            f"{len(unusable)} answers are no label ({_show_first(unusable)})",
            path=path,
            line=unusable[0].line,
            remedy="Leave them out, so that they count as wrong: --allow-missing",
        )
    kept = [row for row, one in zip(stand_ins, log.answers, strict=True) if one.label is not None]
    return Imported(predictions=tuple(sorted(kept, key=lambda row: row.id)), unusable=unusable, missing=missing)


def _check_gold(release: Release, answers: Sequence[Answer], path: Path) -> None:
    gold = {
        segment.id: release.scheme.index(label)
        for labelled in release.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    }
    wrong = [one for one in answers if one.gold != gold[one.id]]
    if wrong:
        raise PredictionError(
            f"the log holds other labels to be right than the release for {len(wrong)} segments ({wrong[0].id!r}, …)",
            path=path,
            line=wrong[0].line,
            remedy="Its labels are of another version, or in another order: name the release that it was run on",
        )


def _show_first(answers: Sequence[Answer]) -> str:
    shown = [f"{_shorten(one.said)} for {one.id!r}" for one in answers[:_SHOWN]]
    return ", ".join([*shown, "…"] if len(answers) > _SHOWN else shown)


def _shorten(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
