"""`eval.yaml`: the release as a benchmark; what it asks for is there, and `check` holds it against the labels."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from corpus_kit.build import BuildResult
from corpus_kit.build.eval_task import check_eval, list_tasks
from corpus_kit.release import read_manifest_file

Edit = Callable[[Path, str, str], None]


def test_the_task_names_what_is_there(built: BuildResult) -> None:
    """Config, split and columns of the task are those of the release; the prompt numbers the labels as the integers do.

    The keys are those that inspect-ai 0.3.285 takes; with them it ran this task from a Hub on loopback, where always
    answering 0 gave the share of the first label.
    """
    document = yaml.safe_load((built.path / "eval.yaml").read_text("utf-8"))
    manifest = read_manifest_file(built.path)
    assert list(document) == ["name", "description", "evaluation_framework", "tasks"]
    assert document["evaluation_framework"] == "inspect-ai"
    (task,) = document["tasks"]
    assert set(task) == {"id", "config", "split", "field_spec", "solvers", "scorers"}
    (file, *_) = manifest.configs[task["config"]].splits[task["split"]]
    fields = task["field_spec"]
    assert {fields["input"], fields["target"], *fields["metadata"]} <= set(pq.read_schema(built.path / file).names)
    template = task["solvers"][0]["args"]["template"]
    assert "0 = fact, 1 = quote, 2 = opinion, 3 = boilerplate" in template.format(prompt="x")
    assert "{x}" in template.format(prompt="{x}")
    assert list(check_eval(built.path, manifest)) == []


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("0 = fact, 1 = quote", "0 = quote, 1 = fact", "the tasks differ"),
        ("config: all_test", "config: fold_0", "the tasks differ"),
        ("scorers:", "scores:", "the tasks differ"),
        ("inspect-ai", "other", "evaluation_framework"),
        ("tasks:", "tasks: [", "not valid YAML"),
        ("name: ", "x: !!python/object/apply:os.system [true]\nname: ", "not valid YAML"),
    ],
)
def test_another_task_is_found(release_dir: Path, edit: Edit, old: str, new: str, part: str) -> None:
    """Labels in another order, another split, an unknown key, and YAML that is none or wants to run something."""
    edit(release_dir / "eval.yaml", old, new)
    (found,) = check_eval(release_dir, read_manifest_file(release_dir))
    assert found.startswith("eval.yaml: ")
    assert part in found


@pytest.mark.parametrize(
    ("data", "part"), [(b"\xff", "not valid UTF-8"), (b"- a", "not a YAML mapping"), (None, "read")]
)
def test_any_file_is_survived(release_dir: Path, data: bytes | None, part: str) -> None:
    """A file that is missing or holds anything else is a finding."""
    (release_dir / "eval.yaml").unlink()
    if data is not None:
        (release_dir / "eval.yaml").write_bytes(data)
    (found,) = check_eval(release_dir, read_manifest_file(release_dir))
    assert part in found


def test_labels_are_the_corpus_own() -> None:
    """Nothing about the labels is fixed."""
    (task,) = list_tasks(["one two", "b"])
    assert "Labels: 0 = one two, 1 = b\n" in task["solvers"][0]["args"]["template"]
