"""What features are computed from: the tokens of some articles' segments, where they stand, and what is quoted."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus_kit.classify.tokens import Bools, Ints, Surfaces, Tokens, tokenize_segments
from corpus_kit.model import SegmentedArticle

PROSE_WORDS = 10
"""A segment of as many words that ends like a sentence is taken for running prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Arrays over the segments of some articles; what ends in `_tokens` is over their tokens.

    Attributes:
        position: within the article, from 0; `size` is the number of the article's segments.
        begins_line: nothing but white space stands before it on its line; `ends_line` after it.
        after_blank: an empty line stands before it, or nothing; `before_blank` after it.
        in_quotation: it begins inside a quotation that an earlier segment opened.
        repeats: 1 where the same words stood earlier in the article, 2 where they only come again later, else 0.
        words: its words and numbers.
        quoted_tokens: between quotation marks, or inside a quotation that is still open.
    """

    tokens: Tokens
    position: Ints
    size: Ints
    begins_line: Bools
    ends_line: Bools
    after_blank: Bools
    before_blank: Bools
    in_quotation: Bools
    repeats: Ints
    words: Ints
    is_prose: Bools
    quoted_tokens: Bools

    @property
    def firsts(self) -> Ints:
        """Per segment the index of its article's first segment."""
        return np.arange(len(self.position)) - self.position

    @property
    def lasts(self) -> Ints:
        """Per segment the index of its article's last segment."""
        return self.firsts + self.size - 1

    def count_own(self, *names: str) -> Ints:
        """Tokens of the named kinds that are not quoted, per segment."""
        return self.tokens.count(self.tokens.has(*names) & ~self.quoted_tokens)

    def sum_around(self, values: Ints, reach: int) -> Ints:
        """Sums over a segment and `reach` neighbours on either side, as far as the article goes."""
        total = np.concatenate(([0], np.cumsum(values)))
        here = np.arange(len(values))
        low, high = np.maximum(self.firsts, here - reach), np.minimum(self.lasts, here + reach)
        return np.asarray(total[high + 1] - total[low])

    def sum_articles(self, values: Ints) -> Ints:
        """Sums over a segment's whole article."""
        total = np.concatenate(([0], np.cumsum(values)))
        return np.asarray(total[self.lasts + 1] - total[self.firsts])


def read_scene(articles: Sequence[SegmentedArticle], surfaces: Surfaces) -> Scene:
    """Everything about the segments of some articles that features need; articles may have none."""
    tokens = tokenize_segments(articles, surfaces)
    sizes = np.asarray([len(article.segments) for article in articles], dtype=np.int64)
    size = np.repeat(sizes, sizes)
    position = np.arange(len(size)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    breaks = np.asarray([row for article in articles for row in _count_breaks(article)], dtype=np.int64).reshape(-1, 2)
    in_quotation = np.asarray([own.in_quotation for article in articles for own in article.segments], dtype=np.bool_)
    words = tokens.count(tokens.has("word", "digit"))
    ends = tokens.has("ends", "closes", "bracket")[tokens.lasts]
    return Scene(
        tokens=tokens,
        position=position,
        size=size,
        begins_line=breaks[:, 0] > 0,
        ends_line=breaks[:, 1] > 0,
        after_blank=breaks[:, 0] > 1,
        before_blank=breaks[:, 1] > 1,
        in_quotation=in_quotation,
        repeats=np.asarray([state for article in articles for state in _find_repeats(article)], dtype=np.int64),
        words=words,
        is_prose=ends & (words >= PROSE_WORDS),
        quoted_tokens=_find_quoted(tokens, in_quotation),
    )


def _count_breaks(article: SegmentedArticle) -> list[tuple[int, int]]:
    """Per segment the line breaks before and after it; two at either end of the article."""
    text, segments = article.text, article.segments
    gaps = [2]
    for before, after in itertools.pairwise(segments):
        gaps.append(text.count("\n", before.end, after.start))
    gaps.append(2)
    return list(itertools.pairwise(gaps))[: len(segments)]


def _find_repeats(article: SegmentedArticle) -> list[int]:
    keys = [" ".join(segment.text.casefold().split()) for segment in article.segments]
    counts = Counter(keys)
    seen: set[str] = set()
    states = []
    for key in keys:
        states.append(0 if counts[key] == 1 else 1 if key in seen else 2)
        seen.add(key)
    return states


def _find_quoted(tokens: Tokens, in_quotation: Bools) -> Bools:
    """Per token whether a quotation is open around it; the marks themselves belong to it.

    A closing mark that nothing opened closes what was open before the segment, or counts for nothing.
    """
    opens, closes = tokens.has("opens"), tokens.has("closes")
    quoted = np.zeros(len(opens), dtype=np.bool_)
    concerned = np.flatnonzero(in_quotation | (tokens.count(opens | closes) > 0))
    bounds = np.append(tokens.starts, len(opens))
    for segment in concerned.tolist():
        low, high = bounds[segment], bounds[segment + 1]
        start, is_open = low, bool(in_quotation[segment])
        marks = np.flatnonzero(opens[low:high] | closes[low:high]) + low
        for mark in marks.tolist():
            if opens[mark] and not is_open:
                start, is_open = mark, True
            elif closes[mark] and is_open:
                quoted[start : mark + 1], is_open = True, False
        if is_open:
            quoted[start:high] = True
    return quoted
