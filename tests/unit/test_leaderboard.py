"""Stored results, the board made of them, and what a check finds."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.classify import load_classifier
from corpus_kit.errors import PredictionError, ReleaseError, TargetError, UnknownName
from corpus_kit.evaluate import (
    Execution,
    ResultRecord,
    check_leaderboard,
    collect_runs,
    compare_run,
    digest_record,
    evaluate_loao,
    list_metrics,
    make_board,
    read_record,
    recompute_run,
    render_leaderboard,
    run_baseline,
    score_predictions,
    write_leaderboard,
    write_predictions,
)
from corpus_kit.evaluate.record import describe_interval
from corpus_kit.release import Release
from tests.factories import BASELINES, list_ids, make_release

NAMES = ("majority", "rules", "tfidf_logreg")


@pytest.fixture(scope="module")
def release() -> Release:
    """Five articles; red has 21 segments, green 11, blue 2, and one segment recurs in another fold."""
    golds = {f"a{i}": ["red"] * (4 + (i == 0)) + ["green"] * (2 + (i == 1)) for i in range(5)}
    golds["a0"] += ["blue"]
    golds["a3"] += ["blue"]
    plain = make_release(golds)
    return replace(plain, duplicate_groups={list_ids(plain)[0]: "g"})


@pytest.fixture(scope="module")
def stored(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three baselines with their results and a board.

    No rule has a say under these labels, so the rules learn nothing here and are declared so, as version 1.
    """
    folder = tmp_path_factory.mktemp("baselines")
    for name in NAMES:
        (folder / name).mkdir()
        source = (BASELINES / name / "classifier.py").read_text("utf-8")
        source = source.replace('version = "2"', 'version = "1"')
        if name == "rules":
            source = source.replace("is_trained = True", "is_trained = False")
        (folder / name / "classifier.py").write_text(source, "utf-8")
        run_baseline(name, release, folder)
    write_leaderboard(folder, release, folder / "LEADERBOARD.md")
    return folder


@pytest.fixture
def baselines(stored: Path, tmp_path: Path) -> Path:
    """A copy of them to be tampered with."""
    return Path(copytree(stored, tmp_path / "baselines", ignore=ignore_patterns("*.tmp")))


def locate(baselines: Path, name: str = "rules") -> Path:
    """A stored record."""
    return baselines / name / "1.0.0" / "loao.json"


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored record."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(to_pretty_json(value))


def test_what_is_stored(release: Release, baselines: Path) -> None:
    """A run leaves its predictions and a record that names them, the code and the dataset, but no clock and no host."""
    path = locate(baselines, "tfidf_logreg")
    value = json.loads(path.read_text())
    source = (baselines / "tfidf_logreg" / "classifier.py").read_bytes()
    predictions = path.with_suffix(".predictions.jsonl").read_bytes()
    assert sorted(file.name for file in path.parent.iterdir()) == ["loao.json", "loao.predictions.jsonl"]
    assert value["format"] == "corpus-kit/result/2"
    assert value["system"] == {
        "name": "tfidf_logreg",
        "version": "1",
        "source_sha256": hash_bytes(source),
        "is_trained": True,
    }
    digest = release.manifest.digest
    assert value["dataset"] == {"name": "toy", "version": "1.0.0", "digest": digest, "subset": None}
    assert value["predictions_sha256"] == hash_bytes(predictions)
    assert value["supports"] == {"red": 21, "green": 11, "blue": 2}
    assert value["counts"] == {"segments": 34, "predicted": 34, "missing": 0, "duplicates": 1}
    assert list(value["train_ids_sha256"]) == ["0", "1", "2", "3", "4"]
    assert list(value["metrics"]) == [str(metric) for metric in list_metrics(("red", "green", "blue"))]
    assert set(value["versions"]) == {"python", "corpus-kit", "numpy", "scipy", "scikit-learn"}
    assert value["digest"] == digest_record(value)
    assert list(value["recurring"]) == ["a0"]
    assert sum(map(sum, value["recurring"]["a0"])) == 1
    assert list(value["calibration"]) == list(value["confusion"]) == [f"a{i}" for i in range(5)]
    assert value["timing"] is None
    assert value["metrics"]["accuracy"]["approximate"]
    assert not json.loads(locate(baselines).read_text())["metrics"]["accuracy"]["approximate"]


