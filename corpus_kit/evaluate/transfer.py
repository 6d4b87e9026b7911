"""The protocol `transfer`: a system learns from one dataset and predicts another, whose labels may be others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus_kit.classify import Classifier, LoadedClassifier, blame_classifier, check_probabilities
from corpus_kit.errors import TransferError
from corpus_kit.evaluate.label_mapping import LabelMapping, make_mapping, read_mapping
from corpus_kit.evaluate.overlap import Shared, find_shared
from corpus_kit.evaluate.predictions import Prediction
from corpus_kit.evaluate.protocols import (
    ALONE,
    Execution,
    ProtocolRun,
    hash_segment_ids,
    make_predictions,
    measure_classifier,
)
from corpus_kit.evaluate.record import TRANSFER, DatasetEntry, TrainingEntry, describe_dataset
from corpus_kit.evaluate.task import load_dataset
from corpus_kit.model import LabelledArticle
from corpus_kit.release import Release

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """What is learnt from, what its labels mean in the data that are predicted, and what the two share."""

    release: Release
    mapping: LabelMapping
    shared: Shared

    def describe(self) -> TrainingEntry:
        """The same as a run record states it."""
        return TrainingEntry(
            dataset=DatasetEntry(**describe_dataset(self.release.manifest)),
            mapping=dict(self.mapping.names),
            shared_articles=list(self.shared.articles),
            shared_segments=list(self.shared.segments),
        )


def make_training_set(
    training: Release,
    tested: Release,
    mapping: Mapping[str, str | None] | None = None,
    *,
    allow_overlap: bool = False,
) -> TrainingSet:
    """A dataset, whole, to learn from before `tested` is predicted.

    `mapping` says what training labels mean in the scheme of `tested`, as `make_mapping` takes it. A TransferError
    where a label has no meaning there, where nothing can be learnt, and, unless `allow_overlap`, where the two share
    articles or segments: see `find_shared`.
    """
    if not any(labelled.labels for labelled in training.articles):
        raise TransferError("the training data have no labelled segment", path=training.path)
    made = make_mapping(mapping or {}, training.scheme.labels, tested.scheme.labels)
    shared = find_shared(training, tested)
    if shared.segments and not allow_overlap:
        few = ", ".join(map(repr, shared.segments[:_SHOWN])) + (", …" if len(shared.segments) > _SHOWN else "")
        raise TransferError(
            f"the training data {name_dataset(training)} share {len(shared.segments)} segments with "
            f"{name_dataset(tested)} ({few}), {len(shared.articles)} of its articles whole",
            path=training.path,
            remedy="Learn from other data; or --allow-overlap counts them and scores with and without them",
        )
    return TrainingSet(release=training, mapping=made, shared=shared)


def open_training_set(
    place: Path | None, tested: Release, entries: Sequence[str] = (), *, allow_overlap: bool = False
) -> TrainingSet | None:
    """The training set at a place, as `load_dataset` knows it, with a mapping in the words of `read_mapping`.

    None without a place; a TransferError where a mapping or an overlap is spoken of without one.
    """
    if place is None:
        if entries or allow_overlap:
            raise TransferError("there are no training data to map", remedy="Name them: --train DIR|FILE.toml")
        return None
    return make_training_set(load_dataset(place), tested, read_mapping(entries), allow_overlap=allow_overlap)


def name_dataset(release: Release) -> str:
    """Name and version."""
    return f"{release.manifest.name} {release.manifest.version}"


def mark_shared(release: Release, segments: Iterable[str]) -> Release:
    """A release in which what recurs is what training shows, in place of what recurs in another fold."""
    return replace(release, duplicate_groups=dict.fromkeys(segments, TRANSFER))


def hash_training_set(training: Release) -> dict[str, str]:
    """The digest of the training segments' ids, by what they are for: the one test."""
    return {"test": hash_segment_ids(training.articles)}


def evaluate_transfer(
    release: Release,
    loaded: LoadedClassifier,
    seed: int = 0,
    *,
    training: TrainingSet,
    execution: Execution = ALONE,
) -> ProtocolRun:
    """One classifier learns the training set in its own scheme and predicts every article of the release.

    It is given the articles without labels, and its probabilities are mapped. Predictions state no fold. A
    ClassifierError where the classifier fails. One process does it, whatever the execution's workers.
    """
    clock = execution.clock or (lambda: 0.0)
    begin = clock()
    classifier = fit_classifier(loaded, training.release.articles, training.release.scheme.labels, seed=seed)
    fitted = clock()
    predictions = predict_mapped(classifier, loaded, release, mapping=training.mapping)
    done = clock()
    if execution.progress is not None:
        execution.progress(1, 1)
    model_bytes, usage = measure_classifier(classifier, loaded, execution.clock)
    return ProtocolRun(
        predictions, hash_training_set(training.release), fitted - begin, done - fitted, model_bytes, usage
    )


def fit_classifier(
    loaded: LoadedClassifier, articles: Sequence[LabelledArticle], labels: Sequence[str], *, seed: int = 0
) -> Classifier:
    """A new classifier for a scheme that has learnt from some articles."""
    classifier = loaded.make(labels, seed)
    with blame_classifier(loaded.path, "learning"):
        classifier.fit(articles)
    return classifier


def predict_mapped(
    classifier: Classifier, loaded: LoadedClassifier, release: Release, *, mapping: LabelMapping
) -> list[Prediction]:
    """What a classifier of the mapping's training scheme says of every segment of a release, sorted by id."""
    sources = tuple(mapping.names)
    found: list[Prediction] = []
    for labelled in release.articles:
        with blame_classifier(loaded.path, "predicting"):
            rows = check_probabilities(classifier.predict(labelled.article), labelled.article, sources)
        found += make_predictions(labelled.article, mapping.map_probabilities(rows), mapping.targets, fold=None)
    return sorted(found, key=lambda one: one.id)


def list_mapping_faults(entry: TrainingEntry, predictions: Iterable[Prediction], labels: Sequence[str]) -> list[str]:
    """What predictions say that a run with this training could not have said; empty where nothing is.

    That is a label that no training label means, a probability for one, or a fold, for none was held out.
    """
    said = {target for target in entry.mapping.values() if target is not None}
    closed = [i for i, label in enumerate(labels) if label not in said]
    impossible: list[str] = []
    folds: list[str] = []
    for one in predictions:
        if one.label not in said or (one.probs is not None and any(one.probs[i] for i in closed)):
            impossible.append(one.id)
        if one.fold is not None:
            folds.append(one.id)
    return [
        f"{len(ids)} predictions {what}, first {ids[0]!r}"
        for ids, what in (
            (impossible, "give a label that training.mapping gives no meaning"),
            (folds, "state a fold, and a transferred system has none held out"),
        )
        if ids
    ]
