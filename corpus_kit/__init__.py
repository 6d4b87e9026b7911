"""corpus-kit: from raw news articles to a versioned sentence-level dataset and a benchmark.

The public names are loaded when they are first used, so importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from corpus_kit.build import build_release, check_release
    from corpus_kit.classify import (
        Classifier,
        EmbeddingClassifier,
        Endpoint,
        FeatureClassifier,
        LabellingFunction,
        LabellingTable,
        LLMClassifier,
        LLMOptions,
        Settings,
        TrainingOptions,
        TransformerClassifier,
        adapt_pipeline,
        cast_votes,
        fit_dawid_skene,
        fit_weighted_vote,
    )
    from corpus_kit.corpus import Corpus, load_corpus
    from corpus_kit.errors import CorpusKitError
    from corpus_kit.evaluate import evaluate_loao, score_predictions
    from corpus_kit.model import Article, LabelledArticle, Segment, SegmentedArticle
    from corpus_kit.release import load_release

_PUBLIC = {
    "Article": "corpus_kit.model",
    "Classifier": "corpus_kit.classify",
    "Corpus": "corpus_kit.corpus",
    "CorpusKitError": "corpus_kit.errors",
    "FeatureClassifier": "corpus_kit.classify",
    "EmbeddingClassifier": "corpus_kit.classify",
    "Endpoint": "corpus_kit.classify",
    "LLMClassifier": "corpus_kit.classify",
    "LLMOptions": "corpus_kit.classify",
    "LabelledArticle": "corpus_kit.model",
    "LabellingFunction": "corpus_kit.classify",
    "LabellingTable": "corpus_kit.classify",
    "Segment": "corpus_kit.model",
    "SegmentedArticle": "corpus_kit.model",
    "Settings": "corpus_kit.classify",
    "TrainingOptions": "corpus_kit.classify",
    "TransformerClassifier": "corpus_kit.classify",
    "adapt_pipeline": "corpus_kit.classify",
    "build_release": "corpus_kit.build",
    "cast_votes": "corpus_kit.classify",
    "check_release": "corpus_kit.build",
    "evaluate_loao": "corpus_kit.evaluate",
    "fit_dawid_skene": "corpus_kit.classify",
    "fit_weighted_vote": "corpus_kit.classify",
    "load_corpus": "corpus_kit.corpus",
    "load_release": "corpus_kit.release",
    "score_predictions": "corpus_kit.evaluate",
}

__all__ = [
    "Article",
    "Classifier",
    "Corpus",
    "CorpusKitError",
    "EmbeddingClassifier",
    "Endpoint",
    "FeatureClassifier",
    "LLMClassifier",
    "LLMOptions",
    "LabelledArticle",
    "LabellingFunction",
    "LabellingTable",
    "Segment",
    "SegmentedArticle",
    "Settings",
    "TrainingOptions",
    "TransformerClassifier",
    "adapt_pipeline",
    "build_release",
    "cast_votes",
    "check_release",
    "evaluate_loao",
    "fit_dawid_skene",
    "fit_weighted_vote",
    "load_corpus",
    "load_release",
    "score_predictions",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    """The public names, also before they are loaded."""
    return sorted({*globals(), *__all__})
