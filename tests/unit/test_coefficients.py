"""Agreement coefficients, against arithmetic by hand and against independent implementations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import isnan, nan
from pathlib import Path

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from corpus_kit.annotate import measure_agreement, read_annotations
from corpus_kit.annotate.coefficients import (
    Tally,
    cohen_kappa,
    krippendorff_alpha,
    mean_kappa,
    measure_units,
    sum_alpha,
)
from corpus_kit.annotate.decide import share_agreeing_pairs
from corpus_kit.corpus import load_corpus
from corpus_kit.ingest import read_articles

LABELS = ["a", "b", "c"]
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30)
UNITS = st.lists(st.dictionaries(st.sampled_from("xyz"), st.sampled_from(LABELS)), min_size=2, max_size=20)


def tally_units(units: Sequence[Mapping[str, str]]) -> Tally:
    """Units, each the label that every annotator gave, as the coefficients take them."""
    return Counter(tuple(sorted(unit.items())) for unit in units)


def test_kappa_by_hand() -> None:
    """Ten units, 7 agreed; margins 6:4 and 5:5, so p_e = .6*.5 + .4*.5 = .5 and kappa = (.7 - .5) / .5 = .4."""
    pairs = [("a", "a")] * 4 + [("b", "b")] * 3 + [("a", "b")] * 2 + [("b", "a")]
    assert cohen_kappa(Counter(pairs)) == pytest.approx(0.4, abs=1e-12)


def test_alpha_by_hand() -> None:
    """Two units (a,a) and (a,b): D_o = 2 off-diagonal of n = 4, D_e = 2*3*1 / 3; alpha = 1 - 3 * 2 / 6 = 0."""
    assert krippendorff_alpha(tally_units([{"x": "a", "y": "a"}, {"x": "a", "y": "b"}])) == pytest.approx(0, abs=1e-12)


def test_perfect_agreement_on_two_labels_is_one() -> None:
    """Unanimity over several labels gives 1 for all three."""
    units = [{"x": label, "y": label} for label in LABELS]
    found = measure_units(tally_units(units))
    assert (found.observed, found.kappa, found.alpha) == (1, 1, 1)


def test_unanimity_in_one_label_is_undefined() -> None:
    """Where only one label occurs, chance alone agrees: kappa and alpha are nan, not 1."""
    found = measure_units(tally_units([{"x": "a", "y": "a"}] * 5))
    assert found.observed == 1
    assert isnan(found.kappa)
    assert isnan(found.alpha)


def test_no_pair_is_nan() -> None:
    """Units with one label are not counted; with none left everything is nan."""
    found = measure_units(tally_units([{"x": "a"}, {}]))
    assert found.units == 0
    assert isnan(found.observed)
    assert isnan(found.kappa)
    assert isnan(found.alpha)


@given(PAIRS)
def test_kappa_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    """Where it is defined, kappa is that of scikit-learn."""
    found = cohen_kappa(Counter(pairs))
    if len({label for pair in pairs for label in pair}) > 1:
        assert found == pytest.approx(cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs]), abs=1e-9)


@given(UNITS)
def test_alpha_is_that_of_the_krippendorff_package(units: list[dict[str, str]]) -> None:
    """Also with missing labels and three annotators, alpha is that of an independent implementation."""
    found = krippendorff_alpha(tally_units(units))
    if isnan(found):
        return
    numbers = [[LABELS.index(unit[who]) if who in unit else float("nan") for unit in units] for who in "xyz"]
    assert found == pytest.approx(krippendorff.alpha(numbers, level_of_measurement="nominal"), abs=1e-9)


@given(PAIRS)
def test_the_order_of_units_does_not_matter(pairs: list[tuple[str, str]]) -> None:
    """Coefficients are functions of the multiset of units."""
    units = [{"x": a, "y": b} for a, b in pairs]
    there, back = tally_units(units), tally_units(units[::-1])
    assert measure_units(there).observed == measure_units(back).observed
    assert mean_kappa(there) == pytest.approx(mean_kappa(back), nan_ok=True)


@given(UNITS)
def test_tallied_coefficients_are_those_of_the_units_one_by_one(units: list[dict[str, str]]) -> None:
    """Counting equal units together changes nothing: each figure is what its definition gives, unit for unit."""
    found = measure_units(tally_units(units))
    paired = [unit for unit in units if len(unit) > 1]
    weights = [len(unit) * (len(unit) - 1) / 2 for unit in paired]
    shares = [share_agreeing_pairs(list(unit.values())) for unit in paired]
    agreeing = sum(share * weight for share, weight in zip(shares, weights, strict=True))
    assert found.units == len(paired)
    assert found.observed == pytest.approx(agreeing / sum(weights) if paired else nan, nan_ok=True)
    assert found.kappa == pytest.approx(average_kappas(paired), nan_ok=True)
    sums = sum_alpha(tally_units(units))
    assert sums.totals == Counter(label for unit in paired for label in unit.values())
    assert sums.disagreeing == pytest.approx(
        sum((a != b) * 2 / (len(unit) - 1) for unit in paired for a, b in combinations(unit.values(), 2))
    )


def average_kappas(units: Sequence[Mapping[str, str]]) -> float:
    """The mean of scikit-learn's kappas of annotator pairs, without those who gave but one label."""
    kappas = []
    for left, right in combinations("xyz", 2):
        shared = [(unit[left], unit[right]) for unit in units if left in unit and right in unit]
        if len({label for pair in shared for label in pair}) > 1:
            kappas.append(cohen_kappa_score([a for a, _ in shared], [b for _, b in shared]))
    return sum(kappas) / len(kappas) if kappas else nan


def test_an_open_dispute_counts_as_prose(corpus_dir: Path) -> None:
    """A disagreement over prose lowers the agreement over prose, also before anyone adjudicated it."""
    ledger = corpus_dir / "annotations/ledger/lm-1.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace('"label":"fact"', '"label":"opinion"', 1), "utf-8")
    corpus = load_corpus(corpus_dir)
    annotations = read_annotations(corpus, read_articles(corpus))
    measured = measure_agreement(corpus.scheme, corpus.file.annotators, annotations)
    assert measured.disputed == 1
    assert measured.scopes["prose"].units == 96
    assert measured.scopes["prose"].observed == pytest.approx(95 / 96)
