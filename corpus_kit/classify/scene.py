"""What features are computed from: the tokens of some articles' segments, where they stand, and what is quoted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus_kit.classify.tokens import Bools, Ints, Surfaces, Tokens, tokenize_segments
from corpus_kit.model import SegmentedArticle
from corpus_kit.offsets import Offsets
from corpus_kit.segment.byte_tables import IS_SPACE, SPACE, Bytes, mark_bytes
from corpus_kit.segment.joined import MARGIN, join_bytes
from corpus_kit.segment.many import ManySegments, ManySpans, join_segments

PROSE_WORDS = 10
"""A segment of as many words that ends like a sentence is taken for running prose."""

_IS_MARK = mark_bytes(chr(code).encode()[2] for code in range(0x2010, 0x2028))
"""The last byte of the dashes, quotation marks and dots that begin with E2 80."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Arrays over the segments of some articles; what ends in `_tokens` is over their tokens.

    Attributes:
        position: within the article, from 0; `size` is the number of the article's segments.
        firsts: the index of the article's first segment; `lasts` that of its last.
        begins_line: nothing but white space stands before it on its line; `ends_line` after it.
        in_quotation: it begins inside a quotation that an earlier segment opened.
        repeats: 1 where the same words stood earlier in the article, 2 where they only come again later, else 0.
        words: its words and numbers; `quoted_words` those of them that are quoted.
        quoted_tokens: between quotation marks, or inside a quotation that is still open.
    """

    tokens: Tokens
    position: Ints
    size: Ints
    firsts: Ints
    lasts: Ints
    begins_line: Bools
    ends_line: Bools
    in_quotation: Bools
    repeats: Ints
    words: Ints
    quoted_words: Ints
    is_prose: Bools
    quoted_tokens: Bools

    def count_own(self, *names: str) -> Ints:
        """Tokens of the named kinds that are not quoted, per segment."""
        return self.tokens.count(self.tokens.has(*names) & ~self.quoted_tokens)

    def sum_around(self, values: Ints, reach: int) -> Ints:
        """Sums over a segment and `reach` neighbours on either side, as far as the article goes."""
        total = np.concatenate(([0], np.cumsum(values)))
        here = np.arange(len(values))
        low, high = np.maximum(self.firsts, here - reach), np.minimum(self.lasts, here + reach)
        return np.asarray(total[high + 1] - total[low])

    def count_before(self, chosen: Bools) -> Ints:
        """How many of an article's segments before each one are chosen."""
        before: Ints = np.cumsum(chosen) - chosen
        return before - before[self.firsts] if len(chosen) else before

    def sum_articles(self, values: Ints) -> Ints:
        """Sums over a segment's whole article."""
        total = np.concatenate(([0], np.cumsum(values)))
        return np.asarray(total[self.lasts + 1] - total[self.firsts])


def read_scene(articles: Sequence[SegmentedArticle], surfaces: Surfaces) -> Scene:
    """The scene of articles that have been cut already; they may have no segments."""
    return observe_segments(join_segments(articles), surfaces)


def observe_segments(segments: ManySegments, surfaces: Surfaces) -> Scene:
    """Everything about the segments of some texts that features need."""
    tokens = tokenize_segments(segments, surfaces)
    counts = segments.spans.counts
    size = np.repeat(counts, counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    position = np.arange(len(size)) - firsts
    before, after = _count_breaks(segments.spans, position, size)
    is_word, quoted_tokens = tokens.has("word", "digit"), _find_quoted(tokens, segments.in_quotation)
    words = tokens.count(is_word)
    ends = tokens.has("ends", "closes", "bracket")[tokens.lasts]
    return Scene(
        tokens=tokens,
        position=position,
        size=size,
        firsts=firsts,
        lasts=firsts + size - 1,
        begins_line=before > 0,
        ends_line=after > 0,
        in_quotation=segments.in_quotation,
        repeats=_find_repeats(segments.texts, counts.tolist()),
        words=words,
        quoted_words=tokens.count(is_word & quoted_tokens),
        is_prose=ends & (words >= PROSE_WORDS),
        quoted_tokens=quoted_tokens,
    )


def _count_breaks(spans: ManySpans, position: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Per segment the line breaks before and after it; two at either end of the article."""
    breaks = np.flatnonzero(spans.utf8.bytes == ord("\n"))
    passed = np.searchsorted(breaks, spans.byte_starts)
    left = np.append(0, np.searchsorted(breaks, spans.byte_ends))
    gaps = np.append(passed - left[:-1], 2)
    before, after = gaps[:-1].copy(), gaps[1:].copy()
    before[position == 0] = after[position == size - 1] = 2
    return before, after


def _find_repeats(texts: Sequence[bytes], counts: Sequence[int]) -> Ints:
    """Per segment 1 where its words stood earlier in the article, 2 where they only come again, else 0."""
    states = np.zeros(len(texts), dtype=np.int64)
    keys = _fold_all(texts)
    begin = 0
    for count in counts:
        own = keys[begin : begin + count]
        if len(set(own)) < count:
            frequencies = Counter(own)
            seen: set[bytes] = set()
            for i, key in enumerate(own, begin):
                states[i] = 0 if frequencies[key] == 1 else 1 if key in seen else 2
                seen.add(key)
        begin += count
    return states


def _fold_all(texts: Sequence[bytes]) -> list[bytes]:
    """The words of each segment whatever the case and the white space between them."""
    keys = [text.lower() for text in texts]
    joined = join_bytes(texts)
    for i in joined.list_texts(_find_unplain(np.frombuffer(joined.data, dtype=np.uint8), joined.firsts)):
        words = texts[i].decode("utf-8", "surrogatepass").casefold().split()
        keys[i] = " ".join(words).encode("utf-8", "surrogatepass")
    return keys


def _find_unplain(data: Bytes, firsts: Offsets) -> Offsets:
    """Where letters that aren't ASCII may be, or white space that isn't one space between words."""
    is_space = IS_SPACE[data]
    is_odd = (data >= 0xC0) | (is_space & (data != SPACE))
    is_odd[firsts[1:] - 1] = False
    is_odd[1:] |= is_space[1:] & is_space[:-1]
    places = np.flatnonzero(is_odd[MARGIN : 1 - MARGIN]) + MARGIN
    has_no_case = (data[places] == 0xE2) & (data[places + 1] == 0x80) & _IS_MARK[data[places + 2]]
    return np.asarray(places[~has_no_case])


def _find_quoted(tokens: Tokens, in_quotation: Bools) -> Bools:
    """Per token whether a quotation is open around it; the marks themselves belong to it.

    A closing mark that nothing opened closes what was open before the segment, or counts for nothing.
    """
    opens, closes = tokens.has("opens"), tokens.has("closes")
    marks = np.flatnonzero(opens | closes)
    concerned = np.flatnonzero(in_quotation | (np.bincount(tokens.segments[marks], minlength=len(in_quotation)) > 0))
    edges = np.zeros(len(opens) + 1, dtype=np.int64)
    following = iter([*zip(marks.tolist(), opens[marks].tolist(), strict=True), (len(opens), False)])
    mark, opening = next(following)
    ends = tokens.lasts[concerned] + 1
    rows = zip(tokens.starts[concerned].tolist(), ends.tolist(), in_quotation[concerned].tolist(), strict=True)
    for low, high, begins_open in rows:
        is_open = begins_open
        edges[low] += is_open
        while mark < high:
            if opening != is_open:
                edges[mark + is_open] += 1 if opening else -1
                is_open = opening
            mark, opening = next(following)
        edges[high] -= is_open
    return np.cumsum(edges[:-1]) > 0
