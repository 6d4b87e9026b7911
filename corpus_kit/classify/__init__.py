"""Classifiers: what one is, how one is loaded, and those that corpus-kit brings."""

from corpus_kit.classify.contract import Classifier, MakeClassifier, check_probabilities
from corpus_kit.classify.load import CLASSIFIER_FILE, NAME_PATTERN, LoadedClassifier, blame_classifier, load_classifier
from corpus_kit.classify.pipeline import adapt_pipeline

__all__ = [
    "CLASSIFIER_FILE",
    "NAME_PATTERN",
    "Classifier",
    "LoadedClassifier",
    "MakeClassifier",
    "adapt_pipeline",
    "blame_classifier",
    "check_probabilities",
    "load_classifier",
]
