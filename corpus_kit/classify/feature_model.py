"""A linear model of documented features and words, a second pass over its own answers, and calibrated certainty."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.classify.context import list_context
from corpus_kit.classify.encoders import Encoder, find_directions
from corpus_kit.classify.lexicons import read_lexicons
from corpus_kit.classify.priors import adapt_priors
from corpus_kit.classify.reliability import Reliability, count_reliability
from corpus_kit.classify.scene import observe_segments, read_scene
from corpus_kit.classify.softmax import Softmax, find_temperature, fit_softmax, normalize_logits
from corpus_kit.classify.tokens import Ints, Surfaces
from corpus_kit.classify.vectors import Floats, Vocabulary, learn_vocabulary, make_matrix, score_rows
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle, SegmentedArticle
from corpus_kit.segment.many import ManySegments, join_segments

PENALTY = 10.0
CONTEXT_PENALTY = 1.0
ATTRIBUTION_PENALTY = 3.0
MOST_FOLDS = 3


class Settings(NamedTuple):
    """How a model is trained.

    Attributes:
        passes: 1, or 2 with a second pass over neighbours' probabilities.
        encoder: what gives each segment a vector, which the first pass learns from as well.
    """

    language: str
    passes: int = 2
    encoder: Encoder | None = None


class Encoding(NamedTuple):
    """An encoder, and what the directions of its vectors say: weights of shape (dimensions, labels)."""

    encoder: Encoder
    weights: Floats

    def score(self, segments: ManySegments) -> Floats:
        """Logits of shape (segments, labels)."""
        return _encode(segments, self.encoder) @ self.weights


def _encode(segments: ManySegments, encoder: Encoder) -> Floats:
    """The direction of each segment's vector; halves of surrogate pairs are replaced, for encoders refuse them."""
    return find_directions(encoder, [text.decode("utf-8", "replace") for text in segments.texts])


class Judged(NamedTuple):
    """What a model makes of some segments.

    Attributes:
        probs: of shape (segments, labels).
        attributed: per segment the index in `names` of its attribution, -1 where it has none.
    """

    probs: Floats
    attributed: Ints
    names: tuple[str, ...]

    @property
    def attributions(self) -> tuple[str | None, ...]:
        """The attribution of each segment, None where it has none."""
        said = (*self.names, None)
        return tuple(said[i] for i in self.attributed.tolist())


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureModel:
    """A trained model. But for its encoder nothing in it is code, so it can be stored as arrays and names.

    Attributes:
        context: the second pass; None with a single one.
        temperature: what logits are divided by; 1 where there was nothing to learn it from.
        shares: how common each label is among the training segments.
        attributing: attributions by a segment's features, over the scheme's attributions.
        encoding: what the first pass makes of each segment's vector; None without an encoder.
        reliability: how certain the model was of held-out training segments, and how often it was right.
    """

    labels: tuple[str, ...]
    attributions: tuple[str, ...]
    allowed: Mapping[str, tuple[str, ...]]
    language: str
    vocabulary: Vocabulary
    first: Softmax
    context: Softmax | None
    temperature: float
    shares: tuple[float, ...]
    attributing: Softmax
    reliability: Reliability
    encoding: Encoding | None = None

    def judge(self, articles: Sequence[SegmentedArticle], surfaces: Surfaces | None = None) -> Judged:
        """Probabilities and attributions for all segments of some articles, one after the other.

        `surfaces` is a table from `make_surfaces`, which makes many calls faster.
        """
        return self.judge_segments(join_segments(articles), self.make_surfaces() if surfaces is None else surfaces)

    def judge_segments(self, segments: ManySegments, surfaces: Surfaces) -> Judged:
        """The same for segments as arrays."""
        sizes = segments.spans.counts
        scene = observe_segments(segments, surfaces)
        scores = score_rows(scene, self.vocabulary, self._weights)
        logits, attributing = np.split(scores, [len(self.labels)], axis=1)
        logits += self.first.bias
        if self.encoding is not None and len(logits):
            logits += self.encoding.score(segments)
        if self.context is not None:
            logits = self.context.score(list_context(normalize_logits(logits), sizes))
        probs = adapt_priors(normalize_logits(logits / self.temperature), sizes, np.asarray(self.shares))
        return Judged(probs, self._attribute(probs, attributing + self.attributing.bias), self.attributions)

    @cached_property
    def _weights(self) -> Floats:
        """Those of labels and attributions side by side."""
        return np.hstack((self.first.weights, self.attributing.weights))

    def make_surfaces(self) -> Surfaces:
        """A table of tokens that knows this model's words."""
        return Surfaces(read_lexicons(self.language), self.vocabulary.words)

    def _attribute(self, probs: Floats, scores: Floats) -> Ints:
        """The likeliest attribution of those that may stand beside the likeliest label."""
        if not self.attributions:
            return np.full(len(probs), -1)
        may = np.asarray([[name in self.allowed[label] for name in self.attributions] for label in self.labels])
        labels = probs.argmax(axis=1)
        best = np.where(may[labels], scores, -np.inf).argmax(axis=1)
        has = np.asarray(may.any(axis=1))[labels]
        return np.where(has, best, -1)


class _Examples(NamedTuple):
    """Labelled segments: their rows where they stand, their rows as articles of one segment, and their labels."""

    rows: Any
    alone: Any
    targets: Ints
    classes: int

    def fit(self, chosen: Ints) -> Softmax:
        """The first pass, of these segments: what a sentence says counts also where nothing stands around it."""
        from scipy.sparse import vstack

        rows = vstack((self.rows[chosen], self.alone[chosen]), format="csr")
        return fit_softmax(rows, np.tile(self.targets[chosen], 2), self.classes, penalty=PENALTY)


