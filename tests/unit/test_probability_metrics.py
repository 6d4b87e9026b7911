"""Metrics of probabilities, with the arithmetic by hand and scikit-learn as oracle."""

from math import isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from corpus_kit.evaluate import Answers, compute_metric, count_answers
from corpus_kit.evaluate.tally import BINS, SMALLEST_PROBABILITY

LABELS = ("red", "green", "blue")


def sum_up(gold: list[int], said: list[int], probs: list[list[float]] | None) -> np.ndarray:
    """The sums over segments of one article."""
    answers = Answers(
        article=np.zeros(len(gold), dtype=np.int64),
        gold=np.array(gold, dtype=np.int64),
        said=np.array(said, dtype=np.int64),
        recurs=np.zeros(len(gold), dtype=np.bool_),
        probs=None if probs is None else np.array(probs, dtype=np.float64).reshape(-1, 3),
    )
    return count_answers(answers, ["a"], 3).calibration[0]


def test_by_hand() -> None:
    """Two segments: .8 for a label that is right, .6 for one that is wrong while the right one has .4."""
    sums = sum_up([0, 1], [0, 0], [[0.8, 0.1, 0.1], [0.6, 0.4, 0.0]])
    # Brier: (.2^2 + .1^2 + .1^2 + .6^2 + .6^2 + 0) / 2; log loss: -(ln .8 + ln .4) / 2.
    assert compute_metric("brier", sums, LABELS) == pytest.approx((0.06 + 0.72) / 2)
    assert compute_metric("log_loss", sums, LABELS) == pytest.approx(-(log(0.8) + log(0.4)) / 2)
    # Two bins of one: |1 - .8| and |0 - .6|.
    assert compute_metric("ece", sums, LABELS) == pytest.approx((0.2 + 0.6) / 2)


def test_a_bin_is_judged_as_a_whole() -> None:
    """Ten answers with confidence .7, of which seven are right, are perfectly calibrated."""
    sums = sum_up([0] * 7 + [1] * 3, [0] * 10, [[0.7, 0.2, 0.1]] * 10)
    assert compute_metric("ece", sums, LABELS) == pytest.approx(0)


@pytest.mark.parametrize(
    ("confidence", "bin_"), [(0.0, 0), (0.1, 0), (0.100001, 1), (0.3, 2), (0.7, 6), (0.9, 8), (0.900001, 9), (1.0, 9)]
)
def test_bins_hold_their_upper_end(confidence: float, bin_: int) -> None:
    """Bin b is (b / 10, (b + 1) / 10], whatever the last bits of a product; 0 is in the first."""
    sums = sum_up([1], [0], [[confidence, 1 - confidence, 0.0]])
    assert sums[:, 0].tolist() == [float(i == bin_) for i in range(BINS + 1)]


def test_confidence_is_that_of_the_label_that_was_said() -> None:
    """A system that doesn't say its most probable label is as sure as it is of the one that it says."""
    sums = sum_up([0], [0], [[0.2, 0.8, 0.0]])
    assert sums[1].tolist() == pytest.approx([1, 0.2, 1, 0.64 + 0.64, -log(0.2)])


def test_a_probability_of_zero_costs_much_but_not_all() -> None:
    """The logarithmic loss of a label that was ruled out is that of half the last digit that a file keeps."""
    value = compute_metric("log_loss", sum_up([2], [0], [[1.0, 0.0, 0.0]]), LABELS)
    assert value == pytest.approx(-log(SMALLEST_PROBABILITY))


def test_rows_are_scaled() -> None:
    """A row with a sum of 1.001 gains nothing by it."""
    inflated = sum_up([0], [0], [[0.5005, 0.3003, 0.2002]])
    assert inflated == pytest.approx(sum_up([0], [0], [[0.5, 0.3, 0.2]]))


@pytest.mark.parametrize("name", ["brier", "log_loss", "ece"])
def test_probabilities_for_some_segments_only(name: str) -> None:
    """Where a segment has no probabilities, or no prediction, or nothing was counted, nothing is known."""
    row, unknown = [0.5, 0.3, 0.2], [np.nan] * 3
    assert not isnan(compute_metric(name, sum_up([0, 1], [0, 1], [row, row]), LABELS))
    assert isnan(compute_metric(name, sum_up([0, 1], [0, 1], [row, unknown]), LABELS))
    assert isnan(compute_metric(name, sum_up([0, 1], [0, 3], [row, unknown]), LABELS))
    assert isnan(compute_metric(name, sum_up([0, 1], [0, 1], None), LABELS))
    assert isnan(compute_metric(name, sum_up([], [], None), LABELS))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)), min_size=1))
def test_against_scikit_learn(rows: list[tuple[int, list[float]]]) -> None:
    """Brier score and logarithmic loss are scikit-learn's."""
    gold = [label for label, _ in rows]
    probs = np.array([row for _, row in rows])
    probs /= probs.sum(axis=1, keepdims=True)
    sums = sum_up(gold, probs.argmax(axis=1).tolist(), probs.tolist())
    expected = brier_score_loss(gold, probs, labels=range(3), scale_by_half=False)
    assert compute_metric("brier", sums, LABELS) == pytest.approx(expected, abs=1e-12)
    assert compute_metric("log_loss", sums, LABELS) == pytest.approx(log_loss(gold, probs, labels=range(3)), abs=1e-12)
