"""The samples that lm-eval writes with `--log_samples`: a JSON object per document and filter."""

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field

from corpus_kit.errors import PredictionError
from corpus_kit.exchange.answers import Answer, Log
from corpus_kit.records import Record, read_jsonl


class LoggedDocument(Record):
    """The document of a sample; other keys are the task's own affair."""

    model_config = ConfigDict(extra="ignore")

    id: str
    label: int
    release: str | None = None


class LoggedSample(Record):
    """A line of the log; other keys are lm-eval's own affair."""

    model_config = ConfigDict(extra="ignore")

    doc: LoggedDocument
    arguments: dict[str, dict[str, Any]]
    filtered_resps: list[Any] = Field(min_length=1)


def read_lm_eval_log(path: Path, labels: Sequence[str]) -> Log:
    """The answers of `samples_<task>_<date>.jsonl`; a PredictionError with the line where one can't be read.

    Of a task by log-likelihood, whose choices have to be the labels in their order, the answer is the label with the
    greatest log-likelihood, of equal ones the first; the probabilities are the softmax of the log-likelihoods over the
    labels, without any normalisation by length. Of a generation the answer is the filtered response, if it is a label
    whatever its case.
    """
    answers, digests = [], set()
    for number, sample in read_jsonl(path, LoggedSample, PredictionError):
        if sample.doc.release is not None:
            digests.add(sample.doc.release)
        found = _read_response(sample, labels, path, number)
        answers.append(found)
    return Log(answers=tuple(answers), digests=frozenset(digests))


def _read_response(sample: LoggedSample, labels: Sequence[str], path: Path, line: int) -> Answer:
    first = sample.filtered_resps[0]
    if isinstance(first, list):
        _check_choices(sample, labels, path, line)
        scores = [_read_log_likelihood(pair, path, line) for pair in sample.filtered_resps]
        return _choose(sample.doc, labels, scores, line)
    if len(sample.filtered_resps) > 1 or not isinstance(first, str):
        raise PredictionError(
            "the filtered response is not one text", path=path, line=line, remedy="Use a filter that takes the first"
        )
    label = match_answer(first, labels)
    return Answer(id=sample.doc.id, gold=sample.doc.label, label=label, said=first, line=line)


def match_answer(said: str, labels: Sequence[str]) -> str | None:
    """The label that a text is, whatever its case unless two labels differ in nothing else; None if it is none."""
    plain = said.strip()
    if plain in labels:
        return plain
    near = [label for label in labels if label.casefold() == plain.casefold()]
    return near[0] if len(near) == 1 else None


def _check_choices(sample: LoggedSample, labels: Sequence[str], path: Path, line: int) -> None:
    """The continuations that were scored are the labels in their order: numbers alone don't say what they are of."""
    ordered = sorted(sample.arguments.items(), key=lambda item: _number(item[0]))
    choices = [str(arguments.get("arg_1")).strip() for _, arguments in ordered]
    if choices != list(labels):
        raise PredictionError(
            f"the choices are {', '.join(choices[:8])}, and the labels are {', '.join(labels)}",
            path=path,
            line=line,
            remedy="Run the task that corpus-kit export-task writes for this release",
        )


def _number(name: str) -> int:
    found = re.search(r"\d+$", name)
    return int(found[0]) if found else -1


def _read_log_likelihood(pair: Any, path: Path, line: int) -> float:
    """The first of a pair of log-likelihood and whether it is the greedy choice; lm-eval writes both as texts."""
    value = pair[0] if isinstance(pair, list) and pair else None
    try:
        found = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        found = math.nan
    if math.isnan(found) or found == math.inf:
        raise PredictionError(f"{value!r} is no log-likelihood", path=path, line=line, remedy="Run the task again")
    return found


def _choose(document: LoggedDocument, labels: Sequence[str], scores: Sequence[float], line: int) -> Answer:
    if len(scores) != len(labels) or max(scores) == -math.inf:
        said = "no label is possible"
        return Answer(id=document.id, gold=document.label, label=None, said=said, line=line)
    best = max(range(len(labels)), key=scores.__getitem__)
    probs = softmax(scores)
    return Answer(id=document.id, gold=document.label, label=labels[best], probs=probs, line=line)


def softmax(scores: Iterable[float]) -> tuple[float, ...]:
    """exp(s) over the sum of all exp(s), computed from the greatest so that nothing overflows; -inf gives 0."""
    values = list(scores)
    weights = [math.exp(value - max(values)) for value in values]
    return tuple(weight / sum(weights) for weight in weights)
