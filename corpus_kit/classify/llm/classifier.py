"""A language model as a classifier."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.cost import Usage
from corpus_kit.classify.llm.answers import make_filtered, make_row, read_answer, read_labels
from corpus_kit.classify.llm.cache import Answer, AnswerCache, Kept, hash_request
from corpus_kit.classify.llm.meter import Meter
from corpus_kit.classify.llm.options import (
    MODEL,
    OFFLINE,
    REAL_PACE,
    URL,
    Endpoint,
    LLMOptions,
    Pace,
    find_cache,
    find_endpoint,
    find_options,
)
from corpus_kit.classify.llm.request import FEATURES, Feature, Sampling, make_body, write_article, write_system
from corpus_kit.classify.llm.transport import HTTPAnswer, Transport
from corpus_kit.errors import ClassifierError
from corpus_kit.model import LabelledArticle, Segment, SegmentedArticle

_PROBE = "A ship sailed at noon."
_FILTERED = "content_filter"


class LLMClassifier:
    """Asks a model behind an OpenAI-compatible endpoint for labels by the guidelines; it isn't trained.

    A row of probabilities is the server's where it states them, else .95 for the label that it said. A segment that
    gets no usable answer after several tries has the same probability for every label, and is counted in `usage`.
    Every answer is kept in a cache, so that a run that broke off goes on and a second one costs nothing.
    """

    version = "1"
    is_trained = False

    def __init__(
        self,
        labels: Sequence[str],
        seed: int = 0,
        *,
        guidelines: str,
        endpoint: Endpoint | None = None,
        options: LLMOptions | None = None,
        pace: Pace = REAL_PACE,
    ) -> None:
        self.labels, self.seed = list(labels), seed
        self.endpoint, self.options = endpoint or find_endpoint(), find_options(options)
        self.system = write_system(guidelines, self.labels)
        self.transport = Transport(self.endpoint, self.options, pace=pace, seed=seed)
        self.cache = AnswerCache(find_cache(self.options))
        self.feature: Feature | None = None
        self.meter = Meter(self.endpoint.model, self.options)

    @property
    def usage(self) -> Usage:
        """What the answers so far came to when they were asked for."""
        return self.meter.sum_up()

    def measure_bytes(self) -> None:
        """Nobody here can know the size of a model on a server."""

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Nothing is learnt."""

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """A row per segment; a ClassifierError where the endpoint can't be asked, or offline the cache lacks it."""
        rows = np.zeros((len(article.segments), len(self.labels)))
        step, around = self.options.window_segments, self.options.context_segments
        try:
            for begin in range(0, len(rows), step):
                end = min(begin + step, len(rows))
                shown = article.segments[max(0, begin - around) : end + around]
                rows[begin:end] = self._label_window(shown, list(range(begin + 1, end + 1)))
        finally:
            self.transport.close()
        return rows

    def _label_window(self, shown: Sequence[Segment], wanted: list[int]) -> list[NDArray[np.float64]]:
        """A row for each wanted number; what an answer leaves open is asked again."""
        found: dict[int, NDArray[np.float64]] = {}
        feature = self._choose_feature()
        for attempt in range(self.options.tries):
            left = [number for number in wanted if number not in found]
            if not left:
                break
            said = write_article(shown, left, is_again=attempt > 0)
            kept = self._ask(self._write(said, left, feature, attempt))
            self.meter.add(kept)
            rows = read_labels(kept.answer, left, self.labels)
            found |= {number: one.row for number, one in rows.items()}
        self.meter.abstained += len(wanted) - len(found)
        return [found.get(number, make_row(None, self.labels)) for number in wanted]

    def _write(self, said: str, wanted: Sequence[int], feature: Feature, attempt: int = 0) -> dict[str, Any]:
        sampling = Sampling(self.seed + attempt, self.options.max_answer_tokens)
        messages = (self.system, said)
        return make_body(self.endpoint.model, messages, wanted, labels=self.labels, feature=feature, sampling=sampling)

    def _choose_feature(self) -> Feature:
        """What the server knows, found by one small request, which is the same whatever the articles are.

        The answer is kept; a refusal is not, as a server may be set right.
        """
        if self.feature is None:
            segment = Segment(id="", article_id="", position=0, start=0, end=len(_PROBE), text=_PROBE)
            said = write_article([segment], [1])
            bodies = {feature: self._write(said, [1], feature) for feature in FEATURES}
            kept = (feature for feature, body in bodies.items() if self.cache.find(hash_request(body)) is not None)
            self.feature = next(kept, None) or self._probe(bodies)
        return self.feature

    def _probe(self, bodies: Mapping[Feature, dict[str, Any]]) -> Feature:
        refused = None
        for feature, body in bodies.items():
            try:
                self.meter.add(self._ask(body))
            except RequestRefused as e:
                refused = refused or e
            else:
                return feature
        raise refused or RequestRefused("nothing was asked")

    def _ask(self, body: dict[str, Any]) -> Kept:
        key = hash_request(body)
        if self.options.is_offline:
            found = self.cache.find(key)
            if found is None:
                remedy = f"Unset {OFFLINE} to ask the endpoint"
                raise ClassifierError("the cache has no answer", path=self.cache.locate(key), remedy=remedy)
            return Kept(found, True)
        return self.cache.get(key, lambda: self.transport.post(body, lambda found: self._read(found, body, key)))

    def _read(self, found: HTTPAnswer, body: dict[str, Any], key: str) -> Answer:
        if found.status == 200:
            return read_answer(found, body, key)
        said = self.transport.describe(found)
        if _FILTERED in said:
            return make_filtered(found, said, key)
        raise RequestRefused(f"{self.endpoint.url}: the request is refused: {said}", remedy=f"See {MODEL} and {URL}")


class RequestRefused(ClassifierError):
    """A server doesn't take a request as it is."""
