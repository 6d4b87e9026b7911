"""What a stored result doesn't say of itself and a form asks for, and which of its scores go out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

from pydantic import AwareDatetime, Field

from corpus_kit.errors import PublicationError
from corpus_kit.evaluate import Metric, Prediction, ResultRecord
from corpus_kit.evaluate.record import MetricEntry
from corpus_kit.records import Record, read_toml
from corpus_kit.release import Release

ValueType = TypeVar("ValueType")
Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}$")]
"""`ORG/NAME`."""


class Publication(Record):
    """Whose result it is, and where its dataset is to be found: a TOML file.

    Attributes:
        model: on the Hub, or as the model's provider names it.
        repo: the dataset's repository on the Hub.
        revision: its tag or commit; None is `v<version>`.
        time: when the result was taken down, with its offset from UTC.
        evaluator: who ran the evaluation.
        samples: every text and answer goes out too. Texts may be others' property.
    """

    model: Repository
    repo: Repository | None = None
    revision: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,95}$")
    time: AwareDatetime | None = None
    evaluator: str | None = Field(default=None, min_length=1)
    samples: bool = False

    def require_repo(self) -> str:
        """`repo`, without which the Hub's forms say nothing."""
        return _require("repo", self.repo)

    def require_evaluator(self) -> str:
        """`evaluator`."""
        return _require("evaluator", self.evaluator)

    def count_seconds(self) -> str:
        """`time` in whole seconds since 1970, as a text."""
        return str(int(_require("time", self.time).timestamp()))


def _require(name: str, value: ValueType | None) -> ValueType:
    if value is None:
        raise PublicationError(f"this form needs {name}", remedy=f"Add {name} = … to the file of --about")
    return value


def read_publication(path: Path) -> Publication:
    """The file of `--about`; a PublicationError where it can't be read or says something else."""
    return read_toml(path, Publication, PublicationError, remedy="See docs/harnesses.md for what it holds")


class Result(NamedTuple):
    """A stored result that was computed again, with its predictions sorted by id and the release that they are of."""

    record: ResultRecord
    predictions: Sequence[Prediction]
    release: Release


class Score(NamedTuple):
    """A score that goes out: its name here, its name there, the kind of it, and the entry in the record."""

    name: str
    title: str
    kind: str
    entry: MetricEntry
    value: float


def list_scores(record: ResultRecord) -> Iterator[Score]:
    """Accuracy, macro-F1 and the F1 of each label, without those not known. All lie in [0, 1]; more is better."""
    named = [("accuracy", "Accuracy", "accuracy"), ("macro_f1", "Macro-F1", "f1")]
    named += [(str(Metric(name="f1", label=label)), f"F1 of {label}", "f1") for label in record.labels]
    for name, title, kind in named:
        entry = record.metrics[name]
        if entry.value is not None:
            yield Score(name, title, kind, entry, entry.value)


def describe_score(score: Score) -> str:
    """A score with its interval, to three decimals."""
    if score.entry.low is None or score.entry.high is None:
        return f"{score.title} {score.value:.3f} (no interval: {score.entry.note})"
    mark = ", approximate" if score.entry.approximate else ""
    return f"{score.title} {score.value:.3f} [{score.entry.low:.3f}, {score.entry.high:.3f}{mark}]"


def describe_setting(record: ResultRecord) -> str:
    """What the scores are of: protocol, segments, articles, how the intervals were made, and the data's digest."""
    accuracy, training = record.metrics["accuracy"], record.learnt_from
    learnt = f", learnt from {training.dataset.name} {training.dataset.version}" if training is not None else ""
    return (
        f"Protocol {record.protocol}{learnt}; "
        f"{record.counts.segments} segments of {accuracy.df + 1} articles; 95% intervals: "
        f"{accuracy.method}; {record.counts.missing} segments without an answer count as wrong; "
        f"dataset {record.dataset.name} {record.dataset.version}, {record.dataset.digest}"
    )
