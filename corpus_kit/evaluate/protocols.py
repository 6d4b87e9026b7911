"""How a system comes to predict a release without having seen what it predicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_kit.canonical import hash_text
from corpus_kit.classify import (
    Classifier,
    LoadedClassifier,
    Usage,
    add_usages,
    blame_classifier,
    check_probabilities,
    load_classifier,
    measure_bytes,
)
from corpus_kit.errors import ClassifierError, ReleaseError, UnknownName
from corpus_kit.evaluate.predictions import PROBABILITY_DECIMALS, Prediction
from corpus_kit.model import LabelledArticle, SegmentedArticle
from corpus_kit.release import Release

Progress = Callable[[int, int], None]
"""Told after each fold: how many are done, how many there are."""
Clock = Callable[[], float]
"""Seconds since some moment."""


class Execution(NamedTuple):
    """How a run is carried out, which changes nothing of what it gives.

    Attributes:
        workers: the processes that run folds; 1 is this one.
        progress: told after each fold.
        clock: what the run's time is measured with; None measures nothing.
    """

    workers: int = 1
    progress: Progress | None = None
    clock: Clock | None = None


ALONE = Execution()
"""In this process, unwatched."""


class Fold(NamedTuple):
    """A fold that is held out, and the articles of all others; both in the release's order."""

    number: int
    training: tuple[LabelledArticle, ...]
    held_out: tuple[LabelledArticle, ...]


class ProtocolRun(NamedTuple):
    """Predictions sorted by id, and per fold the digest of the ids that its classifier was trained on.

    `fit_s` and `predict_s` are seconds summed over the folds; 0 without a clock. `model_bytes` is the size of the
    largest fold's classifier; None without a clock, or where nobody can know. `usage` is of classifiers that ask a
    server, all folds together.
    """

    predictions: list[Prediction]
    train_ids_sha256: dict[str, str]
    fit_s: float = 0.0
    predict_s: float = 0.0
    model_bytes: int | None = None
    usage: Usage | None = None


class FoldTask(NamedTuple):
    """What is the same for each fold of a run."""

    release: Release
    loaded: LoadedClassifier
    seed: int
    clock: Clock | None


class Measured(NamedTuple):
    """The size of a classifier, and what its requests came to; as in `ProtocolRun`."""

    model_bytes: int | None
    usage: Usage | None


class FoldRun(NamedTuple):
    """The predictions for one fold, and what they cost; as in `ProtocolRun`."""

    predictions: list[Prediction]
    fit_s: float
    predict_s: float
    model_bytes: int | None
    usage: Usage | None


def split_folds(release: Release) -> list[Fold]:
    """Each fold held out once, in the order of their numbers; a ReleaseError for fewer than two folds."""
    numbers = sorted({labelled.fold for labelled in release.articles})
    if len(numbers) < 2:
        raise ReleaseError(
            f"the release has {len(numbers)} fold(s), and holding one out needs two",
            path=release.path,
            remedy="Add articles, or see [folds] in corpus.toml",
        )
    return [
        Fold(
            number,
            tuple(labelled for labelled in release.articles if labelled.fold != number),
            tuple(labelled for labelled in release.articles if labelled.fold == number),
        )
        for number in numbers
    ]


def hash_training_ids(fold: Fold) -> str:
    """The SHA-256 over the sorted ids of a fold's training segments, a line each."""
    return hash_segment_ids(fold.training)


def hash_segment_ids(articles: Iterable[LabelledArticle]) -> str:
    """The SHA-256 over the sorted ids of some articles' segments, a line each."""
    ids = sorted(segment.id for labelled in articles for segment in labelled.article.segments)
    return hash_text("".join(f"{id_}\n" for id_ in ids))


