"""What holds of any votes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corpus_kit.classify import ABSTAIN, LABEL_MODELS, Votes, fit_dawid_skene, summarize_votes

N_LABELS = 3


@st.composite
def draw_votes(draw: st.DrawFn) -> Votes:
    """The votes of up to five functions on up to twelve segments."""
    labels = np.array(draw(st.lists(st.integers(0, N_LABELS - 1), max_size=5)), dtype=np.int64)
    is_vote = draw(arrays(np.bool_, (draw(st.integers(0, 12)), len(labels))))
    return Votes(np.where(is_vote, labels, ABSTAIN), labels)


@settings(max_examples=60, deadline=None)
@given(draw_votes(), st.sampled_from(sorted(LABEL_MODELS)), st.randoms(use_true_random=False))
def test_order_changes_nothing(votes: Votes, name: str, random: object) -> None:
    """Rows are distributions; neither the order of segments nor that of functions changes them."""
    fit = LABEL_MODELS[name]
    rows = fit(votes, N_LABELS).predict(votes.matrix)
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    assert (rows >= 0).all()
    np.testing.assert_array_equal(fit(votes, N_LABELS).predict(votes.matrix), rows)
    segments, functions = (list(range(n)) for n in votes.matrix.shape)
    random.shuffle(segments)  # type: ignore[attr-defined]
    random.shuffle(functions)  # type: ignore[attr-defined]
    mixed = Votes(votes.matrix[segments], votes.function_labels)
    np.testing.assert_array_equal(fit(mixed, N_LABELS).predict(votes.matrix), rows)
    turned = Votes(votes.matrix[:, functions], votes.function_labels[functions])
    np.testing.assert_allclose(fit(turned, N_LABELS).predict(turned.matrix), rows, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(draw_votes())
def test_em_climbs_and_keeps_labels(votes: Votes) -> None:
    """The objective never falls, and a function votes on its own label at least as often as on any other."""
    model = fit_dawid_skene(votes, N_LABELS, max_iterations=60)
    assert (np.diff(model.objectives) > -1e-9).all()
    own = model.rates[np.arange(len(votes.function_labels)), votes.function_labels]
    assert (own[:, None] >= model.rates - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(draw_votes())
def test_summaries_are_nested(votes: Votes) -> None:
    """Conflicts are among overlaps and overlaps among votes, and no conflict is alone."""
    summaries = summarize_votes(votes.matrix)
    n = len(votes.matrix)
    for one in summaries:
        assert n == 0 or 0 <= one.conflict <= one.overlap <= one.coverage == one.votes / n <= 1
    assert sum(one.conflict > 0 for one in summaries) != 1
