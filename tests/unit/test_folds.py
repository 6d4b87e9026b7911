"""Folds, splits and recurring sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.build.folds import (
    UnionFind,
    assign_folds,
    assign_splits,
    group_near_duplicates,
    group_recurring_sentences,
)
from corpus_kit.corpus import FoldsTable
from corpus_kit.errors import CorpusError
from corpus_kit.model import Article, Segment

WORDS = "the old ferry went out on a cold day in march with nine crates of salted fish and one very tired goat".split()  # noqa: SIM905 - it reads as a sentence


def make_article(id_: str, text: str) -> Article:
    """An article with this text."""
    return Article(id=id_, text=text, sha256="0" * 64, source="", raw_sha256="0" * 64, size_bytes=0)


def make_segment(id_: str, article_id: str, text: str) -> Segment:
    """A segment with this text."""
    return Segment(id=id_, article_id=article_id, position=0, start=0, end=len(text), text=text)


def test_near_duplicates_share_a_fold_and_the_order_numbers_folds() -> None:
    """A copy with its last two words changed (15 of 19 shingles kept) joins the first article's fold."""
    copy = " ".join([*WORDS[:-2], "hungry", "dog"])
    articles = [make_article("a", " ".join(WORDS)), make_article("b", "quite another text"), make_article("c", copy)]
    assert group_near_duplicates(articles) == [0, 1, 0]
    assert assign_folds(articles, FoldsTable()) == {"a": 0, "b": 1, "c": 0}


def test_new_articles_move_no_old_one() -> None:
    """An article at the end of the manifest gets a fold of its own."""
    articles = [make_article(name, f"text of {name}") for name in "abc"]
    old = assign_folds(articles[:2], FoldsTable())
    assert {**old, "c": 2} == assign_folds(articles, FoldsTable())


@given(st.integers(2, 20), st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=30, unique=True))
def test_hash_folds_are_in_range_and_independent_of_the_others(count: int, names: list[str]) -> None:
    """With the hash rule an article's fold depends on itself alone."""
    rule = FoldsTable(rule="hash", count=count)
    articles = [make_article(name, f"unlike {i} all {i} the {i} rest {i}") for i, name in enumerate(names)]
    folds = assign_folds(articles, rule)
    assert all(0 <= fold < count for fold in folds.values())
    assert assign_folds(articles[-1:], rule)[names[-1]] == folds[names[-1]]


def test_a_fold_an_article_is_for_small_corpora() -> None:
    """Past fifty groups the article rule is refused, with the rule to use instead."""
    articles = [make_article(f"a{i}", f"unlike {i} all {i} the {i} rest {i}") for i in range(51)]
    with pytest.raises(CorpusError, match=r'51 folds.*Use rule = "hash"'):
        assign_folds(articles, FoldsTable())


def test_default_splits_keep_the_first_folds() -> None:
    """Test and validation are the first folds, so that new articles go to train."""
    assert assign_splits([0, 1, 2, 3], FoldsTable()) == {"train": [2, 3], "validation": [1], "test": [0]}
    assert assign_splits([0, 1], FoldsTable()) == {"train": [1], "test": [0]}
    assert assign_splits([0], FoldsTable()) == {"train": [0]}


def test_named_splits_are_taken_and_checked() -> None:
    """Folds that corpus.toml names are used; one that doesn't exist is an error."""
    assert assign_splits([0, 1, 2], FoldsTable(test=(2,), validation=())) == {"train": [0, 1], "test": [2]}
    with pytest.raises(CorpusError, match="names fold 7"):
        assign_splits([0, 1], FoldsTable(test=(7,)))


def test_sentences_that_recur_in_another_fold_are_grouped() -> None:
    """Equal words, or a run of eight, tie segments of different folds; the group has its first segment's name."""
    shared = "once they are in your house it is difficult to get them out"
    segments = [
        make_segment("a1", "a", f"He said that “{shared}.”"),
        make_segment("a2", "a", "Image: Reuters."),
        make_segment("a3", "a", "Nothing like it elsewhere."),
        make_segment("a4", "a", "Twice here."),
        make_segment("a5", "a", "Twice here!"),
        make_segment("b1", "b", f"She warned: {shared.upper()}!"),
        make_segment("b2", "b", "image – reuters"),
    ]
    found = group_recurring_sentences(segments, {"a": 0, "b": 1})
    assert found == {"a1": "a1", "b1": "a1", "a2": "a2", "b2": "a2"}


def test_seven_shared_words_are_no_group() -> None:
    """Below eight words in a row, sentences are left apart."""
    seven = "one two three four five six seven"
    segments = [make_segment("a1", "a", f"{seven} left"), make_segment("b1", "b", f"{seven} right")]
    assert group_recurring_sentences(segments, {"a": 0, "b": 1}) == {}


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=60))
def test_union_find_names_a_set_by_its_smallest_member(edges: list[tuple[int, int]]) -> None:
    """The sets don't depend on the order of the edges."""
    forward, backward = UnionFind(20), UnionFind(20)
    for i, j in edges:
        forward.union(i, j)
    for i, j in reversed(edges):
        backward.union(j, i)
    assert [forward.find(i) for i in range(20)] == [backward.find(i) for i in range(20)]
    assert all(forward.find(i) <= i for i in range(20))