def test_majority_by_hand(baselines: Path) -> None:
    """Majority says red throughout: accuracy 21/34, F1 of red 42/55, macro-F1 a third of that, blue and green 0."""
    metrics = read_record(locate(baselines, "majority")).metrics
    assert metrics["accuracy"].value == pytest.approx(21 / 34)
    assert metrics["f1[red]"].value == pytest.approx(42 / 55)
    assert metrics["macro_f1"].value == pytest.approx(42 / 55 / 3)
    assert metrics["f1[blue]"].value == 0
    # Without the recurring segment, which is red: 20 of 33.
    assert metrics["macro_f1_without_duplicates"].value == pytest.approx(40 / 53 / 3)
    assert metrics["accuracy"].df == 4


@pytest.mark.parametrize("name", NAMES)
def test_same_bytes_again(release: Release, baselines: Path, name: str) -> None:
    """A second run gives the same bytes, and reports each fold once."""
    files = [locate(baselines, name), locate(baselines, name).with_suffix(".predictions.jsonl")]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    told: list[tuple[int, int]] = []
    run = run_baseline(name, release, baselines, execution=Execution(progress=lambda *fold: told.append(fold)))
    assert [file.read_bytes() for file in files] == before
    assert told == [(i, 5) for i in range(1, 6)]
    assert run.record_path == files[0]
    assert run.summary.startswith(f"{name} 1, loao: macro_f1 0.")


def test_unknown_protocol(release: Release, baselines: Path) -> None:
    """A protocol that doesn't exist is refused with those that do."""
    with pytest.raises(UnknownName, match="Valid: loao"):
        run_baseline("majority", release, baselines, protocol="splits")


def test_a_folder_that_cannot_be_written(release: Release, baselines: Path) -> None:
    """Where the results can't be written the run ends with a TargetError."""
    (baselines / "other").write_text("in the way")
    (baselines.parent / "other.py").write_bytes((BASELINES / "majority" / "classifier.py").read_bytes())
    with pytest.raises(TargetError):
        run_baseline(str(baselines.parent / "other.py"), release, baselines)


def test_training_ids(release: Release) -> None:
    """The digest of a fold's training ids is over the sorted ids of all other folds, a line each."""
    run = evaluate_loao(release, load_classifier("majority", BASELINES))
    ids = [segment.id for a in release.articles if a.fold != 2 for segment in a.article.segments]
    assert run.train_ids_sha256["2"] == hash_bytes("".join(f"{id_}\n" for id_ in sorted(ids)).encode())


