"""Metrics of probabilities: `Sums` of shape (..., BINS + 1, 5), or a stack of them, to (...). Less is better.

All are nan where nothing was counted, and where any segment has no prediction or no probabilities: a system that states
them for some segments only can't be compared. Rows are scaled to the sum 1 before they are summed up.
"""

from typing import Any

import numpy as np

from corpus_kit.evaluate.confusion_metrics import Values
from corpus_kit.evaluate.tally import Sums


def compute_brier(sums: Sums) -> Values:
    """The mean of sum((p_k - [k is gold])^2) over all K labels, in [0, 2].

    It is scikit-learn's `brier_score_loss(scale_by_half=False)`. Source: Brier (1950), "Verification of forecasts
    expressed in terms of probability", Monthly Weather Review 78:1.
    """
    return _average(sums[..., :-1, 3].sum(axis=-1), sums)


def compute_log_loss(sums: Sums) -> Values:
    """The mean of -ln p of the gold label, in [0, 14.51]: a p below 5e-7 counts as 5e-7; `log_loss`.

    Source: Good (1952), "Rational decisions", Journal of the Royal Statistical Society B 14:107.
    """
    return _average(sums[..., :-1, 4].sum(axis=-1), sums)


def compute_ece(sums: Sums) -> Values:
    """The expected calibration error, in [0, 1]: how far confidence is from accuracy, the mean over ten equal bins.

    sum over bins of n_b / n * |accuracy_b - confidence_b|; confidence is the probability of the label that was said.
    Chance differences within a bin count as error too, so it is too high where segments are few. Source: Guo, Pleiss,
    Sun and Weinberger (2017), "On calibration of modern neural networks", equation 3 (there with 15 bins).
    """
    return _average(np.abs(sums[..., :-1, 1] - sums[..., :-1, 2]).sum(axis=-1), sums)


def _average(total: Any, sums: Sums) -> Values:
    counted = sums[..., :-1, 0].sum(axis=-1)
    is_known = (counted > 0) & (np.abs(sums[..., -1, 0]) < 0.5)
    found: Values = np.full_like(counted, np.nan)
    np.divide(total, counted, out=found, where=is_known)
    return found
