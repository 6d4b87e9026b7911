"""A transformer, fine-tuned on segments with their neighbours."""

from corpus_kit import TransformerClassifier


class Classifier(TransformerClassifier):
    """The model to begin with is in the folder that CORPUS_KIT_TRANSFORMER names."""

    version = "1"
    is_trained = True
