"""The file that defines a classifier is executed, and what it raises is put down to it."""

import ast
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from corpus_kit.canonical import hash_bytes
from corpus_kit.classify.contract import CONTRACT, Classifier, MakeClassifier
from corpus_kit.errors import ClassifierError, CorpusKitError, UnknownName
from corpus_kit.records import read_bytes

CLASSIFIER_FILE = "classifier.py"
NAME_PATTERN = r"^[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedClassifier:
    """A classifier's source and what it makes.

    Attributes:
        source_sha256: of the bytes that were executed, 64 hexadecimal digits.
        is_trained: whether `fit` learns anything.
        libraries: distributions beside those of every run whose versions its predictions depend on.
    """

    name: str
    path: Path
    source_sha256: str
    version: str
    is_trained: bool
    libraries: tuple[str, ...]
    make: MakeClassifier


def load_classifier(name_or_path: str, baselines_dir: Path) -> LoadedClassifier:
    """Load `<baselines_dir>/<name>/classifier.py`, or the file if the argument ends in `.py`. This executes it.

    A file called `classifier.py` is named after its folder, any other after itself. It is one file: its digest doesn't
    cover other modules beside it. An unknown name is an UnknownName with the names that exist; a file that can't be
    read or executed, or that defines no `Classifier`, is a ClassifierError with the line at fault.
    """
    path = Path(name_or_path).resolve() if name_or_path.endswith(".py") else _find_baseline(name_or_path, baselines_dir)
    source = read_bytes(path, ClassifierError, remedy=CONTRACT)
    defined = getattr(_execute(source, path), "Classifier", None)
    if not isinstance(defined, type) or not all(callable(getattr(defined, name, None)) for name in ("fit", "predict")):
        raise ClassifierError("defines no class Classifier with fit and predict", path=path, remedy=CONTRACT)
    version, is_trained = getattr(defined, "version", "1"), getattr(defined, "is_trained", True)
    libraries = getattr(defined, "libraries", ())
    if not isinstance(version, str) or not isinstance(is_trained, bool):
        raise ClassifierError("Classifier.version is a str, Classifier.is_trained a bool", path=path, remedy=CONTRACT)
    if not isinstance(libraries, tuple) or not all(isinstance(one, str) for one in libraries):
        raise ClassifierError("Classifier.libraries is a tuple of names", path=path, remedy=CONTRACT)

    def make(labels: Sequence[str], seed: int) -> Classifier:
        with blame_classifier(path, "being made"):
            made: Classifier = defined(labels, seed=seed)
        return made

    name = path.parent.name if path.name == CLASSIFIER_FILE else path.stem
    if not re.fullmatch(NAME_PATTERN, name):
        raise ClassifierError(f"{name!r} can't be a system's name", path=path, remedy="Use letters, digits, -, _ and .")
    return LoadedClassifier(
        name=name,
        path=path,
        source_sha256=hash_bytes(source),
        version=version,
        is_trained=is_trained,
        libraries=libraries,
        make=make,
    )


def _find_baseline(name: str, baselines_dir: Path) -> Path:
    files = {file.parent.name: file.resolve() for file in baselines_dir.glob(f"*/{CLASSIFIER_FILE}")}
    if name not in files:
        raise UnknownName("classifier", name, files, path=baselines_dir)
    return files[name]


def _execute(source: bytes, path: Path) -> ModuleType:
    """Execute exactly the bytes that were hashed; a cached compilation could be of others."""
    name = f"corpus_kit_classifier_{hash_bytes(source + bytes(path))[:16]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        with blame_classifier(path, "being loaded"):
            exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - the user named this file to be run
    except ClassifierError:
        del sys.modules[name]
        raise
    return module


@contextmanager
def blame_classifier(path: Path, doing: str) -> Iterator[None]:
    """Turn whatever a classifier's code raises into a ClassifierError with its file and line; the cause is kept."""
    try:
        yield
    except ClassifierError as e:
        raise ClassifierError(e.what, path=e.path or path, line=e.line, remedy=e.remedy) from e
    except CorpusKitError:
        raise
    except (Exception, SystemExit) as e:
        line = next(
            (f.lineno for f in reversed(traceback.extract_tb(e.__traceback__)) if f.filename == str(path)), None
        )
        if isinstance(e, SyntaxError) and e.filename == str(path):
            line = e.lineno
        said = e.msg if isinstance(e, SyntaxError) else e
        raise ClassifierError(
            f"the classifier failed while {doing}: {type(e).__name__}: {said}", path=path, line=line
        ) from e


def read_declared(path: Path) -> dict[str, Any]:
    """What a classifier's file declares of itself, `version` and `is_trained`, read without executing it.

    Only literals are seen; what is left out has its default. A file that isn't Python declares nothing.
    """
    declared: dict[str, Any] = {"version": "1", "is_trained": True}
    try:
        tree = ast.parse(read_bytes(path, ClassifierError))
    except (SyntaxError, ValueError):
        return {}
    bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Classifier"]
    for node in bodies[-1] if bodies else ():
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Constant):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and target.id in declared:
                declared[target.id] = node.value.value
    return declared
