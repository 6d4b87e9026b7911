"""What holds of mapped probabilities whatever the mapping is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.evaluate import LabelMapping, make_mapping

TARGETS = ("x", "y", "z")


@st.composite
def mapped(draw: st.DrawFn) -> tuple[LabelMapping, np.ndarray]:
    """A mapping of up to five labels that leaves something, and rows of probabilities, small ones among them."""
    sources = [f"s{i}" for i in range(draw(st.integers(1, 5)))]
    names = {source: draw(st.sampled_from([*TARGETS, None])) for source in sources}
    names[draw(st.sampled_from(sources))] = draw(st.sampled_from(TARGETS))
    weight = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 5e-324, 1e-300]))
    rows = np.array(draw(st.lists(st.tuples(*[weight] * len(sources)), max_size=4))).reshape(-1, len(sources))
    totals = rows.sum(axis=1, keepdims=True)
    even = np.full_like(rows, 1 / len(sources))
    return make_mapping(names, sources, TARGETS), np.divide(rows, totals, out=even, where=totals > 1e-9)


@given(mapped())
def test_mapped_probabilities_are_probabilities(case: tuple[LabelMapping, np.ndarray]) -> None:
    """Rows are finite, not negative, have the sum 1, and give nothing to what no label means."""
    mapping, rows = case
    found = mapping.map_probabilities(rows)
    assert found.shape == (len(rows), len(TARGETS))
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=1e-9)
    for label in mapping.never_said:
        assert not found[:, TARGETS.index(label)].any()
