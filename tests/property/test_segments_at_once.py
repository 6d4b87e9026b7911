"""What is said of many segments at once is what is said of each alone: tokens, marks, repeats, quotations, labels."""

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.classify.label import label_batch
from corpus_kit.classify.quotation_marks import curl_all, curl_quotation_marks
from corpus_kit.classify.scene import read_scene
from corpus_kit.classify.token_places import find_tokens
from corpus_kit.classify.tokens import Surfaces
from corpus_kit.classify.train import load_default_model
from corpus_kit.model import Article, SegmentedArticle
from corpus_kit.segment import Segmenter, segment_article, segment_lines, segment_news
from corpus_kit.segment.many import join_segments, segment_many
from tests.factories import make_article

TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
PIECES = [
    *"aBé7_ß一😀\u0301²\u200b\0", *" .,-—…|(", *"“”\"„‟‘’‚‛'«»‹›「」", "don't", "DON’T", "ſ", "K", "ﬁ", "fi",
    "workers’ ", "’tis", "a''b", " ", "  ", "\t", "\xa0", "\u2003", "\x1f", "“Yes,” he said. ", "Menu",
]  # fmt: skip
SEGMENTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=20), max_size=6)
TEXTS = st.lists(
    st.lists(st.sampled_from([*PIECES, "\n", "\n\n", "\r\n", "\u2029"]), max_size=30).map("".join), max_size=4
)


def cut(id_: str, text: str, segmenter: Segmenter = segment_news) -> SegmentedArticle:
    """Any text as a segmenter cuts it alone."""
    segments = segment_article(found(id_, text), segmenter)
    return SegmentedArticle(id=id_, text=text, segments=segments)


def found(id_: str, text: str) -> Article:
    """An article as found."""
    return Article(id=id_, text=text, sha256="", source="", raw_sha256="", size_bytes=0)


def encode(text: str) -> bytes:
    """UTF-8, in which halves of surrogate pairs may stand."""
    return text.encode("utf-8", "surrogatepass")


@given(SEGMENTS | st.lists(st.text(st.characters(codec=None), max_size=20), max_size=3))
def test_tokens_are_those_of_the_regular_expression(texts: list[str]) -> None:
    """Words with the apostrophes inside them, and marks, whatever the characters; a text's own and no neighbour's."""
    places = find_tokens([encode(text) for text in texts])
    expected = [TOKEN.findall(text) for text in texts]
    edges = zip(places.begins.tolist(), places.ends.tolist(), strict=True)
    tokens = [places.data[begin:end] for begin, end in edges]
    assert tokens == [encode(token) for token in itertools.chain.from_iterable(expected)]
    assert places.counts.tolist() == [len(own) for own in expected]


@given(SEGMENTS)
def test_marks_are_curled_as_in_each_text_alone(texts: list[str]) -> None:
    """No text that holds an unusual mark is passed over."""
    assert curl_all([encode(text) for text in texts]) == [encode(curl_quotation_marks(text)) for text in texts]


@given(SEGMENTS)
def test_repeats_are_equal_words(texts: list[str]) -> None:
    """Case and white space don't count, in any script; the first of equal segments is told from the others."""
    keys = [" ".join(text.casefold().split()) for text in texts]
    expected = [0 if keys.count(key) == 1 else 1 if key in keys[:i] else 2 for i, key in enumerate(keys)]
    assert read_scene([make_article("a", texts)], Surfaces({})).repeats.tolist() == expected


@pytest.mark.parametrize("segmenter", [segment_news, segment_lines])
@given(texts=TEXTS)
def test_texts_cut_together_have_the_segments_of_each(segmenter: Segmenter, texts: list[str]) -> None:
    """Spans, bytes and open quotations are those of the articles cut one by one."""
    together = segment_many(texts, segmenter)
    alone = join_segments([cut(f"a{i}", text, segmenter) for i, text in enumerate(texts)])
    for name in ("counts", "starts", "ends", "byte_starts", "byte_ends"):
        assert np.array_equal(getattr(together.spans, name), getattr(alone.spans, name)), name
    assert together.texts == alone.texts
    assert together.in_quotation.tolist() == alone.in_quotation.tolist()


@pytest.fixture(scope="module")
def label() -> Callable[[list[str]], list[tuple[list[float], int, int]]]:
    """Texts to the probabilities, label and attribution of their segments, by the default model."""
    model = load_default_model().model
    surfaces = model.make_surfaces()

    def run(texts: list[str]) -> list[tuple[list[float], int, int]]:
        batch = label_batch([found(f"a{i}", text) for i, text in enumerate(texts)], model, segment_news, surfaces)
        return list(zip(batch.probs.tolist(), batch.labels.tolist(), batch.attributed.tolist(), strict=True))

    return run


@given(texts=TEXTS)
def test_a_batch_has_the_labels_of_its_articles(
    label: Callable[[list[str]], list[tuple[list[float], int, int]]], texts: list[str]
) -> None:
    """Where batches end changes no digit of a probability."""
    assert label(texts) == [row for text in texts for row in label([text])]