def train_model(articles: Sequence[LabelledArticle], scheme: LabelScheme, settings: Settings) -> FeatureModel:
    """Train on labelled articles; the same articles in the same order give the same model.

    The second pass, the temperature and the reliability are learnt from held-out predictions: the training folds are
    dealt into at most three parts, and each part is predicted by a model of the others. With fewer than two folds there
    is no second pass, the temperature is 1 and the reliability is empty. The first pass learns from each segment in its
    place and by itself. Reliability is counted after `adapt_priors`, with the shares of all training segments.
    """
    texts = [labelled.article for labelled in articles]
    sizes = [len(text.segments) for text in texts]
    targets = np.asarray([scheme.index(label) for labelled in articles for label in labelled.labels], dtype=np.int64)
    vocabulary = learn_vocabulary(texts, settings.language)
    surfaces = Surfaces(read_lexicons(settings.language), vocabulary.words)
    rows, alone = (make_matrix(read_scene(own, surfaces), vocabulary) for own in (texts, list(_isolate(texts))))
    encoder = settings.encoder if len(targets) else None
    vectors = np.zeros((len(targets), 0)) if encoder is None else _encode(join_segments(texts), encoder)
    examples = _Examples(_append(rows, vectors), _append(alone, vectors), targets, len(scheme.labels))
    fitted = examples.fit(np.arange(len(targets)))
    of_columns, of_vectors = np.split(fitted.weights, [rows.shape[1]])
    model = FeatureModel(
        labels=scheme.labels,
        attributions=scheme.attributions,
        allowed=scheme.allowed,
        language=settings.language,
        vocabulary=vocabulary,
        first=Softmax(of_columns, fitted.bias),
        context=None,
        temperature=1.0,
        shares=_count_shares(targets, len(scheme.labels)),
        attributing=_fit_attributions(articles, scheme, rows),
        reliability=Reliability.empty(),
        encoding=None if encoder is None else Encoding(encoder, of_vectors),
    )
    held_out = list(_split_rows(_deal_folds(articles), sizes))
    if len(held_out) < 2:
        return model
    logits = np.zeros((len(targets), len(scheme.labels)))
    for training, own in held_out:
        logits[own] = examples.fit(training).score(examples.rows[own])
    if settings.passes > 1:
        around = list_context(normalize_logits(logits), sizes)
        model = replace(model, context=_fit_context(around, examples, np.arange(len(targets))))
        for training, own in held_out:
            logits[own] = _fit_context(around, examples, training).score(around[own])
    temperature = find_temperature(logits, targets)
    probs = adapt_priors(normalize_logits(logits / temperature), sizes, np.asarray(model.shares))
    return replace(model, temperature=temperature, reliability=count_reliability(probs, targets))


def _append(rows: Any, vectors: Floats) -> Any:
    """A sparse matrix with the vectors as its last columns."""
    from scipy.sparse import csr_matrix, hstack

    return hstack((rows, csr_matrix(vectors)), format="csr") if vectors.shape[1] else rows


def _isolate(articles: Sequence[SegmentedArticle]) -> Iterator[SegmentedArticle]:
    """Each segment as an article of its own."""
    for article in articles:
        for own in article.segments:
            alone = replace(own, position=0, start=0, end=len(own.text), in_quotation=False)
            yield SegmentedArticle(id=own.id, text=own.text, segments=(alone,))


def _count_shares(targets: Ints, classes: int) -> tuple[float, ...]:
    """How common each label is; all alike without segments."""
    counts = np.bincount(targets, minlength=classes)
    return tuple((counts / len(targets)).tolist()) if len(targets) else (1 / classes,) * classes


def _fit_context(around: Floats, examples: _Examples, chosen: Ints) -> Softmax:
    return fit_softmax(around[chosen], examples.targets[chosen], examples.classes, penalty=CONTEXT_PENALTY)


def _deal_folds(articles: Sequence[LabelledArticle]) -> list[int]:
    """The part of each article: folds in the order of their numbers are dealt round."""
    folds = sorted({labelled.fold for labelled in articles})
    return [folds.index(labelled.fold) % MOST_FOLDS for labelled in articles]


def _split_rows(parts: Sequence[int], sizes: Sequence[int]) -> Iterator[tuple[Ints, Ints]]:
    """For each part that has segments, the rows of the others and its own."""
    part = np.repeat(np.asarray(parts, dtype=np.int64), np.asarray(sizes, dtype=np.int64))
    for number in np.unique(part).tolist():
        yield np.flatnonzero(part != number), np.flatnonzero(part == number)


def _fit_attributions(articles: Sequence[LabelledArticle], scheme: LabelScheme, rows: object) -> Softmax:
    """Attributions of the segments that have one; where articles carry none, all are alike."""
    said = [name for labelled in articles for name in (labelled.attributions or (None,) * len(labelled.labels))]
    chosen = np.asarray([i for i, name in enumerate(said) if name in scheme.attributions], dtype=np.int64)
    targets = np.asarray([scheme.attributions.index(said[i] or "") for i in chosen.tolist()], dtype=np.int64)
    return fit_softmax(rows[chosen], targets, len(scheme.attributions), penalty=ATTRIBUTION_PENALTY)  # type: ignore[index]