def test_the_board(release: Release, baselines: Path) -> None:
    """The board is sorted by macro-F1 and says what it can't show."""
    board = (baselines / "LEADERBOARD.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in board.splitlines() if line.startswith("|")]
    assert rows[0] == [
        "System",
        "How",
        "Group",
        "Macro-F1",
        "Macro-F1 without 1 recurring segment",
        "Accuracy",
        "Accuracy without 1 recurring segment",
        "MCC",
    ]
    scores = [float(row[3].split()[0]) for row in rows[2:5]]
    assert scores == sorted(scores, reverse=True)
    by_name = {row[0].split()[0]: row for row in rows[2:5]}
    assert by_name["majority"][5].endswith("] ≈")
    assert not by_name["rules"][5].endswith("≈")
    assert {(row[1], row[2]) for row in rows[2:5]} == {("re-run here", "a")}
    assert rows[5] == ["System", "F1 red (n = 21)", "F1 green (n = 11)", "F1 blue (n = 2)"]
    assert rows[10][1:] == ["", "", "2 segments: says nothing about a system"]
    assert rows[11] == ["System", "Brier score", "Log loss", "Calibration error (ECE)"]
    assert "| a0 | 8 |" in board
    assert "# Leaderboard: toy 1.0.0" in board
    assert release.manifest.digest in board
    assert "34 segments of 5 articles" in board
    assert "2/2^5 = 0.0625" in board
    assert "no ranks are given" in board
    assert "all systems are in one group" in board
    assert "Macro-F1 rests to 1/3 on labels with fewer than 10 segments (blue: 2)" in board


def test_equal_scores_are_sorted_by_name(release: Release, baselines: Path) -> None:
    """Systems with the same macro-F1 stand in the order of their names, whatever the order of the results."""
    (baselines / "alike").mkdir()
    (baselines / "alike" / "classifier.py").write_bytes((baselines / "majority" / "classifier.py").read_bytes())
    run_baseline("alike", release, baselines)
    runs = collect_runs(baselines, release)
    board = render_leaderboard(make_board(runs[::-1]))
    assert board == render_leaderboard(make_board(runs))
    assert board.index("| alike 1 ") < board.index("| majority 1 ")


def test_no_interval_on_the_board(tmp_path: Path) -> None:
    """Where the jackknife says nothing the board has a dash and says that this is not certainty."""
    release = make_release({"a": ["red", "green"], "b": ["red", "green"], "c": ["red", "green"]})
    path = tmp_path / "majority" / "classifier.py"
    path.parent.mkdir()
    path.write_bytes((BASELINES / "majority" / "classifier.py").read_bytes())
    run_baseline("majority", release, tmp_path)
    board = render_leaderboard(make_board(collect_runs(tmp_path, release)))
    assert "0.500 [–] |" in board
    assert "that is not certainty" in board
    assert "≈" not in board.split("\n- ")[0]


def test_no_results(release: Release, tmp_path: Path) -> None:
    """Without results the board says so, and a check of it finds nothing."""
    write_leaderboard(tmp_path, release, tmp_path / "LEADERBOARD.md")
    assert "No results are stored." in (tmp_path / "LEADERBOARD.md").read_text()
    assert check_leaderboard(tmp_path, release, tmp_path / "LEADERBOARD.md") == []


def test_results_of_another_release(release: Release, baselines: Path) -> None:
    """Results of different releases don't get onto one board."""
    edit(locate(baselines), lambda value: value["dataset"].update(digest="sha256:" + "1" * 64))
    with pytest.raises(ReleaseError, match="of another release"):
        render_leaderboard(make_board(collect_runs(baselines, release)))
    found = check_leaderboard(baselines, release, baselines / "LEADERBOARD.md")
    assert any("dataset.digest: stored 'sha256:1111" in line for line in found)
    assert any("of another release" in line for line in found)


def store(folder: Path, release: Release, name: str, rights: float) -> None:
    """A stored run of a system without training that is right on the first of every article's segments, by share."""
    source = (
        "import numpy as np\nclass Classifier:\n    is_trained = False\n"
        "    def __init__(self, labels, seed=0): self.k = len(labels)\n    def fit(self, articles): pass\n"
        "    def predict(self, article):\n        n = len(article.segments)\n"
        f"        right = np.arange(n) < {rights} * n\n"
        "        return np.eye(self.k)[np.where(right, np.arange(n) % 2, 1 - np.arange(n) % 2)]\n"
    )
    (folder / name).mkdir()
    (folder / name / "classifier.py").write_text(source)
    run_baseline(name, release, folder)


def test_groups_of_systems_that_can_be_told_apart(tmp_path: Path) -> None:
    """With enough articles good and bad systems stand in different groups, and alike ones in one, instead of ranks."""
    release = make_release({f"a{i}": ["red", "green"] * 5 for i in range(10)}, labels=("red", "green"))
    for name, rights in (("good", 0.9), ("good-too", 0.9), ("bad", 0.5)):
        store(tmp_path, release, name, rights)
    board = make_board(collect_runs(tmp_path, release))
    [protocol] = board.protocols
    assert [(one.record.system.name, one.groups) for one in protocol.standings] == [
        ("good", "a"), ("good-too", "a"), ("bad", "b"),
    ]  # fmt: skip
    # Ten articles all in favour: p = 2 / 2^10; the two smallest of three are multiplied by 3, the last is 1.
    assert [pair.holm_p[0] for pair in protocol.pairs] == [1.0, 3 * 2 / 2**10, 3 * 2 / 2**10]
    text = render_leaderboard(board)
    assert "groups stand in place of ranks" in text
    assert "no ranks are given" not in text


def test_too_many_pairs_for_the_articles(tmp_path: Path) -> None:
    """Six articles can show one difference, but not any of three after Holm's adjustment; the board says so."""
    release = make_release({f"a{i}": ["red", "green"] * 5 for i in range(6)}, labels=("red", "green"))
    for name, rights in (("good", 1.0), ("bad", 0.1), ("fair", 0.5)):
        store(tmp_path, release, name, rights)
    board = make_board(collect_runs(tmp_path, release))
    assert {one.groups for one in board.protocols[0].standings} == {"a"}
    assert "after the adjustment none below 0.09375" in render_leaderboard(board)
    assert board.protocols[0].articles == {f"a{i}": 10 for i in range(6)}


def test_one_system(tmp_path: Path) -> None:
    """With one system there is nothing to tell apart, and no section about differences."""
    release = make_release({f"a{i}": ["red", "green"] for i in range(6)})
    (tmp_path / "mine.py").write_bytes((BASELINES / "majority" / "classifier.py").read_bytes())
    run_baseline(str(tmp_path / "mine.py"), release, tmp_path)
    text = render_leaderboard(make_board(collect_runs(tmp_path, release)))
    assert "there is one system" in text
    assert "## Differences" not in text


def test_many_systems_and_articles(tmp_path: Path) -> None:
    """Of many pairs neighbours are shown, of many articles the hardest; the data has them all."""
    release = make_release({f"a{i:02}": ["red", "green"] * (1 + i % 3) for i in range(40)}, labels=("red", "green"))
    for i in range(6):
        store(tmp_path, release, f"s{i}", 0.3 + 0.1 * i)
    board = make_board(collect_runs(tmp_path, release))
    text = render_leaderboard(board)
    assert len(board.protocols[0].pairs) == 15
    assert text.split("## Differences")[1].split("## Articles")[0].count("\n| s") == 5 * 2
    assert "The 30 of 40 articles on which the systems together do worst." in text
    assert text.split("## Articles")[1].count("\n| a") == 30


def test_nothing_differs(release: Release, baselines: Path) -> None:
    """A check of what was just written finds nothing."""
    assert check_leaderboard(baselines, release, baselines / "LEADERBOARD.md") == []
    for name in NAMES:
        path = locate(baselines, name)
        assert compare_run(read_record(path), recompute_run(path, release)) == []


def _set_confusion(value: dict[str, Any]) -> None:
    value["confusion"]["a1"][0][2] += 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_set_confusion, "confusion.a1[0][2]: stored"),
        (lambda value: value["confusion"].pop("a4"), "confusion.a4: stored nothing, recomputed [["),
        (lambda value: value["metrics"]["macro_f1"].update(value=0.99), "metrics.macro_f1.value: stored 0.99"),
        (lambda value: value["metrics"]["accuracy"].update(low=0.5), "metrics.accuracy.low: stored 0.5"),
        (
            lambda value: value["metrics"]["accuracy"].update(approximate=True),
            "metrics.accuracy.approximate: stored True",
        ),
        (lambda value: value["supports"].update(blue=20), "supports.blue: stored 20, recomputed 2"),
        (lambda value: value["dataset"].update(digest=f"sha256:{'1' * 64}"), "dataset.digest: stored 'sha256:111"),
        (lambda value: value.update(predictions_sha256="2" * 64), "predictions_sha256: stored '222"),
        (lambda value: value["train_ids_sha256"].update({"3": "3" * 64}), "train_ids_sha256.3: stored '333"),
        (lambda value: value["train_ids_sha256"].pop("4"), "train_ids_sha256.4: stored nothing"),
        (lambda value: value.update(digest=f"sha256:{'4' * 64}"), "digest: stored 'sha256:444"),
        (lambda value: value.update(seed=7), "digest: stored 'sha256:"),
        (lambda value: value["versions"].update(numpy="1.0"), "digest: stored 'sha256:"),
        (lambda value: value["recurring"].clear(), "recurring.a0: stored nothing, recomputed [["),
        (lambda value: value["calibration"]["a2"]["right"].reverse(), "calibration.a2.right["),
        (lambda value: value["calibration"]["a2"]["brier"].reverse(), "calibration.a2.brier["),
        (lambda value: value["counts"].update(duplicates=0), "counts.duplicates: stored 0, recomputed 1"),
        (lambda value: value["system"].update(name="best"), "system.name: stored 'best', recomputed 'rules'"),
        (lambda value: value["system"].update(source_sha256="5" * 64), "system.source_sha256: stored '555"),
        (lambda value: value["labels"].reverse(), "labels[0]: stored 'blue', recomputed 'red'"),
    ],
)
def test_a_record_that_was_edited(
    release: Release, baselines: Path, change: Callable[[dict[str, Any]], None], named: str
) -> None:
    """Whatever number of a record is edited, the check names it."""
    edit(locate(baselines), change)
    found = check_leaderboard(baselines, release, baselines / "LEADERBOARD.md")
    assert any(f"loao.json: {named}" in line for line in found)


