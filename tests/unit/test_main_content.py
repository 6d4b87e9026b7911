"""Segments take over the flag of their page's blocks."""

from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.ingest import IngestOptions
from corpus_kit.ingest.blocks import list_lines, make_blocks
from corpus_kit.model import Article, Block
from corpus_kit.segment import SEGMENTERS, flag_main_content, segment_news
from tests.ingest_samples import make_page, read_one

STORY = "The ferry was cancelled. The pier is damaged, the operator of the line said on Tuesday."


def make_article(text: str, blocks: tuple[Block, ...] = ()) -> Article:
    """An article with this text."""
    return Article(id="a", text=text, sha256="0" * 64, source="x", raw_sha256="0" * 64, size_bytes=0, blocks=blocks)


def test_each_segment_has_the_flag_of_its_line() -> None:
    """Two sentences of a main line are main; a line before it is not, and of the last nobody knows."""
    lines = ["Menu.", "One in Malmö. Two.", "Three."]
    article = make_article("\n".join(lines), make_blocks(lines, [False, True, None]))
    assert flag_main_content(article, segment_news(article.text)) == [False, True, True, None]


def test_a_text_without_blocks_has_no_flags() -> None:
    """None for each segment, and nothing for none."""
    article = make_article("One. Two.")
    assert flag_main_content(article, segment_news(article.text)) == [None, None]
    assert flag_main_content(make_article(""), []) == []


def test_the_flags_of_a_page() -> None:
    """A menu is not main and the story's sentences are; with `html_main = "none"` nobody looked."""
    page = make_page(STORY, before="<nav><a href='/'>Home</a></nav>").encode()
    for how, expected in (("fast", [False, True, True]), ("none", [None] * 3)):
        article = read_one("html", page, IngestOptions(html_main=how))  # type: ignore[arg-type]
        assert flag_main_content(article, segment_news(article.text)) == expected


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=30), st.booleans()), max_size=8))
def test_every_segment_lies_in_one_block(drawn: list[tuple[str, bool]]) -> None:
    """Whatever a page's lines hold, a segment is inside a block, and has the flag of that one."""
    pairs = [(line, flag) for text, flag in drawn for line in list_lines(text)]
    lines = [line for line, _ in pairs]
    article = make_article("\n".join(lines), make_blocks(lines, [flag for _, flag in pairs]))
    for segment in SEGMENTERS.values():
        spans = segment(article.text)
        own = [next(b for b in article.blocks if b.start <= start and end <= b.end) for start, end in spans]
        assert flag_main_content(article, spans) == [block.is_main for block in own]
