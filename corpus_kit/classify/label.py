"""A model labels articles that nobody has labelled, batch by batch: memory doesn't grow with the input."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.build.stream import batch_articles
from corpus_kit.classify.feature_model import FeatureModel
from corpus_kit.classify.tokens import Ints, Surfaces
from corpus_kit.classify.vectors import Floats
from corpus_kit.model import Article, Span
from corpus_kit.segment import Segmenter
from corpus_kit.segment.many import ManySegments, segment_many

PROBABILITY_DECIMALS = 6


class LabelledBatch(NamedTuple):
    """Articles with their segments, and for all segments one after the other what the model makes of them.

    Attributes:
        probs: of shape (segments, labels), rounded to six decimals.
        labels: per segment the index of the likeliest label.
        attributed: per segment the index of its attribution, -1 where it has none.
    """

    articles: list[Article]
    segments: ManySegments
    probs: Floats
    labels: Ints
    attributed: Ints


def label_articles(articles: Iterable[Article], model: FeatureModel, segmenter: Segmenter) -> Iterator[LabelledBatch]:
    """Label articles in the order in which they come, about a million characters at a time."""
    surfaces = model.make_surfaces()
    for batch in batch_articles(articles):
        yield label_batch(batch, model, segmenter, surfaces)


def label_batch(
    articles: list[Article], model: FeatureModel, segmenter: Segmenter, surfaces: Surfaces | None = None
) -> LabelledBatch:
    """Segment and label some articles at once."""
    segments = segment_many([article.text for article in articles], segmenter)
    judged = model.judge_segments(segments, model.make_surfaces() if surfaces is None else surfaces)
    probs = np.round(judged.probs, PROBABILITY_DECIMALS)
    return LabelledBatch(articles, segments, probs, probs.argmax(axis=1), judged.attributed)


class LabelledSegment(NamedTuple):
    """A segment with its likeliest label, its attribution if it has one, and the probabilities of all labels."""

    span: Span
    label: str
    attribution: str | None
    probs: list[float]


def split_batch(batch: LabelledBatch, model: FeatureModel) -> Iterator[tuple[Article, list[LabelledSegment]]]:
    """Each article with what the model makes of its segments."""
    spans = batch.segments.spans
    attributions = (*model.attributions, None)
    rows = (
        LabelledSegment(Span(start, end), model.labels[label], attributions[attribution], probs)
        for start, end, label, attribution, probs in zip(
            spans.starts.tolist(),
            spans.ends.tolist(),
            batch.labels.tolist(),
            batch.attributed.tolist(),
            batch.probs.tolist(),
            strict=True,
        )
    )
    for article, count in zip(batch.articles, spans.counts.tolist(), strict=True):
        yield article, list(islice(rows, count))


def describe_labels(batch: LabelledBatch, model: FeatureModel) -> Iterator[dict[str, Any]]:
    """Per article what `corpus-kit label --json` prints: each segment, its likeliest label and all probabilities."""
    for article, segments in split_batch(batch, model):
        yield {
            "article": article.id,
            "segments": [
                {
                    "start": own.span.start,
                    "end": own.span.end,
                    "label": own.label,
                    "attribution": own.attribution,
                    "probs": dict(zip(model.labels, own.probs, strict=True)),
                }
                for own in segments
            ],
        }


def render_labels(batch: LabelledBatch, model: FeatureModel) -> str:
    """The same for people: a line per segment with its offsets, likeliest label, attribution and confidence."""
    lines = []
    for article, segments in split_batch(batch, model):
        lines.append(f"{article.id}: {len(segments)} segments")
        for (start, end), label, attribution, probs in segments:
            said = f"{label}{f' ({attribution})' if attribution else ''}"
            lines.append(f"{start:7d} {end:7d}  {said:20s} {max(probs):.2f}  {article.text[start:end]}")
    return "\n".join(lines)
