"""What a classifier is, how the file that defines one is loaded, and how a scikit-learn pipeline becomes one."""

import ast
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import ClassifierError, CorpusKitError, UnknownName
from corpus_kit.model import LabelledArticle, SegmentedArticle
from corpus_kit.records import read_bytes

CLASSIFIER_FILE = "classifier.py"
NAME_PATTERN = r"^[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$"
_CONTRACT = "See docs/evaluation.md for what a classifier is"


class Classifier(Protocol):
    """A system that reads whole articles."""

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Learn from labelled articles; a system without training does nothing. Articles may have no segments."""

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities of shape (segments, labels): rows in the segments' order, columns in the scheme's."""


MakeClassifier = Callable[[Sequence[str], int], Classifier]
"""The labels in the scheme's order and a seed to a new classifier that has learnt nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedClassifier:
    """A classifier's source and what it makes.

    Attributes:
        source_sha256: of the bytes that were executed, 64 hexadecimal digits.
        is_trained: whether `fit` learns anything.
    """

    name: str
    path: Path
    source_sha256: str
    version: str
    is_trained: bool
    make: MakeClassifier


def load_classifier(name_or_path: str, baselines_dir: Path) -> LoadedClassifier:
    """Load `<baselines_dir>/<name>/classifier.py`, or the file if the argument ends in `.py`. This executes it.

    A file called `classifier.py` is named after its folder, any other after itself. It is one file: its digest doesn't
    cover other modules beside it. An unknown name is an UnknownName with the names that exist; a file that can't be
    read or executed, or that defines no `Classifier`, is a ClassifierError with the line at fault.
    """
    path = Path(name_or_path).resolve() if name_or_path.endswith(".py") else _find_baseline(name_or_path, baselines_dir)
    source = read_bytes(path, ClassifierError, remedy=_CONTRACT)
    defined = getattr(_execute(source, path), "Classifier", None)
    if not isinstance(defined, type) or not all(callable(getattr(defined, name, None)) for name in ("fit", "predict")):
        raise ClassifierError("defines no class Classifier with fit and predict", path=path, remedy=_CONTRACT)
    version, is_trained = getattr(defined, "version", "1"), getattr(defined, "is_trained", True)
    if not isinstance(version, str) or not isinstance(is_trained, bool):
        raise ClassifierError("Classifier.version is a str, Classifier.is_trained a bool", path=path, remedy=_CONTRACT)

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


def check_probabilities(values: ArrayLike, article: SegmentedArticle, labels: Sequence[str]) -> NDArray[np.float64]:
    """The probabilities of an article as an array of shape (segments, labels).

    A ClassifierError names the article, and the row from 0, where the shape is another, a value is not finite or below
    0, or a row's sum is further than 1e-6 from 1. Without segments the shape is (0, labels).
    """
    expected = (len(article.segments), len(labels))
    try:
        found = np.asanyarray(values)
        if isinstance(found, np.ma.MaskedArray) or np.iscomplexobj(found):
            raise ClassifierError(f"article {article.id!r}: masked or complex probabilities", remedy=_CONTRACT)
        rows = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as e:
        raise ClassifierError(f"article {article.id!r}: not an array of numbers", remedy=_CONTRACT) from e
    if rows.shape != expected:
        raise ClassifierError(
            f"article {article.id!r}: probabilities of shape {rows.shape} instead of {expected}", remedy=_CONTRACT
        )
    is_proper = np.isfinite(rows) & (rows >= 0)
    totals = np.where(is_proper, rows, 0).sum(axis=1)
    for wrong, what in (
        (~is_proper.all(axis=1), "a value is negative or not finite"),
        (np.abs(totals - 1) > 1e-6, "the sum is not 1"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ClassifierError(f"article {article.id!r}, row {row}: {what}: {rows[row].tolist()}", remedy=_CONTRACT)
    return rows


def adapt_pipeline(pipeline: Any, labels: Sequence[str]) -> Classifier:
    """A scikit-learn pipeline over the texts of single segments as a classifier.

    Each `fit` trains a clone. A label that the training articles lack gets probability 0; a single label among them
    gets 1 without training, and without training segments all labels are equal. Without `predict_proba` the predicted
    label gets 1.
    """
    return _PipelineClassifier(pipeline, labels)


class _PipelineClassifier:
    def __init__(self, pipeline: Any, labels: Sequence[str]) -> None:
        self.pipeline, self.labels = pipeline, list(labels)
        self.fitted: Any = None
        self.constant = np.full(len(self.labels), 1 / len(self.labels))

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        from sklearn.base import clone

        texts = [segment.text for labelled in articles for segment in labelled.article.segments]
        targets = [label for labelled in articles for label in labelled.labels]
        found = set(targets)
        is_constant = [label in found for label in self.labels] if found else [True] * len(self.labels)
        self.constant = np.array(is_constant, dtype=np.float64) / sum(is_constant)
        self.fitted = clone(self.pipeline).fit(texts, targets) if len(found) > 1 else None

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        rows = np.tile(self.constant, (len(article.segments), 1))
        if self.fitted is None or not article.segments:
            return rows
        texts = [segment.text for segment in article.segments]
        rows[:] = 0
        if hasattr(self.fitted, "predict_proba"):
            rows[:, [self.labels.index(label) for label in self.fitted.classes_]] = self.fitted.predict_proba(texts)
        else:
            rows[np.arange(len(texts)), [self.labels.index(label) for label in self.fitted.predict(texts)]] = 1
        return rows
