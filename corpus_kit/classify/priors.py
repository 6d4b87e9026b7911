"""How common each label is differs between articles: probabilities are put right by what an article seems to hold."""

from collections.abc import Sequence

import numpy as np

from corpus_kit.classify.tokens import Ints
from corpus_kit.classify.vectors import Floats

TRAINING_WEIGHT = 100
"""As many segments' worth of training an article's own shares are mixed with."""
ROUNDS = 5


def adapt_priors(probs: Floats, sizes: Sequence[int] | Ints, shares: Floats) -> Floats:
    """Probabilities of shape (segments, labels) as they are where each article has label shares of its own.

    Articles of the given sizes follow one another. `shares`, of shape (labels,), are those of the training segments. An
    article's shares are estimated from its own probabilities by expectation and maximization, as in Saerens, Latinne &
    Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities" (2002), with the training shares
    as a Dirichlet prior worth `TRAINING_WEIGHT` segments, of which each label has at least one: an article of one
    sentence stays nearly as it was.
    """
    counts = np.asarray(sizes, dtype=np.int64)
    counts = counts[counts > 0]
    if not len(counts):
        return probs
    article = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    seen = np.maximum(shares, 1 / TRAINING_WEIGHT)
    adapted = probs
    for _ in range(ROUNDS):
        found = np.add.reduceat(adapted, starts, axis=0)
        own = (found + TRAINING_WEIGHT * seen) / (counts + TRAINING_WEIGHT)[:, None]
        weighed = probs * (own / seen)[article]
        adapted = weighed / weighed.sum(axis=1, keepdims=True)
    return np.asarray(adapted)
