"""The paired randomisation test, against brute force and scipy."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test

from corpus_kit.evaluate import find_smallest_p, flip_signs, sign_flip
from corpus_kit.evaluate.confusion_metrics import compute_accuracy, compute_f1, compute_macro_f1
from corpus_kit.evaluate.sign_flip import count_draws, find_fewest_articles


def draw_systems(articles: int, count: int = 2, seed: int = 0) -> list[np.ndarray]:
    """Confusion matrices of systems that get better and better, on the same gold labels."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 3, (articles, 20))
    place = (np.arange(articles)[:, None] * 3 + gold) * 4
    systems = []
    for i in range(count):
        said = np.where(rng.random(gold.shape) < 0.4 + 0.1 * i, gold, rng.integers(0, 3, gold.shape))
        systems.append(np.bincount((place + said).ravel(), minlength=articles * 12).reshape(articles, 3, 4))
    return systems


@pytest.mark.parametrize("articles", [1, 2, 5, 7])
def test_all_swaps_by_brute_force(articles: int) -> None:
    """For macro-F1, which is no mean over articles, p is the share of all 2^G swaps that are at least as far."""
    a, b = draw_systems(articles)
    observed = compute_macro_f1(a.sum(axis=0)) - compute_macro_f1(b.sum(axis=0))
    distances = []
    for swapped in product([False, True], repeat=articles):
        mask = np.array(swapped)[:, None, None]
        one, other = np.where(mask, b, a), np.where(mask, a, b)
        distances.append(abs(compute_macro_f1(one.sum(axis=0)) - compute_macro_f1(other.sum(axis=0))))
    expected = np.mean(np.array(distances) >= abs(observed) - 1e-12)
    [[found]] = flip_signs([a, b], [(0, 1)], [compute_macro_f1])
    assert found.p == pytest.approx(expected, abs=1e-15)
    assert found.is_exact
    assert found.smallest_p == find_smallest_p(articles)


def test_against_scipy() -> None:
    """For the mean over articles of equal size it is scipy's permutation test with swapped samples."""
    a, b = draw_systems(8)
    shares = [np.trace(one, axis1=1, axis2=2) / 20 for one in (a, b)]
    oracle = permutation_test(
        shares, lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis), permutation_type="samples"
    )
    [[found]] = flip_signs([a, b], [(0, 1)], [compute_accuracy])
    assert found.p == pytest.approx(oracle.pvalue, abs=1e-12)


def test_five_articles_can_not_show_anything() -> None:
    """One system is right throughout, the other wrong: p is 2 / 2^5, and can't be less."""
    right, wrong = np.zeros((5, 2, 3), dtype=np.int64), np.zeros((5, 2, 3), dtype=np.int64)
    right[:, 0, 0] = right[:, 1, 1] = wrong[:, 0, 1] = wrong[:, 1, 0] = 10
    [[found]] = flip_signs([right, wrong], [(0, 1)], [compute_accuracy])
    assert found == (0.0625, 0.0625, True)


def test_articles_in_which_two_systems_agree() -> None:
    """An article on which both say the same tells nothing: the least p is that of the others."""
    a, b = draw_systems(6)
    b[4:] = a[4:]
    [[found]] = flip_signs([a, b], [(0, 1)], [compute_macro_f1])
    assert found.smallest_p == find_smallest_p(4)
    assert found.p >= found.smallest_p


def test_equal_systems() -> None:
    """Systems that say the same have p 1, and the least p of no articles is 1."""
    [a] = draw_systems(5, count=1)
    [[found]] = flip_signs([a, a], [(0, 1)], [compute_macro_f1])
    assert (found.p, found.smallest_p) == (1.0, 1.0)


def test_articles_without_segments() -> None:
    """An article in which nothing was counted changes no p."""
    a, b = draw_systems(5)
    empty = np.zeros((3, 3, 4), dtype=np.int64)
    longer = [np.concatenate([one, empty]) for one in (a, b)]
    assert flip_signs(longer, [(0, 1)], [compute_macro_f1]) == flip_signs([a, b], [(0, 1)], [compute_macro_f1])


def test_an_undefined_score() -> None:
    """Where a system's score is not known p isn't either; no articles at all give nothing."""
    a, b = draw_systems(5)
    a[:, :, 2] = b[:, :, 2] = a[:, 2] = b[:, 2] = 0
    [[found]] = flip_signs([a, b], [(0, 1)], [lambda sums: compute_f1(sums)[..., 2]])
    assert np.isnan(found.p)
    none = np.zeros((0, 3, 4), dtype=np.int64)
    [[found]] = flip_signs([none, none], [(0, 1)], [compute_accuracy])
    assert np.isnan(found.p)


