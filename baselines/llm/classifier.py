"""A language model behind any OpenAI-compatible endpoint, told the guidelines and shown whole articles."""

from collections.abc import Sequence
from pathlib import Path

from corpus_kit import LLMClassifier

GUIDELINES = Path(__file__).parents[2] / "annotations" / "guidelines.md"


class Classifier(LLMClassifier):
    """The endpoint is the environment's: CORPUS_KIT_LLM_URL, CORPUS_KIT_LLM_MODEL, CORPUS_KIT_LLM_KEY."""

    version = "1"
    is_trained = False

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:
        super().__init__(labels, seed, guidelines=GUIDELINES.read_text(encoding="utf-8"))
