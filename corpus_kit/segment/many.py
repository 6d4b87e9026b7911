"""Many texts cut in one go, and the spans of many texts as columns."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from corpus_kit.offsets import Offsets, Utf8
from corpus_kit.segment.boundaries import find_news_spans
from corpus_kit.segment.contract import Segmenter
from corpus_kit.segment.joined import JoinedTexts, join_texts
from corpus_kit.segment.news import segment_news

AT_ONCE: Mapping[Segmenter, Callable[[JoinedTexts], tuple[Offsets, Offsets]]] = {segment_news: find_news_spans}
"""A segmenter to what finds the same spans in joined texts: starts and ends, in bytes of the whole."""


class ManySpans(NamedTuple):
    """The spans of some texts, in order.

    `counts` has the number of spans per text, `starts` and `ends` are code points of the text, and `byte_starts` and
    `byte_ends` lead to the same in `utf8`.
    """

    counts: Offsets
    starts: Offsets
    ends: Offsets
    utf8: Utf8
    byte_starts: Offsets
    byte_ends: Offsets


def segment_at_once(texts: Sequence[str], segmenter: Segmenter) -> ManySpans:
    """The spans of each text as the segmenter, one of `AT_ONCE`, cuts it alone."""
    joined = join_texts(texts)
    byte_starts, byte_ends = AT_ONCE[segmenter](joined)
    starts, ends = joined.utf8.to_chars(byte_starts), joined.utf8.to_chars(byte_ends)
    counts = np.diff(np.searchsorted(starts, joined.firsts), append=len(starts))
    firsts = np.repeat(joined.firsts, counts)
    return ManySpans(counts, starts - firsts, ends - firsts, joined.utf8, byte_starts, byte_ends)


def join_spans(texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> ManySpans:
    """The spans of each text, from what a segmenter gave for it."""
    joined = join_texts(texts)
    counts = np.fromiter(map(len, spans), dtype=np.int64, count=len(spans))
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(spans)), dtype=np.int64, count=2 * int(counts.sum()))
    starts, ends = flat[0::2], flat[1::2]
    firsts = np.repeat(joined.firsts, counts)
    to_bytes = joined.utf8.to_bytes
    return ManySpans(counts, starts, ends, joined.utf8, to_bytes(starts + firsts), to_bytes(ends + firsts))
