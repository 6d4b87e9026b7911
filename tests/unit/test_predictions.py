"""Prediction files: what is read, what is refused, what is written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus_kit.errors import PredictionError, TargetError
from corpus_kit.evaluate import (
    Prediction,
    check_predictions,
    format_predictions,
    read_predictions,
    score_file,
    write_predictions,
)
from corpus_kit.release import Release
from tests.factories import list_ids, make_release


@pytest.fixture
def release() -> Release:
    """Two articles, five segments."""
    return make_release({"a": ["red", "green", "blue"], "b": ["red", "red"]})


def predict_all(release: Release) -> list[Prediction]:
    """Red for everything, with probabilities."""
    return [Prediction(id=id_, label="red", fold=None, probs=(0.5, 0.25, 0.25)) for id_ in list_ids(release)]


def test_round_trip(tmp_path: Path, release: Release) -> None:
    """What is written is read again, sorted by id."""
    path = tmp_path / "p.jsonl"
    write_predictions(path, reversed(predict_all(release)))
    assert read_predictions(path, release) == sorted(predict_all(release), key=lambda one: one.id)


def test_bytes() -> None:
    """A line is canonical JSON with probabilities to six decimals; None is null."""
    rows = [Prediction(id="b", label="é"), Prediction(id="a", label="x", fold=1, probs=(1 / 3, 2 / 3))]
    assert format_predictions(rows).decode() == (
        '{"fold":1,"id":"a","label":"x","probs":[0.333333,0.666667]}\n{"fold":null,"id":"b","label":"é","probs":null}\n'
    )


def test_fold_and_probs_are_optional(tmp_path: Path, release: Release) -> None:
    """A line needs an id and a label and nothing else."""
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps({"id": id_, "label": "blue"}) + "\n" for id_ in list_ids(release)))
    assert {(one.label, one.fold, one.probs) for one in read_predictions(path, release)} == {("blue", None, None)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "x"}', "label: Field required"),
        ('{"id": "x", "label": "red", "score": 1}', "score: Extra inputs"),
        ('{"id": "x", "label": 1}', "label: Input should be a valid string"),
        ('{"id": "x", "label": "red", "id": "y"}', "a key stands twice"),
        ('{"id": "x", "label": "red"', "not valid JSON"),
        ('["x", "red"]', "valid dictionary"),
    ],
)
def test_malformed_lines(tmp_path: Path, release: Release, line: str, said: str) -> None:
    """A line that is no prediction is refused with the file and the line."""
    path = tmp_path / "p.jsonl"
    path.write_text(format_predictions(predict_all(release)[:1]).decode() + "\n" + line + "\n")
    with pytest.raises(PredictionError, match=said) as caught:
        read_predictions(path, release)
    assert (caught.value.path, caught.value.line) == (path, 3)


def test_all_that_is_wrong_at_once(tmp_path: Path, release: Release) -> None:
    """One error counts repeated, unknown and missing ids and unknown labels together, at the first line at fault."""
    rows = predict_all(release)[:3]
    rows += [rows[0], rows[1], Prediction(id="zzz", label="red"), replace(rows[2], id="yyy", label="mauve")]
    path = tmp_path / "p.jsonl"
    path.write_bytes(b"".join(format_predictions([row]) for row in rows))
    with pytest.raises(PredictionError) as caught:
        read_predictions(path, release)
    assert caught.value.line == 4
    assert "2 repeated ids" in caught.value.what
    assert "2 ids that are not in the release ('zzz' in line 6, 'yyy' in line 7)" in caught.value.what
    assert "1 labels outside the scheme ('mauve' for 'yyy' in line 7)" in caught.value.what
    assert "2 segments without a prediction ('b:" in caught.value.what
    assert "5 segments of toy 1.0.0" in caught.value.remedy


def test_only_the_first_of_many_are_shown() -> None:
    """Of many faults of one kind all are counted and three are shown."""
    release = make_release({"a": ["red"] * 50})
    with pytest.raises(PredictionError, match=r"50 segments without a prediction \('a:\S+', 'a:\S+', 'a:\S+', …\)"):
        check_predictions(release, [])


@pytest.mark.parametrize(
    "probs",
    [
        (0.5, 0.5),
        (0.25,) * 4,
        (0.5, 0.5, 0.01),
        (1.5, -0.5, 0.0),
        (float("nan"), 0.5, 0.5),
        (float("inf"), 0.0, 0.0),
        (),
    ],
)
def test_probabilities_that_are_none(release: Release, probs: tuple[float, ...]) -> None:
    """Probabilities of a wrong length, below 0, not finite or with another sum than 1 are refused."""
    rows = predict_all(release)
    rows[2] = replace(rows[2], probs=probs)
    with pytest.raises(PredictionError, match="1 rows of probabilities"):
        check_predictions(release, rows)


def test_rounded_probabilities(release: Release) -> None:
    """A sum within a thousandth of 1 is a rounded 1."""
    rows = [replace(one, probs=(0.333, 0.333, 0.333)) for one in predict_all(release)]
    assert check_predictions(release, rows) == ()


def test_a_fold_is_the_segments_own(release: Release) -> None:
    """A prediction made with another fold held out is refused: the system may have been trained on the segment."""
    rows = predict_all(release)
    assert check_predictions(release, [replace(rows[0], fold=0), *rows[1:]]) == ()
    with pytest.raises(PredictionError, match=r"1 folds that are not the segment's own \(1 for 'a:"):
        check_predictions(release, [replace(rows[0], fold=1), *rows[1:]])


def test_missing_ids_when_allowed(release: Release) -> None:
    """Missing ids are listed, sorted, and nothing else becomes allowed."""
    rows = predict_all(release)
    missing = tuple(sorted(one.id for one in rows[:2]))
    assert check_predictions(release, rows[2:], allow_missing=True) == missing
    with pytest.raises(PredictionError, match="1 repeated ids"):
        check_predictions(release, [*rows[2:], rows[2]], allow_missing=True)


def test_no_such_file(tmp_path: Path, release: Release) -> None:
    """A file that isn't there is a PredictionError."""
    with pytest.raises(PredictionError, match="can't be read"):
        read_predictions(tmp_path / "none.jsonl", release)


def test_a_target_that_cannot_be_written(tmp_path: Path, release: Release) -> None:
    """What can't be written is a TargetError, and nothing is left behind."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TargetError):
        write_predictions(tmp_path / "file" / "p.jsonl", predict_all(release))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_scoring_a_file(tmp_path: Path, release: Release) -> None:
    """A scored file says its metrics and what is missing, in words and as JSON without NaN."""
    path = tmp_path / "p.jsonl"
    write_predictions(path, predict_all(release)[1:])
    scored = score_file(path, release, allow_missing=True)
    assert "accuracy: 0.400 [" in scored.to_text()
    assert f"missing, counted as wrong: {list_ids(release)[0]}" in scored.to_text()
    value = json.loads(json.dumps(scored.to_json(), allow_nan=False))
    assert value["counts"] == {"segments": 5, "predicted": 4, "missing": 1, "duplicates": 0}
    assert value["metrics"]["accuracy"]["value"] == 0.4
