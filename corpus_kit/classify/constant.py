"""What a classifier says before it can say anything: the same row for every segment."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


def make_constant_row(found: Collection[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """Equal probabilities for the labels that training has, 0 for the others; all alike where training has none."""
    is_found = np.array([not found or label in found for label in labels], dtype=np.float64)
    return np.asarray(is_found / is_found.sum(), dtype=np.float64)
