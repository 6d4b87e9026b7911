"""Label models: what the votes of labelling functions say together, learnt without a single label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corpus_kit.classify.labelling import ABSTAIN, Votes

Floats = NDArray[np.float64]

TRUST = 0.8
"""How likely a vote is right before anything is known of its function, all labels being equally frequent."""
STRENGTH = 10.0
"""How many segments of each label that belief weighs as much as."""
RARITY = 20
"""One segment in so many is what a function is believed to vote on until as many have been seen."""
TOLERANCE = 1e-8
"""EM has converged when no probability of a pattern of votes changes by more than this."""


class LabelModel(Protocol):
    """What turns votes into probabilities."""

    def predict(self, matrix: ArrayLike) -> Floats:
        """Probabilities of shape (segments, labels) from a vote matrix of the functions that it was fitted on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DawidSkene:
    """How often each function votes on segments of each label, and how frequent the labels are.

    Attributes:
        rates: P(the function votes | label), of shape (functions, labels), each strictly between 0 and 1.
        priors: P(label), of shape (labels,).
        objectives: the logarithm of the posterior density up to a constant, before each iteration and after the last.
        is_converged: whether EM stopped because nothing changed any more, and not at the bound of iterations.
    """

    rates: Floats
    priors: Floats
    objectives: tuple[float, ...]
    is_converged: bool

    def predict(self, matrix: ArrayLike) -> Floats:
        """Bayes' rule with functions that are independent given the label; without functions, the priors."""
        is_vote = np.asarray(matrix, dtype=np.int64) != ABSTAIN
        return _expect(is_vote.astype(np.float64), self.rates, self.priors).probabilities

    def estimate_precisions(self) -> Floats:
        """P(a function's own label | it votes), per function and label: shape (functions, labels)."""
        joint = self.rates * self.priors
        precisions: Floats = joint / joint.sum(axis=1, keepdims=True)
        return precisions


def fit_dawid_skene(
    votes: Votes, n_labels: int, *, priors: ArrayLike | None = None, max_iterations: int = 500
) -> DawidSkene:
    """Dawid and Skene's model of observers' errors (1979, doi:10.2307/2346806) for functions that have one label each.

    Such a function answers "my label" or not at all, so its error rates are P(it votes | label), a number per label.
    **Abstention is an answer**: given that a function votes it always says the same, so all that it can tell is in when
    it votes, and its silence speaks against its label as far as it usually votes on it.

    The estimate is the posterior mode, found by EM. Rates have a beta prior worth STRENGTH segments per label, under
    which a vote is right with probability TRUST: this smooths counts as Laplace's rule does, and a function that never
    voted still counts when it does. `priors` are the labels' frequencies if they are known; else they are estimated
    with one more segment per label. No function votes more often on another label than on its own: the labels can't
    be switched. The mode under this constraint is exact (rates that break it are pooled), so no iteration lowers the
    objective. The order of segments changes nothing, not a bit.

    Without segments the model is its prior. `max_iterations` of 0 gives the first guess, which takes TRUST for granted.
    """
    is_vote = votes.matrix != ABSTAIN
    patterns, counts = np.unique(is_vote, axis=0, return_counts=True)
    data = _Data(patterns.astype(np.float64), counts.astype(np.float64))
    believed = _believe(is_vote, votes.function_labels, n_labels)
    given = None if priors is None else np.asarray(priors, dtype=np.float64) / np.sum(priors)
    rates, frequencies = believed, np.full(n_labels, 1 / n_labels) if given is None else given
    objectives: list[float] = []
    last, is_converged = np.zeros(0), False
    for i in range(max_iterations + 1):
        expected = _expect(data.patterns, rates, frequencies)
        objectives.append(
            _measure_objective(data, expected, rates, believed, None if given is not None else frequencies)
        )
        is_converged = i > 0 and bool(np.abs(expected.probabilities - last).max(initial=0) <= TOLERANCE)
        if is_converged or i == max_iterations:
            break
        last = expected.probabilities
        weights = last * data.counts[:, None]
        rates = _maximize_rates(data, weights, believed, votes.function_labels)
        if given is None:
            frequencies = (weights.sum(axis=0) + 1) / (data.counts.sum() + n_labels)
    return DawidSkene(rates=rates, priors=frequencies, objectives=tuple(objectives), is_converged=is_converged)


class _Data(NamedTuple):
    """The distinct patterns of votes (0 or 1), of shape (patterns, functions), and how many segments have each."""

    patterns: Floats
    counts: Floats


class _Expectation(NamedTuple):
    """Probabilities of the labels per row, and the logarithm of each row's likelihood."""

    probabilities: Floats
    log_likelihood: Floats


