"""Documented features of a segment and its neighbours, TF-IDF of its words, and a calibrated logistic regression."""

from collections.abc import Sequence

from corpus_kit import FeatureClassifier, Settings


class Classifier(FeatureClassifier):
    """One pass: neighbours count by their features."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        super().__init__(labels, seed, settings=Settings("en", passes=1))
