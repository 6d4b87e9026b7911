"""Vectors of segments and of their neighbours, and a logistic regression."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.constant import make_constant_row
from corpus_kit.classify.cost import measure_bytes
from corpus_kit.classify.encoders import load_encoder
from corpus_kit.model import LabelledArticle, SegmentedArticle


class EmbeddingClassifier:
    """A segment's vector beside the mean of its neighbours' vectors, then a logistic regression with balanced classes.

    The model is in the folder `path`, or the one that `CORPUS_KIT_EMBEDDINGS` names. It isn't trained further. A label
    that the training articles lack gets probability 0; a single label among them gets 1 without training.
    """

    version = "1"
    is_trained = True

    def __init__(
        self, labels: Sequence[str], seed: int = 0, *, path: Path | str | None = None, has_neighbours: bool = True
    ) -> None:
        self.labels, self.seed, self.has_neighbours = list(labels), seed, has_neighbours
        self.encoder = load_encoder(path, os.environ)
        self.constant = make_constant_row((), self.labels)
        self.head: Any = None

    def measure_bytes(self) -> int:
        """The encoder's parameters and the regression's."""
        return self.encoder.measure_bytes() + (measure_bytes(self.head) or 0)

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Train the regression on every segment."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        targets = [label for labelled in articles for label in labelled.labels]
        self.constant = make_constant_row(set(targets), self.labels)
        self.head = None
        if len(set(targets)) > 1:
            regression = LogisticRegression(class_weight="balanced", max_iter=1000, random_state=self.seed)
            features = self._find_features([labelled.article for labelled in articles])
            self.head = make_pipeline(StandardScaler(), regression).fit(features, targets)

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities from the vectors."""
        rows = np.tile(self.constant, (len(article.segments), 1))
        if self.head is not None and article.segments:
            rows[:] = 0
            columns = [self.labels.index(label) for label in self.head.classes_]
            rows[:, columns] = self.head.predict_proba(self._find_features([article]))
        return rows

    def _find_features(self, articles: Sequence[SegmentedArticle]) -> NDArray[np.float64]:
        """A row per segment of all articles in their order, which are encoded in one go."""
        vectors = self.encoder.encode([segment.text for article in articles for segment in article.segments])
        if not self.has_neighbours:
            return vectors
        ends = np.cumsum([len(article.segments) for article in articles])[:-1]
        around = [average_neighbours(own) for own in np.split(vectors, ends)]
        return np.hstack([vectors, np.concatenate(around)])


def average_neighbours(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Per row the mean of the rows before and after it; the first and last have one, and a single row has 0."""
    total, count = np.zeros_like(vectors), np.zeros((len(vectors), 1))
    total[1:] += vectors[:-1]
    count[1:] += 1
    total[:-1] += vectors[1:]
    count[:-1] += 1
    return np.asarray(total / np.maximum(count, 1))
