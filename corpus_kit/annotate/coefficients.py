"""Agreement coefficients for nominal labels.

Tables of units by annotators may be ragged: a unit counts when at least two annotators labelled it. All are functions
of how often each unit occurs, so units are tallied first: there are few different ones, however many segments.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, isnan, nan
from typing import NamedTuple

Unit = tuple[tuple[str, str], ...]
"""One segment: each annotator with the label given, sorted by annotator."""

Tally = Mapping[Unit, int]
"""How often each unit occurs."""


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


def measure_units(tally: Tally) -> Coefficients:
    """All coefficients over some units."""
    paired = {unit: count for unit, count in tally.items() if len(unit) > 1}
    pairs = sum(count * comb(len(unit), 2) for unit, count in paired.items())
    agreeing = sum(count * sum(a == b for (_, a), (_, b) in combinations(unit, 2)) for unit, count in paired.items())
    return Coefficients(
        units=sum(paired.values()),
        observed=agreeing / pairs if pairs else nan,
        kappa=mean_kappa(paired),
        alpha=krippendorff_alpha(paired),
    )


def mean_kappa(tally: Tally) -> float:
    """Cohen's kappa, the mean over the annotator pairs that share a unit (Light's kappa for more than two).

    Source: Cohen (1960), kappa = (p_o - p_e) / (1 - p_e); Light (1971) for the mean. Pairs for which both used one and
    the same label throughout (p_e = 1) are left out; nan if no pair remains.
    """
    names = sorted({name for unit in tally for name, _ in unit})
    kappas = [cohen_kappa(_tally_pairs(tally, a, b)) for a, b in combinations(names, 2)]
    known = [kappa for kappa in kappas if not isnan(kappa)]
    return sum(known) / len(known) if known else nan


def _tally_pairs(tally: Tally, a: str, b: str) -> Counter[tuple[str, str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    for unit, count in tally.items():
        said = dict(unit)
        if a in said and b in said:
            pairs[said[a], said[b]] += count
    return pairs


def cohen_kappa(pairs: Mapping[tuple[str, str], int]) -> float:
    """Cohen's kappa of two annotators, from how often they gave which two labels.

    In [-1, 1], nan without a pair or where chance alone gives full agreement.
    """
    n = sum(pairs.values())
    if not n:
        return nan
    left, right = Counter[str](), Counter[str]()
    for (a, b), count in pairs.items():
        left[a] += count
        right[b] += count
    observed = sum(count for (a, b), count in pairs.items() if a == b) / n
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


def sum_alpha(tally: Tally) -> AlphaSums:
    """The sums over some units; those with fewer than two labels don't count."""
    totals: Counter[str] = Counter()
    disagreeing = 0.0
    for unit, count in tally.items():
        labels, m = Counter(label for _, label in unit), len(unit)
        if m > 1:
            totals.update({label: count * n for label, n in labels.items()})
            disagreeing += count * sum(n * (m - n) for n in labels.values()) / (m - 1)
    return AlphaSums(totals, disagreeing)


def krippendorff_alpha(tally: Tally) -> float:
    """Krippendorff's alpha for nominal data: 1 - D_o / D_e; nan without a pair or where only one label occurs.

    Source: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: a unit of m labels adds
    each of its ordered pairs with the weight 1 / (m - 1) to the coincidence matrix.
    """
    return sum_alpha(tally).compute()
