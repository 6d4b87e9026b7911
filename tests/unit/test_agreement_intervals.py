"""The interval of an agreement over articles."""

from collections import Counter
from itertools import chain
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from corpus_kit.annotate.coefficients import Unit, krippendorff_alpha, sum_alpha
from corpus_kit.annotate.intervals import bound_alpha, find_t

AGREE: Unit = (("x", "a"), ("y", "a"))
OTHER: Unit = (("x", "b"), ("y", "b"))
DIFFER: Unit = (("x", "a"), ("y", "b"))
ARTICLES = st.lists(st.lists(st.sampled_from([AGREE, OTHER, DIFFER]), max_size=5), max_size=6)


def test_three_articles_by_hand() -> None:
    """Alpha without each article, their spread, and t with two degrees of freedom."""
    articles = [[AGREE, OTHER] * 40, [AGREE, OTHER] * 40, [AGREE, OTHER] * 39 + [DIFFER, DIFFER]]
    # All: a 240, b 240, disagreeing 4: 1 - 479 * 4 / (2 * 240 * 240) = 0.983368.
    # Without either of the first two: 160 of each: 1 - 319 * 4 / (2 * 160 * 160) = 0.975078; without the last: 1.
    # Mean 0.983385; se = sqrt(2/3 * (2 * 0.008307^2 + 0.016615^2)) = 0.016615; t = 4.302653.
    found = bound_alpha([Counter(own) for own in articles])
    assert krippendorff_alpha(Counter(chain(*articles))) == pytest.approx(0.983368, abs=1e-6)
    assert found.low == pytest.approx(0.983368 - 4.302653 * 0.016615, abs=1e-5)
    assert found.high == 1


@pytest.mark.parametrize(
    ("articles", "reason"),
    [
        ([], "fewer than two articles"),
        ([[AGREE, OTHER]], "fewer than two articles"),
        ([[AGREE, OTHER], [(("x", "a"),)]], "fewer than two articles"),
        ([[AGREE, OTHER]] * 3, "leaving out any one article changes nothing"),
        ([[AGREE], [OTHER]], "it is not defined without some article"),
    ],
)
def test_where_there_is_none(articles: list[list[Unit]], reason: str) -> None:
    """The reason says why; no interval of no width claims certainty."""
    found = bound_alpha([Counter(own) for own in articles])
    assert isnan(found.low)
    assert isnan(found.high)
    assert found.reason == reason


@given(ARTICLES)
def test_it_holds_the_alpha(articles: list[list[Unit]]) -> None:
    """An interval is inside [-1, 1] and around the alpha of all units."""
    found = bound_alpha([Counter(own) for own in articles])
    if not found.reason:
        alpha = krippendorff_alpha(Counter(chain(*articles)))
        assert -1 <= found.low <= alpha <= found.high <= 1


@given(ARTICLES)
def test_sums_of_articles_add_up(articles: list[list[Unit]]) -> None:
    """The sums over all units are those of the articles, added."""
    whole = sum_alpha(Counter(chain(*articles)))
    parts = [sum_alpha(Counter(own)) for own in articles]
    assert sum(part.disagreeing for part in parts) == pytest.approx(whole.disagreeing)
    assert sum(sum(part.totals.values()) for part in parts) == sum(whole.totals.values())


@given(st.integers(1, 400), st.floats(0.51, 0.999))
def test_quantiles_are_those_of_scipy(df: int, probability: float) -> None:
    """Finite sums and bisection give what scipy gives."""
    assert find_t(probability, df) == pytest.approx(float(t.ppf(probability, df)), rel=1e-9)
