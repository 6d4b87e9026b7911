"""The model of documented features as a classifier that is trained anew for each fold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.feature_model import FeatureModel, Settings, train_model
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle, SegmentedArticle


class FeatureClassifier:
    """Labels alone; attributions are for models that are stored.

    Args:
        labels: in the scheme's order.
        seed: changes nothing, for nothing here is random.
        settings: the language of the word lists, 1 or 2 passes, and an encoder if there is one.
    """

    def __init__(self, labels: Sequence[str], seed: int = 0, *, settings: Settings) -> None:  # noqa: ARG002
        self.scheme = LabelScheme(
            labels=tuple(labels),
            attributions=(),
            allowed=dict.fromkeys(labels, ()),
            outside_prose=frozenset(),
            keys={},
        )
        self.settings = settings
        self.model: FeatureModel | None = None

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Train a model; without any segment all labels are equally likely."""
        self.model = train_model(articles, self.scheme, self.settings)

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities of the article's segments; all labels alike before training."""
        if self.model is None:
            return np.full((len(article.segments), len(self.scheme.labels)), 1 / len(self.scheme.labels))
        return self.model.judge([article]).probs
