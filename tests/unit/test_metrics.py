"""Metrics, with the arithmetic by hand."""

from itertools import product
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from corpus_kit.errors import UnknownName
from corpus_kit.evaluate import METRICS, Metric, compute_metric, list_metrics, parse_metric
from corpus_kit.evaluate.confusion_metrics import count_support
from corpus_kit.evaluate.metrics import measure

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


OF_CONFUSION = [str(metric) for metric in list_metrics(LABELS) if metric.definition.part == "confusion"]


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true", "ignore:A single label was found")
@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_other_metrics_against_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Where nothing is missing, every other metric of a confusion matrix is scikit-learn's too."""
    gold, said = zip(*pairs, strict=True)
    labels = range(3)
    expected = {
        "weighted_f1": f1_score(gold, said, labels=labels, average="weighted", zero_division=0),
        "balanced_accuracy": balanced_accuracy_score(gold, said),
        "mcc": matthews_corrcoef(gold, said),
        "kappa": cohen_kappa_score(gold, said, labels=labels) if len({*gold, *said}) > 1 else np.nan,
    }
    for name, score in (("precision", precision_score), ("recall", recall_score)):
        each = score(gold, said, labels=labels, average=None, zero_division=np.nan)
        expected |= {f"{name}[{label}]": value for label, value in zip(LABELS, each, strict=True)}
    for name, value in expected.items():
        assert compute_metric(name, confuse(pairs), LABELS) == pytest.approx(value, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize("name", ["mcc", "kappa"])
def test_chance_corrected_metrics_by_hand(name: str) -> None:
    """Of two labels, 6 and 4 of 10, 5 and 3 are right, and each is said as often as it is: both metrics are 28 / 48."""
    matrix = np.array([[5, 1, 0], [1, 3, 0]])
    # said 6 and 4: p_e = (36 + 16) / 100 = .52, kappa (.8 - .52) / .48; MCC (80 - 52) / sqrt((100 - 52)(100 - 52)).
    assert compute_metric(name, matrix, ("yes", "no")) == pytest.approx(28 / 48)


def test_precision_and_recall_by_hand() -> None:
    """Red: 3 of 5 said are right, 3 of 4 are found. Blue is neither said nor meant."""
    assert compute_metric("precision[red]", HAND, LABELS) == 3 / 5
    assert compute_metric("recall[red]", HAND, LABELS) == 3 / 4
    assert isnan(compute_metric("precision[blue]", HAND, LABELS))
    assert isnan(compute_metric("recall[blue]", HAND, LABELS))
    assert compute_metric("balanced_accuracy", HAND, LABELS) == pytest.approx((3 / 4 + 4 / 6) / 2)
    assert compute_metric("weighted_f1", HAND, LABELS) == pytest.approx(0.4 * 6 / 9 + 0.6 * 8 / 11)


def test_a_constant_answer_is_worth_nothing() -> None:
    """Whoever says one label throughout has kappa 0 and MCC 0; if there is only that label, kappa is not known."""
    constant = confuse([(0, 0), (0, 0), (1, 0)])
    assert compute_metric("kappa", constant, LABELS) == pytest.approx(0)
    assert compute_metric("mcc", constant, LABELS) == 0
    assert isnan(compute_metric("kappa", confuse([(0, 0), (0, 0)]), LABELS))


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=8),
    st.lists(st.integers(0, 2), min_size=1, max_size=3),
)
def test_a_missing_answer_is_never_better_than_any(pairs: list[tuple[int, int]], missing: list[int]) -> None:
    """Whatever had been said in the place of missing answers, no metric would be lower; kappa and MCC too."""
    withheld = confuse([*pairs, *((gold, 3) for gold in missing)])
    answers = product(range(3), repeat=len(missing))
    filled = np.stack([confuse([*pairs, *zip(missing, said, strict=True)]) for said in answers])
    for name in OF_CONFUSION:
        value = compute_metric(name, withheld, LABELS)
        others = measure(parse_metric(name, LABELS), filled, LABELS)
        assert isnan(value) or (value <= others[~np.isnan(others)] + 1e-12).all(), name
        assert not isnan(value) or name.startswith(("precision", "recall", "kappa")), name


@pytest.mark.parametrize("name", OF_CONFUSION)
def test_nothing_counted(name: str) -> None:
    """Without segments every metric is nan."""
    assert isnan(compute_metric(name, np.zeros((3, 4), dtype=np.int64), LABELS))


def test_a_stack_of_matrices() -> None:
    """A stack of matrices is measured like each of them."""
    stack = np.stack([HAND, np.zeros_like(HAND), 2 * HAND[::-1]])
    for metric in (parse_metric(name, LABELS) for name in OF_CONFUSION):
        each = [compute_metric(str(metric), matrix, LABELS) for matrix in stack]
        np.testing.assert_allclose(measure(metric, stack, LABELS), each, equal_nan=True)
        other_layout = np.moveaxis(np.ascontiguousarray(np.moveaxis(stack, 0, -1)), -1, 0).astype(np.float64)
        np.testing.assert_allclose(measure(metric, other_layout, LABELS), each, equal_nan=True)


def test_support() -> None:
    """Support counts gold labels, missing answers included."""
    assert count_support(confuse([(0, 0), (0, 3), (2, 1)])).tolist() == [2, 0, 1]


def test_a_metric_is_its_string() -> None:
    """Every metric of a scheme is found again by its string, also where a label has brackets."""
    labels = ("a", "b[c]")
    found = list_metrics(labels)
    assert list(map(str, found)) == [
        "accuracy", "macro_f1", "weighted_f1", "balanced_accuracy", "mcc", "kappa", "precision[a]", "precision[b[c]]",
        "recall[a]", "recall[b[c]]", "f1[a]", "f1[b[c]]", "accuracy_without_duplicates", "macro_f1_without_duplicates",
        "brier", "log_loss", "ece",
    ]  # fmt: skip
    assert [parse_metric(str(metric), labels) for metric in found] == found
    assert {metric.name for metric in found} == METRICS.keys()
    assert Metric(name="f1", label="a") == parse_metric("f1[a]", labels)


@pytest.mark.parametrize("name", ["f1", "f1[gren]", "accuracy[red]", "kapa", ""])
def test_unknown_metric(name: str) -> None:
    """An unknown metric is refused with those that there are."""
    with pytest.raises(UnknownName, match=r"f1\[green\]"):
        parse_metric(name, LABELS)
