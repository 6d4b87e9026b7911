"""Label shares of an article, estimated from its own probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corpus_kit.classify.priors import ROUNDS, TRAINING_WEIGHT, adapt_priors

SHARES = np.asarray([0.6, 0.3, 0.1])


def test_one_round_is_bayes_rule() -> None:
    """The first round's shares and posteriors, worked out by hand."""
    probs = np.asarray([[0.5, 0.5], [0.9, 0.1]])
    expected = probs
    for _ in range(ROUNDS):
        own = (expected.sum(axis=0) + TRAINING_WEIGHT * 0.5) / (2 + TRAINING_WEIGHT)
        weighed = probs * own / 0.5
        expected = weighed / weighed.sum(axis=1, keepdims=True)
    assert adapt_priors(probs, [2], np.asarray([0.5, 0.5])) == pytest.approx(expected)


def test_an_article_without_a_label_says_so_louder() -> None:
    """Where hardly anything looks like the third label, what might be it is believed less; elsewhere more."""
    doubt = np.asarray([[0.4, 0.2, 0.4]])
    without = np.vstack((np.tile([0.95, 0.04, 0.01], (80, 1)), doubt))
    full = np.vstack((np.tile([0.1, 0.1, 0.8], (80, 1)), doubt))
    adapted = adapt_priors(np.vstack((without, full)), [81, 81], SHARES)
    assert adapted[80, 2] < 0.4 < adapted[161, 2]


def test_articles_do_not_know_of_each_other() -> None:
    """Each article alone gives the very same numbers as among others, also beside empty ones."""
    rng = np.random.default_rng(0)
    probs = rng.dirichlet([1, 1, 1], 30)
    among = adapt_priors(probs, [10, 0, 20, 0], SHARES)
    assert np.array_equal(
        among, np.vstack((adapt_priors(probs[:10], [10], SHARES), adapt_priors(probs[10:], [20], SHARES)))
    )


@pytest.mark.parametrize("share", [0.01, 0.001, 0.0])
def test_a_rare_label_is_not_blown_up(share: float) -> None:
    """One segment that could be of a label that training hardly had changes by less than an eighth."""
    probs = np.asarray([[0.95, 0.05], [0.5, 0.5]])
    for row in probs:
        assert adapt_priors(row[None], [1], np.asarray([1 - share, share])) == pytest.approx(row[None], abs=0.125)


def test_without_articles_nothing_happens() -> None:
    """No rows, no change."""
    assert adapt_priors(np.zeros((0, 3)), [], SHARES).shape == (0, 3)


@given(arrays(np.float64, (7, 3), elements=st.floats(1e-6, 1)), st.sampled_from([(7,), (1, 6), (3, 0, 4)]))
def test_probabilities_stay_probabilities(raw: np.ndarray, sizes: tuple[int, ...]) -> None:
    """Rows sum to 1, also where a label was never seen in training."""
    probs = raw / raw.sum(axis=1, keepdims=True)
    adapted = adapt_priors(probs, sizes, np.asarray([0.7, 0.3, 0.0]))
    assert np.isfinite(adapted).all()
    assert adapted.sum(axis=1) == pytest.approx(1)