def evaluate_loao(
    release: Release,
    loaded: LoadedClassifier,
    seed: int = 0,
    *,
    execution: Execution = ALONE,
) -> ProtocolRun:
    """Leave one article out: each fold is predicted by a new classifier that was trained on all other folds.

    A fold is an article with its near-duplicates, or several of them. The classifier is given the held-out articles
    without labels. The predictions are the same for any number of workers, each of which is a process that loads the
    classifier's file for itself. A ReleaseError for fewer than two folds; a ClassifierError where the classifier fails.
    """
    folds = split_folds(release)
    found: list[FoldRun] = []
    for fold_run in _run_folds(FoldTask(release, loaded, seed, execution.clock), folds, execution.workers):
        found.append(fold_run)
        if execution.progress is not None:
            execution.progress(len(found), len(folds))
    return _join_runs(found, {str(fold.number): hash_training_ids(fold) for fold in folds})


def _join_runs(found: Sequence[FoldRun], train_ids_sha256: dict[str, str]) -> ProtocolRun:
    return ProtocolRun(
        predictions=sorted((one for run in found for one in run.predictions), key=lambda one: one.id),
        train_ids_sha256=train_ids_sha256,
        fit_s=sum(run.fit_s for run in found),
        predict_s=sum(run.predict_s for run in found),
        model_bytes=max((run.model_bytes for run in found if run.model_bytes is not None), default=None),
        usage=add_usages(run.usage for run in found),
    )


def evaluate_split(
    release: Release,
    loaded: LoadedClassifier,
    seed: int = 0,
    *,
    execution: Execution = ALONE,
) -> ProtocolRun:
    """The split that the data come with: one classifier learns from train and predicts test; validation is left alone.

    A ReleaseError where there is no train or no test split; a ClassifierError where the classifier fails.
    """
    run = predict_fold(FoldTask(release, loaded, seed, execution.clock), take_split(release))
    if execution.progress is not None:
        execution.progress(1, 1)
    return _join_runs([run], hash_training(release, "split"))


def hash_training(release: Release, protocol: str) -> dict[str, str]:
    """What a protocol gives a classifier to learn from: the digest of the segments' ids, per fold, or of `test`."""
    if protocol == "split":
        return {"test": hash_training_ids(take_split(release))}
    return {str(fold.number): hash_training_ids(fold) for fold in split_folds(release)}


def take_split(release: Release) -> Fold:
    """The test split held out with the train split for training, numbered by the first fold of the test split."""
    training, held_out = (select_split(release, name).articles for name in ("train", "test"))
    return Fold(min(labelled.fold for labelled in held_out), training, held_out)


def select_split(release: Release, split: str) -> Release:
    """The articles of a split as a release that has the same name, version and digest; an UnknownName without it."""
    splits = release.manifest.splits
    if split not in splits:
        raise UnknownName("split", split, splits, path=release.path)
    folds = {f"fold_{labelled.fold}": labelled.fold for labelled in release.articles}
    own = {folds[name] for name in splits[split] if name in folds}
    articles = tuple(labelled for labelled in release.articles if labelled.fold in own)
    ids = {segment.id for labelled in articles for segment in labelled.article.segments}
    groups = {id_: group for id_, group in release.duplicate_groups.items() if id_ in ids}
    return replace(release, articles=articles, duplicate_groups=groups)


def select_scored(release: Release, protocol: str) -> Release:
    """What a protocol predicts of a release: the test split under `split`, else everything."""
    return select_split(release, "test") if protocol == "split" else release


def _run_folds(task: FoldTask, folds: Sequence[Fold], workers: int) -> Iterator[FoldRun]:
    """The folds' runs in order, here or in worker processes."""
    if workers == 1:
        yield from (predict_fold(task, fold) for fold in folds)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    given = WorkerTask(task.release, task.loaded.path, task.loaded.source_sha256, task.seed, task.clock)
    numbers = [fold.number for fold in folds]
    try:
        with ProcessPoolExecutor(
            min(workers, len(folds)), mp_context=get_context("spawn"), initializer=_receive_task, initargs=(given,)
        ) as pool:
            yield from pool.map(_work_on_fold, numbers)
    except BrokenProcessPool as e:
        raise ClassifierError(
            "a worker process died", path=task.loaded.path, remedy="See what it printed, or use one worker"
        ) from e


