"""Many texts cut in one go, and the spans of many texts as columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.model import SegmentedArticle
from corpus_kit.offsets import Offsets, Utf8
from corpus_kit.segment.boundaries import find_news_spans
from corpus_kit.segment.contract import Segmenter
from corpus_kit.segment.joined import MARGIN, JoinedTexts, join_texts
from corpus_kit.segment.news import segment_news
from corpus_kit.segment.speech import trace_quotations

AT_ONCE: Mapping[Segmenter, Callable[[JoinedTexts], tuple[Offsets, Offsets]]] = {segment_news: find_news_spans}
"""A segmenter to what finds the same spans in joined texts: starts and ends, in bytes of the whole."""


MOST_BYTES = 4_000_000
"""More than this is cut in parts, each of which ends with the line that reaches `PART_BYTES`."""
PART_BYTES = 1_000_000


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

    def slice_texts(self) -> list[bytes]:
        """The UTF-8 of each span."""
        data = self.utf8.data
        return [data[start:end] for start, end in zip(self.byte_starts.tolist(), self.byte_ends.tolist(), strict=True)]


class ManySegments(NamedTuple):
    """The segments of some texts, in order.

    Attributes:
        texts: the UTF-8 of each segment.
        in_quotation: per segment, whether it begins inside a quotation that an earlier one opened.
    """

    spans: ManySpans
    texts: list[bytes]
    in_quotation: NDArray[np.bool_]


def segment_many(texts: Sequence[str], segmenter: Segmenter) -> ManySegments:
    """The segments of each text, with the quotations in which they begin."""
    spans = find_spans(texts, segmenter)
    quoted: list[bool] = []
    rows = zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)
    for text, count in zip(texts, spans.counts.tolist(), strict=True):
        quoted += trace_quotations(text, list(islice(rows, count)))
    return ManySegments(spans, spans.slice_texts(), np.array(quoted, dtype=np.bool_))


def join_segments(articles: Sequence[SegmentedArticle]) -> ManySegments:
    """The segments of articles that have been cut already."""
    own = [segment for article in articles for segment in article.segments]
    edges = [[(segment.start, segment.end) for segment in article.segments] for article in articles]
    spans = join_spans([article.text for article in articles], edges)
    in_quotation = np.fromiter((segment.in_quotation for segment in own), dtype=np.bool_, count=len(own))
    return ManySegments(spans, spans.slice_texts(), in_quotation)


def find_spans(texts: Sequence[str], segmenter: Segmenter) -> ManySpans:
    """The spans of each text: found at once if the segmenter can, else one by one."""
    if segmenter in AT_ONCE:
        return segment_at_once(texts, segmenter)
    return join_spans(texts, [segmenter(text) for text in texts])


def segment_at_once(texts: Sequence[str], segmenter: Segmenter) -> ManySpans:
    """The spans of each text as the segmenter, one of `AT_ONCE`, cuts it alone."""
    joined = join_texts(texts)
    if len(joined.utf8.data) <= MOST_BYTES:
        byte_starts, byte_ends = AT_ONCE[segmenter](joined)
    else:
        byte_starts, byte_ends = map(np.concatenate, zip(*_find_in_parts(joined, segmenter), strict=True))
    starts, ends = joined.utf8.to_chars(byte_starts), joined.utf8.to_chars(byte_ends)
    counts = np.diff(np.searchsorted(starts, joined.firsts), append=len(starts))
    firsts = np.repeat(joined.firsts, counts)
    return ManySpans(counts, starts - firsts, ends - firsts, joined.utf8, byte_starts, byte_ends)


def _find_in_parts(joined: JoinedTexts, segmenter: Segmenter) -> Iterator[tuple[Offsets, Offsets]]:
    """The spans of a few lines at a time, as texts of their own: no segment crosses a line break.

    For each byte that may end a segment there are some numbers: of one text of marks alone they would be very many.
    """
    data = joined.utf8.data
    begin = 0
    while begin < len(data):
        end = data.find(b"\n", begin + PART_BYTES) + 1 or len(data)
        starts, ends = AT_ONCE[segmenter](join_texts([data[begin:end].decode("utf-8", "surrogatepass")]))
        yield starts + (begin - MARGIN), ends + (begin - MARGIN)
        begin = end


def join_spans(texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> ManySpans:
    """The spans of each text, from what a segmenter gave for it."""
    joined = join_texts(texts)
    counts = np.fromiter(map(len, spans), dtype=np.int64, count=len(spans))
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(spans)), dtype=np.int64, count=2 * int(counts.sum()))
    starts, ends = flat[0::2], flat[1::2]
    firsts = np.repeat(joined.firsts, counts)
    to_bytes = joined.utf8.to_bytes
    return ManySpans(counts, starts, ends, joined.utf8, to_bytes(starts + firsts), to_bytes(ends + firsts))
