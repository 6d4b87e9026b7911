"""Submissions: what is asked of somebody else's predictions, where they go, and what a check finds afterwards."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import CorpusKitError, PredictionError, TargetError, UnknownName
from corpus_kit.evaluate import (
    Declaration,
    FiledSubmission,
    Prediction,
    check_leaderboard,
    file_submission,
    hash_training,
    read_declaration,
    read_record,
    read_submission,
    run_baseline,
    write_leaderboard,
    write_predictions,
)
from corpus_kit.release import Release
from tests.factories import BASELINES, make_release

NOTHING = Declaration(trained_on=["nothing"], training_data="rules written by hand", contact="A. Person, a@b.example")


@pytest.fixture
def release() -> Release:
    """Three articles, six segments."""
    return make_release({"a": ["red", "green", "blue"], "b": ["red", "red"], "c": ["green"]})


def predict(release: Release) -> list[Prediction]:
    """Red for everything, each with the fold of its segment."""
    return [
        Prediction(id=segment.id, label="red", fold=labelled.fold, probs=(0.5, 0.25, 0.25))
        for labelled in release.articles
        for segment in labelled.article.segments
    ]


def declare_folds(release: Release, **change: Any) -> Declaration:
    """A system that learnt from the training folds and says so correctly, but for what is changed."""
    stated = {
        "trained_on": ["folds"],
        "training_data": "the other folds",
        "train_ids_sha256": hash_training(release, "loao"),
    }
    return Declaration.model_validate(stated | change)


def submit(
    release: Release, folder: Path, declaration: Declaration = NOTHING, *, name: str = "ours", **change: Any
) -> FiledSubmission:
    """File the predictions; `predictions` and `protocol` may be other ones."""
    write_predictions(folder / "p.jsonl", change.pop("predictions", predict(release)))
    return file_submission(
        folder / "p.jsonl", release, folder / "baselines", name=name, declaration=declaration, **change
    )


def read_tree(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_filed(release: Release, tmp_path: Path) -> None:
    """Predictions, result and statement lie in a folder per system and version, and say what was verified."""
    filed = submit(release, tmp_path)
    assert filed.path == tmp_path / "baselines/submissions/ours/1.0.0"
    assert sorted(read_tree(filed.path)) == ["loao.json", "loao.predictions.jsonl", "submission.json"]
    record = read_record(filed.path / "loao.json")
    assert record.system.model_dump() == {"name": "ours", "version": "1", "source_sha256": None, "is_trained": False}
    assert record.system.kind == "predictions only"
    assert record.train_ids_sha256 == {}
    said = read_submission(filed.path / "submission.json")
    assert said.declaration == NOTHING
    assert said.submitted_sha256 == hash_bytes((tmp_path / "p.jsonl").read_bytes())
    assert said.verified == ["ids", "labels", "probs", "fold"]
    assert said.declared == ["version", "trained_on", "training_data", "contact"]
    assert "verified: ids, labels, probs, fold" in filed.to_text()
    assert filed.to_json()["result"]["metrics"]["accuracy"]["value"] == 0.5


def test_a_system_that_learnt_here(release: Release, tmp_path: Path) -> None:
    """Fold and training digests are verified, the result holds them, and its intervals are approximate."""
    filed = submit(release, tmp_path, declare_folds(release))
    record = read_record(filed.path / "loao.json")
    assert record.train_ids_sha256 == hash_training(release, "loao")
    assert record.system.is_trained
    assert record.metrics["accuracy"].approximate
    assert "train_ids_sha256" in read_submission(filed.path / "submission.json").verified


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"train_ids_sha256": {}}, "train_ids_sha256 lacks '0', '1', '2'"),
        (
            {"train_ids_sha256": {"0": "0" * 64, "1": "1" * 64, "2": "2" * 64}},
            "isn't that of all other folds' segments",
        ),
        ({"trained_on": ["other"]}, "train_ids_sha256 is stated and trained_on lacks 'folds'"),
    ],
)
def test_a_proof_that_fails(release: Release, tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Digests that are missing, wrong or beside the point are refused and nothing is filed."""
    with pytest.raises(PredictionError, match=said):
        submit(release, tmp_path, declare_folds(release, **change))
    assert read_tree(tmp_path / "baselines") == {}


def test_a_digest_of_everything_is_no_proof(release: Release, tmp_path: Path) -> None:
    """A system that was trained on all segments can't state the digest of that."""
    ids = sorted(one.id for one in predict(release))
    everything = hash_bytes("".join(f"{id_}\n" for id_ in ids).encode())
    with pytest.raises(PredictionError, match="isn't that of all other folds' segments for '0', '1', '2'"):
        submit(release, tmp_path, declare_folds(release, train_ids_sha256=dict.fromkeys("012", everything)))


