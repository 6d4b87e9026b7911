"""Holm's adjustment and groups of systems that can't be told apart."""

from itertools import chain, combinations
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_kit.evaluate import adjust_holm, group_ties


def test_holm_by_hand() -> None:
    """The smallest of four is multiplied by 4, the next by 3, 2 and 1, and none is smaller than the one before."""
    # Sorted: .005 .01 .03 .04 -> .02 .03 .06 .04, and the last is raised to .06.
    assert adjust_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjust_holm([0.5, 0.9]) == [1.0, 1.0]
    assert adjust_holm([]) == []


def test_an_unknown_p_shows_nothing() -> None:
    """A test that gave no p counts among the tests and is adjusted to 1."""
    assert adjust_holm([nan, 0.01]) == [1.0, 0.02]


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_holm_is_the_closed_bonferroni_test(p_values: list[float]) -> None:
    """A hypothesis is rejected if and only if Bonferroni rejects every set of hypotheses that it is in."""
    indexes = range(len(p_values))
    sets = list(chain.from_iterable(combinations(indexes, n) for n in range(1, len(p_values) + 1)))
    for i, adjusted in enumerate(adjust_holm(p_values)):
        closed = max(min(1.0, len(own) * min(p_values[j] for j in own)) for own in sets if i in own)
        assert adjusted == pytest.approx(closed, abs=1e-12)


@pytest.mark.parametrize(
    ("size", "separable", "groups"),
    [
        (0, [], []),
        (1, [], ["a"]),
        (3, [], ["a", "a", "a"]),
        (3, [(0, 1), (0, 2), (1, 2)], ["a", "b", "c"]),
        # The first can't be told from the second, nor the second from the third, but the first from the third.
        (3, [(0, 2)], ["a", "a b", "b"]),
        (4, [(0, 2), (0, 3), (1, 2), (1, 3)], ["a", "a", "b", "b"]),
    ],
)
def test_groups_by_hand(size: int, separable: list[tuple[int, int]], groups: list[str]) -> None:
    """Systems that can't be told apart share a letter; one may be in two groups."""
    assert group_ties(size, separable) == groups


@settings(max_examples=60)
@given(st.integers(1, 9), st.data())
def test_a_shared_letter_means_that_nothing_tells_them_apart(size: int, data: st.DataObject) -> None:
    """Two systems share a letter if and only if they can't be told apart, and each has at least one."""
    pairs = list(combinations(range(size), 2))
    separable = set(data.draw(st.lists(st.sampled_from(pairs)))) if pairs else set()
    groups = [set(own.split()) for own in group_ties(size, separable)]
    assert all(groups)
    for i, j in pairs:
        assert bool(groups[i] & groups[j]) == ((i, j) not in separable)


def test_more_groups_than_letters() -> None:
    """After z comes aa."""
    names = group_ties(28, set(combinations(range(28), 2)))
    assert names[:2] + names[25:] == ["a", "b", "z", "aa", "ab"]
