"""The segmenter's promises on any text at all: spans that cover, do not overlap, and cost linear time."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.segment.news import segment_news
from corpus_kit.segment.speech import trace_quotations

ODD = [
    "\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029",
    "\xa0", "\u202f", "\u200b", "\ufeff", "\x00", "😀", "\U0001f469\u200d\U0001f467", "é", "\ud800",
    "\udfff", " ", "\t", "\u3000",
]  # fmt: skip
WORDS = [
    ".", "!", "?", "…", "...", "。", "！", "“", "”", "\"", "'", "’", "‘", "„", "«", "»", "(", ")", "[",
    "]", "*", "_", "-", "—", "The", "he said", "U.S.", "Jan.", "5 p.m.", "No.", "Inc.", "J.", "1",
    "https://a.b/c?d", "(AP)", "**A / B**", "iPhone", "Г", "г.", "да", "¿", "¡", ",", ":", "Yahoo!",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(ODD + WORDS), st.characters(), st.text()), max_size=40).map("".join)
HOSTILE = [
    "a", ".", " .", ". ", "U.S. ", "J. ", "\"", "“", "'", ".\" ", ".) ", "A.(", "](", ".](", "...",
    " ... ", "? A ", "\n", " \n", " ", "\t", "1. ", "Mr. ", "A.\xa0", "«", ".” “", ". (A ", ". **A/",
    "!A said ", "? - a", "。", "。」", "‘a s’ ", "(", ". [", "no. 5 ", "a.\r\n", "“A. ", "?” A B C ",
    ". — A ",
]  # fmt: skip
SMALL_CHARS, LARGE_CHARS, SLOWDOWN, RUNS = 10_000, 80_000, 24, 10


def trace(text: str) -> list[bool]:
    """Whether each of the segmenter's spans begins in a quotation."""
    return trace_quotations(text, segment_news(text))


def measure_s(call: Callable[[str], object], text: str) -> float:
    """The processor time of one call, in seconds."""
    begun = time.process_time()
    call(text)
    return time.process_time() - begun


@given(TEXTS)
def test_spans_are_ordered_trimmed_and_inside_a_line(text: str) -> None:
    """Spans come in order, do not overlap, have no white space at an end and hold no line break."""
    at = 0
    for start, end in segment_news(text):
        assert at <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert len(text[start:end].splitlines()) == 1
        at = end


@given(TEXTS)
def test_spans_cover_every_character_that_is_not_white_space(text: str) -> None:
    """What lies between spans is white space only."""
    at = 0
    for start, end in segment_news(text):
        assert text[at:start].strip() == ""
        at = end
    assert text[at:].strip() == ""


@given(TEXTS)
def test_lines_are_segmented_alone(text: str) -> None:
    """A text has the sentences of its lines: nothing on one line changes another."""
    whole = [text[start:end] for start, end in segment_news(text)]
    lines = [line[start:end] for line in text.splitlines() for start, end in segment_news(line)]
    assert whole == lines


@given(TEXTS)
def test_each_span_has_one_answer_and_the_first_is_no(text: str) -> None:
    """There is one truth value for each span, and nothing is open before the first mark."""
    inside = trace(text)
    assert len(inside) == len(segment_news(text))
    assert not any(inside[:1])


@given(TEXTS, st.integers(0, 50))
def test_an_answer_does_not_depend_on_the_other_spans(text: str, position: int) -> None:
    """A span asked about alone gets the answer that it gets among others."""
    spans = segment_news(text)
    expected = trace_quotations(text, spans)[position : position + 1]
    assert trace_quotations(text, spans[position : position + 1]) == expected


@pytest.mark.measured
@pytest.mark.parametrize("call", [segment_news, trace], ids=["segment", "trace"])
@pytest.mark.parametrize("token", HOSTILE, ids=ascii)
def test_time_is_linear_on_one_repeated_token(call: Callable[[str], object], token: str) -> None:
    """Eight times the text takes about eight times the time: the least of two runs, or of ten on a busy machine."""
    texts = [token * (size // len(token)) for size in (SMALL_CHARS, LARGE_CHARS)]
    small_s, large_s = ([measure_s(call, text) for _ in range(2)] for text in texts)
    while min(large_s) > SLOWDOWN * max(min(small_s), 0.002) and len(large_s) < RUNS:
        large_s.append(measure_s(call, texts[1]))
    assert min(large_s) <= SLOWDOWN * max(min(small_s), 0.002)
