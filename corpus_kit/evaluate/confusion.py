"""Confusion matrices, one per article: the counts from which every score is computed."""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from corpus_kit.evaluate.predictions import Prediction
from corpus_kit.release import Release

Counts = NDArray[np.int64]
"""Counts of segments of shape (..., K, K + 1): gold labels by predicted labels; the last column is no prediction."""


def count_confusion(
    release: Release, predictions: Iterable[Prediction], *, leave_out: Collection[str] = ()
) -> dict[str, Counts]:
    """A matrix of shape (K, K + 1) for each article of the release, in its order; zeros for one without segments.

    The predictions are expected to have passed `check_predictions`; their order doesn't matter. Segments whose id is
    in `leave_out` are not counted.
    """
    scheme = release.scheme
    size = len(scheme.labels)
    said = {one.id: scheme.index(one.label) for one in predictions}
    matrices = {}
    for labelled in release.articles:
        matrix = matrices[labelled.article.id] = np.zeros((size, size + 1), dtype=np.int64)
        for segment, gold in zip(labelled.article.segments, labelled.labels, strict=True):
            if segment.id not in leave_out:
                matrix[scheme.index(gold), said.get(segment.id, size)] += 1
    return matrices
