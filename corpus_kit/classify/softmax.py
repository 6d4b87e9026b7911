"""Multinomial logistic regression as two arrays, and how its certainty is put right."""

from typing import Any, NamedTuple

import numpy as np

from corpus_kit.classify.tokens import Ints
from corpus_kit.classify.vectors import Floats

ABSENT = -1e9
"""The bias of a class that training had no example of: its probability is 0."""


class Softmax(NamedTuple):
    """Weights of shape (columns, classes) and biases of shape (classes,)."""

    weights: Floats
    bias: Floats

    def score(self, rows: Any) -> Floats:
        """Logits of shape (rows, classes) of a dense or sparse matrix."""
        return np.asarray(rows @ self.weights) + self.bias


def fit_softmax(rows: Any, targets: Ints, classes: int, *, penalty: float) -> Softmax:
    """Fit with an L2 penalty, the inverse of scikit-learn's `C`.

    Without any row all classes are alike; a single class among the targets gets everything.
    """
    found = np.unique(targets)
    weights, bias = np.zeros((rows.shape[1], classes)), np.full(classes, ABSENT if len(found) else 0.0)
    if len(found) == 1:
        bias[found[0]] = 0.0
    elif len(found) > 1:
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # more threads are slower here, and their sums come out otherwise
            fitted = LogisticRegression(C=1 / penalty, max_iter=2000).fit(rows, targets)
        is_binary = len(found) == 2
        weights[:, found] = np.vstack((-fitted.coef_, fitted.coef_)).T / 2 if is_binary else fitted.coef_.T
        bias[found] = np.concatenate((-fitted.intercept_, fitted.intercept_)) / 2 if is_binary else fitted.intercept_
    return Softmax(weights, bias)


def normalize_logits(logits: Floats) -> Floats:
    """Probabilities: `exp(l) / sum(exp(l))` per row."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def find_temperature(logits: Floats, targets: Ints) -> float:
    """What logits are divided by so that the likelihood of held-out targets is greatest (Guo et al. 2017).

    Between 0.25 and 4; 1 without targets. Targets of a class that was absent from training are left out.
    """
    from scipy.optimize import minimize_scalar

    own = logits[np.arange(len(targets)), targets]
    seen = own > ABSENT / 2
    if not seen.any():
        return 1.0

    def measure_loss(log_temperature: float) -> float:
        probs = normalize_logits(logits[seen] / np.exp(log_temperature))
        return float(-np.log(np.maximum(probs[np.arange(int(seen.sum())), targets[seen]], 1e-12)).mean())

    bounds = (np.log(0.25), np.log(4.0))
    return round(float(np.exp(minimize_scalar(measure_loss, bounds=bounds, method="bounded").x)), 6)