class WorkerTask(NamedTuple):
    """A `FoldTask` as it is sent to another process, which loads the classifier from its file."""

    release: Release
    path: Path
    source_sha256: str
    seed: int
    clock: Clock | None


_given: list[WorkerTask] = []
_prepared: list[FoldTask] = []
"""In a worker process, what it was given and what it made of that; empty everywhere else."""


def _receive_task(given: WorkerTask) -> None:
    _given[:] = [given]


def _prepare_task(given: WorkerTask) -> FoldTask:
    loaded = load_classifier(str(given.path), given.path.parent)
    if loaded.source_sha256 != given.source_sha256:
        raise ClassifierError("the file was changed while it was evaluated", path=given.path)
    return FoldTask(given.release, loaded, given.seed, given.clock)


def _work_on_fold(number: int) -> FoldRun:
    if not _prepared:
        _prepared.append(_prepare_task(_given[0]))
    task = _prepared[0]
    return predict_fold(task, next(fold for fold in split_folds(task.release) if fold.number == number))


def predict_fold(task: FoldTask, fold: Fold) -> FoldRun:
    """Train a new classifier on a fold's training articles and predict the held-out ones."""
    loaded, labels, clock = task.loaded, task.release.scheme.labels, task.clock or (lambda: 0.0)
    begin = clock()
    classifier = loaded.make(labels, task.seed)
    with blame_classifier(loaded.path, "learning"):
        classifier.fit(fold.training)
    fitted = clock()
    predictions = [one for labelled in fold.held_out for one in _predict(classifier, loaded, labelled, labels)]
    predict_s = clock() - fitted
    return FoldRun(predictions, fitted - begin, predict_s, *measure_classifier(classifier, loaded, task.clock))


def measure_classifier(classifier: Classifier, loaded: LoadedClassifier, clock: Clock | None) -> Measured:
    """What a classifier costs after it has predicted; nothing is sized where nothing is timed."""
    with blame_classifier(loaded.path, "being measured"):
        size = None if clock is None else measure_bytes(classifier)
        usage = getattr(classifier, "usage", None)
    return Measured(size, usage if isinstance(usage, Usage) else None)


def _predict(
    classifier: Classifier, loaded: LoadedClassifier, labelled: LabelledArticle, labels: Sequence[str]
) -> list[Prediction]:
    with blame_classifier(loaded.path, "predicting"):
        rows = check_probabilities(classifier.predict(labelled.article), labelled.article, labels)
    return make_predictions(labelled.article, rows, labels, fold=labelled.fold)


def make_predictions(
    article: SegmentedArticle, rows: NDArray[np.float64], labels: Sequence[str], *, fold: int | None
) -> list[Prediction]:
    """Predictions for one article: of equal probabilities the label that comes first in the scheme.

    Probabilities are rounded as a prediction file has them, so that a score is the same from the file.
    """
    return [
        Prediction(
            id=segment.id,
            label=labels[int(np.argmax(row))],
            fold=fold,
            probs=tuple(round(p, PROBABILITY_DECIMALS) for p in row.tolist()),
        )
        for segment, row in zip(article.segments, rows, strict=True)
    ]


class RunProtocol(Protocol):
    """A protocol: from a release, a classifier and a seed to predictions."""

    def __call__(
        self,
        release: Release,
        loaded: LoadedClassifier,
        seed: int = 0,
        *,
        execution: Execution = ALONE,
    ) -> ProtocolRun:
        """Predict every segment that the protocol holds out."""


PROTOCOLS: Mapping[str, RunProtocol] = MappingProxyType({"loao": evaluate_loao, "split": evaluate_split})
"""The protocols that need nothing but the release that is predicted."""
