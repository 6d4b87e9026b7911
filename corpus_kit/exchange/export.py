"""A release becomes a folder that another harness runs as it is."""

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from corpus_kit.errors import TargetError, UnknownName
from corpus_kit.evaluate.protocols import split_folds
from corpus_kit.exchange.hub import render_hub
from corpus_kit.exchange.lm_eval import render_lm_eval
from corpus_kit.exchange.task import TaskOptions, make_task
from corpus_kit.files import make_target_error, replace_folder
from corpus_kit.release import Release

Exporter = Callable[[Release, TaskOptions], Mapping[str, bytes]]
"""A release to the bytes of each file of the task's folder, by path."""


def render_task(template: str, release: Release, options: TaskOptions) -> Mapping[str, bytes]:
    """The task's data and the one Python file that a harness reads it with."""
    return {**make_task(release, options).render_files(), template: read_template(template)}


def render_mteb(release: Release, options: TaskOptions) -> Mapping[str, bytes]:
    """As `render_task`; a ReleaseError for fewer than two folds, as each subset holds one out."""
    split_folds(release)
    return render_task("mteb_task.py", release, options)


def read_template(name: str) -> bytes:
    """A file of `corpus_kit/templates/tasks/`, which is the same for every corpus."""
    return files("corpus_kit.templates").joinpath("tasks", name).read_bytes()


def render_lm_eval_task(release: Release, options: TaskOptions) -> Mapping[str, bytes]:
    """The two YAML files of lm-eval and the Python file that they name."""
    task = make_task(release, options)
    return {**task.render_files(), **render_lm_eval(task), "lm_eval_task.py": read_template("lm_eval_task.py")}


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        "lm-eval": render_lm_eval_task,
        "inspect": partial(render_task, "inspect_task.py"),
        "lighteval": partial(render_task, "lighteval_task.py"),
        "mteb": render_mteb,
        "hub": render_hub,
    }
)


def export_task(harness: str, release: Release, folder: Path, options: TaskOptions | None = None) -> Path:
    """Write a release as a task of another harness into a folder that is new or empty, whole or not at all.

    The same release and options give the same bytes; a folder that has exactly these already is left alone. An
    UnknownName lists the harnesses; a TargetError says where something is in the way.

    Returns:
        The absolute path of the folder.
    """
    if harness not in EXPORTERS:
        raise UnknownName("harness", harness, EXPORTERS)
    contents = EXPORTERS[harness](release, options or TaskOptions())
    target = folder.resolve()
    try:
        if not _has_exactly(target, contents):
            _write_folder(target, contents)
    except OSError as e:
        raise make_target_error(target, e) from e
    return target


def _has_exactly(target: Path, contents: Mapping[str, bytes]) -> bool:
    """Whether a folder is there with these files; a TargetError where anything else is."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return False
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    if found == contents.keys() and all((target / name).read_bytes() == data for name, data in contents.items()):
        return True
    raise TargetError("exists and is not empty", path=target, remedy="Choose a new folder, or remove this one first")


def _write_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", suffix=".tmp", dir=target.parent, ignore_cleanup_errors=True
    ) as name:
        new = Path(name, "task")
        for path, data in contents.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        replace_folder(new, target)
