"""Metrics as values: one string names a metric in Python, in a result record and on the board.

Let a label have TP segments that are and were said to be it, FP that were only said to be, FN that only are. Then its
F1 = 2TP / (2TP + FP + FN) (van Rijsbergen 1979; F1 with equal weights). A missing prediction is the wrong answer that
costs most: FN for its own label and FP for each other label. If it were FN only, a system could raise its macro-F1 by
withholding answers that it expects to be wrong, because that removes the FP. Where nothing is missing, macro-F1 is
scikit-learn's `f1_score(labels=range(K), average="macro", zero_division=0)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from corpus_kit.errors import UnknownName
from corpus_kit.evaluate.confusion import Counts

Values = NDArray[np.float64]


def compute_accuracy(confusion: Counts) -> Values:
    """The fraction of segments with the right label, missing ones included: (..., K, K + 1) to (...); nan if empty."""
    right = np.trace(confusion, axis1=-2, axis2=-1)
    return _divide(right, confusion.sum(axis=(-2, -1)))


def compute_f1(confusion: Counts) -> Values:
    """F1 of each label in [0, 1]: (..., K, K + 1) to (..., K); nan for a label with neither gold nor predicted."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    gold, predicted = confusion.sum(axis=-1), confusion[..., :-1].sum(axis=-2)
    missing = confusion[..., -1]
    missing_elsewhere = missing.sum(axis=-1, keepdims=True) - missing
    return _divide(2 * right, gold + predicted + missing_elsewhere)


def compute_macro_f1(confusion: Counts) -> Values:
    """The mean of F1 over all K labels in [0, 1], an undefined F1 as 0: (..., K, K + 1) to (...); nan if empty."""
    mean = np.nan_to_num(compute_f1(confusion), nan=0.0).mean(axis=-1)
    return np.where(confusion.sum(axis=(-2, -1)) > 0, mean, np.nan)


def _divide(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> Values:
    numerator, denominator = np.asarray(numerator), np.asarray(denominator)
    out: Values = np.full(denominator.shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


METRICS: Mapping[str, Callable[[Counts], Values]] = MappingProxyType(
    {"accuracy": compute_accuracy, "macro_f1": compute_macro_f1, "f1": compute_f1}
)
PER_LABEL = frozenset({"f1"})
"""The metrics of one label, written `f1[label]`; the other metrics take no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric; its string is its identity. All metrics lie in [0, 1] and more is better."""

    name: str
    label: str | None = None

    def __str__(self) -> str:
        return self.name if self.label is None else f"{self.name}[{self.label}]"


def list_metrics(labels: Sequence[str]) -> list[Metric]:
    """Every metric for these labels, in the table's order, then the labels'."""
    found: list[Metric] = []
    for name in METRICS:
        found += [Metric(name=name, label=label) for label in labels] if name in PER_LABEL else [Metric(name=name)]
    return found


def parse_metric(name: str, labels: Sequence[str]) -> Metric:
    """The metric that a string names; an UnknownName lists those that there are for these labels."""
    known = {str(metric): metric for metric in list_metrics(labels)}
    if name not in known:
        raise UnknownName("metric", name, known)
    return known[name]


def measure_confusion(metric: Metric, confusion: Counts, labels: Sequence[str]) -> Values:
    """A metric over one pooled matrix or a stack of them: (..., K, K + 1) to (...); nan where it is undefined."""
    values = METRICS[metric.name](confusion)
    return values if metric.label is None else values[..., labels.index(metric.label)]


def compute_metric(name: str, confusion: Counts, labels: Sequence[str]) -> float:
    """A metric by its name over one pooled matrix of shape (K, K + 1); nan where it is undefined."""
    return float(measure_confusion(parse_metric(name, labels), np.asarray(confusion), labels))


def count_support(confusion: Counts) -> NDArray[np.int64]:
    """Segments per gold label, missing ones included: (..., K, K + 1) to (..., K)."""
    support: NDArray[np.int64] = confusion.sum(axis=-1)
    return support
