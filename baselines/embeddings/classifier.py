"""The documented features and words of `linear`, and an encoder's vector of each segment."""

from corpus_kit import EmbeddingClassifier


class Classifier(EmbeddingClassifier):
    """The encoder is in the folder that CORPUS_KIT_EMBEDDINGS names."""

    version = "2"
