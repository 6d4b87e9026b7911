"""Metrics as values: one string names a metric in Python, on the command line, in a result record and on the board."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np

from corpus_kit.errors import UnknownName
from corpus_kit.evaluate import confusion_metrics as confusion
from corpus_kit.evaluate import probability_metrics as probability
from corpus_kit.evaluate.confusion_metrics import Values
from corpus_kit.evaluate.tally import SMALLEST_PROBABILITY, Tally

Part = Literal["confusion", "unique", "calibration"]
"""Which sums of a `Tally` a metric is of."""


class Definition(NamedTuple):
    """How a metric is computed, and what its values mean.

    Attributes:
        compute: sums with any leading axes to values with the same; `is_per_label` adds an axis of labels at the end.
        low: the least value that there can be; `high` the greatest.
        is_smooth: whether the jackknife holds; for a sum of absolute values it is approximate.
    """

    compute: Callable[[Any], Values]
    part: Part = "confusion"
    low: float = 0.0
    high: float = 1.0
    is_per_label: bool = False
    is_higher_better: bool = True
    is_smooth: bool = True


METRICS: Mapping[str, Definition] = MappingProxyType(
    {
        "accuracy": Definition(confusion.compute_accuracy),
        "macro_f1": Definition(confusion.compute_macro_f1),
        "weighted_f1": Definition(confusion.compute_weighted_f1),
        "balanced_accuracy": Definition(confusion.compute_balanced_accuracy),
        "mcc": Definition(confusion.compute_mcc, low=-1.0),
        "kappa": Definition(confusion.compute_kappa, low=-1.0),
        "precision": Definition(confusion.compute_precision, is_per_label=True),
        "recall": Definition(confusion.compute_recall, is_per_label=True),
        "f1": Definition(confusion.compute_f1, is_per_label=True),
        "accuracy_without_duplicates": Definition(confusion.compute_accuracy, part="unique"),
        "macro_f1_without_duplicates": Definition(confusion.compute_macro_f1, part="unique"),
        "brier": Definition(probability.compute_brier, part="calibration", high=2.0, is_higher_better=False),
        "log_loss": Definition(
            probability.compute_log_loss, part="calibration", high=-log(SMALLEST_PROBABILITY), is_higher_better=False
        ),
        "ece": Definition(probability.compute_ece, part="calibration", is_higher_better=False, is_smooth=False),
    }
)
RANKING_METRIC = "macro_f1"
"""The metric that sorts a board and groups its systems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric, or that of one label: `f1[opinion]`. Its string is its identity."""

    name: str
    label: str | None = None

    def __str__(self) -> str:
        return self.name if self.label is None else f"{self.name}[{self.label}]"

    @property
    def definition(self) -> Definition:
        """How it is computed, and what its values mean."""
        return METRICS[self.name]


def list_metrics(labels: Sequence[str]) -> list[Metric]:
    """Every metric for these labels, in the table's order, then the labels'."""
    found: list[Metric] = []
    for name, definition in METRICS.items():
        found += [Metric(name=name, label=label) for label in labels if definition.is_per_label]
        found += [] if definition.is_per_label else [Metric(name=name)]
    return found


def parse_metric(name: str, labels: Sequence[str]) -> Metric:
    """The metric that a string names; an UnknownName lists those that there are for these labels."""
    known = {str(metric): metric for metric in list_metrics(labels)}
    if name not in known:
        raise UnknownName("metric", name, known)
    return known[name]


def select_part(metric: Metric, tally: Tally) -> Any:
    """The sums, article by article, that a metric is computed from."""
    return getattr(tally, metric.definition.part)


def measure(metric: Metric, sums: Any, labels: Sequence[str]) -> Values:
    """A metric over the sums that it is of, with any leading axes: (..., rows, columns) to (...); nan if undefined."""
    return select_label(metric, metric.definition.compute(sums), labels)


def select_label(metric: Metric, values: Values, labels: Sequence[str]) -> Values:
    """What was computed of a metric, without the axis of labels where it has one."""
    return values if metric.label is None else values[..., labels.index(metric.label)]


def compute_metric(name: str, sums: Any, labels: Sequence[str]) -> float:
    """A metric by its name over one pool of the sums that it is of; nan where it is undefined."""
    return float(measure(parse_metric(name, labels), np.asarray(sums), labels))
