"""What the pages on submissions and tasks show works, and they name every key."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corpus_kit.build import BuildResult
from corpus_kit.evaluate import Declaration, hash_training
from corpus_kit.evaluate.platforms import COLUMNS
from corpus_kit.records import Record
from corpus_kit.release import load_release
from corpus_kit.task import TaskColumns, TaskFile, TaskTable

DOCS = Path(__file__).parents[2] / "docs"


def read_block(page: str, language: str) -> str:
    """The first block of code in a language."""
    return (DOCS / page).read_text("utf-8").split(f"```{language}\n", 1)[1].split("```", 1)[0]


def test_the_declaration_is_one() -> None:
    """The example of a declaration is read as one."""
    stated = tomllib.loads(read_block("submissions.md", "toml"))
    assert Declaration.model_validate(stated).is_trained_here


def test_the_digests_are_those_that_are_asked_for(built: BuildResult) -> None:
    """The code on the page gives the digests that a submission is held against."""
    names: dict[str, Any] = {}
    exec(read_block("submissions.md", "python"), names)
    assert names["hash_training_ids"](str(built.path)) == hash_training(load_release(built.path), "loao")


def test_the_task_is_one() -> None:
    """The example of a task file is read as one."""
    table = TaskFile.model_validate(tomllib.loads(read_block("tasks.md", "toml")), strict=False).task
    assert table.columns.split == "split"


@pytest.mark.parametrize(
    ("page", "record"), [("submissions.md", Declaration), ("tasks.md", TaskTable), ("tasks.md", TaskColumns)]
)
def test_every_key_is_documented(page: str, record: type[Record]) -> None:
    """Each key of a declaration and of a task file is on its page."""
    text = (DOCS / page).read_text("utf-8")
    assert [name for name in record.model_fields if f"`{name}`" not in text] == []


def test_the_columns_are_documented() -> None:
    """The columns of a competition are those that the page names."""
    text = (DOCS / "submissions.md").read_text("utf-8")
    named = re.search(r"Columns are `(\w+)` and `(\w+)`, each with `(\w+)` and `(\w+)`", text)
    assert named is not None
    first, second, low, high = named.groups()
    assert (first, first + low, first + high, second, second + low, second + high) == COLUMNS
