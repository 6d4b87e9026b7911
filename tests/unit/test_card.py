"""Generated blocks, and the text around them, which is somebody's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus_kit.build import refresh_files
from corpus_kit.build.card import fill_blocks, list_stale_blocks, split_front_matter
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import CorpusError, UnknownName
from corpus_kit.markdown import escape_inline, render_table

BLOCKS = {"a": lambda: "new a", "b": lambda: "new b"}
PATH = Path("card.md")
Edit = Callable[[Path, str, str], None]


def test_blocks_are_filled_and_the_rest_stays() -> None:
    """Only what stands between the marks of a block changes."""
    text = "x\n<!-- corpus-kit:a -->\nold\n<!-- /corpus-kit:a -->\ny\n<!-- corpus-kit:b -->\n<!-- /corpus-kit:b -->\nz"
    filled = fill_blocks(text, BLOCKS, path=PATH)
    assert filled == text.replace("old", "new a").replace("b -->\n<!-- /", "b -->\nnew b\n<!-- /")
    assert fill_blocks(filled, BLOCKS, path=PATH) == filled
    assert list_stale_blocks(text, filled) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- corpus-kit:a -->\nprose", "card.md:1: block 'a' isn't closed"),
        ("<!-- corpus-kit:a -->\nprose\n<!-- corpus-kit:a -->\n<!-- /corpus-kit:a -->", "card.md:1: block 'a' isn't"),
        ("<!-- corpus-kit:a -->\n<!-- corpus-kit:b -->\n<!-- /corpus-kit:a -->", "block 'a' isn't closed"),
        ("\n<!-- /corpus-kit:a -->", "card.md:2: block 'a' is closed, but was not opened"),
        ("<!-- corpus-kit:a -->\n<!-- /corpus-kit:a -->\n" * 2, "card.md:3: block 'a' stands twice"),
    ],
)
def test_prose_is_never_taken_for_a_block(text: str, message: str) -> None:
    """A block that isn't closed, or stands twice, is an error and nothing is replaced."""
    with pytest.raises(CorpusError, match=message):
        fill_blocks(text, BLOCKS, path=PATH)


def test_an_unknown_block_is_named() -> None:
    """A misspelt block lists the valid ones."""
    with pytest.raises(UnknownName, match=r"card\.md:1: unknown block 'c'"):
        fill_blocks("<!-- corpus-kit:c -->\n<!-- /corpus-kit:c -->", BLOCKS, path=PATH)


def test_prose_between_rules_is_no_front_matter() -> None:
    """Only a YAML mapping at the very beginning is front matter."""
    assert split_front_matter("---\nhello there\n---\nrest") == ({}, "---\nhello there\n---\nrest")
    assert split_front_matter("---\na: 1\n---\nrest") == ({"a": 1}, "rest")


def test_a_key_that_nobody_generates_stays(corpus_dir: Path, edit: Edit) -> None:
    """A key added by hand to the front matter survives, after the generated ones."""
    card = corpus_dir / "DATASET_CARD.md"
    edit(card, "---\npretty_name", "---\ntags: [mine]\npretty_name")
    refresh_files(load_corpus(corpus_dir), None)
    front, _ = split_front_matter(card.read_text("utf-8"))
    assert front["tags"] == ["mine"]
    assert refresh_files(load_corpus(corpus_dir), None, is_dry_run=True) == []


def test_windows_line_ends_are_read(corpus_dir: Path) -> None:
    """A card and guidelines that an editor saved with CRLF are the same card and guidelines."""
    for name in ("DATASET_CARD.md", "annotations/guidelines.md"):
        path = corpus_dir / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    refresh_files(load_corpus(corpus_dir), None)
    text = (corpus_dir / "DATASET_CARD.md").read_text("utf-8")
    assert text.count("pretty_name") == 1


def test_titles_can_do_nothing(corpus_dir: Path, edit: Edit) -> None:
    """A title with Markdown and HTML is shown as it is written."""
    title = "![x](http://a) **b** `c` a | b <script>"
    edit(corpus_dir / "seeds/manifest.jsonl", "Russian Troops to Withdraw From Kazakhstan This Week", title)
    refresh_files(load_corpus(corpus_dir), None)
    text = (corpus_dir / "DATASET_CARD.md").read_text("utf-8")
    assert escape_inline(title) in text
    assert "<script>" not in text
    assert "![x]" not in text


def test_escaping_by_hand() -> None:
    """Backslashes come first, then whatever Markdown acts on; line breaks become spaces."""
    assert escape_inline("a\\|b\n*c*<d>") == "a\\\\\\|b \\*c\\*&lt;d>"


def test_a_table_by_hand() -> None:
    """Columns after the first are right-aligned."""
    assert render_table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"
