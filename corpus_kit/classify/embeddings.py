"""The model of documented features, and the vectors of an encoder beside them, as a classifier."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from corpus_kit.classify.cost import measure_bytes
from corpus_kit.classify.encoders import load_encoder
from corpus_kit.classify.feature_classifier import FeatureClassifier
from corpus_kit.classify.feature_model import Settings


class EmbeddingClassifier(FeatureClassifier):
    """A logistic regression over features, words, and the vector of each segment.

    The encoder is in the folder `path`, or the one that `CORPUS_KIT_EMBEDDINGS` names. It isn't trained further.

    Args:
        labels: in the scheme's order.
        seed: changes nothing, for nothing here is random.
        path: the encoder's folder.
        weights_sha256: of the only encoder that will do.
        language: of the word lists.
    """

    version = "2"
    is_trained = True
    libraries = ("model2vec", "sentence-transformers", "torch", "transformers")

    def __init__(
        self,
        labels: Sequence[str],
        seed: int = 0,
        *,
        path: Path | str | None = None,
        weights_sha256: str | None = None,
        language: str = "en",
    ) -> None:
        self.encoder = load_encoder(path, os.environ, weights_sha256)
        super().__init__(labels, seed, settings=Settings(language, passes=1, encoder=self.encoder))

    def measure_bytes(self) -> int:
        """The encoder's parameters and the regression's."""
        if self.model is None or self.model.encoding is None:
            return self.encoder.measure_bytes()
        learnt = (replace(self.model, encoding=None), self.model.encoding.weights)
        return self.encoder.measure_bytes() + (measure_bytes(learnt) or 0)
