"""The benchmarks run, and what they say of intervals holds on a small scale."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks import contrasts, transfer, transfer_sets
from corpus_kit.build import BuildResult
from corpus_kit.classify import load_classifier
from corpus_kit.classify.train import load_default_model
from corpus_kit.evaluate import fit_classifier, make_mapping, predict_mapped, read_record, restore_tally
from corpus_kit.release import load_release
from corpus_kit.segment import segment_news
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
    updated = transfer.update_result(result, transfer.measure_all([five], [loaded], tests[:1]))
    assert updated["tests"] == result["tests"]
    assert list(transfer.list_stale(other, updated)) == []
    renamed = json.loads(json.dumps(other).replace("rules 2", "rules 1"))
    assert {cell["system"] for cell in transfer.update_result(renamed, other)["groups"][0]["cells"]} == {"rules 2"}
    assert list(transfer.list_other_data(result, other)) == []
    changed = result | {"pages": {}, "tests": {"babe": {}}, "groups": []}
    assert list(transfer.list_other_data(changed, result)) == ["babe", "the labels of real pages", five.manifest.name]
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


def test_versions_of_a_pair_are_articles() -> None:
    """Each is cut as it would be for anybody; its segment, with the label of both passes, is where the pair says."""
    rows = [json.loads(line) for line in contrasts.PAIRS.read_text("utf-8").splitlines()]
    for row, pair in zip(rows, contrasts.read_pairs(), strict=True):
        for own, version in zip("ab", pair.versions, strict=True):
            article = version.shown.article
            assert [(s.start, s.end) for s in article.segments] == list(segment_news(article.text)), article.id
            assert article.segments[version.position].text == row[own]["text"]
            assert version.label == row[own]["label"] == row[own]["second"]["label"]
            assert set(version.shown.labels) == {""}
    one_line = contrasts.read_pairs(on_one_line=True)
    assert not any("\n" in own.shown.article.text for pair in one_line for own in pair.versions)


def test_pairs_are_scored_by_hand() -> None:
    """Of four versions three are right, so of two pairs one; what was taken for what is counted by label."""
    pairs = contrasts.read_pairs()[:2]
    gold = {pair.id: [own.label for own in pair.versions] for pair in pairs}
    assert list(gold.values()) == [["fact", "quote"], ["fact", "opinion"]]
    found = contrasts.score(pairs, gold | {pairs[0].id: ["fact", "fact"]})
    assert (found["pairs"], found["versions_right"], found["pairs_right"]) == (2, 3, 1)
    assert (found["accuracy"]["value"], found["consistency"]["value"]) == (0.75, 0.5)
    assert found["confusion"] == {"fact": {"fact": 2}, "opinion": {"opinion": 1}, "quote": {"fact": 1}}
    assert contrasts.describe_confusion(found["confusion"]) == "quote taken for fact 1 ×"
    assert contrasts.score([], {})["accuracy"] == {"value": None, "bounds": None}


def test_wilson_intervals() -> None:
    """Five of ten give 0.2366 to 0.7634 as in Newcombe 1998's formula; none and all reach the end and no further."""
    assert contrasts.find_wilson_interval(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert contrasts.find_wilson_interval(0.0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert contrasts.find_wilson_interval(1.0, 10) == pytest.approx((0.7225, 1), abs=1e-4)


def test_the_stored_contrasts_are_derived_again() -> None:
    """The default model gives its stored numbers, to the digest, and the others' files and data are still the same."""
    stored = json.loads(contrasts.RESULT.read_text("utf-8"))
    default = load_default_model()
    own = contrasts.measure(
        contrasts.open_default(default), contrasts.read_pairs(), contrasts.read_pairs(on_one_line=True)
    )
    learnt = {"name": "composed-news", "version": "1.0.0", "digest": default.description.trained_on.digest}
    result = json.loads(json.dumps({**stored, "systems": [own]}))
    result |= {"pairs_sha256": contrasts.hash_bytes(contrasts.PAIRS.read_bytes()), "training": learnt}
    assert list(contrasts.list_stale(result, stored)) == []
    files = [load_classifier(name, BASELINES) for name in contrasts.SYSTEMS]
    assert [(one["system"], one["sha256"]) for one in stored["systems"][1:]] == [
        (f"{loaded.name} {loaded.version}", loaded.source_sha256) for loaded in files
    ]
    own["kinds"]["question"]["pairs_right"] += 1
    assert list(contrasts.list_stale(result | {"systems": [own]}, stored)) == [own["system"]]


def test_baselines_are_scored_on_pairs(built: BuildResult) -> None:
    """One that learnt the five articles; a result has every kind and no text, and its worst kinds are named."""
    system = contrasts.open_baseline(load_classifier("rules", BASELINES), load_release(built.path))
    pairs = contrasts.read_pairs()
    found = contrasts.measure(system, pairs, contrasts.read_pairs(on_one_line=True))
    assert sum(kind["pairs"] for kind in found["kinds"].values()) == found["parts"]["all"]["pairs"] == len(pairs)
    both = [found["parts"][part]["pairs_right"] for part in ("label changes", "label stays")]
    assert sum(both) == found["parts"]["all"]["pairs_right"]
    assert pairs[0].versions[0].shown.article.text not in json.dumps(found)
    assert contrasts.list_shared(load_release(built.path), pairs) == []
    page = contrasts.render({"systems": [found], "shared": []})
    assert page.count("| accuracy |") == page.count("| consistency |") == 4 + len(found["kinds"])
    assert "- rules 2 is worst on " in page
