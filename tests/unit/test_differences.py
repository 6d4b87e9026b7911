"""Differences of two systems, and how many articles would show them."""

from math import isnan, nan, sqrt

import numpy as np
import pytest
from scipy.stats import chi2, t

from corpus_kit.errors import PredictionError
from corpus_kit.evaluate import (
    Contender,
    Interval,
    compare_pairs,
    find_mde,
    list_metrics,
    parse_metric,
    plan_articles,
    plan_to_json,
    render_plan,
)
from corpus_kit.evaluate.plan import MOST_ARTICLES
from tests.factories import make_tally

LABELS = ("yes", "no")
ACCURACY = parse_metric("accuracy", LABELS)


def contend(rights: list[int], *, name: str = "a", is_approximate: bool = False, size: int = 10) -> Contender:
    """A system that has so many of each article's segments right; all are `yes`."""
    confusion = {f"a{i}": np.array([[right, size - right, 0], [0, 0, 0]]) for i, right in enumerate(rights)}
    return Contender(name, make_tally(confusion), is_approximate)


def test_by_hand() -> None:
    """For a mean over articles of equal size the standard error is that of the paired differences, s / sqrt(G)."""
    # Differences .3 .1 .2: mean .2, s = .1, se = .1 / sqrt(3); all have one sign, so p = 2 / 2^3.
    [[found]] = compare_pairs([contend([8, 7, 9]), contend([5, 6, 7])], [(0, 1)], [ACCURACY], labels=LABELS)
    assert (found.a, found.b) == (pytest.approx(0.8), pytest.approx(0.6))
    assert found.interval.value == pytest.approx(0.2)
    assert found.interval.se == pytest.approx(0.1 / sqrt(3))
    assert found.interval.df == 2
    assert (found.test.p, found.test.smallest_p, found.test.is_exact) == (0.25, 0.25, True)
    assert found.mde == pytest.approx((t.ppf(0.975, 2) + t.ppf(0.8, 2)) * 0.1 / sqrt(3))


def test_the_other_way_round() -> None:
    """Exchanging the systems turns the sign of every difference and nothing else."""
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, (6, 30))
    both = []
    for seed in range(2):
        said = np.where(np.random.default_rng(seed).random(gold.shape) < 0.7, gold, 1 - gold)
        cells = [np.bincount(g * 3 + s, minlength=6).reshape(2, 3) for g, s in zip(gold, said, strict=True)]
        both.append(Contender(str(seed), make_tally({f"a{i}": cell for i, cell in enumerate(cells)}), False))
    metrics = list_metrics(LABELS)
    there, back = compare_pairs(both, [(0, 1), (1, 0)], metrics, labels=LABELS)
    for one, other in zip(there, back, strict=True):
        assert one.interval.value == pytest.approx(-other.interval.value, abs=1e-12, nan_ok=True)
        assert one.interval.low == pytest.approx(-other.interval.high, abs=1e-12, nan_ok=True)
        assert one.test == other.test or isnan(one.test.p)
    assert isnan(there[-1].test.p)  # no probabilities


def test_a_system_against_itself() -> None:
    """Nothing differs: p is 1, there is no interval and no detectable difference."""
    one = contend([8, 7, 9])
    [[found]] = compare_pairs([one, one], [(0, 1)], [ACCURACY], labels=LABELS)
    assert found.interval.value == 0
    assert "no article changes" in found.interval.reason
    assert found.test.p == 1
    assert isnan(found.mde)


def test_an_approximate_difference() -> None:
    """A difference is approximate where either system was trained again for each fold."""
    fixed, trained = contend([8, 7, 9]), contend([5, 6, 6], is_approximate=True)
    found = compare_pairs([fixed, trained, fixed], [(0, 1), (0, 2)], [ACCURACY], labels=LABELS)
    assert [own[0].interval.is_approximate for own in found] == [True, False]


@pytest.mark.parametrize("other", [contend([8, 7]), contend([8, 7, 9], size=11)])
def test_other_segments(other: Contender) -> None:
    """Systems that were scored on other articles or segments are not compared."""
    with pytest.raises(PredictionError, match="not scored on the same segments"):
        compare_pairs([contend([8, 7, 9]), other], [(0, 1)], [ACCURACY], labels=LABELS)


def test_no_pairs() -> None:
    """Without pairs there is nothing to compare."""
    assert compare_pairs([contend([1, 2])], [], [ACCURACY], labels=LABELS) == []
    assert compare_pairs([], [], [ACCURACY], labels=LABELS) == []


