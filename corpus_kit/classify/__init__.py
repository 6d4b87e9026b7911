"""Classifiers: what one is, how one is loaded, and those that corpus-kit brings."""

from corpus_kit.classify.contract import Classifier, MakeClassifier, check_probabilities
from corpus_kit.classify.cost import Usage, add_usages, measure_bytes
from corpus_kit.classify.embeddings import EmbeddingClassifier
from corpus_kit.classify.feature_classifier import FeatureClassifier
from corpus_kit.classify.feature_model import FeatureModel, Judged, Settings, train_model
from corpus_kit.classify.features import FEATURES, Feature
from corpus_kit.classify.llm import LLMClassifier
from corpus_kit.classify.load import CLASSIFIER_FILE, NAME_PATTERN, LoadedClassifier, blame_classifier, load_classifier
from corpus_kit.classify.pipeline import adapt_pipeline
from corpus_kit.classify.reliability import Promise, Reliability
from corpus_kit.classify.transformer import TransformerClassifier

__all__ = [
    "CLASSIFIER_FILE",
    "FEATURES",
    "NAME_PATTERN",
    "Classifier",
    "EmbeddingClassifier",
    "Feature",
    "FeatureClassifier",
    "FeatureModel",
    "Judged",
    "LLMClassifier",
    "LoadedClassifier",
    "MakeClassifier",
    "Promise",
    "Reliability",
    "Settings",
    "TransformerClassifier",
    "Usage",
    "adapt_pipeline",
    "add_usages",
    "blame_classifier",
    "check_probabilities",
    "load_classifier",
    "measure_bytes",
    "train_model",
]
