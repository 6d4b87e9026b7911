"""The floor: every segment gets the labels' frequencies in training."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus_kit import LabelledArticle, SegmentedArticle


class Classifier:
    """Label frequencies as probabilities, so the most frequent label is predicted throughout."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:  # noqa: ARG002 - nothing here is random
        self.labels = list(labels)
        self.frequencies = np.full(len(self.labels), 1 / len(self.labels))

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Count the labels; without any, all stay equally likely."""
        counts = np.zeros(len(self.labels))
        for labelled in articles:
            for label in labelled.labels:
                counts[self.labels.index(label)] += 1
        if counts.sum():
            self.frequencies = counts / counts.sum()

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """The same row for each segment."""
        return np.tile(self.frequencies, (len(article.segments), 1))
