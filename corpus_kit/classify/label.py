"""A model labels articles that nobody has labelled, batch by batch: memory doesn't grow with the input."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from corpus_kit.build.stream import batch_articles
from corpus_kit.classify.feature_model import FeatureModel
from corpus_kit.classify.tokens import Surfaces
from corpus_kit.classify.vectors import Floats
from corpus_kit.model import Article, SegmentedArticle
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


def describe_labels(batch: LabelledBatch, model: FeatureModel) -> Iterator[dict[str, Any]]:
    """Per article what `corpus-kit label --json` prints: each segment, its likeliest label and all probabilities."""
    begin = 0
    for article in batch.segmented:
        end = begin + len(article.segments)
        rows = zip(
            article.segments,
            batch.labels[begin:end],
            batch.attributions[begin:end],
            batch.probs[begin:end].tolist(),
            strict=True,
        )
        yield {
            "article": article.id,
            "segments": [
                {
                    "start": segment.start,
                    "end": segment.end,
                    "label": model.labels[label],
                    "attribution": attribution,
                    "probs": dict(zip(model.labels, probs, strict=True)),
                }
                for segment, label, attribution, probs in rows
            ],
        }
        begin = end


def render_labels(batch: LabelledBatch, model: FeatureModel) -> str:
    """The same for people: a line per segment with its offsets, likeliest label, attribution and confidence."""
    rows = zip(batch.labels, batch.attributions, batch.probs.max(axis=1).tolist() if batch.labels else (), strict=True)
    lines = []
    for article in batch.segmented:
        lines.append(f"{article.id}: {len(article.segments)} segments")
        for segment in article.segments:
            label, attribution, confidence = next(rows)
            name = f"{model.labels[label]}{f' ({attribution})' if attribution else ''}"
            lines.append(f"{segment.start:7d} {segment.end:7d}  {name:20s} {confidence:.2f}  {segment.text}")
    return "\n".join(lines)
