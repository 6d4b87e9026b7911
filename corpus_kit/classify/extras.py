"""What classifiers need beside the default installation: a library of an extra, a model's folder on this machine."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.errors import ClassifierError


def import_extra(name: str, extra: str) -> Any:
    """A library; where it is absent, a ClassifierError names the extra that brings it."""
    try:
        return import_module(name)
    except ImportError as e:
        raise ClassifierError(f"{name} is not installed", remedy=f"pip install 'corpus-kit[{extra}]'") from e


class ModelKind(NamedTuple):
    """A kind of model that somebody has in a folder: in a word, what the folder holds, and the variable naming it."""

    word: str
    holds: str
    variable: str


def find_model_folder(path: Path | str | None, kind: ModelKind, environment: Mapping[str, str]) -> Path:
    """The folder `path`, or the one that the kind's environment variable names; nothing is downloaded.

    A ClassifierError where none is named, or there is no such folder.
    """
    named = path or environment.get(kind.variable, "")
    if not named:
        raise ClassifierError(f"no {kind.word} is named", remedy=f"Set {kind.variable} to the folder of {kind.holds}")
    folder = Path(named)
    if not folder.is_dir():
        remedy = "Models aren't downloaded: put the model's files into a folder and name that"
        raise ClassifierError(f"the {kind.word} is no folder", path=folder, remedy=remedy)
    return folder
