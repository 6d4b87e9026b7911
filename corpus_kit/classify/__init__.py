"""Classifiers: what one is, how one is loaded, and those that corpus-kit brings."""

from corpus_kit.classify.contract import Classifier, MakeClassifier, check_probabilities
from corpus_kit.classify.cost import Usage, add_usages, measure_bytes
from corpus_kit.classify.embeddings import EmbeddingClassifier
from corpus_kit.classify.feature_classifier import FeatureClassifier
from corpus_kit.classify.feature_model import FeatureModel, Judged, Settings, train_model
from corpus_kit.classify.features import FEATURES, Feature
from corpus_kit.classify.label_model import (
    LABEL_MODELS,
    DawidSkene,
    LabelModel,
    WeightedVote,
    fit_dawid_skene,
    fit_weighted_vote,
)
from corpus_kit.classify.labelling import (
    ABSTAIN,
    LabellingFunction,
    LabellingTable,
    Votes,
    VoteSummary,
    cast_votes,
    summarize_votes,
)
from corpus_kit.classify.llm import Endpoint, LLMClassifier, LLMOptions
from corpus_kit.classify.load import CLASSIFIER_FILE, NAME_PATTERN, LoadedClassifier, blame_classifier, load_classifier
from corpus_kit.classify.pipeline import adapt_pipeline
from corpus_kit.classify.reliability import Promise, Reliability
from corpus_kit.classify.training import TrainingOptions
from corpus_kit.classify.transformer import TransformerClassifier
from corpus_kit.classify.vote_report import FunctionReport, VoteReport, render_votes, report_votes, votes_to_json

__all__ = [
    "ABSTAIN",
    "CLASSIFIER_FILE",
    "FEATURES",
    "LABEL_MODELS",
    "NAME_PATTERN",
    "Classifier",
    "DawidSkene",
    "EmbeddingClassifier",
    "Endpoint",
    "Feature",
    "FeatureClassifier",
    "FeatureModel",
    "FunctionReport",
    "Judged",
    "LLMClassifier",
    "LLMOptions",
    "LabelModel",
    "LabellingFunction",
    "LabellingTable",
    "LoadedClassifier",
    "MakeClassifier",
    "Promise",
    "Reliability",
    "Settings",
    "TrainingOptions",
    "TransformerClassifier",
    "Usage",
    "VoteReport",
    "VoteSummary",
    "Votes",
    "WeightedVote",
    "adapt_pipeline",
    "add_usages",
    "blame_classifier",
    "cast_votes",
    "check_probabilities",
    "fit_dawid_skene",
    "fit_weighted_vote",
    "load_classifier",
    "measure_bytes",
    "render_votes",
    "report_votes",
    "summarize_votes",
    "train_model",
    "votes_to_json",
]