def test_detectable_by_hand() -> None:
    """(t(.975) + t(.8)) * se with 4 degrees of freedom: (2.7764 + 0.9410) * .05."""
    interval = Interval(value=0.1, se=0.05, low=0, high=0.2, df=4, is_approximate=False)
    assert find_mde(interval) == pytest.approx((2.776445 + 0.940965) * 0.05, abs=1e-6)
    assert isnan(find_mde(Interval(value=0.1, se=nan, low=nan, high=nan, df=0, is_approximate=False, reason="x")))


def test_detectable_is_found_in_80_of_100_samples() -> None:
    """A true difference as large as the detectable one is significant by t in about 80 % of samples."""
    rng = np.random.default_rng(7)
    articles, spread, draws = 8, 0.1, 4000
    true = (t.ppf(0.975, articles - 1) + t.ppf(0.8, articles - 1)) * spread / sqrt(articles)
    samples = true + spread * rng.standard_normal((draws, articles))
    se = samples.std(axis=1, ddof=1) / sqrt(articles)
    found = np.abs(samples.mean(axis=1) / se) > t.ppf(0.975, articles - 1)
    assert 0.75 < found.mean() < 0.85


def is_enough(articles: int, spread: float, difference: float, level: float = 0.05) -> bool:
    """The condition that a plan solves for."""
    reach = t.ppf(1 - level / 2, articles - 1) + t.ppf(0.8, articles - 1)
    return bool(difference >= reach * spread / sqrt(articles))


def test_a_plan_is_the_fewest_articles() -> None:
    """The number of articles is enough, and one less is not; the range is that of the standard error."""
    plan = plan_articles(contend([7, 5, 8, 6, 7]), contend([6, 6, 7, 4, 7]), ACCURACY, labels=LABELS)
    # Differences .1 -.1 .1 .2 0: mean .06, variance .013.
    assert plan.articles == 5
    assert plan.needed is not None
    for found, factor in zip(
        plan.needed, (1.0, sqrt(4 / chi2.ppf(0.975, 4)), sqrt(4 / chi2.ppf(0.025, 4))), strict=True
    ):
        assert found is not None
        assert is_enough(found, factor * sqrt(0.013), 0.06)
        assert not is_enough(found - 1, factor * sqrt(0.013), 0.06)
    assert f"{plan.needed.articles} articles, {plan.needed.articles - 5} more than now" in render_plan(plan)


def test_a_plan_never_goes_below_what_the_exact_test_needs() -> None:
    """However large a difference is, five articles can't show it: six are the least, and more with several pairs."""
    good, bad = contend([10, 10, 9, 10, 10]), contend([0, 1, 0, 0, 1])
    assert plan_articles(good, bad, ACCURACY, labels=LABELS).needed == (6, 6, 6)
    several = plan_articles(good, bad, ACCURACY, labels=LABELS, comparisons=10)
    assert several.needed == (9, 9, 9)
    assert several.level_fraction == 0.005


def test_a_plan_for_systems_that_do_not_differ() -> None:
    """No number is given where the systems have equal scores, or nothing is known of how they vary."""
    a, b = contend([7, 6, 8]), contend([6, 7, 8])
    plan = plan_articles(a, b, ACCURACY, labels=LABELS)
    assert plan.needed is None
    assert "don't differ in this metric" in render_plan(plan)
    assert plan_to_json(plan)["needed"] is None
    assert "no number can be given: fewer than two articles" in render_plan(
        plan_articles(contend([7]), contend([6]), ACCURACY, labels=LABELS)
    )


def test_a_plan_beyond_all_articles() -> None:
    """A difference that is minute beside its variation asks for more articles than are ever to be had."""
    size = 10**7
    a, b = contend([size // 2 + 1, 0, size], size=size), contend([size // 2, size, 0], size=size)
    plan = plan_articles(a, b, ACCURACY, labels=LABELS)
    assert plan.needed is not None
    assert plan.needed.articles is None
    assert f"more than {MOST_ARTICLES:,} articles" in render_plan(plan)
    assert plan_to_json(plan)["more"] is None


def test_enough_articles() -> None:
    """Where the articles are enough none is wanting."""
    a, b = contend([9, 8] * 10), contend([5, 5] * 10)
    assert plan_to_json(plan_articles(a, b, ACCURACY, labels=LABELS))["more"] == 0
