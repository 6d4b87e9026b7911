"""Texts cut together have the segments of each cut alone: no shortcut decides what the rules would decide otherwise."""

import itertools
import json
import os
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus_kit.segment import many, news, segment_lines, segment_news
from corpus_kit.segment.byte_tables import BREAKS, OTHER_SPACES
from corpus_kit.segment.contract import Segmenter
from corpus_kit.segment.many import AT_ONCE, join_spans, segment_at_once
from tests.property.test_segmentation import HOSTILE, LARGE_CHARS, RUNS, SLOWDOWN, SMALL_CHARS, measure_s

REPOSITORY = Path(__file__).parents[2]
WORDS = [*news.KINDS, *news.STARTERS.split(), *news.BANG_NAMES, *news.GLUED]
MARKS = [*".!?…؟।。！？", "...", "?!", ". . .", "[...]", "(?)", *"“”\"„‚‘'’«»()[]*_-—–/,;:%&=+|{}<>$€#@"]
SPACES = [" ", "  ", "\t", "\xa0", "\u3000", "\u200b", *BREAKS, "\r\n", "\n\n", "\n \n", "\x1f", " \n", "\n" * 6]
PIECES = [
    "a", "I", "v", "X", "é", "É", "Ж", "ж", "字", "😀", "É.", "U.S.", "J.K.", "e.g.", "p.m.", "1", "12", "2022", "3.5",
    "9th", "they're", "abcdefg", "Abcdefgh", "said", "Mary said", "iPhone", "http://a.b/c", "https:", "](a.b)",
    "](a.b.", "[12]", "(AP)", "(Photo by A", "*A/B*", "— a", "Núm", "x-Mr", "\0", "\x7f", "end.The ", "end.”“",
]  # fmt: skip
POOLS = (WORDS, MARKS, SPACES, PIECES, [" "], [". "])
TEXTS = st.lists(
    st.lists(st.one_of(*map(st.sampled_from, POOLS)), max_size=25).map("".join)
    | st.text(st.characters(codec="utf-8"), max_size=30),
    max_size=4,
)
BEFORES = ["", "A b ", "x", "X", "é", "1", "'", ".", "A.", "A, ", "-", "(", "“", "\xa0"]
CLOSED = [".", "?", "!", "..", '."', '?"', ".”", "!”", ".)", "?)", ".'", '.")']
NEXTS = [
    " The", " Foo", " Mr. A", " foo", " 5", " $5",
    ' "A', " “A", " (A", "The ", " fOO", "\n", "  A", " -", " É", " http:",
]  # fmt: skip


def segment_each(texts: Sequence[str], segmenter: Segmenter = segment_news) -> list[list[tuple[int, int]]]:
    """The spans of each text, cut at once or joined, which also lead to the text's bytes."""
    at_once = segmenter in AT_ONCE
    spans = segment_at_once(texts, segmenter) if at_once else join_spans(texts, [segmenter(text) for text in texts])
    rows = zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)
    found = [[next(rows) for _ in range(count)] for count in spans.counts.tolist()]
    in_bytes = zip(spans.byte_starts.tolist(), spans.byte_ends.tolist(), strict=True)
    pieces = [spans.utf8.data[start:end].decode() for start, end in in_bytes]
    assert pieces == [text[start:end] for text, own in zip(texts, found, strict=True) for start, end in own]
    return found


def cut_at_once(text: str) -> object:
    """What is timed."""
    return segment_at_once([text], segment_news)


def combine(*parts: Sequence[str]) -> list[str]:
    """Each of the first, followed by each of the second, and so on."""
    return ["".join(chosen) for chosen in itertools.product(*parts)]


@settings(max_examples=200)
@given(TEXTS)
@example([])
@example([""])
@example([" \n", "A.", "\n", ""])
def test_texts_cut_together_are_those_cut_alone(texts: list[str]) -> None:
    """On any texts, and any that are made of what the rules know."""
    assert segment_each(texts) == [segment_news(text) for text in texts]


@given(TEXTS)
def test_spans_that_were_found_one_by_one_are_joined(texts: list[str]) -> None:
    """The spans of a segmenter that can't cut many texts at once become the same columns."""
    assert segment_each(texts, segment_lines) == [segment_lines(text) for text in texts]


