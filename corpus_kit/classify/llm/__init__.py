"""A language model behind any OpenAI-compatible endpoint, with the guidelines as its prompt."""

from corpus_kit.classify.llm.classifier import LLMClassifier
from corpus_kit.classify.llm.options import Endpoint, LLMOptions, Pace, find_endpoint, find_options

__all__ = ["Endpoint", "LLMClassifier", "LLMOptions", "Pace", "find_endpoint", "find_options"]
