"""What a classifier is, and what it has to give."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corpus_kit.errors import ClassifierError
from corpus_kit.model import LabelledArticle, SegmentedArticle

CONTRACT = "See docs/evaluation.md for what a classifier is"


class Classifier(Protocol):
    """A system that reads whole articles."""

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Learn from labelled articles; a system without training does nothing. Articles may have no segments."""

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities of shape (segments, labels): rows in the segments' order, columns in the scheme's."""


MakeClassifier = Callable[[Sequence[str], int], Classifier]
"""The labels in the scheme's order and a seed to a new classifier that has learnt nothing."""


def check_probabilities(values: ArrayLike, article: SegmentedArticle, labels: Sequence[str]) -> NDArray[np.float64]:
    """The probabilities of an article as an array of shape (segments, labels).

    A ClassifierError names the article, and the row from 0, where the shape is another, a value is not finite or below
    0, or a row's sum is further than 1e-6 from 1. Without segments the shape is (0, labels).
    """
    expected = (len(article.segments), len(labels))
    try:
        found = np.asanyarray(values)
        if isinstance(found, np.ma.MaskedArray) or np.iscomplexobj(found):
            raise ClassifierError(f"article {article.id!r}: masked or complex probabilities", remedy=CONTRACT)
        rows = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as e:
        raise ClassifierError(f"article {article.id!r}: not an array of numbers", remedy=CONTRACT) from e
    if rows.shape != expected:
        raise ClassifierError(
            f"article {article.id!r}: probabilities of shape {rows.shape} instead of {expected}", remedy=CONTRACT
        )
    is_proper = np.isfinite(rows) & (rows >= 0)
    totals = np.where(is_proper, rows, 0).sum(axis=1)
    for wrong, what in (
        (~is_proper.all(axis=1), "a value is negative or not finite"),
        (np.abs(totals - 1) > 1e-6, "the sum is not 1"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ClassifierError(f"article {article.id!r}, row {row}: {what}: {rows[row].tolist()}", remedy=CONTRACT)
    return rows