def _believe(is_vote: NDArray[np.bool_], function_labels: NDArray[np.int64], n_labels: int) -> Floats:
    """The rates before EM: as often as the function votes, and right with probability TRUST."""
    coverage = (is_vote.sum(axis=0) + 1) / (len(is_vote) + RARITY)
    is_own = np.arange(n_labels) == function_labels[:, None]
    own, other = coverage * n_labels * TRUST, coverage * n_labels * (1 - TRUST) / max(n_labels - 1, 1)
    believed: Floats = np.clip(np.where(is_own, own[:, None], np.minimum(own, other)[:, None]), 1e-6, 0.95)
    return believed


def _expect(patterns: Floats, rates: Floats, priors: Floats) -> _Expectation:
    with np.errstate(divide="ignore"):  # a label that is known not to occur
        logs = np.log(priors) + patterns @ np.log(rates) + (1 - patterns) @ np.log1p(-rates)
    highest = logs.max(axis=1, keepdims=True)
    shares = np.exp(logs - highest)
    totals = shares.sum(axis=1, keepdims=True)
    return _Expectation(shares / totals, (highest + np.log(totals))[:, 0])


def _maximize_rates(data: _Data, weights: Floats, believed: Floats, function_labels: NDArray[np.int64]) -> Floats:
    """The rates that maximize the expected objective; the own label's is no less than any other."""
    totals = weights.sum(axis=0) + STRENGTH
    rates: Floats = (data.patterns.T @ weights + STRENGTH * believed) / totals
    for row, own in zip(rates, function_labels, strict=True):
        _pool(row, int(own), totals)
    return rates


def _pool(row: Floats, own: int, totals: Floats) -> None:
    """Pool a label's rate with those above it, highest first: the weighted isotonic mean for "own is the greatest"."""
    pooled = [own]
    value = float(row[own])
    for other in np.argsort(-row, kind="stable"):
        if other == own or row[other] <= value:
            continue
        pooled.append(int(other))
        value = float(np.average(row[pooled], weights=totals[pooled]))
    row[pooled] = value


def _measure_objective(
    data: _Data, expected: _Expectation, rates: Floats, believed: Floats, priors: Floats | None
) -> float:
    """Log-likelihood and log-density of the beta priors, and of the priors' Dirichlet where they are estimated."""
    beta = STRENGTH * (believed * np.log(rates) + (1 - believed) * np.log1p(-rates))
    dirichlet = 0.0 if priors is None else float(np.log(priors).sum())
    return float(data.counts @ expected.log_likelihood) + float(beta.sum()) + dirichlet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedVote:
    """Votes counted with weights.

    Attributes:
        weights: of each function's vote, of shape (functions,), none below 0.
        function_labels: what each function votes for.
        n_labels: how many labels there are.
    """

    weights: Floats
    function_labels: NDArray[np.int64]
    n_labels: int

    def predict(self, matrix: ArrayLike) -> Floats:
        """Probabilities in the ratio of e to the sums of weights; where all abstain, all labels alike."""
        is_vote = np.asarray(matrix, dtype=np.int64) != ABSTAIN
        is_own = np.arange(self.n_labels) == self.function_labels[:, None]
        scores = (is_vote * self.weights) @ is_own.astype(np.float64)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True, initial=0))
        rows: Floats = shares / shares.sum(axis=1, keepdims=True)
        return rows


def fit_weighted_vote(votes: Votes, n_labels: int) -> WeightedVote:
    """A weight per function from how often the others agree with it: the simple alternative to `fit_dawid_skene`.

    The weight is the log odds ln(p (K - 1) / (1 - p)), by which votes of independent functions are best counted (Nitzan
    and Paroush 1982, doi:10.2307/2526438), at least 0. For p stands the fraction of its votes on which at least as
    many others vote for its label as for any other label, of those on which others vote at all; TRUST is counted in
    as STRENGTH such votes.
    """
    is_vote = votes.matrix != ABSTAIN
    is_own = np.arange(n_labels) == votes.function_labels[:, None]
    counts = is_vote.astype(np.float64) @ is_own.astype(np.float64)
    precisions = np.empty(len(votes.function_labels))
    for j, label in enumerate(votes.function_labels):
        others = counts[is_vote[:, j]]
        others[:, label] -= 1
        others = others[others.sum(axis=1) > 0]
        agreed = float((others[:, label] >= others.max(axis=1, initial=0)).sum())
        precisions[j] = (agreed + STRENGTH * TRUST) / (len(others) + STRENGTH)
    precisions = np.clip(precisions, None, 1 - 1e-6)
    weights = np.maximum(np.log(precisions * max(n_labels - 1, 1) / (1 - precisions)), 0)
    return WeightedVote(weights=weights, function_labels=votes.function_labels, n_labels=n_labels)


LABEL_MODELS: Mapping[str, Callable[[Votes, int], LabelModel]] = MappingProxyType(
    {"dawid_skene": fit_dawid_skene, "weighted_vote": fit_weighted_vote}
)
"""The label models by name."""
