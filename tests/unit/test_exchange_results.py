"""Results that go out: each form is what its own reader takes, and nothing false goes out."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from huggingface_hub import parse_eval_result_entries
from huggingface_hub.repocard_data import model_index_to_eval_results
from jsonschema import Draft7Validator

from corpus_kit.build import BuildResult
from corpus_kit.errors import PredictionError, PublicationError, UnknownName
from corpus_kit.evaluate import run_baseline
from corpus_kit.evaluate.stored import locate_predictions
from corpus_kit.exchange import RESULT_FORMS, Publication, export_result, read_publication
from corpus_kit.exchange.every_eval_ever import SCHEMA_VERSION
from corpus_kit.release import Release, load_release
from tests.factories import BASELINES

GOLDEN = Path(__file__).parents[1] / "golden/every_eval_ever"
ABOUT = """
model = "acme/rules"
repo = "acme/five-articles"
time = 2026-01-31T12:00:00+01:00
evaluator = "Acme"
"""
Edit = Callable[[Path, str, str], None]


class Stored(NamedTuple):
    """A result, what it says and the release that it is of."""

    path: Path
    record: dict[str, Any]
    release: Release


@pytest.fixture(scope="module")
def original(built: BuildResult, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A baseline's result on the five articles. Tests only read it."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "rules").mkdir()
    (folder / "rules/classifier.py").write_bytes((BASELINES / "rules/classifier.py").read_bytes())
    release = load_release(built.path)
    run = run_baseline("rules", release, folder)
    return Stored(run.record_path, run.record, release)


@pytest.fixture
def stored(original: Stored, tmp_path: Path) -> Stored:
    """A copy of it."""
    target = tmp_path / "baselines/rules/1.0.0/loao.json"
    target.parent.mkdir(parents=True)
    source = original.path.parents[1] / "classifier.py"
    target.parents[1].joinpath("classifier.py").write_bytes(source.read_bytes())
    for path in (original.path, locate_predictions(original.path)):
        target.with_name(path.name).write_bytes(path.read_bytes())
    return original._replace(path=target)


def describe(folder: Path, more: str = "") -> Publication:
    """The publication of `ABOUT` and more lines."""
    (folder / "about.toml").write_text(ABOUT + more, "utf-8")
    return read_publication(folder / "about.toml")


def export(form: str, stored: Stored, folder: Path, publication: Publication | None = None) -> list[Path]:
    """The files of a form."""
    about = publication or describe(stored.path.parent)
    return export_result(form, stored.path, stored.release, folder=folder, publication=about)


def list_invalid(schema: str, value: Any) -> Iterator[str]:
    """What a schema has against a value."""
    validator = Draft7Validator(json.loads((GOLDEN / schema).read_text("utf-8")))
    return (error.message for error in validator.iter_errors(value))


def test_the_hubs_eval_results(stored: Stored, tmp_path: Path) -> None:
    """huggingface_hub reads back the accuracy, the dataset's revision, and notes with interval and articles."""
    (path,) = export("eval-results", stored, tmp_path / "out")
    assert path == tmp_path / "out/.eval_results/kazakhstan-withdrawal-2022.yaml"
    (entry,) = parse_eval_result_entries(yaml.safe_load(path.read_text("utf-8")))
    assert (entry.dataset_id, entry.task_id, entry.dataset_revision) == ("acme/five-articles", "sentences", "v1.0.0")
    accuracy, digest = stored.record["metrics"]["accuracy"], stored.record["dataset"]["digest"]
    assert entry.value == accuracy["value"]
    mark = ", approximate" if accuracy["approximate"] else ""
    interval = f"[{accuracy['low']:.3f}, {accuracy['high']:.3f}{mark}]"
    assert f"Accuracy {accuracy['value']:.3f} {interval}; Macro-F1 " in entry.notes
    assert "154 segments of 5 articles" in entry.notes
    assert digest in entry.notes


