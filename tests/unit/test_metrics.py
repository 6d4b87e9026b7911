"""Metrics, with the arithmetic by hand."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from corpus_kit.errors import UnknownName
from corpus_kit.evaluate import METRICS, Metric, compute_metric, list_metrics, parse_metric
from corpus_kit.evaluate.metrics import count_support, measure_confusion

LABELS = ("red", "green", "blue")
#                  predicted red, green, blue, none
HAND = np.array([[3, 1, 0, 0], [2, 4, 0, 0], [0, 0, 0, 0]])


def confuse(pairs: list[tuple[int, int]], size: int = 3) -> np.ndarray:
    """A matrix from (gold, predicted) pairs; predicted `size` is none."""
    matrix = np.zeros((size, size + 1), dtype=np.int64)
    for gold, predicted in pairs:
        matrix[gold, predicted] += 1
    return matrix


def test_accuracy_by_hand() -> None:
    """Accuracy is 7 right of 10."""
    assert compute_metric("accuracy", HAND, LABELS) == 0.7


def test_f1_by_hand() -> None:
    """Red has TP 3, FP 2, FN 1, so 6 / 9; green has TP 4, FP 1, FN 2, so 8 / 11; blue is never said nor meant: nan."""
    assert compute_metric("f1[red]", HAND, LABELS) == pytest.approx(6 / 9)
    assert compute_metric("f1[green]", HAND, LABELS) == pytest.approx(8 / 11)
    assert isnan(compute_metric("f1[blue]", HAND, LABELS))


def test_macro_f1_by_hand() -> None:
    """Macro-F1 is over all labels of the scheme, an absent one with 0: (6/9 + 8/11 + 0) / 3."""
    assert compute_metric("macro_f1", HAND, LABELS) == pytest.approx((6 / 9 + 8 / 11) / 3)


def test_missing_by_hand() -> None:
    """A missing red counts against every label: red 2*1/(2*1+0+1), green 2*2/(2*2+0+0+1), blue 0/1."""
    matrix = confuse([(0, 0), (0, 3), (1, 1), (1, 1)])
    assert compute_metric("accuracy", matrix, LABELS) == 3 / 4
    assert compute_metric("f1[red]", matrix, LABELS) == pytest.approx(2 / 3)
    assert compute_metric("f1[green]", matrix, LABELS) == pytest.approx(4 / 5)
    assert compute_metric("f1[blue]", matrix, LABELS) == 0


def test_withholding_a_wrong_answer() -> None:
    """Where a missing answer is only FN of its own label, withholding a wrong answer raises macro-F1; here it doesn't.

    Gold red, red, green; said red, green, green: red 2/3, green 2*1/(2*1+1) = 2/3. Without the second answer FN alone
    would leave green at 1; as the answer that costs most it leaves both at 2/3.
    """
    labels = ("red", "green")
    complete = confuse([(0, 0), (0, 1), (1, 1)], size=2)
    withheld = confuse([(0, 0), (0, 2), (1, 1)], size=2)
    as_false_negative_only = f1_score([0, 0, 1], [0, 2, 1], labels=[0, 1], average="macro", zero_division=0)
    assert as_false_negative_only > 2 / 3 + 0.1
    assert compute_metric("macro_f1", complete, labels) == pytest.approx(2 / 3)
    assert compute_metric("macro_f1", withheld, labels) == pytest.approx(2 / 3)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_complete_predictions_against_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Where nothing is missing, accuracy, F1 and macro-F1 are scikit-learn's."""
    gold, said = zip(*pairs, strict=True)
    matrix = confuse(pairs)
    assert compute_metric("accuracy", matrix, LABELS) == pytest.approx(accuracy_score(gold, said), abs=1e-12)
    macro = f1_score(gold, said, labels=range(3), average="macro", zero_division=0)
    assert compute_metric("macro_f1", matrix, LABELS) == pytest.approx(macro, abs=1e-12)
    each = f1_score(gold, said, labels=range(3), average=None, zero_division=np.nan)
    for label, expected in zip(LABELS, each, strict=True):
        assert compute_metric(f"f1[{label}]", matrix, LABELS) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=40))
def test_missing_predictions_against_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """With missing answers a label's F1 is scikit-learn's after each was filled with what costs that label most."""
    gold = [g for g, _ in pairs]
    matrix = confuse(pairs)
    accuracy = accuracy_score(gold, [p for _, p in pairs])
    assert compute_metric("accuracy", matrix, LABELS) == pytest.approx(accuracy, abs=1e-12)
    for i, label in enumerate(LABELS):
        filled = [((i + 1) % 3 if g == i else i) if p == 3 else p for g, p in pairs]
        expected = f1_score(gold, filled, labels=[i], average=None, zero_division=np.nan)[0]
        assert compute_metric(f"f1[{label}]", matrix, LABELS) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "f1[red]"])
def test_nothing_counted(name: str) -> None:
    """Without segments every metric is nan."""
    assert isnan(compute_metric(name, np.zeros((3, 4), dtype=np.int64), LABELS))


def test_a_stack_of_matrices() -> None:
    """A stack of matrices is measured like each of them."""
    stack = np.stack([HAND, np.zeros_like(HAND), 2 * HAND[::-1]])
    for metric in list_metrics(LABELS):
        each = [compute_metric(str(metric), matrix, LABELS) for matrix in stack]
        np.testing.assert_allclose(measure_confusion(metric, stack, LABELS), each, equal_nan=True)


def test_support() -> None:
    """Support counts gold labels, missing answers included."""
    assert count_support(confuse([(0, 0), (0, 3), (2, 1)])).tolist() == [2, 0, 1]


def test_a_metric_is_its_string() -> None:
    """Every metric of a scheme is found again by its string, also where a label has brackets."""
    labels = ("a", "b[c]")
    found = list_metrics(labels)
    assert list(map(str, found)) == ["accuracy", "macro_f1", "f1[a]", "f1[b[c]]"]
    assert [parse_metric(str(metric), labels) for metric in found] == found
    assert {metric.name for metric in found} == METRICS.keys()
    assert Metric(name="f1", label="a") == parse_metric("f1[a]", labels)


@pytest.mark.parametrize("name", ["f1", "f1[gren]", "accuracy[red]", "kappa", ""])
def test_unknown_metric(name: str) -> None:
    """An unknown metric is refused with those that there are."""
    with pytest.raises(UnknownName, match=r"f1\[green\]"):
        parse_metric(name, LABELS)
