"""`croissant.json` of the five articles: what it says, what `check` finds in a spoilt one, and mlcroissant."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus_kit.build import BuildResult, build_release, check_release
from corpus_kit.build.check_croissant import REQUIRED, check_croissant, has_mlcroissant, validate_croissant
from corpus_kit.build.croissant import CROISSANT_FILE
from corpus_kit.canonical import hash_bytes
from corpus_kit.cli import app
from corpus_kit.columns import define_columns
from corpus_kit.corpus import load_corpus
from corpus_kit.init import make_corpus
from corpus_kit.release import read_manifest_file

Document = dict[str, Any]
Change = Callable[[Document], object]
FOLD = "data/sentences/fold_0.parquet"


def read_document(release: Path) -> Document:
    """The Croissant document of a release."""
    document: Document = json.loads((release / CROISSANT_FILE).read_text("utf-8"))
    return document


def change_document(release: Path, change: Change) -> None:
    """Change the document in place, and make the manifest's hash of it right again."""
    document = read_document(release)
    change(document)
    data = json.dumps(document).encode()
    (release / CROISSANT_FILE).write_bytes(data)
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    manifest["files"][CROISSANT_FILE] = {"sha256": hash_bytes(data), "bytes": len(data)}
    (release / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def find_node(document: Document, where: str, id_: str) -> Document:
    """The node with an @id."""
    node: Document = next(node for node in document[where] if node["@id"] == id_)
    return node


def find_differences(release: Path) -> list[str]:
    """What the rules for `croissant.json` alone find."""
    manifest = read_manifest_file(release)
    return check_croissant(release, manifest, define_columns(manifest.make_scheme()))


def test_it_is_one_of_the_manifests_files(built: BuildResult) -> None:
    """Whoever checks the bytes of a release checks those of its description."""
    entry = read_manifest_file(built.path).files[CROISSANT_FILE]
    assert entry.sha256 == hash_bytes((built.path / CROISSANT_FILE).read_bytes())


def test_it_says_what_was_measured(built: BuildResult) -> None:
    """Votes per segment, agreement with its units, the kind of the annotators, the publishers."""
    document = read_document(built.path)
    assert document["rai:annotationsPerItem"] == "2 labels: 154 segments"
    assert document["rai:dataAnnotationAnalysis"][0] == (
        "Label, all segments: 154 units, observed agreement 1.000, Cohen's kappa 1.000, Krippendorff's alpha 1.000 "
        "(no interval over articles: leaving out any one article changes nothing)."
    )
    assert any("must not be read as the agreement of people" in line for line in document["rai:dataAnnotationAnalysis"])
    assert all("a language model, no person" in line for line in document["rai:annotatorDemographics"])
    assert document["rai:hasSyntheticData"] is False
    assert len(document["rai:machineAnnotationTools"]) == 3
    assert [source["prov:label"] for source in document["prov:wasDerivedFrom"]] == [
        "ABC News",
        "The Independent",
        "The Moscow Times",
        "The National Interest",
        "The Week",
    ]


def test_every_required_key_is_there(built: BuildResult) -> None:
    """Nothing that Croissant or conferences require is missing or empty; False is a statement."""
    document = read_document(built.path)
    assert [key for key in REQUIRED if document.get(key) in (None, "", [], {})] == []
    assert find_differences(built.path) == []


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda d: find_node(d, "distribution", FOLD).update(sha256="0" * 64), (FOLD, "sha256")),
        (lambda d: find_node(d, "distribution", FOLD).update(contentUrl="elsewhere"), (FOLD, "contentUrl")),
        (lambda d: d["distribution"].remove(find_node(d, "distribution", FOLD)), (FOLD, "is missing")),
        (lambda d: d["distribution"].append(d["distribution"][0]), ("distribution", "stands twice")),
        (lambda d: d["distribution"].append({"@id": "x"}), ("x is not in the release",)),
        (lambda d: d.pop("url"), ("url is missing", "Set url in corpus.toml")),
        (lambda d: d.pop("creator"), ("creator is missing",)),
        (lambda d: d.pop("rai:dataBiases"), ("rai:dataBiases is missing", '"## Biases"')),
        (lambda d: d.pop("rai:hasSyntheticData"), ("rai:hasSyntheticData is missing",)),
        (lambda d: d.update({"prov:wasDerivedFrom": []}), ("prov:wasDerivedFrom is missing",)),
        (lambda d: d.update({"rai:dataUseCases": "For all."}), ("rai:dataUseCases is not what README.md says",)),
        (lambda d: find_node(d, "recordSet", "labels")["data"].reverse(), ("labels", "data is")),
        (lambda d: find_node(d, "recordSet", "sentences/test")["field"].pop(3), ("sentences/test/start is missing",)),
        (
            lambda d: find_node(d, "recordSet", "sentences/test")["field"][7].pop("references"),
            ("sentences/test/label: references is missing",),
        ),
        (lambda d: d["recordSet"].remove(find_node(d, "recordSet", "articles/train")), ("articles/train is missing",)),
        (lambda d: d.update(recordSet="none"), ("labels is missing",)),
        (lambda d: d.update(version="1.0.1"), ("version is '1.0.1', the release gives '1.0.0'",)),
        (lambda d: d["@context"].update({"@vocab": "http://schema.org/"}), ("@context",)),
        (lambda d: d.update({"dct:conformsTo": "http://mlcommons.org/croissant/1.0"}), ("dct:conformsTo",)),
    ],
)
def test_a_planted_fault_is_found(release_dir: Path, change: Change, parts: tuple[str, ...]) -> None:
    """Each fault alone is found and named, also where the manifest's hash of the document was mended."""
    change_document(release_dir, change)
    found = find_differences(release_dir)
    assert any(all(part in line for part in parts) for line in found), found