def test_an_unknown_fold(release: Release, tmp_path: Path) -> None:
    """A digest for a fold that doesn't exist is refused."""
    stated = hash_training(release, "loao") | {"7": "0" * 64}
    with pytest.raises(PredictionError, match="train_ids_sha256 has unknown '7'"):
        submit(release, tmp_path, declare_folds(release, train_ids_sha256=stated))


def test_predictions_without_their_fold(release: Release, tmp_path: Path) -> None:
    """A system that learnt here has to say of each prediction which fold was held out; any other needn't."""
    predictions = [replace(one, fold=None) for one in predict(release)]
    with pytest.raises(PredictionError, match="6 predictions don't state their fold"):
        submit(release, tmp_path, declare_folds(release), predictions=predictions)
    filed = submit(release, tmp_path, predictions=predictions)
    assert read_submission(filed.path / "submission.json").verified == ["ids", "labels", "probs"]


@pytest.mark.parametrize("name", ["", "Ours", "a/b", "../x", ".hidden", "a b", "a\n", "-a", "x" * 61, "ä", "con:"])
def test_names_that_are_no_slugs(release: Release, tmp_path: Path, name: str) -> None:
    """A name that isn't lower-case letters, digits and single separators is refused before anything is written."""
    with pytest.raises(PredictionError, match="can't be a system's name"):
        submit(release, tmp_path, name=name)
    assert [path.name for path in tmp_path.iterdir()] == ["p.jsonl"]


def test_names_that_are_taken(release: Release, tmp_path: Path) -> None:
    """A baseline's name, in any case, and the folder of submissions itself are nobody else's to take."""
    (tmp_path / "baselines/Majority").mkdir(parents=True)
    submit(release, tmp_path)
    for name in ("majority", "submissions"):
        with pytest.raises(TargetError, match="is taken"):
            submit(release, tmp_path, name=name)


def test_nothing_is_overwritten(release: Release, tmp_path: Path) -> None:
    """The same submission again changes nothing; another one of the same name is refused and changes nothing."""
    filed = submit(release, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in filed.path.iterdir()}
    assert submit(release, tmp_path).path == filed.path
    with pytest.raises(TargetError, match="nothing that is filed is overwritten"):
        submit(release, tmp_path, predictions=[replace(one, label="blue") for one in predict(release)])
    assert {path: path.stat().st_mtime_ns for path in filed.path.iterdir()} == before


def test_a_place_that_cannot_be_written(release: Release, tmp_path: Path) -> None:
    """Where a file is in the way of the folder, the error names the place."""
    (tmp_path / "baselines").write_text("in the way")
    with pytest.raises(TargetError, match="can't be written"):
        submit(release, tmp_path)


def test_an_unknown_protocol(release: Release, tmp_path: Path) -> None:
    """A protocol that there isn't is refused with those that there are."""
    with pytest.raises(UnknownName, match="Valid: loao, split"):
        submit(release, tmp_path, protocol="loo")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('training_data = "x"', "trained_on: Field required"),
        ('trained_on = []\ntraining_data = "x"', "trained_on: "),
        ('trained_on = ["nothing", "other"]\ntraining_data = "x"', "'nothing' stands alone"),
        ('trained_on = ["other", "other"]\ntraining_data = "x"', "nothing stands twice"),
        ('trained_on = ["all"]\ntraining_data = "x"', "'nothing', 'folds' or 'other'"),
        ('trained_on = ["other"]', "training_data: Field required"),
        ('trained_on = ["other"]\ntraining_data = ""', "training_data: "),
        ('trained_on = ["other"]\ntraining_data = "x"\nscore = 1', "score: Extra inputs"),
        ('trained_on = ["other"]\ntraining_data = "x"\ncontact = "a\\nb"', "contact: "),
        ('trained_on = ["other"]\ntraining_data = "x"\n[train_ids_sha256]\n0 = "abc"', "train_ids_sha256.0: "),
        ("trained_on = ", "not valid TOML"),
    ],
)
def test_malformed_declarations(tmp_path: Path, text: str, said: str) -> None:
    """A declaration that leaves something out, contradicts itself or says more than is asked is refused by its key."""
    path = tmp_path / "d.toml"
    path.write_text(text)
    with pytest.raises(PredictionError) as caught:
        read_declaration(path)
    assert said in caught.value.what
    assert caught.value.path == path


