"""What classifiers need beside the default installation: a library of an extra, a model's folder on this machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.canonical import hash_bytes, hash_file
from corpus_kit.errors import ClassifierError


def import_extra(name: str, extra: str) -> Any:
    """A library; where it is absent or broken, a ClassifierError names the extra that brings it."""
    try:
        return import_module(name)
    except ImportError as e:
        is_absent = isinstance(e, ModuleNotFoundError) and e.name == name
        what = f"{name} is not installed" if is_absent else f"{name} can't be imported: {e}"
        raise ClassifierError(what, remedy=f"pip install 'corpus-kit[{extra}]'") from e


@contextmanager
def hide_bars() -> Iterator[None]:
    """The library transformers shows no bar of each part of a model that is loaded."""
    library = import_extra("transformers", "transformers")
    has_bars = library.logging.is_progress_bar_enabled()
    library.logging.disable_progress_bar()
    try:
        yield
    finally:
        if has_bars:
            library.logging.enable_progress_bar()


class ModelKind(NamedTuple):
    """A kind of model that somebody has in a folder: in a word, what the folder holds, and the variable naming it."""

    word: str
    holds: str
    variable: str


@dataclass(frozen=True)
class ModelFolder:
    """A model's folder, whose weights are in safetensors; they are read for their SHA-256 when it is asked for."""

    path: Path

    @cached_property
    def sha256(self) -> str:
        """See `hash_weights`."""
        return hash_weights(self.path)


def find_model_folder(
    path: Path | str | None, kind: ModelKind, environment: Mapping[str, str], weights_sha256: str | None = None
) -> ModelFolder:
    """The folder `path`, or the one that the kind's environment variable names; nothing is downloaded.

    A ClassifierError where none is named, there is no such folder, it has no weights that may be read, or they have
    another SHA-256 than is asked.
    """
    named = path or environment.get(kind.variable, "")
    if not named:
        raise ClassifierError(f"no {kind.word} is named", remedy=f"Set {kind.variable} to the folder of {kind.holds}")
    folder = Path(named)
    if not folder.is_dir():
        remedy = "Models aren't downloaded: put the model's files into a folder and name that"
        raise ClassifierError(f"the {kind.word} is no folder", path=folder, remedy=remedy)
    list_weights(folder)
    found = ModelFolder(folder)
    if weights_sha256 is not None and found.sha256 != weights_sha256:
        what = f"the {kind.word} has weights with the SHA-256 {found.sha256}, not {weights_sha256}"
        raise ClassifierError(what, path=folder, remedy="Name the folder of the model with that digest")
    return found


def hash_weights(folder: Path) -> str:
    """The SHA-256 of a model's safetensors file, as hubs state it; of several files that of their digests by name."""
    digests = [hash_file(file) for file in list_weights(folder)]
    return digests[0] if len(digests) == 1 else hash_bytes("\n".join(digests).encode())


def list_weights(folder: Path) -> list[Path]:
    """The safetensors files of a model by name.

    A ClassifierError where there is none, or pickled weights stand where a part of the model has no others.
    """
    files = sorted(folder.rglob("*.safetensors"))
    safe = {file.parent for file in files}
    pickled = [file for file in sorted(folder.rglob("pytorch_model*.bin")) if file.parent not in safe]
    if pickled or not files:
        what = "weights are not in safetensors" if pickled else "there are no weights in safetensors"
        path = pickled[0] if pickled else folder
        raise ClassifierError(what, path=path, remedy="Nothing else is read: save the model with safetensors")
    return files
