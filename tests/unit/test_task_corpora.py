"""The harness on other people's corpora, read where they lie, and on the one that ships."""

import os
from collections import Counter
from pathlib import Path

import pytest

from corpus_kit.build import BuildResult
from corpus_kit.classify import load_classifier
from corpus_kit.evaluate import (
    check_leaderboard,
    evaluate_loao,
    evaluate_split,
    load_dataset,
    run_baseline,
    score_predictions,
    select_scored,
    write_leaderboard,
)
from corpus_kit.evaluate.protocols import split_folds
from corpus_kit.release import Release
from tests.factories import BASELINES

NEWSSD = '[task.columns]\nsplit = "split"\n[task.splits]\nvalidation = ["val"]\n'
BABE = '[task.columns]\ngroup = "doc"\n'


def load_public(name: str, file: str, rest: str, folder: Path) -> Release:
    """One of the public corpora as a task with the labels fact and opinion."""
    root = os.environ.get("CORPUS_KIT_TEST_DATA")
    if root is None:
        pytest.skip("CORPUS_KIT_TEST_DATA names no folder with the public corpora")
    path = Path(root, file).resolve()
    if not path.is_file():
        pytest.skip(f"CORPUS_KIT_TEST_DATA has no {file}")
    head = f'[task]\nname = "{name}"\nversion = "1.0.0"\nlanguage = "en"\nlabels = ["fact", "opinion"]\n'
    task = folder / f"{name}.toml"
    task.write_text(f'{head}path = "{path}"\n{rest}', "utf-8")
    return load_dataset(task)


def test_newssd_eng(tmp_path: Path) -> None:
    """NewsSD-ENG has given splits and no groups: a system learns from train and is scored on test."""
    release = load_public("newssd-eng", "newssd_eng.jsonl", NEWSSD, tmp_path)
    counts = release.manifest.counts
    assert (counts.segments, counts.labels, counts.set_aside) == (1049, {"fact": 573, "opinion": 403}, {"no label": 73})
    assert all(len(labelled.labels) == 1 for labelled in release.articles)
    test = select_scored(release, "split")
    run = evaluate_split(release, load_classifier("tfidf_logreg", BASELINES))
    assert {one.id for one in run.predictions} == {a.article.id for a in test.articles}
    scores = score_predictions(test, run.predictions)
    majority = score_predictions(test, evaluate_split(release, load_classifier("majority", BASELINES)).predictions)
    assert scores.metrics["macro_f1"].low > majority.metrics["macro_f1"].value
    repeated = [labelled.fold for labelled in release.articles if labelled.article.text == "Why are teachers unhappy?"]
    splits = release.manifest.splits
    assert len({split for split in splits for fold in repeated if f"fold_{fold}" in splits[split]}) == len(
        set(repeated)
    )


def test_babe(tmp_path: Path) -> None:
    """BABE has groups and no splits: cross-validation holds whole articles out, each once."""
    release = load_public("babe", "babe_b.jsonl", BABE, tmp_path)
    counts = release.manifest.counts
    assert (counts.segments, counts.labelled, counts.set_aside) == (1876, 1248, {"no label": 628})
    folds = split_folds(release)
    assert len(folds) == 10
    held_out = Counter(labelled.article.id for fold in folds for labelled in fold.held_out)
    assert set(held_out.values()) == {1}
    assert len(held_out) == counts.articles < counts.labelled
    for fold in folds:
        assert not {a.article.id for a in fold.training} & {a.article.id for a in fold.held_out}
    run = evaluate_loao(release, load_classifier("majority", BASELINES))
    scores = score_predictions(release, run.predictions, is_approximate=True)
    assert scores.metrics["accuracy"].value == pytest.approx(counts.labels["fact"] / counts.labelled)
    assert scores.metrics["accuracy"].df == counts.articles - 1


def test_several_datasets_side_by_side(built: BuildResult, tmp_path: Path) -> None:
    """Results on the shipped corpus and on tasks lie beside one another, each with a board of its own that checks."""
    baselines = tmp_path / "baselines"
    (baselines / "majority").mkdir(parents=True)
    (baselines / "majority/classifier.py").write_bytes((BASELINES / "majority/classifier.py").read_bytes())
    rows = [f'{{"text": "Sentence {i}.", "label": "{"fact" if i % 3 else "opinion"}"}}\n' for i in range(30)]
    (tmp_path / "rows.jsonl").write_text("".join(rows), "utf-8")
    for name in ("one", "two"):
        head = f'[task]\nname = "{name}"\nversion = "1.0.0"\nlabels = ["fact", "opinion"]\n'
        (tmp_path / f"{name}.toml").write_text(f'{head}path = "rows.jsonl"\n', "utf-8")
    for path in (built.path, tmp_path / "one.toml", tmp_path / "two.toml"):
        release = load_dataset(path)
        run_baseline("majority", release, baselines)
        board = baselines / release.manifest.board_name
        write_leaderboard(baselines, release, board)
        assert release.manifest.name in board.read_text("utf-8")
    for path in (built.path, tmp_path / "one.toml", tmp_path / "two.toml"):
        release = load_dataset(path)
        assert check_leaderboard(baselines, release, baselines / release.manifest.board_name) == []
    assert sorted(entry.name for entry in (baselines / "majority").iterdir()) == [
        "1.0.0", "classifier.py", "one-1.0.0", "two-1.0.0",
    ]  # fmt: skip
    assert sorted(path.name for path in baselines.glob("*.md")) == [
        "LEADERBOARD.md", "LEADERBOARD.one.md", "LEADERBOARD.two.md",
    ]  # fmt: skip
