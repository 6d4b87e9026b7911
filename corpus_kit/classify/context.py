"""The second pass: what a first pass made of a segment, of its neighbours and of the whole article."""

from collections.abc import Sequence

import numpy as np

from corpus_kit.classify.tokens import Ints
from corpus_kit.classify.vectors import Floats

NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
WINDOWS = (4, 12)


def list_context(probs: Floats, sizes: Sequence[int] | Ints) -> Floats:
    """Rows of shape (segments, labels * 10): for articles of the given sizes, one after the other.

    Per label the centred log-probability of the segment and of three neighbours on either side (0 beyond the ends),
    the mean probability of up to 4 and 12 neighbours on either side, and that of the article.
    """
    counts = np.asarray(sizes, dtype=np.int64)
    size = np.repeat(counts, counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    here = np.arange(len(probs))
    logs = np.log(np.maximum(probs, 1e-4))
    logs -= logs.mean(axis=1, keepdims=True)
    parts = [logs]
    for offset in NEIGHBOURS:
        there = here + offset
        is_there = (there >= first) & (there < first + size)
        parts.append(np.where(is_there[:, None], logs[np.clip(there, 0, max(0, len(logs) - 1))], 0.0))
    parts += [_average_around(probs, first, size, reach) * 3 for reach in WINDOWS]
    parts.append(_average_articles(probs, first, size))
    return np.hstack(parts)


def _average_around(probs: Floats, first: Ints, size: Ints, reach: int) -> Floats:
    """The mean over up to `reach` neighbours on either side, without the segment itself; 0 where it is alone."""
    total = np.vstack((np.zeros((1, probs.shape[1])), np.cumsum(probs, axis=0)))
    here = np.arange(len(probs))
    low, high = np.maximum(first, here - reach), np.minimum(first + size, here + reach + 1)
    return np.asarray((total[high] - total[low] - probs) / np.maximum(1, high - low - 1)[:, None])


def _average_articles(probs: Floats, first: Ints, size: Ints) -> Floats:
    total = np.vstack((np.zeros((1, probs.shape[1])), np.cumsum(probs, axis=0)))
    return np.asarray((total[first + size] - total[first]) / np.maximum(1, size)[:, None])