def _list_leaves(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all values in a JSON value that are no objects or lists."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    leaves = [leaf for key, own in items for leaf in _list_leaves(own, (*where, key))]
    return leaves if isinstance(value, dict | list) else [where]


def test_every_value_of_a_record_is_checked(release: Release, baselines: Path) -> None:
    """Whichever value is changed, with a digest to fit, is refused or named; but for seed, versions and timing.

    These can't be derived from predictions, so only the record's own digest covers the first two.
    """
    path = locate(baselines)
    stored, recomputed = json.loads(path.read_text()), recompute_run(path, release)
    for place in _list_leaves(stored):
        changed = json.loads(json.dumps(stored))
        *parents, last = place
        holder = changed
        for key in parents:
            holder = holder[key]
        old = holder[last]
        holder[last] = not old if isinstance(old, bool) else f"{old}x" if isinstance(old, str) else (old or 0) + 1
        if place != ("digest",):
            changed["digest"] = digest_record(changed)
        try:
            found = compare_run(ResultRecord.model_validate(changed), recomputed)
        except ValidationError:
            continue
        assert found or place[0] in ("seed", "versions", "timing"), place


def test_rounding_is_no_difference(release: Release, baselines: Path) -> None:
    """A fraction that differs by less than 1e-12 is the same; package versions and timing are not compared.

    So a record that another machine wrote, with a digest of its own, is no difference.
    """

    def nudge(value: dict[str, Any]) -> None:
        value["metrics"]["accuracy"]["value"] += 1e-14
        value["versions"]["numpy"] = "1.0"
        value["digest"] = digest_record(value)
        value["timing"] = {"fit_s": 3.5, "predict_s": 0.25, "workers": 4}

    edit(locate(baselines), nudge)
    assert check_leaderboard(baselines, release, baselines / "LEADERBOARD.md") == []


def test_predictions_that_were_edited(release: Release, baselines: Path) -> None:
    """A changed prediction shows in the digest, the counts and the metrics."""
    path = locate(baselines, "majority").with_suffix(".predictions.jsonl")
    path.write_text(path.read_text().replace('"label":"red"', '"label":"blue"', 1))
    found = "\n".join(check_leaderboard(baselines, release, baselines / "LEADERBOARD.md"))
    for name in ("predictions_sha256", "confusion.a0[", "metrics.accuracy.value", "metrics.macro_f1.value"):
        assert name in found


def test_predictions_that_were_removed(release: Release, baselines: Path) -> None:
    """A prediction that was removed is named as missing; one that is repeated, or no file, is a difference too."""
    path = locate(baselines, "majority").with_suffix(".predictions.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    found = "\n".join(check_leaderboard(baselines, release, baselines / "LEADERBOARD.md"))
    assert f"missing[0]: stored nothing, recomputed '{json.loads(lines[0])['id']}'" in found
    path.write_text("".join([*lines, lines[0]]))
    assert "1 repeated ids" in "\n".join(check_leaderboard(baselines, release, baselines / "LEADERBOARD.md"))
    path.unlink()
    assert "can't be read" in "\n".join(check_leaderboard(baselines, release, baselines / "LEADERBOARD.md"))


def test_code_that_was_changed(release: Release, baselines: Path) -> None:
    """Results of code that has changed since are found."""
    with (baselines / "rules" / "classifier.py").open("a") as file:
        file.write("# changed\n")
    found = check_leaderboard(baselines, release, baselines / "LEADERBOARD.md")
    assert len(found) == 1
    assert "rules/1.0.0/loao.json: system.source_sha256: stored" in found[0]


def test_a_board_that_was_edited(release: Release, baselines: Path) -> None:
    """A changed, longer, shorter or missing board is found by line."""
    board = baselines / "LEADERBOARD.md"
    text = board.read_text()
    assert "0.618" in text
    board.write_text(text.replace("0.618", "0.818", 1))
    [line] = check_leaderboard(baselines, release, board)
    assert "0.818" in line
    assert "0.618" in line
    board.write_text(text + "More\n")
    assert "stored 'More', recomputed ''" in check_leaderboard(baselines, release, board)[0]
    board.unlink()
    assert check_leaderboard(baselines, release, board) == [f"{board}: the board does not exist"]


def test_a_record_that_is_none(release: Release, baselines: Path) -> None:
    """A stored file that is no result record is refused by name."""
    locate(baselines).write_text('{"format": "corpus-kit/result/2"}')
    with pytest.raises(PredictionError, match=r"loao\.json: .*system: Field required"):
        collect_runs(baselines, release)


@pytest.mark.parametrize(("field", "name"), [("metrics", "f1[blue]"), ("metrics", "accuracy"), ("supports", "blue")])
def test_a_record_that_lacks_a_number(release: Release, baselines: Path, field: str, name: str) -> None:
    """A record without one of the numbers that its labels ask for is refused."""
    edit(locate(baselines), lambda value: value[field].pop(name))
    with pytest.raises(PredictionError, match=re.escape(f"{field}: {name} missing")):
        collect_runs(baselines, release)


def test_missing_predictions_on_the_board(release: Release, baselines: Path) -> None:
    """A system without all predictions is marked on the board."""

    def forget(value: dict[str, Any]) -> None:
        value["counts"].update(predicted=33, missing=1)

    edit(locate(baselines), forget)
    assert "| rules 1 (1 segment missing, counted as wrong) |" in render_leaderboard(
        make_board(collect_runs(baselines, release))
    )


def test_a_file_of_predictions_scores_as_the_run(release: Release, baselines: Path, tmp_path: Path) -> None:
    """Scoring the predictions of a run gives the confusion and metrics of its record."""
    record = read_record(locate(baselines))
    run = evaluate_loao(release, load_classifier("rules", BASELINES))
    scores = score_predictions(release, run.predictions)
    assert np.array_equal(scores.tally.confusion, list(record.confusion.values()))
    assert scores.tally.articles == tuple(record.confusion)
    assert {name: describe_interval(interval)["value"] for name, interval in scores.metrics.items()} == {
        name: entry.value for name, entry in record.metrics.items()
    }
    write_predictions(tmp_path / "p.jsonl", run.predictions)
    assert hash_bytes((tmp_path / "p.jsonl").read_bytes()) == record.predictions_sha256


def test_a_label_of_any_name(tmp_path: Path) -> None:
    """Labels are not known beforehand: one with a pipe doesn't break the table."""
    release = make_release({"a": ["x|y", "z"], "b": ["z"]}, labels=("x|y", "z"))
    (tmp_path / "mine.py").write_bytes((BASELINES / "majority" / "classifier.py").read_bytes())
    run_baseline(str(tmp_path / "mine.py"), release, tmp_path)
    assert "F1 x\\|y (n = 1)" in render_leaderboard(make_board(collect_runs(tmp_path, release)))


def test_an_empty_release() -> None:
    """An empty release has nan scores and no missing predictions."""
    scores = score_predictions(make_release({"a": [], "b": []}), [])
    assert scores.missing == ()
    assert all(interval.reason == "the score is undefined" for interval in scores.metrics.values())