def test_a_sample_of_the_swaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """With many articles swaps are drawn: p is near the exact one, the same each time, and never 0."""
    a, b = draw_systems(14, seed=3)
    [[exact]] = flip_signs([a, b], [(0, 1)], [compute_macro_f1])
    monkeypatch.setattr(sign_flip, "EXACT_ARTICLES", 13)
    [[drawn]] = flip_signs([a, b], [(0, 1)], [compute_macro_f1])
    assert not drawn.is_exact
    assert drawn.p == pytest.approx(exact.p, abs=4 * (exact.p * (1 - exact.p) / count_draws(14, 1)) ** 0.5)
    assert flip_signs([a, b], [(0, 1)], [compute_macro_f1]) == [[drawn]]
    far = [np.zeros((30, 2, 3), dtype=np.int64) for _ in range(2)]
    far[0][:, 0, 0] = far[1][:, 0, 1] = 1
    [[found]] = flip_signs(far, [(0, 1)], [compute_accuracy])
    assert found == (1 / count_draws(30, 1), 1 / count_draws(30, 1), False)


def test_the_drawn_swaps_are_pinned() -> None:
    """The first swap is none; the others come from PCG64's raw words, which are the same in every version of numpy."""
    signs = next(sign_flip._iter_signs(70, 10_000))
    assert signs.shape == (70, 4096)
    assert (signs[:, 0] == 1).all()
    assert "".join("+-"[int(sign < 0)] for sign in signs[:24, 1]) == "++-+--+-+++-++++---++++-"
    assert abs(signs[:, 1:].mean()) < 0.01


def test_many_pairs_at_once() -> None:
    """Pairs of several systems over shared swaps get the p that each has alone."""
    systems = draw_systems(10, count=4)
    pairs = [(0, 1), (2, 0), (1, 3)]
    measures = [compute_macro_f1, compute_accuracy]
    together = flip_signs(systems, pairs, measures)
    for (i, j), found in zip(pairs, together, strict=True):
        alone = flip_signs([systems[i], systems[j]], [(0, 1)], measures)
        assert [found] == alone


def test_sums_that_are_no_counts() -> None:
    """Sums of probabilities are swapped like counts: here the mean of one column."""
    rng = np.random.default_rng(1)
    a, b = rng.random((6, 2, 2)), rng.random((6, 2, 2))
    oracle = permutation_test(
        (a[:, 0, 0], b[:, 0, 0]),
        lambda x, y, axis: np.sum(x, axis=axis) - np.sum(y, axis=axis),
        permutation_type="samples",
    )
    [[found]] = flip_signs([a, b], [(0, 1)], [lambda sums: sums[..., 0, 0]])
    assert found.p == pytest.approx(oracle.pvalue, abs=1e-12)


@pytest.mark.parametrize(("articles", "p"), [(0, 1.0), (1, 1.0), (2, 0.5), (5, 0.0625), (6, 0.03125)])
def test_smallest_p(articles: int, p: float) -> None:
    """The smallest p of the exact test is 2 / 2^G: .0625 for five articles, .03125 for six."""
    assert find_smallest_p(articles) == p


@pytest.mark.parametrize(("level", "articles"), [(0.05, 6), (0.0625, 5), (0.01, 8), (1.0, 1)])
def test_fewest_articles(level: float, articles: int) -> None:
    """At the level .05 six articles are the fewest with which anything can be shown."""
    assert find_fewest_articles(level) == articles


def test_enough_swaps_for_holm() -> None:
    """However many pairs are compared, the smallest p is small enough for Holm's strictest step."""
    for pairs in (1, 100, 1225):
        assert pairs / count_draws(10_000, pairs) <= 0.05


def test_the_test_keeps_its_level() -> None:
    """Two systems that are equally good differ by chance at the level .05 in no more than about 5 % of samples."""
    rejected = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        a, b = (np.zeros((8, 2, 3), dtype=np.int64) for _ in range(2))
        for one in (a, b):
            right = rng.binomial(20, rng.beta(6, 3, 8))
            one[:, 0, 0], one[:, 0, 1] = right, 20 - right
        [[found]] = flip_signs([a, b], [(0, 1)], [compute_accuracy])
        rejected += found.p <= 0.05
    assert rejected <= 20
