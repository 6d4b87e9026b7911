"""Two systems side by side, by name or by file."""

import json
from pathlib import Path

import pytest

from corpus_kit.errors import PredictionError, UnknownName
from corpus_kit.evaluate import (
    Prediction,
    compare_systems,
    comparison_to_json,
    read_contender,
    render_comparison,
    run_baseline,
    write_predictions,
)
from corpus_kit.release import Release
from tests.factories import BASELINES, list_ids, make_release


@pytest.fixture
def release() -> Release:
    """Three articles with segments and one without."""
    return make_release({"a": ["red", "green"], "b": ["blue", "red"], "c": [], "d": ["red"]})


def write(path: Path, release: Release, labels: str, *, skip: int = 0) -> Path:
    """A prediction file with the labels of these initials, without the first `skip`."""
    names = {"r": "red", "g": "green", "b": "blue"}
    rows = [Prediction(id=id_, label=names[one]) for id_, one in zip(list_ids(release), labels, strict=True)]
    write_predictions(path, rows[skip:])
    return path


def test_two_files(release: Release, tmp_path: Path) -> None:
    """Files have differences in every metric, right answers by article, and the segments on which they differ."""
    a = read_contender(str(write(tmp_path / "a.jsonl", release, "rgbrr")), release, tmp_path)
    b = read_contender(str(write(tmp_path / "b.jsonl", release, "rrbgr", skip=1)), release, tmp_path)
    found = compare_systems(release, a, b)
    assert (found.a, found.b, found.release) == ("a.jsonl", "b.jsonl", "toy 1.0.0")
    assert found.differences["accuracy"].interval.value == pytest.approx(5 / 5 - 2 / 5)
    assert [tuple(article) for article in found.articles] == [("a", 2, 2, 0), ("b", 2, 2, 1), ("d", 1, 1, 1)]
    assert [(one.position, one.gold, one.said) for one in found.segments] == [
        (0, "red", ("red", None)),
        (1, "green", ("green", "red")),
        (1, "red", ("red", "green")),
    ]
    assert found.segments[1].text == "a 1"
    # Two of the three articles differ: 2 / 2^2 is the least p, and 2 / 2^3 what three articles could reach.
    assert found.differences["accuracy"].test.smallest_p == 0.5
    assert found.smallest_p == 0.25
    text = render_comparison(found)
    assert "they differ on 3 segments:" in text
    assert "a 1  a: green ✓ b: red  (is green)" in text
    assert "with 3 articles no p can be below 0.25" in text
    value = json.loads(json.dumps(comparison_to_json(found), allow_nan=False))
    assert value["metrics"]["brier"]["a"] is None
    assert value["segments"][0]["said"] == ["red", None]


def test_a_stored_run_by_its_name(release: Release, tmp_path: Path) -> None:
    """A name is a folder with a run of this release; an unknown one is refused with those that there are."""
    (tmp_path / "majority").mkdir()
    (tmp_path / "majority/classifier.py").write_bytes((BASELINES / "majority/classifier.py").read_bytes())
    run_baseline("majority", release, tmp_path)
    found = read_contender("majority", release, tmp_path)
    assert found.contender.name == "majority"
    assert found.contender.is_approximate
    with pytest.raises(UnknownName, match=r"unknown system 'majorty'.*Did you mean 'majority'"):
        read_contender("majorty", release, tmp_path)
    with pytest.raises(UnknownName, match="unknown protocol 'bootstrap'"):
        read_contender("majority", release, tmp_path, protocol="bootstrap")
    with pytest.raises(UnknownName, match=r"unknown protocol of a stored run 'transfer-news-1\.0\.0'.*Valid: loao"):
        read_contender("majority", release, tmp_path, protocol="transfer-news-1.0.0")
    with pytest.raises(PredictionError, match="can't be read"):
        read_contender("none.jsonl", release, tmp_path)
    with (tmp_path / "majority/1.0.0/loao.predictions.jsonl").open("a") as file:
        file.write("\n")
    with pytest.raises(PredictionError, match="of other predictions"):
        read_contender("majority", release, tmp_path)


def test_text_that_would_act_on_a_terminal(tmp_path: Path) -> None:
    """Controls and marks of direction in an article or a file's name are shown as U+FFFD, and nothing else is lost."""
    release = make_release({"a\x1b[31m": ["red", "green"]})
    path = write(tmp_path / "x\x07.jsonl", release, "rg")
    a, b = (read_contender(str(one), release, tmp_path) for one in (path, write(tmp_path / "y.jsonl", release, "gg")))
    text = render_comparison(compare_systems(release, a, b))
    assert "x\ufffd.jsonl (a)" in text
    assert "a\ufffd[31m 0" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_only_the_first_of_many_segments_are_shown(tmp_path: Path) -> None:
    """People are shown 40 differing segments and told how many more there are; JSON has all."""
    release = make_release({"a": ["red"] * 50})
    a, b = (read_contender(str(write(tmp_path / f"{one}.jsonl", release, one * 50)), release, tmp_path) for one in "rg")
    found = compare_systems(release, a, b)
    assert "and 10 more, which --json lists" in render_comparison(found)
    assert len(comparison_to_json(found)["segments"]) == 50
