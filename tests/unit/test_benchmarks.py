"""The benchmarks run, and what they say of intervals holds on a small scale."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks import transfer, transfer_sets
from corpus_kit.build import BuildResult
from corpus_kit.classify import load_classifier
from corpus_kit.evaluate import fit_classifier, make_mapping, predict_mapped, read_record, restore_tally
from corpus_kit.release import load_release
from tests.conftest import REPOSITORY
from tests.factories import BASELINES

RECORD = REPOSITORY / "baselines/rules/1.0.0/loao.json"
FIXED_RUN = REPOSITORY / "baselines/tfidf_logreg/1.0.0/loao.json"
"""The stored run from whose matrices articles are drawn."""


def test_scoring() -> None:
    """The benchmark of scoring prints its ratios and peaks as JSON."""
    sizes = ["--predictions", "2000", "--articles", "20", "--systems", "3"]
    for part, name in (("arrays", "peak_mb"), ("pairs", "wall_seconds")):
        command = [sys.executable, "benchmarks/score.py", "--only", part, *sizes]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)[name] > 0


def test_coverage_on_the_stored_matrices() -> None:
    """On articles like the stored ones the jackknife covers more than the bootstraps, and that of segments least.

    The draws are seeded, so this is no matter of luck.
    """
    coverage = import_module("benchmarks.coverage")
    population = coverage.Population(restore_tally(read_record(FIXED_RUN)).confusion)
    found = coverage.cover_fixed(population, 5, 120, np.random.default_rng(0))
    for name in ("accuracy", "macro_f1"):
        shares = list(found[name].values())
        assert list(found[name]) == ["jackknife", "bootstrap of articles", "bootstrap of segments"]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] > 0.7
        assert shares[2] < 0.6


def test_drawn_articles_are_like_the_stored_ones() -> None:
    """The mean of many drawn matrices is the expected one, with which the true score is computed."""
    coverage = import_module("benchmarks.coverage")
    population = coverage.Population(restore_tally(read_record(RECORD)).confusion)
    drawn = population.draw(20_000, np.random.default_rng(0)).mean(axis=0)
    np.testing.assert_allclose(drawn, population.expect(), atol=0.3)


def write_corpora(folder: Path) -> None:
    """Two pages of lines, and sentences of three kinds, as the public corpora's files have them."""
    zones = [("far", True), ("near", True), ("near", None), ("inside", False), ("inside", True), ("inside", False)]
    lines = [
        {"text": f"Line {i} of page {doc}.", "label": None, "doc": doc, "zone": zone, "is_boilerplate": value}
        for doc in ("p", "q")
        for i, (zone, value) in enumerate(zones)
    ]
    sentences = [
        {"text": f"Sentence number {i} is here.", "label": label, "doc": doc}
        for i, (label, doc) in enumerate([("fact", "d"), ("opinion", "d"), (None, "d"), ("opinion", None)])
    ]
    for name, rows in (("scrapinghub_lines_b", lines), ("babe_b", sentences)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_parts_of_pages_are_scored_and_whole_pages_given(tmp_path: Path) -> None:
    """Systems see every line; each part scores its own boilerplate against the body, no far, unclear or other line."""
    write_corpora(tmp_path)
    test = transfer_sets.open_test_set("scrapinghub", transfer_sets.TEST_SETS["scrapinghub"], tmp_path)
    assert [len(one.labels) for one in test.release.articles] == [6, 6]
    found = {part.name: [one.article.segments for one in part.release.articles] for part in test.parts}
    assert {name: [[s.position for s in own] for own in by_page] for name, by_page in found.items()} == {
        "inside": [[3, 4, 5]] * 2,
        "near": [[1, 3, 5]] * 2,
    }
    assert [one.labels for one in test.parts[1].release.articles] == [("boilerplate", "rest", "rest")] * 2


def test_sentences_are_given_alone_and_counted_by_article(tmp_path: Path) -> None:
    """Sentences that aren't consecutive are an article each for systems, and those of their document for intervals."""
    write_corpora(tmp_path)
    test = transfer_sets.open_test_set("babe", transfer_sets.TEST_SETS["babe"], tmp_path)
    assert [one.labels for one in test.release.articles] == [("fact",), ("opinion",), ("opinion",)]
    assert all(one.article.text == one.article.segments[0].text for one in test.release.articles)
    assert [one.labels for one in test.parts[0].release.articles] == [("fact", "opinion"), ("opinion",)]


def test_the_matrix(tmp_path: Path, built: BuildResult, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell per system, test and part; absent corpora are named; a result has no text and is found in itself."""
    write_corpora(tmp_path)
    five = load_release(built.path)
    loaded = load_classifier("rules", BASELINES)
    tests = list(transfer.list_tests([five], tmp_path, []))
    assert "left out: wikinews: No such file" in capsys.readouterr().err
    result = json.loads(json.dumps(transfer.measure_all([five], [loaded], tests)))
    cells = {(one["test"], one["part"]): one for one in result["groups"][0]["cells"]}
    assert set(cells) == {
        (five.manifest.name, "all"), ("babe", "all"), ("scrapinghub", "inside"), ("scrapinghub", "near"),
    }  # fmt: skip
    stored = read_record(RECORD)
    own = cells[five.manifest.name, "all"]
    assert own["predictions_sha256"] == stored.predictions_sha256
    assert own["metrics"]["macro_f1"]["value"] == pytest.approx(stored.metrics["macro_f1"].value, abs=1e-6)
    assert "Sentence number" not in json.dumps(result)
    assert "Line 1" not in json.dumps(result)
    assert list(transfer.list_stale(result, result)) == []
    own["predictions_sha256"] = "0" * 64
    other = transfer.measure_all([five], [loaded], tests)
    assert list(transfer.list_stale(other, result)) == [f"{five.manifest.name}: rules 2 on {five.manifest.name}, all"]
    page = transfer.render(result)
    assert "| scrapinghub pages, lines near: 2 articles | f1\\[boilerplate\\] (n = 2) |" in page
    assert "Segments that test and training share: none." in page


def test_label_models_on_a_release(built: BuildResult) -> None:
    """The benchmark of label models gives the stored scores of the five articles again, for the code that is there."""
    labelling = import_module("benchmarks.labelling")
    stored = json.loads((REPOSITORY / "benchmarks/results/labelling.json").read_text("utf-8"))
    release, loaded = load_release(built.path), load_classifier("rules", BASELINES)
    votes = labelling.vote_on_articles(release, loaded.make(release.scheme.labels, 0).labelling)
    scores = {name: labelling.measure(release, votes, fit) for name, fit in labelling.MODELS.items()}
    assert stored["source_sha256"] == loaded.source_sha256
    own = stored["datasets"][f"{release.manifest.name} {release.manifest.version}"]
    assert list(own) == list(scores)
    for name, found in scores.items():
        assert found == pytest.approx(own[name], abs=1e-5)
    assert own["Dawid and Skene"]["macro_f1"] == pytest.approx(read_record(RECORD).metrics["macro_f1"].value, abs=1e-5)


def test_the_stored_matrix_is_derived_again(built: BuildResult) -> None:
    """The public corpora that are here give the stored scores of the rules from the five articles, to the digest."""
    data = os.environ.get("CORPUS_KIT_TEST_DATA")
    if not data:
        pytest.skip("CORPUS_KIT_TEST_DATA names no folder of public corpora")
    stored = json.loads(transfer.RESULT.read_text("utf-8"))
    loaded = load_classifier("rules", BASELINES)
    five, group = load_release(built.path), stored["groups"][1]
    test = transfer_sets.open_test_set("wikinews", transfer_sets.TEST_SETS["wikinews"], Path(data))
    labels = tuple(stored["tests"]["wikinews"]["mapping"])
    classifier = fit_classifier(loaded, five.articles, labels)
    mapping = make_mapping(test.mapping, labels, test.release.scheme.labels)
    [cell] = transfer.make_cells(loaded, test, predict_mapped(classifier, loaded, test.release, mapping=mapping))
    assert group["training"]["digest"] == five.manifest.digest
    assert json.loads(json.dumps(cell)) in group["cells"]
