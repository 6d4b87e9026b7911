"""What holds of scores whatever the predictions are."""

from dataclasses import replace
from math import isnan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus_kit.classify import load_classifier
from corpus_kit.errors import PredictionError, ReleaseError
from corpus_kit.evaluate import METRICS, Prediction, evaluate_loao, score_predictions
from corpus_kit.release import Release
from tests.factories import BASELINES, LABELS, list_ids, make_release


@st.composite
def scored(draw: st.DrawFn) -> tuple[Release, list[Prediction]]:
    """A release of up to five articles, and a complete set of predictions for it."""
    gold = draw(st.lists(st.lists(st.sampled_from(LABELS), max_size=6), min_size=1, max_size=5))
    release = make_release({f"a{i}": labels for i, labels in enumerate(gold)})
    ids = list_ids(release)
    if ids:
        release = replace(release, duplicate_groups=dict.fromkeys(draw(st.sets(st.sampled_from(ids))), "g"))
    rows = draw(st.sampled_from([None, (0.2, 0.3, 0.5), (0.0, 1.0, 0.0)]))
    return release, [Prediction(id=id_, label=draw(st.sampled_from(LABELS)), probs=rows) for id_ in ids]


@given(scored(), st.data())
def test_dropping_or_repeating_never_passes(case: tuple[Release, list[Prediction]], data: st.DataObject) -> None:
    """Predictions that lack ids or repeat some are refused, also when as many are repeated as dropped."""
    release, predictions = case
    assume(predictions)
    dropped = data.draw(st.sets(st.sampled_from(range(len(predictions)))))
    kept = [one for i, one in enumerate(predictions) if i not in dropped]
    repeated = data.draw(st.lists(st.sampled_from(kept))) if kept else []
    assume(dropped or repeated)
    submitted = kept + repeated
    with pytest.raises(PredictionError):
        score_predictions(release, data.draw(st.permutations(submitted)))


def test_the_published_exploit() -> None:
    """Dropping three hard ids and repeating three easy ones keeps the number of rows, and is refused."""
    release = make_release({"a": ["red"] * 5 + ["blue"] * 3})
    predictions = [Prediction(id=id_, label="red") for id_ in list_ids(release)]
    submitted = predictions[:5] + predictions[:3]
    assert len(submitted) == len(predictions)
    for allow_missing in (False, True):
        with pytest.raises(PredictionError, match="3 repeated ids"):
            score_predictions(release, submitted, allow_missing=allow_missing)


@given(scored(), st.data())
def test_withholding_never_raises_a_score(case: tuple[Release, list[Prediction]], data: st.DataObject) -> None:
    """No metric rises when predictions are left out, though some become unknown, and those that were are listed."""
    release, predictions = case
    kept = [one for one in predictions if data.draw(st.booleans())]
    complete = score_predictions(release, predictions)
    partial = score_predictions(release, kept, allow_missing=True)
    assert set(partial.missing) == {one.id for one in predictions} - {one.id for one in kept}
    for name, interval in complete.metrics.items():
        after = partial.metrics[name].value
        may_be_lost = name.startswith(("precision", "kappa", "brier", "log_loss", "ece"))
        assert isnan(interval.value) or after <= interval.value + 1e-12 or (may_be_lost and isnan(after))
        assert not isnan(interval.value) or isnan(after) or after <= 0


@given(scored())
def test_bounds(case: tuple[Release, list[Prediction]]) -> None:
    """Scores and bounds lie in the metric's range, the score between its bounds, and counts add up."""
    release, predictions = case
    scores = score_predictions(release, predictions)
    assert scores.tally.confusion.sum() == scores.tally.calibration[..., 0].sum() == len(predictions)
    assert sum(scores.supports.values()) == len(predictions)
    for name, interval in scores.metrics.items():
        low, high = METRICS[name.split("[")[0]].low, METRICS[name.split("[")[0]].high
        assert isnan(interval.value) or low - 1e-12 <= interval.value <= high + 1e-12
        assert bool(interval.reason) == isnan(interval.low) == isnan(interval.high) == isnan(interval.se)
        assert interval.reason or low <= interval.low <= interval.value + 1e-12
        assert interval.reason or interval.value - 1e-12 <= interval.high <= high


@given(scored(), st.randoms(use_true_random=False))
def test_order_is_free(case: tuple[Release, list[Prediction]], random: object) -> None:
    """Neither the order of the predictions nor that of the articles changes a score."""
    release, predictions = case
    shuffled, articles = list(predictions), list(release.articles)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(articles)  # type: ignore[attr-defined]
    one, other = score_predictions(release, predictions), score_predictions(release, shuffled)
    assert repr(one.metrics) == repr(other.metrics)
    other = score_predictions(replace(release, articles=tuple(articles)), shuffled)
    for name, interval in one.metrics.items():
        assert other.metrics[name].value == pytest.approx(interval.value, abs=1e-12, nan_ok=True)
        assert other.metrics[name].low == pytest.approx(interval.low, abs=1e-9, nan_ok=True)


@given(scored())
def test_perfect_predictions(case: tuple[Release, list[Prediction]]) -> None:
    """Perfect predictions have accuracy 1 and, with every label present, macro-F1 1."""
    release, _ = case
    gold = [
        Prediction(id=segment.id, label=label)
        for labelled in release.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    ]
    assume(gold)
    scores = score_predictions(release, gold)
    assert scores.metrics["accuracy"].value == 1
    assert scores.metrics["macro_f1"].value == pytest.approx(len({one.label for one in gold}) / len(LABELS))


@given(scored(), st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_each_fold_is_predicted_from_the_others(case: tuple[Release, list[Prediction]], folds: list[int]) -> None:
    """Under loao every segment is predicted once, with its own fold held out; fewer than two folds are refused."""
    release, _ = case
    articles = tuple(replace(article, fold=folds[i]) for i, article in enumerate(release.articles))
    release = replace(release, articles=articles)
    majority = load_classifier("majority", BASELINES)
    if len({article.fold for article in articles}) < 2:
        with pytest.raises(ReleaseError, match="holding one out needs two"):
            evaluate_loao(release, majority)
        return
    run = evaluate_loao(release, majority)
    own = {segment.id: a.fold for a in articles for segment in a.article.segments}
    assert [(one.id, one.fold) for one in run.predictions] == sorted(own.items())
    for one in run.predictions:
        training = [label for a in articles if a.fold != one.fold for label in a.labels]
        counts = [training.count(label) for label in LABELS]
        assert one.probs == tuple(round(n / len(training), 6) if training else 0.333333 for n in counts)
        assert one.label == LABELS[counts.index(max(counts))]