@pytest.fixture
def board(release: Release, tmp_path: Path) -> Path:
    """A baseline that was run, two submissions, and the board of them."""
    baselines = tmp_path / "baselines"
    (baselines / "majority").mkdir(parents=True)
    (baselines / "majority/classifier.py").write_bytes((BASELINES / "majority/classifier.py").read_bytes())
    run_baseline("majority", release, baselines)
    submit(release, tmp_path, name="zero-shot")
    submit(release, tmp_path, declare_folds(release), name="learnt")
    write_leaderboard(baselines, release, baselines / "LEADERBOARD.md")
    return baselines / "LEADERBOARD.md"


def test_the_board_says_which_is_which(release: Release, board: Path) -> None:
    """Every row says whether the system was re-run here or only its predictions are known; the check finds nothing."""
    rows = [line.split(" | ")[:2] for line in board.read_text().splitlines() if line.startswith("| ")]
    assert ["| majority 1", "re-run here"] in rows
    assert ["| zero-shot 1", "predictions only"] in rows
    assert ["| learnt 1", "predictions only"] in rows
    assert "that nothing else was seen is declared" in board.read_text()
    assert check_leaderboard(board.parent, release, board) == []


def edit_json(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a JSON file."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("submission.json", lambda v: v.update(name="other"), "submission.name: stored 'other', recomputed 'learnt'"),
        ("submission.json", lambda v: v["verified"].append("contact"), "submission.verified[5]"),
        ("submission.json", lambda v: v["declared"].remove("training_data"), "submission.declared[2]"),
        ("submission.json", lambda v: v["dataset"].update(digest="sha256:1"), "submission.dataset.digest"),
        ("submission.json", lambda v: v["declaration"].update(trained_on=["other"]), "system.is_trained"),
        ("submission.json", lambda v: v["declaration"].update(version="2"), "system.version"),
        (
            "submission.json",
            lambda v: v["declaration"]["train_ids_sha256"].update({"0": "0" * 64}),
            "train_ids_sha256 isn't that of all other folds' segments for '0'",
        ),
        ("loao.json", lambda v: v["system"].update(source_sha256="0" * 64), "system.source_sha256"),
        ("loao.json", lambda v: v["train_ids_sha256"].update({"1": "0" * 64}), "train_ids_sha256.1"),
        ("loao.json", lambda v: v["metrics"]["accuracy"].update(value=0.9), "metrics.accuracy.value: stored 0.9"),
    ],
)
def test_tampering_is_named(
    release: Release, board: Path, file: str, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    """Whatever is changed in a filed submission is found by the file's name and the key."""
    path = board.parent / "submissions/learnt/1.0.0" / file
    edit_json(path, change)
    found = check_leaderboard(board.parent, release, board)
    assert [line for line in found if said in line and "submissions/learnt" in line], found


def test_tampered_predictions_are_named(release: Release, board: Path) -> None:
    """A changed label, a removed line and a removed statement in a filed submission are each found."""
    folder = board.parent / "submissions/learnt/1.0.0"
    path = folder / "loao.predictions.jsonl"
    stored = path.read_text()
    path.write_text(stored.replace('"label":"red"', '"label":"blue"', 1))
    assert any("predictions_sha256" in line for line in check_leaderboard(board.parent, release, board))
    path.write_text("".join(stored.splitlines(keepends=True)[1:]))
    assert any("1 segments without a prediction" in line for line in check_leaderboard(board.parent, release, board))
    path.write_text(stored)
    (folder / "submission.json").unlink()
    assert any("submission.json: can't be read" in line for line in check_leaderboard(board.parent, release, board))


def test_no_code_is_run_for_a_submission(release: Release, board: Path) -> None:
    """A classifier that somebody puts beside a submission neither runs nor makes it one that was re-run."""
    (board.parent / "submissions/zero-shot/classifier.py").write_text("raise SystemExit('run')")
    assert check_leaderboard(board.parent, release, board) == []


def test_words_of_others_stay_words(release: Release, tmp_path: Path) -> None:
    """Markup and control characters in a declaration reach neither the board nor a terminal."""
    hostile = Declaration(trained_on=["other"], training_data="</td><script>alert(1)</script>| \x1b[2J `x`")
    filed = submit(release, tmp_path, hostile)
    write_leaderboard(tmp_path / "baselines", release, tmp_path / "board.md")
    for text in ((tmp_path / "board.md").read_text(), filed.to_text()):
        assert "script" not in text
        assert "\x1b" not in text


def test_every_refusal_is_a_corpus_kit_error(release: Release, tmp_path: Path) -> None:
    """Predictions that don't fit are refused as `check_predictions` does, and leave nothing behind."""
    with pytest.raises(CorpusKitError, match="1 segments without a prediction"):
        submit(release, tmp_path, predictions=predict(release)[1:])
    assert read_tree(tmp_path / "baselines") == {}
