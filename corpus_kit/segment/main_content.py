"""Which segments stand in a page's main content: each takes over the flag of its block."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from corpus_kit.model import Article


def flag_main_content(article: Article, spans: Sequence[tuple[int, int]]) -> list[bool | None]:
    """For each span, whether the block in which it begins is main content; None where nobody looked.

    A block is a line of the page, and no segment crosses a line break: a segment lies in one block. An article without
    blocks is no page, so nobody looked.
    """
    blocks = article.blocks
    if not blocks:
        return [None] * len(spans)
    return [blocks[bisect_right(blocks, start, key=attrgetter("start")) - 1].is_main for start, _ in spans]
