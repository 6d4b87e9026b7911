"""A sentence alone: TF-IDF of its words and word pairs, and a logistic regression."""

from collections.abc import Sequence

from numpy import float64
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from corpus_kit import LabelledArticle, SegmentedArticle, adapt_pipeline

TOKEN = r"\w+|[^\w\s]"  # noqa: S105 - a pattern: a mark of punctuation is a token of its own


class Classifier:
    """Sees neither neighbours nor position. Labels that the training articles lack get probability 0."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        pipeline = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=TOKEN),
            LogisticRegression(class_weight="balanced", max_iter=1000, random_state=seed),
        )
        self.adapted = adapt_pipeline(pipeline, labels)

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Train on every segment's text."""
        self.adapted.fit(articles)

    def predict(self, article: SegmentedArticle) -> NDArray[float64]:
        """Probabilities from each segment's text."""
        return self.adapted.predict(article)
