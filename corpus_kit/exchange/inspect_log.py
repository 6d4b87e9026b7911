"""Inspect's logs of an evaluation, as JSON or as a `.eval` archive."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from corpus_kit.errors import PredictionError
from corpus_kit.exchange.answers import Answer, Log
from corpus_kit.exchange.eval_archive import read_members
from corpus_kit.exchange.lm_eval_log import match_answer
from corpus_kit.records import Record, RecordType, describe_invalid, parse_json, read_bytes

_RERUN = "Run the task that corpus-kit export-task writes for this release"


class _Open(Record):
    """A record of which only some keys matter here."""

    model_config = ConfigDict(extra="ignore")


class LoggedEval(_Open):
    """What was run; the metadata are the task's."""

    metadata: dict[str, Any] | None = None


class LoggedHead(_Open):
    """The head of a log."""

    status: str
    eval: LoggedEval


class LoggedScore(_Open):
    """What a scorer took for the answer."""

    answer: str | None = None


class LoggedSample(_Open):
    """A sample of a log. `id` is the segment's, or it stands in the metadata under that name."""

    id: str | int
    choices: list[str] | None = None
    target: str | list[str]
    metadata: dict[str, Any] = Field(default_factory=dict)
    scores: dict[str, LoggedScore] | None = None


def read_inspect_log(path: Path, labels: Sequence[str]) -> Log:
    """The answers of an Inspect log; a PredictionError where it isn't one, or the evaluation didn't succeed.

    An answer is a letter for one of the sample's choices, which have to be the labels in their order; without choices,
    a label or the number of one. There are no probabilities.
    """
    head, samples = _read_archive(path) if path.suffix == ".eval" else _read_json(path)
    parsed = _validate(LoggedHead, head, path)
    if parsed.status != "success":
        raise PredictionError(
            f"the evaluation's status is {parsed.status!r}", path=path, remedy="Only finished evaluations are imported"
        )
    answers = tuple(_read_sample(sample, labels, path) for sample in samples)
    digest = (parsed.eval.metadata or {}).get("release")
    return Log(answers=answers, digests=frozenset([digest] if isinstance(digest, str) else []))


def _read_json(path: Path) -> tuple[Any, Iterator[Any]]:
    log = parse_json(read_bytes(path, PredictionError), PredictionError, path=path, line=None)
    samples = log.get("samples") if isinstance(log, dict) else None
    return log, iter(samples if isinstance(samples, list) else [])


def _read_archive(path: Path) -> tuple[Any, Iterator[Any]]:
    """The head, and the samples one by one: an archive may hold more of them than fit into memory."""
    heads = [data for _, data in read_members(path, re.compile(r"header\.json"))]
    if len(heads) != 1:
        raise PredictionError(
            f"has {len(heads)} header.json, and a finished log has one",
            path=path,
            remedy="Only finished evaluations are imported",
        )
    members = read_members(path, re.compile(r"samples/.+\.json", re.DOTALL))
    samples = (parse_json(data, PredictionError, path=path, line=None) for _, data in members)
    return parse_json(heads[0], PredictionError, path=path, line=None), samples


def _validate(model: type[RecordType], value: Any, path: Path) -> RecordType:
    try:
        return model.model_validate(value)
    except ValidationError as e:
        raise PredictionError(describe_invalid(e), path=path, remedy="Is this a log of Inspect?") from e


def _read_sample(value: Any, labels: Sequence[str], path: Path) -> Answer:
    sample = _validate(LoggedSample, value, path)
    if sample.choices is not None and sample.choices != list(labels):
        raise PredictionError(
            f"the choices are {', '.join(sample.choices[:8])}, and the labels are {', '.join(labels)}",
            path=path,
            remedy=_RERUN,
        )
    own = sample.metadata.get("id")
    id_ = own if isinstance(own, str) else str(sample.id)
    target = sample.target if isinstance(sample.target, str) else ",".join(sample.target)
    read = _read_letter if sample.choices is not None else _read_name_or_number
    gold = read(target, labels)
    if gold is None:
        raise PredictionError(f"the target {target[:80]!r} of {id_[:80]!r} is no label", path=path, remedy=_RERUN)
    said = _find_answer(sample, id_, path)
    found = read(said, labels)
    return Answer(id=id_, gold=labels.index(gold), label=found, said=said)


def _find_answer(sample: LoggedSample, id_: str, path: Path) -> str:
    """What the scorers took for the answer; empty where they took nothing, as when the sample failed."""
    said = {score.answer for score in (sample.scores or {}).values() if score.answer}
    if len(said) > 1:
        raise PredictionError(
            f"the scorers took different answers of {id_[:80]!r}", path=path, remedy="Run the task with one scorer"
        )
    return said.pop() if said else ""


def _read_letter(text: str, labels: Sequence[str]) -> str | None:
    """The label of a letter; after the letters Inspect goes on with numbers from 1."""
    plain = text.strip()
    if re.fullmatch(r"[A-Za-z]", plain):
        index = ord(plain.upper()) - ord("A")
    elif re.fullmatch(r"[1-9][0-9]{0,3}", plain):
        index = 25 + int(plain)
    else:
        return None
    return labels[index] if index < len(labels) else None


def _read_name_or_number(text: str, labels: Sequence[str]) -> str | None:
    """The label that a text is, or the one with that index."""
    plain = text.strip()
    if re.fullmatch(r"[0-9]{1,4}", plain) and plain not in labels:
        return labels[int(plain)] if int(plain) < len(labels) else None
    return match_answer(plain, labels)
