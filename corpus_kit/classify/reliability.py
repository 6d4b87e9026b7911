"""How certain a model was of what it had not seen, and how often it was right: what silver labels promise."""

from dataclasses import dataclass
from math import nan
from typing import NamedTuple

import numpy as np

from corpus_kit.classify.tokens import Ints
from corpus_kit.classify.vectors import Floats

BINS = 100


class Promise(NamedTuple):
    """What is to be expected of the segments that a threshold accepts.

    Attributes:
        expected_error: the mean of 1 - confidence over the accepted held-out segments; nan where there are none.
        observed_error: the share of them that was wrong; nan where there are none.
        accepted: how many they are, of `segments`.
    """

    expected_error: float
    observed_error: float
    accepted: int
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Held-out predictions by confidence, in bins of one hundredth: how many, their confidences' sum, the errors."""

    counts: tuple[int, ...]
    confidences: tuple[float, ...]
    errors: tuple[int, ...]

    @classmethod
    def empty(cls) -> "Reliability":
        """Of a model that had nothing to hold out."""
        return cls(counts=(0,) * BINS, confidences=(0.0,) * BINS, errors=(0,) * BINS)

    def promise(self, least: float) -> Promise:
        """What holds for segments of at least this confidence, rounded down to a hundredth."""
        begin = min(BINS - 1, int(least * BINS + 1e-9))
        n = sum(self.counts[begin:])
        return Promise(
            expected_error=1 - sum(self.confidences[begin:]) / n if n else nan,
            observed_error=sum(self.errors[begin:]) / n if n else nan,
            accepted=n,
            segments=sum(self.counts),
        )

    def describe(self, least: float) -> str:
        """The promise for a threshold in words."""
        promise = self.promise(least)
        if not promise.accepted:
            return "nothing was held out, or nothing of it was as certain as that"
        return (
            f"{promise.accepted} of {promise.segments} segments at {least} or more, {promise.observed_error:.1%} of"
            f" them wrong ({promise.expected_error:.1%} expected); calibration error {self.measure_ece():.3f}"
        )

    def measure_ece(self) -> float:
        """Expected calibration error over these bins (Naeini et al. 2015), from 0 to 1; nan without predictions."""
        total = sum(self.counts)
        gaps = (abs(c - (n - e)) for n, c, e in zip(self.counts, self.confidences, self.errors, strict=True))
        return sum(gaps) / total if total else nan


def count_reliability(probs: Floats, targets: Ints) -> Reliability:
    """Count the likeliest labels of held-out segments by their probability."""
    confidence = probs.max(axis=1)
    bins = np.minimum(BINS - 1, (confidence * BINS).astype(np.int64))
    wrong = probs.argmax(axis=1) != targets
    return Reliability(
        counts=tuple(np.bincount(bins, minlength=BINS).tolist()),
        confidences=tuple(round(s, 6) for s in np.bincount(bins, weights=confidence, minlength=BINS).tolist()),
        errors=tuple(np.bincount(bins[wrong], minlength=BINS).tolist()),
    )