def test_check_reports_it(release_dir: Path) -> None:
    """`check_release` has the finding among its own, once, and goes on to load the rest."""
    change_document(release_dir, lambda d: d.pop("url"))
    assert check_release(release_dir) == ["croissant.json: url is missing, which is required. Set url in corpus.toml"]


@pytest.mark.parametrize(("data", "part"), [(b"{", "not valid JSON"), (b"[]", "not a JSON object"), (None, "can't be")])
def test_a_document_that_is_none_is_named(release_dir: Path, data: bytes | None, part: str) -> None:
    """Damaged, of another kind, or absent: one finding and no traceback."""
    (release_dir / CROISSANT_FILE).unlink()
    if data is not None:
        (release_dir / CROISSANT_FILE).write_bytes(data)
    (found,) = find_differences(release_dir)
    assert found.startswith("croissant.json: ")
    assert part in found


def test_a_new_corpus_learns_what_is_missing(example_dir: Path, tmp_path: Path) -> None:
    """With the template's empty sections and keys the build works, and `check` names what nobody wrote."""
    empty = make_corpus(tmp_path / "empty")
    for name in ("corpus.toml", "DATASET_CARD.md"):
        (example_dir / name).write_bytes((empty / name).read_bytes())
    found = check_release(build_release(load_corpus(example_dir)).path)
    missing = [line.removeprefix("croissant.json: ").split(" is missing")[0] for line in found]
    assert missing == [
        "url",
        "creator",
        "datePublished",
        "description",
        "rai:hasSyntheticData",
        "rai:dataLimitations",
        "rai:dataBiases",
        "rai:personalSensitiveInformation",
        "rai:dataUseCases",
        "rai:dataSocialImpact",
    ]


def test_mlcroissant_finds_nothing(built: BuildResult) -> None:
    """It is installed for the tests, validates the document and loads a record of every record set."""
    assert has_mlcroissant()
    assert list(validate_croissant(built.path)) == []


def test_mlcroissant_has_no_warning(built: BuildResult) -> None:
    """Every property that it recommends is there."""
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(built.path / CROISSANT_FILE))
    assert dataset.metadata.ctx.issues.warnings == set()


@pytest.mark.parametrize(
    ("record_set", "rows"), [("sentences/train", 90), ("sentences/test", 44), ("articles/train", 3), ("labels", 4)]
)
def test_mlcroissant_loads_the_rows(built: BuildResult, record_set: str, rows: int) -> None:
    """As many rows as `datasets` loads, each column a field; texts come as bytes."""
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(built.path / CROISSANT_FILE))
    records = list(dataset.records(record_set))
    assert len(records) == rows
    expected = find_node(read_document(built.path), "recordSet", record_set)["field"]
    assert set(records[0]) == {field["@id"] for field in expected}
    if record_set == "sentences/train":
        assert records[0]["sentences/train/text"] == b"Russian Troops to Withdraw From Kazakhstan This Week"
        assert (records[0]["sentences/train/label"], records[0]["sentences/train/fold"]) == (0, 0)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda d: find_node(d, "distribution", FOLD).pop("sha256"), "refuses it"),
        (lambda d: d["recordSet"].remove(find_node(d, "recordSet", "labels")), "refuses it"),
        (
            lambda d: find_node(d, "distribution", "files/articles/test").update(includes=["nothing"]),
            "articles/test",
        ),
        (
            lambda d: find_node(d, "recordSet", "articles/test")["field"][0]["source"].update(
                extract={"column": "nowhere"}
            ),
            "can't load articles/test",
        ),
    ],
)
def test_what_mlcroissant_finds_is_a_finding(release_dir: Path, change: Change, part: str) -> None:
    """Its errors become lines that name the document, whatever kind they are."""
    change_document(release_dir, change)
    found = list(validate_croissant(release_dir))
    assert found
    assert all(line.startswith("croissant.json: ") for line in found)
    assert any(part in line for line in found), found


def test_without_mlcroissant_check_says_so(built: BuildResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """What wasn't run is said on standard error and is no finding."""
    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    result = CliRunner().invoke(app, ["check", str(built.path)])
    assert result.exit_code == 0, result.output
    assert "not run: the validation by mlcroissant" in result.stderr
    assert "fine" in result.stdout
