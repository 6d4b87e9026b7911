"""`[task]`, in a `corpus.toml` or a file of its own: any text-classification dataset as something to be evaluated on.

docs/tasks.md says what each key means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field, model_validator

from corpus_kit.errors import TaskError
from corpus_kit.records import Record, read_toml

SPLITS: tuple[Literal["train"], Literal["validation"], Literal["test"]] = ("train", "validation", "test")
"""The splits that a task knows, in order."""
_NAME = r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$"
_FIX = "See docs/tasks.md for what a task file holds"

Label = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
ColumnName = Annotated[str, Field(min_length=1)]


class TaskColumns(Record):
    """`[task.columns]`: which column holds what; None where the dataset has no such column."""

    text: ColumnName = "text"
    label: ColumnName = "label"
    id: ColumnName | None = None
    group: ColumnName | None = None
    split: ColumnName | None = None


class TaskTable(Record):
    """`[task]`: a dataset, its columns and its labels.

    Attributes:
        path: a file, or a folder that `datasets` reads, relative to the task file. Either this or `hub`.
        hub: a dataset's id on the Hub, with the `revision` that is meant.
        config: of a folder or a Hub dataset; None is its only or default one.
        format: of a file, where its ending doesn't tell.
        label_names: the label that a value of the label column stands for; other values are labels themselves.
        set_aside_labels: values of the label column whose rows are left out, and counted.
        splits: per split, the values of the split column that it is made of; for one that isn't named its own name.
        folds: about how many folds cross-validation has.
        digest: what the task's content digest has to be; None is not checked.
    """

    name: str | None = Field(default=None, pattern=_NAME, max_length=80)
    version: str | None = Field(default=None, pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    labels: tuple[Label, ...] | None = Field(default=None, min_length=2)
    path: str | None = Field(default=None, min_length=1)
    hub: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$")
    revision: str | None = Field(default=None, pattern=r"^\w+(?:[./-]\w+)*$")
    config: str | None = None
    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = None
    columns: TaskColumns = TaskColumns()
    label_names: dict[str, Label] = Field(default_factory=dict)
    set_aside_labels: tuple[str, ...] = ()
    splits: dict[Literal["train", "validation", "test"], tuple[str, ...]] = Field(default_factory=dict)
    folds: int = Field(default=10, ge=2, le=1000)
    digest: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _check(self) -> "TaskTable":
        if (self.path is None) == (self.hub is None):
            raise ValueError("name the dataset by either path or hub")
        if (self.hub is None) != (self.revision is None):
            raise ValueError("hub and revision go together: without a revision the dataset may change under the task")
        values = [value for split in SPLITS for value in self.list_split_values(split)]
        if len(set(values)) < len(values):
            raise ValueError("splits: a value stands for two splits")
        return self

    def list_split_values(self, split: Literal["train", "validation", "test"]) -> tuple[str, ...]:
        """The values of the split column that a split is made of."""
        return self.splits.get(split, (split,))


class TaskFile(Record):
    """A task file: the table `[task]` and nothing else."""

    task: TaskTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task of which nothing is left open. `source` is the file that it stands in; its `path` is relative to that."""

    table: TaskTable
    source: Path
    name: str
    version: str
    language: str
    labels: tuple[str, ...]


def name_task(table: TaskTable, source: Path, defaults: Mapping[str, Any] | None = None) -> Task:
    """A `[task]` with `defaults` for what it leaves open; a TaskError where something is missing or contradicts.

    Args:
        table: the table as it was read.
        source: the file that it was read from.
        defaults: of `name`, `version`, `language` and `labels`, which a `corpus.toml` has outside `[task]`.
    """
    given = {"language": "und", **(defaults or {})}
    named = {key: getattr(table, key) or given.get(key) for key in ("name", "version", "language", "labels")}
    missing = [key for key, value in named.items() if value is None]
    if missing:
        raise TaskError(f"[task] lacks {', '.join(missing)}", path=source, remedy=_FIX)
    task = Task(table=table, source=source, **cast(dict[str, Any], named))
    if len(set(task.labels)) < len(task.labels):
        raise TaskError("[task] labels: a name stands twice", path=source, remedy=_FIX)
    for value, label in table.label_names.items():
        if label not in task.labels:
            raise TaskError(
                f"[task.label_names] {value!r}: {label!r} is not among the labels", path=source, remedy=_FIX
            )
        if value in table.set_aside_labels:
            raise TaskError(f"[task] {value!r} is both set aside and a label", path=source, remedy=_FIX)
    return task


def read_task(path: Path) -> Task:
    """The task of a task file; a TaskError says what is wrong with it, with the file's name."""
    return name_task(read_toml(path, TaskFile, TaskError, remedy=_FIX).task, path.resolve())
