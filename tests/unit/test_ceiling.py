"""The annotators, scored as if they were systems."""

from collections.abc import Callable
from math import isnan
from pathlib import Path

import pytest

from corpus_kit.build import BuildResult, build_release
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import ReleaseError
from corpus_kit.evaluate import make_board, measure_ceilings, render_leaderboard, run_baseline
from corpus_kit.evaluate.board import collect_runs
from corpus_kit.release import load_release
from tests.factories import BASELINES, make_release


def test_annotators_who_always_agree(built: BuildResult) -> None:
    """Two passes without a difference score 1, and have no interval: unanimity says nothing of how far it reaches."""
    mutual, held = measure_ceilings(load_release(built.path))
    assert (mutual.against, held.against) == ("each other", "the label that holds")
    assert mutual.annotators == held.annotators == ("lm-1", "lm-2")
    assert mutual.answers == held.answers == 2 * 154
    for ceiling in (mutual, held):
        assert ceiling.metrics["macro_f1"].value == 1
        assert isnan(ceiling.metrics["macro_f1"].low)
        assert "brier" not in ceiling.metrics
        assert "macro_f1_without_duplicates" not in ceiling.metrics


def test_annotators_who_differ(corpus_dir: Path, edit: Callable[[Path, str, str], None]) -> None:
    """A segment on which they differ and nobody decided is set aside, and still counts against their agreement."""
    edit(corpus_dir / "annotations/ledger/lm-2.jsonl", '"label":"fact"', '"label":"opinion"')
    result = build_release(load_corpus(corpus_dir))
    assert result.counts["labelled"] == 153
    release = load_release(result.path)
    mutual, held = measure_ceilings(release)
    # Each of 154 segments counts once in either direction; the other one has only the 153 that hold.
    assert mutual.answers == 2 * 154
    assert mutual.metrics["accuracy"].value == pytest.approx(153 / 154)
    assert held.answers == 2 * 153
    assert held.metrics["accuracy"].value == 1
    run_baseline(str(BASELINES / "majority/classifier.py"), release, corpus_dir / "runs")
    text = render_leaderboard(make_board(collect_runs(corpus_dir / "runs", release), (mutual, held)))
    assert "| *2 annotators, against each other* | – | – | 0.9" in text
    assert "Agreement is consistency" in text


def test_nobody_to_agree_with(example_dir: Path) -> None:
    """With one annotator, or without votes, there is no ceiling."""
    release = load_release(build_release(load_corpus(example_dir)).path)
    assert measure_ceilings(release) == ()
    assert measure_ceilings(make_release({"a": ["red"]})) == ()


def test_votes_that_were_changed(release_dir: Path) -> None:
    """Votes that are not what the manifest states are refused."""
    for file in (release_dir / "data/annotations").glob("*.parquet"):
        file.unlink()
    with pytest.raises(ReleaseError, match="annotations have another digest"):
        measure_ceilings(load_release(release_dir))
