"""A sentence alone: TF-IDF of its words and word pairs, and a logistic regression."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from corpus_kit import LabelledArticle, SegmentedArticle

TOKEN = r"\w+|[^\w\s]"  # noqa: S105 - a pattern: a mark of punctuation is a token of its own


class Classifier:
    """Sees neither neighbours nor position. Labels that the training articles lack get probability 0."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        self.labels, self.seed = list(labels), seed
        self.constant = np.full(len(self.labels), 1 / len(self.labels))
        self.pipeline: Any = None

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Train; where all segments have one label that label is certain, without segments all are equally likely."""
        texts = [segment.text for labelled in articles for segment in labelled.article.segments]
        targets = [label for labelled in articles for label in labelled.labels]
        found = set(targets)
        self.pipeline = None
        if len(found) > 1:
            self.pipeline = make_pipeline(
                TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN),
                LogisticRegression(class_weight="balanced", max_iter=1000, random_state=self.seed),
            ).fit(texts, targets)
        elif found:
            self.constant = np.array([float(label in found) for label in self.labels])

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities from each segment's text."""
        if self.pipeline is None or not article.segments:
            return np.tile(self.constant, (len(article.segments), 1))
        rows = np.zeros((len(article.segments), len(self.labels)))
        columns = [self.labels.index(label) for label in self.pipeline.classes_]
        rows[:, columns] = self.pipeline.predict_proba([segment.text for segment in article.segments])
        return rows
