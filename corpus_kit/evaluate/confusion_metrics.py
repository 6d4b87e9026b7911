"""Metrics of a confusion matrix, or of a stack of them: (..., K, K + 1) to (...) or, for those of a label, (..., K).

Let a label have TP segments that are and were said to be it, FP that only were said to be, FN that only are. A missing
prediction is the wrong answer that costs most. If it were an FN of its own label only, a system could raise its scores
by withholding answers that it expects to be wrong, because that removes an FP of another label. So it is an FP of every
other label too, and where an answer acts on all labels at once (kappa, MCC) the score is the least that any answers in
the place of the missing ones could give. Leaving a prediction out never raises a score. Where nothing is missing, each
metric is that of scikit-learn which its docstring names, with `labels=range(K)`. All are nan where nothing was counted.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_kit.evaluate.tally import Counts

Values = NDArray[np.float64]


def compute_accuracy(confusion: Counts) -> Values:
    """The fraction of segments with the right label, in [0, 1]; `accuracy_score`."""
    return _divide(_count_right(confusion).sum(axis=-1), confusion.sum(axis=(-2, -1)))


def compute_precision(confusion: Counts) -> Values:
    """TP / (TP + FP) of each label, in [0, 1]; nan for a label that nobody said; `precision_score`."""
    return _divide(_count_right(confusion), _count_said(confusion))


def compute_recall(confusion: Counts) -> Values:
    """TP / (TP + FN) of each label, in [0, 1]; nan for a label that no segment has; `recall_score`."""
    return _divide(_count_right(confusion), confusion.sum(axis=-1))


def compute_f1(confusion: Counts) -> Values:
    """2TP / (2TP + FP + FN) of each label, in [0, 1]; nan for a label neither gold nor said; `f1_score`.

    Source: van Rijsbergen (1979), "Information Retrieval", chapter 7: 1 - E with equal weights.
    """
    return _divide(2 * _count_right(confusion), confusion.sum(axis=-1) + _count_said(confusion))


def compute_macro_f1(confusion: Counts) -> Values:
    """The mean of F1 over all K labels, in [0, 1], an undefined F1 as 0; `f1_score(average="macro")`."""
    return _keep_counted(np.nan_to_num(compute_f1(confusion), nan=0.0).mean(axis=-1), confusion)


def compute_weighted_f1(confusion: Counts) -> Values:
    """The mean of F1 over the segments' own labels, in [0, 1]; `f1_score(average="weighted")`."""
    f1 = np.nan_to_num(compute_f1(confusion), nan=0.0)
    return _divide((f1 * confusion.sum(axis=-1)).sum(axis=-1), confusion.sum(axis=(-2, -1)))


def compute_balanced_accuracy(confusion: Counts) -> Values:
    """The mean recall of the labels that segments have, in [0, 1]; `balanced_accuracy_score`."""
    support = confusion.sum(axis=-1)
    recall = np.nan_to_num(compute_recall(confusion), nan=0.0)
    return _divide(recall.sum(axis=-1), (support > 0).sum(axis=-1))


def compute_kappa(confusion: Counts) -> Values:
    """Cohen's kappa of gold and said labels, in [-1, 1]: (p_o - p_e) / (1 - p_e); `cohen_kappa_score`.

    Undefined (nan) where chance alone would agree throughout, that is where one label is all there is. Missing answers
    are taken for the most frequent label, which makes p_e greatest, and for wrong. Source: Cohen (1960), "A coefficient
    of agreement for nominal scales", Educational and Psychological Measurement 20:37.
    """
    gold, said, missing = confusion.sum(axis=-1), confusion[..., :-1].sum(axis=-2), confusion[..., -1].sum(axis=-1)
    total = gold.sum(axis=-1)
    observed = _divide(_count_right(confusion).sum(axis=-1), total)
    expected = _divide((gold * said).sum(axis=-1) + missing * gold.max(axis=-1, initial=0), total * total)
    return _divide(observed - expected, 1 - expected)


def compute_mcc(confusion: Counts) -> Values:
    """Matthews' correlation for K labels (R_K), in [-1, 1], 0 where it has no variance; `matthews_corrcoef`.

    With c right of n, g_k gold and s_k said: (c n - sum(g_k s_k)) / sqrt((n^2 - sum(s_k^2)) (n^2 - sum(g_k^2))).
    With missing answers it is the least that the numerator's and the denominator's bounds allow. Source: Gorodkin
    (2004), "Comparing two K-category assignments by a K-category correlation coefficient", Computational Biology and
    Chemistry 28:367.
    """
    gold, said, missing = confusion.sum(axis=-1), confusion[..., :-1].sum(axis=-2), confusion[..., -1].sum(axis=-1)
    total = gold.sum(axis=-1).astype(np.float64)
    covariance = _count_right(confusion).sum(axis=-1) * total
    covariance = covariance - (gold * said).sum(axis=-1) - missing * gold.max(axis=-1, initial=0)
    squares = np.square(said).sum(axis=-1)
    crowded = squares + missing * (2 * said.max(axis=-1, initial=0) + missing)
    spread_said = total * total - np.where(covariance < 0, crowded, squares)
    spread = np.sqrt(spread_said * (total * total - np.square(gold).sum(axis=-1)))
    flat = np.where((covariance < 0) & (missing > 0), -1.0, 0.0)
    found = np.maximum(np.where(spread > 0, covariance / np.where(spread > 0, spread, 1), flat), -1)
    return _keep_counted(found, confusion)


def count_support(confusion: Counts) -> NDArray[np.int64]:
    """Segments per gold label, missing answers included: (..., K, K + 1) to (..., K)."""
    support: NDArray[np.int64] = confusion.sum(axis=-1)
    return support


def _count_right(confusion: Counts) -> Any:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _count_said(confusion: Counts) -> Any:
    """TP + FP per label: who was said to be it, and whoever of another label has no answer."""
    missing = confusion[..., -1]
    return confusion[..., :-1].sum(axis=-2) + missing.sum(axis=-1, keepdims=True) - missing


def _divide(numerator: Any, denominator: Any) -> Values:
    """The quotient, nan where the denominator isn't positive; the result keeps the denominator's order in memory."""
    out: Values = np.full_like(denominator, np.nan, dtype=np.float64)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) > 0)
    return out


def _keep_counted(values: Any, confusion: Counts) -> Values:
    kept: Values = np.where(confusion.sum(axis=(-2, -1)) > 0, values, np.nan)
    return kept
