"""A model labels articles that nobody has labelled, batch by batch: memory doesn't grow with the input."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.build.stream import batch_articles
from corpus_kit.classify.feature_model import FeatureModel
from corpus_kit.classify.tokens import Surfaces
from corpus_kit.classify.vectors import Floats
from corpus_kit.model import Article, Segment, SegmentedArticle
from corpus_kit.segment import Segmenter, segment_article

PROBABILITY_DECIMALS = 6


class LabelledBatch(NamedTuple):
    """Articles with their segments, and for all segments one after the other what the model makes of them.

    Attributes:
        probs: of shape (segments, labels), rounded to six decimals.
        labels: per segment the index of the likeliest label.
    """

    articles: list[Article]
    segmented: list[SegmentedArticle]
    probs: Floats
    labels: Sequence[int]
    attributions: Sequence[str | None]


def label_articles(articles: Iterable[Article], model: FeatureModel, segmenter: Segmenter) -> Iterator[LabelledBatch]:
    """Label articles in the order in which they come, about a million characters at a time."""
    surfaces = model.make_surfaces()
    for batch in batch_articles(articles):
        yield label_batch(batch, model, segmenter, surfaces)


def label_batch(
    articles: list[Article], model: FeatureModel, segmenter: Segmenter, surfaces: Surfaces | None = None
) -> LabelledBatch:
    """Segment and label some articles at once."""
    segmented = [
        SegmentedArticle(id=article.id, text=article.text, segments=segment_article(article, segmenter))
        for article in articles
    ]
    judged = model.judge(segmented, surfaces)
    probs = np.round(judged.probs, PROBABILITY_DECIMALS)
    return LabelledBatch(articles, segmented, probs, probs.argmax(axis=1).tolist(), judged.attributions)


class LabelledSegment(NamedTuple):
    """A segment with its likeliest label, its attribution if it has one, and the probabilities of all labels."""

    segment: Segment
    label: str
    attribution: str | None
    probs: list[float]


def split_batch(batch: LabelledBatch, model: FeatureModel) -> Iterator[tuple[str, list[LabelledSegment]]]:
    """Per article its id and what the model makes of its segments."""
    rows = zip(batch.labels, batch.attributions, batch.probs.tolist(), strict=True)
    for article in batch.segmented:
        said = zip(article.segments, rows, strict=False)
        yield article.id, [LabelledSegment(own, model.labels[label], *rest) for own, (label, *rest) in said]


def describe_labels(batch: LabelledBatch, model: FeatureModel) -> Iterator[dict[str, Any]]:
    """Per article what `corpus-kit label --json` prints: each segment, its likeliest label and all probabilities."""
    for name, segments in split_batch(batch, model):
        yield {
            "article": name,
            "segments": [
                {
                    "start": own.segment.start,
                    "end": own.segment.end,
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
    for name, segments in split_batch(batch, model):
        lines.append(f"{name}: {len(segments)} segments")
        for segment, label, attribution, probs in segments:
            said = f"{label}{f' ({attribution})' if attribution else ''}"
            lines.append(f"{segment.start:7d} {segment.end:7d}  {said:20s} {max(probs):.2f}  {segment.text}")
    return "\n".join(lines)
