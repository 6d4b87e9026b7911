"""Label models learn how good functions are from votes alone."""

import numpy as np
import pytest

from corpus_kit.classify import ABSTAIN, Votes, fit_dawid_skene, fit_weighted_vote
from corpus_kit.classify.label_model import TRUST

A = ABSTAIN
PRIORS = np.array([0.5, 0.3, 0.2])
RATES = np.array(
    [
        [0.70, 0.05, 0.10],
        [0.50, 0.10, 0.02],
        [0.40, 0.02, 0.05],
        [0.05, 0.80, 0.10],
        [0.10, 0.60, 0.05],
        [0.02, 0.40, 0.15],
        [0.05, 0.10, 0.90],
        [0.10, 0.02, 0.60],
        [0.15, 0.05, 0.50],
    ]
)
OWN = np.repeat([0, 1, 2], 3)


def draw(segments: int) -> tuple[Votes, np.ndarray]:
    """Votes of independent functions with known rates, and the true labels."""
    generator = np.random.default_rng(0)
    truth = generator.choice(3, size=segments, p=PRIORS)
    is_vote = generator.random((segments, len(RATES))) < RATES[:, truth].T
    return Votes(np.where(is_vote, OWN, ABSTAIN), OWN), truth


def test_known_rates_are_recovered() -> None:
    """On 20,000 segments without labels, rates and priors come out within 0.03 of those that made the votes."""
    votes, truth = draw(20_000)
    model = fit_dawid_skene(votes, 3)
    assert model.is_converged
    np.testing.assert_allclose(model.rates, RATES, atol=0.03)
    np.testing.assert_allclose(model.priors, PRIORS, atol=0.03)
    best = np.log(PRIORS) + (votes.matrix >= 0) @ np.log(RATES) + (votes.matrix < 0) @ np.log(1 - RATES)
    right = (model.predict(votes.matrix).argmax(axis=1) == truth).mean()
    assert right > (best.argmax(axis=1) == truth).mean() - 0.005


def test_iterating_beats_the_first_guess_and_counting() -> None:
    """Where functions are independent, EM is right more often than what it starts from and than weighted votes."""
    votes, truth = draw(5000)
    models = [fit_dawid_skene(votes, 3), fit_dawid_skene(votes, 3, max_iterations=0), fit_weighted_vote(votes, 3)]
    fitted, *others = ((model.predict(votes.matrix).argmax(axis=1) == truth).mean() for model in models)
    assert fitted > max(others)


def test_no_iteration_lowers_the_objective() -> None:
    """EM climbs, also where a function's label is not the one that it votes on most often."""
    votes, _ = draw(2000)
    wrong = Votes(np.where(votes.matrix >= 0, OWN[::-1], ABSTAIN), OWN[::-1])
    for given in (votes, wrong):
        steps = np.diff(fit_dawid_skene(given, 3).objectives)
        assert (steps > -1e-6).all()


def test_labels_cannot_be_switched() -> None:
    """No function votes more often on another label than on its own, whatever the votes are."""
    votes, _ = draw(2000)
    wrong = Votes(np.where(votes.matrix >= 0, OWN[::-1], ABSTAIN), OWN[::-1])
    model = fit_dawid_skene(wrong, 3)
    own = model.rates[np.arange(len(OWN)), wrong.function_labels]
    assert (own[:, None] >= model.rates).all()


def test_silence_speaks() -> None:
    """A segment on which a frequent function abstains is less likely of its label than the label is in general."""
    votes, _ = draw(5000)
    model = fit_dawid_skene(votes, 3)
    silent = np.where(OWN == 2, ABSTAIN, votes.matrix[:1])
    assert model.predict(silent)[0, 2] < model.priors[2]


def test_given_priors_are_kept() -> None:
    """Known frequencies stay as they are given, brought to the sum 1; a label that can't occur has probability 0."""
    votes, _ = draw(500)
    model = fit_dawid_skene(votes, 3, priors=[2, 2, 0])
    assert model.priors.tolist() == [0.5, 0.5, 0]
    assert (model.predict(votes.matrix)[:, 2] == 0).all()


@pytest.mark.parametrize("fit", [fit_dawid_skene, fit_weighted_vote])
@pytest.mark.parametrize(("segments", "own"), [(0, [0, 1]), (3, []), (0, []), (3, [1])])
def test_little_to_learn_from(fit: object, segments: int, own: list[int]) -> None:
    """No segments, no functions, one function: still a distribution per segment, all alike where nobody votes."""
    labels = np.array(own, dtype=np.int64)
    silent = np.full((segments, len(own)), ABSTAIN)
    model = fit(Votes(silent, labels), 3)  # type: ignore[operator]
    rows = model.predict(np.full((2, len(own)), ABSTAIN))
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    if own:
        assert (model.predict(labels[None]).argmax(axis=1) == labels[0]).all()
    else:
        np.testing.assert_allclose(rows, 1 / 3)
    assert model.predict(np.empty((0, len(own)))).shape == (0, 3)


def test_a_single_label() -> None:
    """A scheme with one label has it everywhere."""
    votes = Votes(np.array([[0], [ABSTAIN]]), np.array([0]))
    for model in (fit_dawid_skene(votes, 1), fit_weighted_vote(votes, 1)):
        assert model.predict(votes.matrix).tolist() == [[1.0], [1.0]]


def test_weights_by_hand() -> None:
    """Votes that others confirm or contradict weigh ln(p (K - 1) / (1 - p)), with the belief counted in as 10 votes."""
    votes = Votes(np.array([[0, 0, A], [0, 0, A], [0, A, 1], [A, A, 1]]), np.array([0, 0, 1]))
    model = fit_weighted_vote(votes, 3)
    p = np.array([(2 + 10 * TRUST) / 13, (2 + 10 * TRUST) / 12, (0 + 10 * TRUST) / 11])
    np.testing.assert_allclose(model.weights, np.log(2 * p / (1 - p)))
    row = model.predict([[0, A, 1]])[0]
    np.testing.assert_allclose(row[0] / row[1], np.exp(model.weights[0] - model.weights[2]))
