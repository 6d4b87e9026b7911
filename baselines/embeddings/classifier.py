"""Embeddings of a segment and of its neighbours, and a logistic regression."""

from corpus_kit import EmbeddingClassifier


class Classifier(EmbeddingClassifier):
    """The model is in the folder that CORPUS_KIT_EMBEDDINGS names."""

    version = "1"
    is_trained = True
