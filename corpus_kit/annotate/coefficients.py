"""Agreement coefficients for nominal labels.

Tables of units by annotators may be ragged: a unit counts when at least two annotators labelled it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan, nan
from typing import NamedTuple

from corpus_kit.annotate.decide import share_agreeing_pairs

Unit = Mapping[str, str]
"""One segment: the label that each annotator gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Agreement over some units.

    Attributes:
        units: units with at least two labels; the others are not counted.
        observed: share of agreeing annotator pairs, pooled over units, in [0, 1].
        kappa: Cohen's kappa, the mean over annotator pairs; in [-1, 1].
        alpha: Krippendorff's alpha for nominal data; 1 is perfect, 0 is chance, below 0 is worse than chance.

    All are nan where there is no pair; kappa and alpha also where only one label occurs, for then chance alone
    would agree.
    """

    units: int
    observed: float
    kappa: float
    alpha: float


def measure_units(units: Sequence[Unit]) -> Coefficients:
    """All coefficients over some units."""
    paired = [unit for unit in units if len(unit) > 1]
    pairs = [share_agreeing_pairs(list(unit.values())) for unit in paired]
    weights = [len(unit) * (len(unit) - 1) / 2 for unit in paired]
    total = sum(weights)
    observed = sum(p * w for p, w in zip(pairs, weights, strict=True)) / total if total else nan
    return Coefficients(
        units=len(paired), observed=observed, kappa=mean_kappa(paired), alpha=krippendorff_alpha(paired)
    )


def mean_kappa(units: Sequence[Unit]) -> float:
    """Cohen's kappa, the mean over the annotator pairs that share a unit (Light's kappa for more than two).

    Source: Cohen (1960), kappa = (p_o - p_e) / (1 - p_e); Light (1971) for the mean. Pairs for which both used one and
    the same label throughout (p_e = 1) are left out; nan if no pair remains.
    """
    names = sorted({name for unit in units for name in unit})
    kappas = [
        cohen_kappa([(unit[a], unit[b]) for unit in units if a in unit and b in unit])
        for a, b in combinations(names, 2)
    ]
    known = [kappa for kappa in kappas if not isnan(kappa)]
    return sum(known) / len(known) if known else nan


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two annotators: in [-1, 1], nan without a pair or where chance alone gives full agreement."""
    n = len(pairs)
    if not n:
        return nan
    observed = sum(a == b for a, b in pairs) / n
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[label] * right[label] for label in left) / (n * n)
    return nan if expected == 1 else (observed - expected) / (1 - expected)


class AlphaSums(NamedTuple):
    """What Krippendorff's alpha for nominal data is made of; sums of articles add up to those of all.

    Attributes:
        totals: how often each label was given, in units of two labels or more.
        disagreeing: the ordered pairs of different labels in a unit of m labels over m - 1, summed.
    """

    totals: Counter[str]
    disagreeing: float

    def compute(self) -> float:
        """1 - D_o / D_e; nan without a pair or where only one label occurs."""
        n = sum(self.totals.values())
        expected = sum(count * (n - count) for count in self.totals.values())
        return 1 - (n - 1) * self.disagreeing / expected if expected else nan


def sum_alpha(units: Sequence[Unit]) -> AlphaSums:
    """The sums over some units; those with fewer than two labels don't count."""
    totals: Counter[str] = Counter()
    disagreeing = 0.0
    for unit in units:
        counts, m = Counter(unit.values()), len(unit)
        if m > 1:
            totals += counts
            disagreeing += sum(count * (m - count) for count in counts.values()) / (m - 1)
    return AlphaSums(totals, disagreeing)


def krippendorff_alpha(units: Sequence[Unit]) -> float:
    """Krippendorff's alpha for nominal data: 1 - D_o / D_e; nan without a pair or where only one label occurs.

    Source: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: a unit of m labels adds
    each of its ordered pairs with the weight 1 / (m - 1) to the coincidence matrix.
    """
    return sum_alpha(units).compute()
