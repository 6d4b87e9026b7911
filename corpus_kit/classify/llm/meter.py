"""Tokens, seconds and prices are added up, answer by answer."""

from corpus_kit.classify.cost import Usage
from corpus_kit.classify.llm.cache import Kept
from corpus_kit.classify.llm.options import LLMOptions

_PRICED_TOKENS = 1_000_000


class Meter:
    """Counts what was used; `abstained` is counted by who reads the answers."""

    def __init__(self, model: str, options: LLMOptions) -> None:
        self.model, self.options = model, options
        self.requests = self.cached = self.unmetered = self.abstained = 0
        self.prompt_tokens = self.completion_tokens = 0
        self.request_s = self.slowest_s = 0.0

    def add(self, kept: Kept) -> None:
        """Count an answer as what it came to when it was asked for."""
        answer = kept.answer
        self.requests += 1
        self.cached += kept.is_cached
        self.unmetered += answer.prompt_tokens is None or answer.completion_tokens is None
        self.prompt_tokens += answer.prompt_tokens or 0
        self.completion_tokens += answer.completion_tokens or 0
        self.request_s += answer.seconds
        self.slowest_s = max(self.slowest_s, answer.seconds)

    def sum_up(self) -> Usage:
        """The sums so far. There is no cost where a price or a number of tokens is missing."""
        prices = (self.options.prompt_price, self.options.completion_price)
        cost = None
        if prices[0] is not None and prices[1] is not None and not self.unmetered:
            cost = (self.prompt_tokens * prices[0] + self.completion_tokens * prices[1]) / _PRICED_TOKENS
        return Usage(
            model=self.model,
            requests=self.requests,
            cached=self.cached,
            unmetered=self.unmetered,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            request_s=self.request_s,
            slowest_s=self.slowest_s,
            cost=cost,
            abstained=self.abstained,
        )