@given(TEXTS, st.integers(1, 40))
@example(["A.\n\n", " \n B. C.\n", "", "é\n字。\r\nD"], 1)
def test_long_texts_are_cut_in_parts(texts: list[str], part: int) -> None:
    """Parts of whole lines give the same spans, wherever they end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "MOST_BYTES", 0)
        patch.setattr(many, "PART_BYTES", part)
        assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.measured
def test_a_text_of_marks_takes_little_memory() -> None:
    """Nine megabytes of marks take at most 150 MB beside themselves."""
    text = "\n".join(["! " * 150_000] * 30)
    tracemalloc.start()
    try:
        segment_at_once([text], segment_news)
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", sorted(set(news.KINDS.values())))
def test_listed_words_are_judged_alike(kind: str) -> None:
    """Each word in a list, and what looks like one, in plain surroundings; one of them in all."""
    words = [word for word, own in news.KINDS.items() if own == kind]
    alike = [*words, *(f"x{word}" for word in words), *(f"{word}x" for word in words)]
    texts = combine(["", "A ", "Was, ", "-"], alike, [".", '."', "?"], [" The A", " Foo a", " 5", " a"])
    texts += combine(BEFORES, [words[0], words[-1]], CLOSED, NEXTS)
    assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.parametrize("word", ["", "a", "I", "abc", "X.Y", "x.y.z", "1", "1234", "Yahoo", "字"])
def test_other_words_are_judged_alike(word: str) -> None:
    """What is in no list, in all surroundings."""
    texts = combine(BEFORES, [word], CLOSED, NEXTS)
    assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.parametrize("word", ["", "A ", "Mr. "])
def test_starters_are_known(word: str) -> None:
    """What begins a sentence, and what looks like it, after an initial."""
    starters = [*news.STARTERS.split(), "Mr.", "Ms.", "Mrs."]
    texts = combine([word], ["A. ", "U.S. ", "Jan. "], starters, ["", "x", " ", ",", "’", "-", ". A"])
    assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.parametrize("name", ["cases.jsonl", *(f"pages/{language}.txt" for language in ("de", "es", "fr", "ru"))])
def test_the_golden_texts_are_cut_alike(name: str) -> None:
    """The golden cases and pages."""
    texts = (REPOSITORY / "tests/golden/segmentation" / name).read_text("utf-8").split("\n")
    assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.parametrize("name", ["gum_wikinews", "ewt_web"])
def test_real_texts_are_cut_alike(name: str) -> None:
    """News and web texts as people wrote them."""
    folder = os.environ.get("CORPUS_KIT_TEST_DATA")
    if not folder:
        pytest.skip("CORPUS_KIT_TEST_DATA names no folder")
    lines = Path(folder, f"sentseg_{name}_b.jsonl").read_text("utf-8").rstrip("\n").split("\n")
    texts = [json.loads(line)["text"] for line in lines]
    assert segment_each(texts) == [segment_news(text) for text in texts]


@pytest.mark.parametrize("token", HOSTILE, ids=ascii)
def test_time_is_linear_on_one_repeated_token(token: str) -> None:
    """Eight times the text takes about eight times the time: the least of some runs."""
    small, large = (token * (size // len(token)) for size in (SMALL_CHARS, LARGE_CHARS))
    small_s = min(measure_s(cut_at_once, small) for _ in range(2))
    large_s = [measure_s(cut_at_once, large)]
    while min(large_s) > SLOWDOWN * max(small_s, 0.002) and len(large_s) < RUNS:
        large_s.append(measure_s(cut_at_once, large))
    assert min(large_s) <= SLOWDOWN * max(small_s, 0.002)


def test_the_tables_know_all_white_space_and_breaks() -> None:
    """The white space that isn't ASCII is that of Unicode, and the breaks are those of the rules."""
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [char for char in every if char.isspace() and not char.isascii()] == sorted(OTHER_SPACES)
    assert [char for char in every if len(f"a{char}b".splitlines()) == 2] == sorted(BREAKS)


def test_texts_without_segments_have_none() -> None:
    """Counts of 0, and empty columns of the same type."""
    spans = segment_at_once(["", " "], segment_news)
    assert spans.counts.tolist() == [0, 0]
    assert spans.starts.dtype == spans.byte_ends.dtype == np.int64
