"""The jackknife, with the arithmetic by hand and by simulation."""

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corpus_kit.evaluate import Interval, Tally, compute_metric, estimate_metrics, jackknife_interval, list_metrics
from corpus_kit.evaluate.metrics import parse_metric
from tests.factories import make_tally

T_4 = 2.7764451052  # the .975 quantile of t(4), from any table


def estimate(name: str, confusion: dict[str, np.ndarray], labels: tuple[str, ...]) -> Interval:
    """One metric of some articles' matrices."""
    return estimate_metrics(make_tally(confusion), [parse_metric(name, labels)], labels)[name]


def test_by_hand() -> None:
    """The interval is that of the arithmetic below."""
    # Replicates .50 .60 .55 .65 .70: mean .60, deviations -.10 0 -.05 .05 .10, squares .01 0 .0025 .0025 .01, sum .025.
    # se = sqrt(4/5 * .025) = sqrt(.02) = .141421; reach = 2.776445 * .141421 = .392649; .6 -/+ that.
    found = jackknife_interval(0.6, np.array([0.50, 0.60, 0.55, 0.65, 0.70]))
    assert found.se == pytest.approx(sqrt(0.02))
    assert found.low == pytest.approx(0.6 - T_4 * sqrt(0.02))
    assert found.high == pytest.approx(0.6 + T_4 * sqrt(0.02))
    assert (found.df, found.is_approximate, found.reason) == (4, False, "")


def test_the_mean_of_articles() -> None:
    """For a mean over articles of equal size the jackknife's se is the textbook s / sqrt(G)."""
    # Accuracies 1/4 2/4 3/4: s^2 = (1/16 + 0 + 1/16) / 2 = 1/16, so se = (1/4) / sqrt(3).
    confusion = {f"a{right}": np.array([[right, 4 - right, 0], [0, 0, 0]]) for right in (1, 2, 3)}
    found = estimate("accuracy", confusion, ("yes", "no"))
    assert found.value == 0.5
    assert found.se == pytest.approx(0.25 / sqrt(3))
    assert found.df == 2


def test_clipping() -> None:
    """Bounds don't leave the metric's range."""
    found = jackknife_interval(0.5, np.array([0.1, 0.9]))
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "replicates", "reason"),
    [
        (0.5, [], "fewer than two articles"),
        (0.5, [0.5], "fewer than two articles"),
        (0.5, [np.nan], "fewer than two articles"),
        (0.5, [0.5, np.nan, 0.4], "without one of the articles the score is undefined"),
        (1.0, [1.0, 1.0, 1.0], "no article changes the score, so the jackknife says nothing"),
        (np.nan, [0.5, 0.4], "the score is undefined"),
    ],
)
def test_no_interval(value: float, replicates: list[float], reason: str) -> None:
    """Where the jackknife says nothing there are no bounds but a reason."""
    found = jackknife_interval(value, np.array(replicates, dtype=np.float64))
    assert isnan(found.se)
    assert isnan(found.low)
    assert isnan(found.high)
    assert found.reason == reason


def test_articles_without_segments() -> None:
    """An article in which nothing was counted is not a unit of the sample."""
    confusion = {"a": np.array([[2, 1, 0], [0, 1, 0]]), "b": np.array([[1, 1, 0], [0, 1, 0]])}
    empty = {"c": np.zeros((2, 3), dtype=np.int64)}
    for name in ("accuracy", "macro_f1"):
        assert estimate(name, confusion | empty, ("x", "y")) == estimate(name, confusion, ("x", "y"))


def test_no_articles() -> None:
    """Without articles nothing is known, and the degrees of freedom are 0."""
    nothing = np.zeros((0, 2, 3), dtype=np.int64)
    tally = Tally(articles=(), confusion=nothing, unique=nothing, calibration=np.zeros((0, 11, 5)))
    found = estimate_metrics(tally, [parse_metric("accuracy", ("x", "y"))], ("x", "y"))["accuracy"]
    assert isnan(found.value)
    assert (found.df, found.reason) == (0, "the score is undefined")


@settings(max_examples=40)
@given(arrays(np.int64, (4, 3, 4), elements=st.integers(0, 3)))
def test_all_articles_are_left_out_at_once(matrices: np.ndarray) -> None:
    """Every metric's interval is that of leaving out one article after the other in a loop."""
    labels = ("x", "y", "z")
    confusion = {f"a{i}": matrix for i, matrix in enumerate(matrices) if matrix.any()}
    if not confusion:
        return
    metrics = [metric for metric in list_metrics(labels) if metric.definition.part == "confusion"]
    found = estimate_metrics(make_tally(confusion), metrics, labels)
    for name, interval in found.items():
        each = [sum(m for i, m in confusion.items() if i != left) for left in confusion]
        replicates = np.array([compute_metric(name, np.zeros((3, 4)) + m, labels) for m in each])
        whole = compute_metric(name, sum(confusion.values()), labels)
        expected = jackknife_interval(whole, replicates)
        assert (interval.df, interval.reason) == (expected.df, expected.reason)
        assert interval.se == pytest.approx(expected.se, abs=1e-12, nan_ok=True)


def test_bounds_of_other_metrics() -> None:
    """Bounds are clipped to what a metric can be: MCC down to -1, a Brier score up to 2."""
    confusion = {"a": np.array([[3, 0, 0], [0, 1, 0]]), "b": np.array([[0, 3, 0], [2, 0, 0]])}
    assert estimate("mcc", confusion, ("x", "y")).low == -1


def test_coverage_with_five_articles() -> None:
    """With five articles the jackknife holds the truth about as often as it says; resampling sentences does not."""
    # A fixed classifier that is right with a chance that differs between articles: logit .8 + N(0, .5), 34 sentences.
    rng = np.random.default_rng(20221)
    draws = 800
    chance = 1 / (1 + np.exp(-(0.8 + 0.5 * rng.standard_normal((draws, 5)))))
    truth = float(np.mean(1 / (1 + np.exp(-(0.8 + 0.5 * rng.standard_normal(200_000))))))
    right = rng.binomial(34, chance)
    by_article = by_sentence = 0
    for row in right:
        value = row.sum() / 170
        found = jackknife_interval(value, (row.sum() - row) / 136)
        by_article += found.low <= truth <= found.high
        by_sentence += abs(value - truth) <= 1.96 * sqrt(value * (1 - value) / 170)
    assert by_article / draws > 0.92
    assert by_sentence / draws < 0.85
