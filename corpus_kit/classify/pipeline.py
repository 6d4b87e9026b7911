"""A scikit-learn pipeline as a classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.constant import make_constant_row
from corpus_kit.classify.contract import Classifier
from corpus_kit.model import LabelledArticle, SegmentedArticle


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
        self.constant = make_constant_row((), self.labels)

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        from sklearn.base import clone

        texts = [segment.text for labelled in articles for segment in labelled.article.segments]
        targets = [label for labelled in articles for label in labelled.labels]
        found = set(targets)
        self.constant = make_constant_row(found, self.labels)
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
