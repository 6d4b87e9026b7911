"""An article's text becomes segments; offsets are carried from the text, never searched for."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from corpus_kit.canonical import make_segment_ids
from corpus_kit.corpus import find_corpus, load_corpus
from corpus_kit.errors import CorpusError, UnknownName
from corpus_kit.model import Article, Segment
from corpus_kit.segment.contract import Segmenter, find_broken_promise, hold_to_contract
from corpus_kit.segment.lines import segment_lines
from corpus_kit.segment.main_content import flag_main_content
from corpus_kit.segment.news import segment_news
from corpus_kit.segment.speech import trace_quotations

SEGMENTERS: Mapping[str, Segmenter] = {"news": segment_news, "lines": segment_lines}
ENTRY_POINTS = "corpus_kit.segmenters"
"""The group of entry points under which another installed package offers a segmenter by name."""

__all__ = [
    "SEGMENTERS",
    "Segmenter",
    "choose_segmenter",
    "find_broken_promise",
    "find_segmenter",
    "flag_main_content",
    "segment_article",
    "segment_lines",
    "segment_news",
    "trace_quotations",
]


def find_segmenter(name: str) -> Segmenter:
    """The segmenter of that name: ours, or one that an installed package offers, which is then held to the contract.

    An UnknownName lists the valid ones.
    """
    if name in SEGMENTERS:
        return SEGMENTERS[name]
    offered = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    if name not in offered:
        raise UnknownName("segmenter", name, [*SEGMENTERS, *offered])
    return hold_to_contract(name, offered[name].load())


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
