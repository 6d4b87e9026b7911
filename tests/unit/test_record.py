"""The run record: its schema, its digest, what it refuses, and the sums that come out as they went in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus_kit.canonical import to_pretty_json
from corpus_kit.errors import PredictionError
from corpus_kit.evaluate import (
    Execution,
    Prediction,
    digest_record,
    format_record,
    make_record,
    read_record,
    read_record_schema,
    restore_tally,
    run_baseline,
    score_predictions,
)
from corpus_kit.evaluate.record import SCHEMAS, Origin, System, make_record_schema
from corpus_kit.release import Release
from tests.factories import BASELINES, list_ids, make_release

SYSTEM = System(name="mine", version="1", source_sha256=None, is_trained=False)


@pytest.fixture
def release() -> Release:
    """Three articles; a segment of the first recurs."""
    golds = {"a": ["red", "green"], "b": ["blue"], "c": []}
    return make_release(golds, duplicates=[list_ids(make_release(golds))[0]])


def record_of(release: Release, probs: tuple[float, ...] | None = (0.2, 0.3, 0.5)) -> dict[str, Any]:
    """The record of a system that says blue throughout."""
    predictions = [Prediction(id=id_, label="blue", probs=probs) for id_ in list_ids(release)]
    return make_record(
        release,
        score_predictions(release, predictions),
        SYSTEM,
        origin=Origin("loao", 0, {"0": "0" * 64}),
        predictions_sha256="1" * 64,
    )


@pytest.mark.parametrize("file", SCHEMAS)
def test_the_schema_is_that_of_the_code(file: str) -> None:
    """A schema's file is what `make_record_schema` gives; write it again where a field was changed."""
    assert read_record_schema(file) == to_pretty_json(make_record_schema(file))


@pytest.mark.parametrize("file", SCHEMAS)
def test_the_schema_is_strict(file: str) -> None:
    """Every object of a schema refuses keys that it doesn't know, and requires those that it knows."""
    schema = make_record_schema(file)
    for model in (schema, *schema["$defs"].values()):
        assert model["additionalProperties"] is False
        assert model["required"] == list(model["properties"])


def test_sums_come_out_as_they_went_in(release: Release, tmp_path: Path) -> None:
    """The tally that a stored record holds is, to the last bit, the one that was scored."""
    for probs in ((0.2, 0.3, 0.5), None):
        scores = score_predictions(
            release, [Prediction(id=id_, label="blue", probs=probs) for id_ in list_ids(release)]
        )
        (tmp_path / "loao.json").write_bytes(format_record(record_of(release, probs)))
        tally = restore_tally(read_record(tmp_path / "loao.json"))
        assert tally.articles == scores.tally.articles
        for part in ("confusion", "unique", "calibration"):
            np.testing.assert_array_equal(getattr(tally, part), getattr(scores.tally, part))


def test_rows_of_numbers_stand_on_one_line(release: Release) -> None:
    """A matrix has a line per row; nothing but white space differs from plain JSON, whatever the names are."""
    record = record_of(release)
    record["missing"] = ["[\n  1\n]", "[ 1, 2 ]"]
    text = format_record(record).decode()
    assert "[0, 0, 1, 0]" in text
    assert json.loads(text) == record


def test_the_digest_covers_all_but_timing(release: Release) -> None:
    """Another number anywhere is another digest; another time is not."""
    record = record_of(release)
    assert record["digest"] == digest_record(record)
    timed = {**record, "timing": {"fit_s": 1.0, "predict_s": 2.0, "workers": 2}}
    assert digest_record(timed) == record["digest"]
    for name in record.keys() - {"digest", "timing"}:
        assert digest_record({**record, name: "other"}) != record["digest"], name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda record: record.update(extra=1), "extra: Extra inputs"),
        (lambda record: record.update(seed=-1), "seed: Input should be greater than or equal to 0"),
        (lambda record: record.update(seed="0"), "seed: Input should be a valid integer"),
        (lambda record: record["confusion"]["a"].pop(), "confusion.a: not 3 rows of 4 numbers"),
        (lambda record: record["confusion"]["a"][1].append(0), "confusion.a: not 3 rows of 4 numbers"),
        (lambda record: record["confusion"]["a"][1].__setitem__(0, -1), "confusion.a.1.0"),
        (lambda record: record["recurring"].update(a=[]), "recurring.a: not 3 rows of 4 numbers"),
        (lambda record: record["calibration"]["a"]["right"].pop(), "calibration.a.right"),
        (lambda record: record["metrics"].pop("ece"), "metrics: ece missing"),
        (lambda record: record.update(predictions_sha256="x"), "predictions_sha256"),
        (lambda record: record.update(digest="x"), "digest"),
        (lambda record: record.update(timing={"fit_s": -1.0, "predict_s": 0.0, "workers": 1}), "timing.fit_s"),
    ],
)
def test_what_is_refused(release: Release, tmp_path: Path, change: Callable[[Any], None], said: str) -> None:
    """A record of another shape is refused with the field's name."""
    record = json.loads(format_record(record_of(release)))
    change(record)
    path = tmp_path / "loao.json"
    path.write_text(json.dumps(record))
    with pytest.raises(PredictionError, match=said):
        read_record(path)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none(release: Release, tmp_path: Path, text: str) -> None:
    """Not a number, and more than a number can be, are refused."""
    record = format_record(record_of(release)).decode()
    path = tmp_path / "loao.json"
    path.write_text(record.replace('"value": 0.3333333333333333', f'"value": {text}', 1))
    assert text in path.read_text()
    with pytest.raises(PredictionError, match="value"):
        read_record(path)


def test_time_is_recorded_where_there_is_a_clock(tmp_path: Path) -> None:
    """With a clock a record has the seconds of its folds; the same result later keeps them, another gets its own."""
    release = make_release({"a": ["red", "green"], "b": ["blue"]})
    (tmp_path / "majority").mkdir()
    source = (BASELINES / "majority/classifier.py").read_text("utf-8")
    (tmp_path / "majority/classifier.py").write_text(source)
    ticks = iter(range(100))
    path = run_baseline("majority", release, tmp_path, execution=Execution(clock=lambda: next(ticks))).record_path
    stored = read_record(path)
    assert stored.timing is not None
    # Three readings a fold, a second apart: one second to fit and one to predict, for each of two folds.
    assert (stored.timing.fit_s, stored.timing.predict_s, stored.timing.workers) == (2, 2, 1)
    run_baseline("majority", release, tmp_path, execution=Execution(clock=lambda: 0.0))
    assert read_record(path) == stored
    (tmp_path / "majority/classifier.py").write_text(source + "# changed\n")
    run_baseline("majority", release, tmp_path)
    assert read_record(path).timing is None
