"""The features of `linear`, and a second pass that sees what the first made of the neighbours and the whole article."""

from collections.abc import Sequence

from corpus_kit import FeatureClassifier, Settings


class Classifier(FeatureClassifier):
    """Two passes: neighbours count by their features and by what the first pass made of them."""

    version = "1"

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        super().__init__(labels, seed, settings=Settings("en", passes=2))