def test_the_model_index(stored: Stored, tmp_path: Path) -> None:
    """huggingface_hub reads back every known score with its interval."""
    (path,) = export("model-index", stored, tmp_path / "out")
    name, results = model_index_to_eval_results(yaml.safe_load(path.read_text("utf-8"))["model-index"])
    metrics = stored.record["metrics"]
    assert name == "rules"
    assert {(one.dataset_type, one.dataset_config, one.dataset_split) for one in results} == {
        ("acme/five-articles", "all_test", "test")
    }
    labels = stored.release.scheme.labels
    expected = {"Accuracy": "accuracy", "Macro-F1": "macro_f1", **{f"F1 of {name}": f"f1[{name}]" for name in labels}}
    known = {title: metrics[name] for title, name in expected.items() if metrics[name]["value"] is not None}
    assert {one.metric_name: one.metric_value for one in results} == {name: one["value"] for name, one in known.items()}
    for one in results:
        entry = known[one.metric_name]
        if entry["low"] is None:
            assert one.metric_args["why_no_interval"] == entry["note"]
        else:
            assert one.metric_args["interval_95"] == [entry["low"], entry["high"]]


def test_every_eval_ever(stored: Stored, tmp_path: Path) -> None:
    """The document is valid after the schema, and says score, standard error, interval and articles."""
    (path,) = export("every-eval-ever", stored, tmp_path / "out")
    document = json.loads(path.read_text("utf-8"))
    assert list(list_invalid("eval.schema.json", document)) == []
    assert json.loads((GOLDEN / "eval.schema.json").read_text("utf-8"))["version"] == SCHEMA_VERSION
    assert path.relative_to(tmp_path / "out").parts[:-1] == ("data", "kazakhstan-withdrawal-2022", "acme", "rules")
    assert document["retrieved_timestamp"] == "1769857200"
    assert "detailed_evaluation_results" not in document
    macro = next(one for one in document["evaluation_results"] if one["evaluation_result_id"] == "macro_f1")
    ours, theirs = stored.record["metrics"]["macro_f1"], macro["score_details"]
    assert theirs["score"] == ours["value"]
    assert theirs["uncertainty"]["standard_error"]["value"] == ours["se"]
    interval = theirs["uncertainty"]["confidence_interval"]
    assert (interval["lower"], interval["upper"], interval["confidence_level"]) == (ours["low"], ours["high"], 0.95)
    assert theirs["uncertainty"]["num_samples"] == 5


def test_every_eval_ever_with_samples(stored: Stored, tmp_path: Path) -> None:
    """A valid line per segment, whose mean is the accuracy, in a file that the document names with its checksum."""
    path, samples = export("every-eval-ever", stored, tmp_path / "out", describe(tmp_path, "samples = true"))
    document = json.loads(path.read_text("utf-8"))
    details = document["detailed_evaluation_results"]
    rows = [json.loads(line) for line in samples.read_text("utf-8").splitlines()]
    assert list(list_invalid("eval.schema.json", document)) == []
    assert [said for row in rows for said in list_invalid("instance_level_eval.schema.json", row)] == []
    assert details["file_path"] == samples.relative_to(tmp_path / "out").as_posix()
    assert details["checksum"] == sha256(samples.read_bytes()).hexdigest()
    assert details["total_rows"] == len(rows) == 154
    assert {row["evaluation_id"] for row in rows} == {document["evaluation_id"]}
    assert sum(row["evaluation"]["score"] for row in rows) / 154 == stored.record["metrics"]["accuracy"]["value"]


def test_segments_without_a_prediction(stored: Stored, tmp_path: Path) -> None:
    """A sample without an answer is valid too, and wrong."""
    shortened = locate_predictions(stored.path)
    shortened.write_bytes(b"".join(shortened.read_bytes().splitlines(keepends=True)[1:]))
    with pytest.raises(PredictionError, match="can't be derived again"):
        export("every-eval-ever", stored, tmp_path / "out")
    from corpus_kit.canonical import to_pretty_json
    from corpus_kit.evaluate import recompute_run

    stored.path.write_text(to_pretty_json(recompute_run(stored.path, stored.release)), "utf-8")
    _, samples = export("every-eval-ever", stored, tmp_path / "out", describe(tmp_path, "samples = true"))
    rows = [json.loads(line) for line in samples.read_text("utf-8").splitlines()]
    (silent,) = [row for row in rows if not row["answer_attribution"]]
    assert (silent["evaluation"]["is_correct"], silent["output"]["raw"]) == (False, [])
    assert list(list_invalid("instance_level_eval.schema.json", silent)) == []


