"""How a system comes to predict a release without having seen what it predicts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from corpus_kit.canonical import hash_text
from corpus_kit.errors import ReleaseError, UnknownName
from corpus_kit.evaluate.classifier import Classifier, LoadedClassifier, blame_classifier, check_probabilities
from corpus_kit.evaluate.predictions import Prediction
from corpus_kit.model import LabelledArticle
from corpus_kit.release import Release

Progress = Callable[[int, int], None]
"""Told after each fold: how many are done, how many there are."""


class Fold(NamedTuple):
    """A fold that is held out, and the articles of all others; both in the release's order."""

    number: int
    training: tuple[LabelledArticle, ...]
    held_out: tuple[LabelledArticle, ...]


class ProtocolRun(NamedTuple):
    """Predictions sorted by id, and per fold the digest of the ids that its classifier was trained on."""

    predictions: list[Prediction]
    train_ids_sha256: dict[str, str]


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
    ids = sorted(segment.id for labelled in fold.training for segment in labelled.article.segments)
    return hash_text("".join(f"{id_}\n" for id_ in ids))


def evaluate_loao(
    release: Release, loaded: LoadedClassifier, seed: int = 0, progress: Progress | None = None
) -> ProtocolRun:
    """Leave one article out: each fold is predicted by a new classifier that was trained on all other folds.

    A fold is an article with its near-duplicates, or several of them. The classifier is given the held-out articles
    without labels. A ReleaseError for fewer than two folds; a ClassifierError where the classifier fails.
    """
    folds = split_folds(release)
    predictions: list[Prediction] = []
    for done, fold in enumerate(folds, start=1):
        predictions += _predict_fold(loaded, fold, release.scheme.labels, seed)
        if progress is not None:
            progress(done, len(folds))
    return ProtocolRun(
        sorted(predictions, key=lambda one: one.id), {str(fold.number): hash_training_ids(fold) for fold in folds}
    )


def evaluate_split(
    release: Release, loaded: LoadedClassifier, seed: int = 0, progress: Progress | None = None
) -> ProtocolRun:
    """The split that the data come with: one classifier learns from train and predicts test; validation is left alone.

    A ReleaseError where there is no train or no test split; a ClassifierError where the classifier fails.
    """
    fold = take_split(release)
    predictions = _predict_fold(loaded, fold, release.scheme.labels, seed)
    if progress is not None:
        progress(1, 1)
    return ProtocolRun(sorted(predictions, key=lambda one: one.id), hash_training(release, "split"))


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


def _predict_fold(loaded: LoadedClassifier, fold: Fold, labels: Sequence[str], seed: int) -> list[Prediction]:
    """Train a new classifier on a fold's training articles and predict the held-out ones."""
    classifier = loaded.make(labels, seed)
    with blame_classifier(loaded.path, "learning"):
        classifier.fit(fold.training)
    return [one for labelled in fold.held_out for one in _predict(classifier, loaded, labelled, labels)]


def _predict(
    classifier: Classifier, loaded: LoadedClassifier, labelled: LabelledArticle, labels: Sequence[str]
) -> list[Prediction]:
    """Predictions for one article: of equal probabilities the label that comes first in the scheme."""
    with blame_classifier(loaded.path, "predicting"):
        rows = check_probabilities(classifier.predict(labelled.article), labelled.article, labels)
    return [
        Prediction(id=segment.id, label=labels[int(np.argmax(row))], fold=labelled.fold, probs=tuple(row.tolist()))
        for segment, row in zip(labelled.article.segments, rows, strict=True)
    ]


PROTOCOLS: Mapping[str, Callable[[Release, LoadedClassifier, int, Progress | None], ProtocolRun]] = MappingProxyType(
    {"loao": evaluate_loao, "split": evaluate_split}
)
