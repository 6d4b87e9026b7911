"""An article's text becomes segments; offsets are carried from the text, never searched for."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from corpus_kit.canonical import make_segment_ids
from corpus_kit.corpus import find_corpus, load_corpus
from corpus_kit.errors import CorpusError, UnknownName
from corpus_kit.model import Article, Segment
from corpus_kit.segment.news import segment_news
from corpus_kit.segment.speech import trace_quotations

Segmenter = Callable[[str], Sequence[tuple[int, int]]]
"""A text to the spans of its segments: ordered, disjoint, trimmed, covering every non-space character, none across a
line break. Offsets are code points."""

SEGMENTERS: Mapping[str, Segmenter] = {"news": segment_news}

__all__ = [
    "SEGMENTERS",
    "Segmenter",
    "choose_segmenter",
    "find_segmenter",
    "segment_article",
    "segment_news",
    "trace_quotations",
]


def find_segmenter(name: str) -> Segmenter:
    """The segmenter of that name; an UnknownName lists the valid ones."""
    if name not in SEGMENTERS:
        raise UnknownName("segmenter", name, SEGMENTERS)
    return SEGMENTERS[name]


def segment_article(article: Article, segmenter: Segmenter) -> tuple[Segment, ...]:
    """The segments of an article in order. A text of white space alone has none."""
    spans = segmenter(article.text)
    texts = [article.text[start:end] for start, end in spans]
    ids = make_segment_ids(article.id, texts)
    quoted = trace_quotations(article.text, spans)
    return tuple(
        Segment(
            id=ids[i],
            article_id=article.id,
            position=i,
            start=start,
            end=end,
            text=texts[i],
            in_quotation=quoted[i],
        )
        for i, (start, end) in enumerate(spans)
    )


def choose_segmenter(folder: Path | None) -> Segmenter:
    """The segmenter that a corpus names: the given one, else the nearest upward, else `news` where there is none."""
    if folder is None:
        try:
            folder = find_corpus(Path.cwd())
        except CorpusError:
            return segment_news
    return find_segmenter(load_corpus(folder).file.segmenter)