@pytest.mark.parametrize("form", sorted(RESULT_FORMS))
def test_a_form_is_the_same_bytes_each_time(form: str, stored: Stored, tmp_path: Path) -> None:
    """No clock and no chance: two exports are equal, names included."""
    about = describe(tmp_path, "samples = true")
    first, second = (export(form, stored, tmp_path / name, about) for name in ("1", "2"))
    assert [path.relative_to(tmp_path / "1") for path in first] == [path.relative_to(tmp_path / "2") for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("form", sorted(RESULT_FORMS))
def test_nothing_false_goes_out(form: str, stored: Stored, tmp_path: Path, edit: Edit) -> None:
    """A number that the predictions don't give is refused by name, and nothing is written."""
    edit(stored.path, '"value": 0.8', '"value": 0.9')
    with pytest.raises(PredictionError, match=r"metrics\.\w+(\[\w+\])?\.value: stored 0\.9"):
        export(form, stored, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("form", "line", "said"),
    [
        ("eval-results", 'repo = "acme/five-articles"', "needs repo"),
        ("model-index", 'repo = "acme/five-articles"', "needs repo"),
        ("every-eval-ever", "time = 2026-01-31T12:00:00+01:00", "needs time"),
        ("every-eval-ever", 'evaluator = "Acme"', "needs evaluator"),
    ],
)
def test_what_a_form_asks_for(form: str, line: str, said: str, stored: Stored, tmp_path: Path) -> None:
    """What a form can't do without and nobody said is named; nothing is made up."""
    (tmp_path / "about.toml").write_text(ABOUT.replace(line, ""), "utf-8")
    with pytest.raises(PublicationError, match=said):
        export(form, stored, tmp_path / "out", read_publication(tmp_path / "about.toml"))
    assert not (tmp_path / "out").exists()


def test_every_eval_ever_without_a_repository(stored: Stored, tmp_path: Path) -> None:
    """A dataset that is nowhere on the Hub is a source of its own kind, and the document stays valid."""
    (tmp_path / "about.toml").write_text(ABOUT.replace('repo = "acme/five-articles"', ""), "utf-8")
    (path,) = export("every-eval-ever", stored, tmp_path / "out", read_publication(tmp_path / "about.toml"))
    document = json.loads(path.read_text("utf-8"))
    assert list(list_invalid("eval.schema.json", document)) == []
    assert document["evaluation_results"][0]["source_data"]["source_type"] == "other"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "rules"', "model: "),
        ('model = "../../x"', "model: "),
        ('model = "a/.."', "model: "),
        ('model = "a/b"\nrevision = "v1/../x"', "revision: "),
        ('model = "a/b"\ntime = 2026-01-31T12:00:00', "time: Input should have timezone info"),
        ('model = "a/b"\nlicence = "x"', "licence: Extra inputs"),
        ("", "model: Field required"),
        ("model =", "not valid TOML"),
    ],
)
def test_a_malformed_publication(text: str, said: str, tmp_path: Path) -> None:
    """Names that lead out of a folder, times without an offset and unknown keys are refused."""
    (tmp_path / "about.toml").write_text(text, "utf-8")
    with pytest.raises(PublicationError, match=said):
        read_publication(tmp_path / "about.toml")


def test_an_unknown_form(stored: Stored, tmp_path: Path) -> None:
    """The message lists the forms."""
    with pytest.raises(UnknownName, match="Valid: eval-results, every-eval-ever, model-index"):
        export("helm", stored, tmp_path / "out")
