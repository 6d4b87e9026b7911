"""The paired randomisation test of two systems: swap them article by article, see how often they differ as far.

If two systems are equally good, it makes no difference which of them said what of an article. So the articles' sums are
swapped between the two, in all 2^G ways or in a fixed random sample of them, and the whole metric is computed again
each time; for a mean over articles that is the sign-flip test (Fisher 1935, "The Design of Experiments", section 21).
The p is exact for any metric, also for macro-F1, which is no mean over articles.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_kit.evaluate.confusion_metrics import Values

EXACT_ARTICLES = 16
"""Up to so many articles all swaps are tried: at most 2^15, since turning all signs changes no distance."""
MIN_DRAWS = 10_000
"""Beyond them so many are tried at least, the one that was observed among them."""
DRAWS_PER_PAIR = 25
"""And so many per pair that is compared, so that Holm's smallest level, .05 / pairs, can be reached."""
SEED = 20_220_111
TOLERANCE = 1e-12
_BLOCK = 4096
_ARTICLES_AT_ONCE = 1024

Measure = Callable[[Any], Values]
"""From sums of shape (..., rows, columns) to a metric of shape (...)."""


class SignFlip(NamedTuple):
    """What the test gives for one pair and one metric.

    Attributes:
        p: two-sided, in (0, 1]; nan where a system's score is undefined.
        smallest_p: the least that p could have been with as many articles in which the two systems differ.
        is_exact: all swaps were tried.
    """

    p: float
    smallest_p: float
    is_exact: bool


def find_smallest_p(articles: int) -> float:
    """The smallest two-sided p that the exact test over this many articles can reach: 2 / 2^G, at most 1.

    All G differences have one sign in 2 of the 2^G equally likely assignments.
    """
    return float(min(1.0, 2.0 ** (1 - articles)))


def find_fewest_articles(level_fraction: float) -> int:
    """The fewest articles with which the exact test can reach a level: 6 for 0.05."""
    articles = 1
    while find_smallest_p(articles) > level_fraction:
        articles += 1
    return articles


def count_draws(articles: int, pairs: int) -> int:
    """How many swaps are tried, the observed one included."""
    if articles <= EXACT_ARTICLES:
        return 1 << max(articles - 1, 0)
    return max(MIN_DRAWS, DRAWS_PER_PAIR * pairs)


def flip_signs(
    systems: Sequence[Any], pairs: Sequence[tuple[int, int]], measures: Sequence[Measure]
) -> list[list[SignFlip]]:
    """The test for each pair of systems and each measure, over shared swaps: a list per pair.

    Each system is an array of sums of shape (G, rows, columns), over the same articles in the same order; pairs are
    indexes into `systems`. Articles in which nothing was counted don't matter. With more than 16 articles the swaps
    are drawn with a fixed seed from a generator whose numbers don't depend on the version of numpy, and
    p = (b + 1) / (n + 1) for b of n at least as far as observed (Phipson and Smyth 2010, "Permutation p-values should
    never be zero", equation 2).
    """
    kept = np.logical_or.reduce([sums.any(axis=(1, 2)) for sums in systems])
    stacks = [np.asarray(sums[kept], dtype=np.float64) for sums in systems]
    articles = int(kept.sum())
    draws = count_draws(articles, len(pairs))
    far = _count_far(stacks, pairs, measures, draws)
    found = []
    for (a, b), counts in zip(pairs, far, strict=True):
        differing = int((stacks[a] != stacks[b]).any(axis=(1, 2)).sum())
        smallest = max(find_smallest_p(differing), 1 / draws)
        found.append([SignFlip(float(n / draws), smallest, articles <= EXACT_ARTICLES) for n in counts])
    return found


def _count_far(
    stacks: Sequence[Any], pairs: Sequence[tuple[int, int]], measures: Sequence[Measure], draws: int
) -> NDArray[np.float64]:
    """Of the swaps, how many are at least as far as the observed one: of shape (pairs, measures), nan if undefined."""
    articles, *shape = stacks[0].shape
    totals = [stack.sum(axis=0) for stack in stacks]
    observed = np.array([[_measure_difference(m, totals[a], totals[b]) for m in measures] for a, b in pairs])
    far = np.where(np.isnan(observed), np.nan, 0.0)
    limits = np.abs(observed) - TOLERANCE
    flat = _shorten(np.concatenate([stack.reshape(articles, shape[0] * shape[1]).T for stack in stacks]) / 2)
    for signs in _iter_signs(articles, draws):
        halves = _multiply(flat, signs).reshape(len(stacks), *shape, -1)
        for row, (a, b) in enumerate(pairs):
            moved = np.moveaxis(halves[a] - halves[b], -1, 0)
            middle = (totals[a] + totals[b]) / 2
            one, other = middle + moved, middle - moved
            for column, compute in enumerate(measures):
                distance = np.abs(_measure_difference(compute, one, other))
                far[row, column] += distance.size - np.count_nonzero(distance < limits[row, column])
    return far


def _measure_difference(compute: Measure, a: Any, b: Any) -> Any:
    return compute(a) - compute(b)


def _shorten(flat: NDArray[np.float64]) -> NDArray[Any]:
    """Halves of counts as 32-bit floats where these hold every sum of them exactly; anything else unchanged."""
    is_exact = bool((flat * 2 % 1 == 0).all()) and 2 * np.abs(flat).sum(axis=1).max(initial=0) < 2**24
    return flat.astype(np.float32) if is_exact else flat


def _multiply(flat: NDArray[Any], signs: NDArray[np.int8]) -> NDArray[np.float64]:
    """`flat @ signs`, with only some articles' signs as floats at a time; rows of zeros are skipped."""
    is_used = flat.any(axis=1)
    product = np.zeros((int(is_used.sum()), signs.shape[1]), dtype=flat.dtype)
    for begin in range(0, len(signs), _ARTICLES_AT_ONCE):
        part = slice(begin, begin + _ARTICLES_AT_ONCE)
        product += flat[is_used, part] @ signs[part].astype(flat.dtype)
    total = np.zeros((len(flat), signs.shape[1]))
    total[is_used] = product
    return total


def _iter_signs(articles: int, draws: int) -> Iterator[NDArray[np.int8]]:
    """Signs of shape (articles, up to 4,096), as many columns in all as there are draws; the first is all +1."""
    generator = np.random.PCG64(SEED)
    words = -(-articles // 64)
    for begin in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - begin)
        if articles <= EXACT_ARTICLES:
            bits = ((np.arange(begin, begin + count)[:, None] >> np.arange(articles)) & 1).astype(np.uint8)
        else:
            raw = generator.random_raw(count * words).astype("<u8").view(np.uint8).reshape(count, -1)
            bits = np.unpackbits(raw, axis=1)[:, :articles]
            bits[0] = 0 if begin == 0 else bits[0]
        yield (1 - 2 * bits.astype(np.int8)).T
