"""Logs of other harnesses: what becomes a prediction, and what is refused."""

import json
import math
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.errors import PredictionError, TargetError, UnknownName
from corpus_kit.evaluate import read_predictions
from corpus_kit.exchange import eval_archive, import_run
from corpus_kit.exchange.inspect_log import read_inspect_log
from corpus_kit.exchange.lm_eval_log import match_answer, softmax
from corpus_kit.release import Release
from tests.factories import LABELS, list_ids
from tests.task_releases import make_task_release

GOLDEN = Path(__file__).parents[1] / "golden/harness"
GOLD = (0, 1, 2, 0, 0)
Row = dict[str, Any]
Spoil = Callable[[list[Row]], object]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """The release that the golden logs are of."""
    return make_task_release(tmp_path)


def make_sample(release: Release, number: int, responses: list[Any]) -> Row:
    """A line of lm-eval's log; a list of numbers is a choice by log-likelihood, one text a generation."""
    is_choice = isinstance(responses[0], float)
    return {
        "doc_id": number,
        "doc": {"id": list_ids(release)[number], "label": GOLD[number], "release": release.manifest.digest, "x": 1},
        "arguments": {f"gen_args_{i}": {"arg_0": "…", "arg_1": f" {label}"} for i, label in enumerate(LABELS)},
        "filtered_resps": [[str(one), "False"] for one in responses] if is_choice else responses,
        "target": str(GOLD[number]),
    }


def make_log(release: Release, responses: list[list[Any]]) -> list[Row]:
    """The lines of a log over the release's segments."""
    return [make_sample(release, number, one) for number, one in enumerate(responses)]


def write_log(path: Path, rows: list[Row]) -> Path:
    """A log of lm-eval as a file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def read_labels(path: Path, release: Release, *, allow_missing: bool = False) -> list[str]:
    """The labels of a prediction file, in the release's order."""
    found = {one.id: one.label for one in read_predictions(path, release, allow_missing=allow_missing)}
    return [found[id_] for id_ in list_ids(release) if id_ in found]


def test_log_likelihoods_become_probabilities(release: Release, tmp_path: Path) -> None:
    """The greatest log-likelihood gives the label, of equal ones the first; their softmax is the probabilities."""
    third = math.log(1 / 3)
    log = make_log(
        release, [[-1.0, -2.0, -3.0], [third] * 3, [-900.0, -math.inf, -800.0], [-5.0, -1e-9, -5.0], [0.0] * 3]
    )
    out = tmp_path / "p.jsonl"
    imported = import_run("lm-eval", write_log(tmp_path / "log", log), release, out=out)
    assert imported.to_text() == ""
    assert read_labels(out, release) == ["red", "red", "blue", "green", "red"]
    probs = {one.id: one.probs for one in read_predictions(out, release)}
    first, second, third_, *_ = (probs[id_] for id_ in list_ids(release))
    e = [math.exp(-1), math.exp(-2), math.exp(-3)]
    assert first == pytest.approx([one / sum(e) for one in e], abs=1e-6)
    assert second == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert third_ == (0, 0, 1)


@given(st.lists(st.floats(-1e6, 0), min_size=1, max_size=50))
def test_softmax_is_a_distribution(scores: list[float]) -> None:
    """For any log-likelihoods: none below 0, sum 1, the greatest for the greatest."""
    found = softmax(scores)
    assert min(found) >= 0
    assert sum(found) == pytest.approx(1)
    assert found[scores.index(max(scores))] == max(found)


@pytest.mark.parametrize(
    ("said", "label"), [("red", "red"), (" RED\n", "red"), ("[invalid]", None), ("", None), ("a", None), ("A", "A")]
)
def test_answers(said: str, label: str | None) -> None:
    """A text is a label whatever its case, unless two labels differ in their case only."""
    assert match_answer(said, ("red", "Ab", "aB", "A")) == (label if said != "a" else "A")
    assert match_answer("AB", ("Ab", "aB")) is None


def test_answers_that_are_no_label(release: Release, tmp_path: Path) -> None:
    """They are refused with their number, or left out and listed, so that they count as wrong."""
    log = write_log(tmp_path / "log", make_log(release, [["red"], ["Green"], ["[invalid]"], ["x" * 500], ["red"]]))
    out = tmp_path / "p.jsonl"
    with pytest.raises(PredictionError, match=r"2 answers are no label \('\[invalid\]' for 'a:") as caught:
        import_run("lm-eval", log, release, out=out)
    assert (caught.value.line, "--allow-missing" in caught.value.remedy, out.exists()) == (3, True, False)
    imported = import_run("lm-eval", log, release, out=out, allow_missing=True)
    assert [one.line for one in imported.unusable] == [3, 4]
    assert imported.to_text().count("\n") == 1
    assert max(map(len, imported.to_text().split("\n"))) < 160
    assert read_labels(out, release, allow_missing=True) == ["red", "green", "red"]


def test_a_model_that_deems_no_label_possible(release: Release, tmp_path: Path) -> None:
    """Only log-likelihoods of minus infinity are no answer."""
    rows = make_log(release, [[-1.0, -2.0, -3.0]] * 4 + [[-math.inf] * 3])
    with pytest.raises(PredictionError, match="no label is possible"):
        import_run("lm-eval", write_log(tmp_path / "log", rows), release, out=tmp_path / "p.jsonl")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows.pop(), "1 segments without a prediction"),
        (lambda rows: rows.append(rows[0]), "1 repeated ids"),
        (lambda rows: rows[1]["doc"].update(id="zzz"), "1 ids that are not in the release .'zzz' in line 2"),
        (lambda rows: rows[2]["doc"].update(label=1), "holds other labels to be right than the release for 1 segments"),
        (lambda rows: rows[0]["doc"].update(release="sha256:1"), "of the release with the digest 'sha256:1'"),
        (lambda rows: rows[0]["doc"].pop("id"), "doc.id: Field required"),
        (lambda rows: rows[0].pop("filtered_resps"), "filtered_resps: Field required"),
        (lambda rows: rows[0].update(filtered_resps=[]), "at least 1 item"),
        (lambda rows: rows[0].update(filtered_resps=["red", "red"]), "is not one text"),
        (lambda rows: rows[0].update(filtered_resps=[None]), "is not one text"),
        (lambda rows: rows[0].update(filtered_resps=[["nan", "False"]] * 3), "'nan' is no log-likelihood"),
        (lambda rows: rows[0].update(filtered_resps=[["x", "False"]] * 3), "'x' is no log-likelihood"),
        (lambda rows: rows[0].update(filtered_resps=[[], [], []]), "None is no log-likelihood"),
        (lambda rows: rows[0].update(filtered_resps=[["-1", "False"]] * 2), "1 answers are no label"),
        (lambda rows: rows[0].update(arguments={}), "the choices are , and the labels are red, green, blue"),
        (lambda rows: rows[0]["arguments"]["gen_args_0"].update(arg_1=" green"), "the choices are green, green, blue"),
        (lambda rows: rows.clear(), "5 segments without a prediction"),
    ],
)
def test_logs_that_do_not_fit(spoil: Spoil, said: str, release: Release, tmp_path: Path) -> None:
    """Missing, repeated, unknown ids, other labels, releases, choices, broken lines: refused, nothing written."""
    rows = [make_sample(release, number, [-1.0, -2.0, -3.0]) for number in range(5)]
    spoil(rows)
    out = tmp_path / "p.jsonl"
    with pytest.raises(PredictionError, match=said) as caught:
        import_run("lm-eval", write_log(tmp_path / "log", rows), release, out=out)
    assert caught.value.path == tmp_path / "log"
    assert not out.exists()


def test_a_part_of_the_segments(release: Release, tmp_path: Path) -> None:
    """With `allow_missing` a run on some segments is taken, the others are listed, and nothing else is allowed."""
    rows = [make_sample(release, number, [-1.0, -2.0, -3.0]) for number in range(3)]
    out = tmp_path / "p.jsonl"
    imported = import_run("lm-eval", write_log(tmp_path / "log", rows), release, out=out, allow_missing=True)
    assert imported.missing == tuple(sorted(list_ids(release)[3:]))
    with pytest.raises(PredictionError, match="repeated ids"):
        import_run("lm-eval", write_log(tmp_path / "log", rows + rows[:1]), release, out=out, allow_missing=True)


def test_a_log_is_not_overwritten(release: Release, tmp_path: Path) -> None:
    """Predictions never replace the log that they come from, under whatever name."""
    log = tmp_path / "log.json"
    shutil.copy(GOLDEN / "inspect.json", log)
    (tmp_path / "link.json").symlink_to(log)
    for out in (log, tmp_path / "link.json"):
        with pytest.raises(TargetError, match="is the log itself"):
            import_run("inspect", log, release, out=out)
    assert log.read_bytes() == (GOLDEN / "inspect.json").read_bytes()


def test_an_unknown_harness(release: Release, tmp_path: Path) -> None:
    """The message lists the harnesses whose logs are read."""
    with pytest.raises(UnknownName, match="Valid: inspect, lm-eval"):
        import_run("mteb", tmp_path / "log", release, out=tmp_path / "p.jsonl")


@pytest.mark.parametrize(
    ("harness", "name", "labels"),
    [
        ("inspect", "inspect.json", ["red", "green", "red", "red", "green"]),
        ("inspect", "inspect.eval", ["red", "green", "red", "red", "green"]),
        ("lm-eval", "lm_eval.jsonl", None),
    ],
)
def test_real_logs(harness: str, name: str, labels: list[str] | None, release: Release, tmp_path: Path) -> None:
    """What the harnesses themselves wrote is read; of lm-eval's dummy the labels are those with the greatest number."""
    out = tmp_path / "p.jsonl"
    import_run(harness, GOLDEN / name, release, out=out)
    if labels is None:
        rows = [json.loads(line) for line in (GOLDEN / name).read_text("utf-8").splitlines()]
        scores = [[float(pair[0]) for pair in row["filtered_resps"]] for row in rows]
        labels = [LABELS[one.index(max(one))] for one in scores]
    assert read_labels(out, release) == labels


def test_a_real_generation(release: Release, tmp_path: Path) -> None:
    """The dummy model's generations are no labels, and that is said."""
    with pytest.raises(PredictionError, match=r"5 answers are no label \('\[invalid\]'"):
        import_run("lm-eval", GOLDEN / "lm_eval_generate.jsonl", release, out=tmp_path / "p.jsonl")


def spoil_inspect(path: Path, change: Callable[[Row], object]) -> Path:
    """The golden JSON log of Inspect, changed."""
    log = json.loads((GOLDEN / "inspect.json").read_text("utf-8"))
    change(log)
    path.write_text(json.dumps(log), "utf-8")
    return path


def use_hub_form(log: Row) -> None:
    """As Inspect logs the Hub's eval.yaml: numbered samples, no choices, ids in the metadata, labels by number."""
    log["eval"]["metadata"] = None
    for number, sample in enumerate(log["samples"]):
        sample["metadata"]["id"], sample["id"] = sample["id"], number
        sample["choices"] = None
        sample["target"] = str(ord(sample["target"]) - ord("A"))
        sample["scores"] = {
            "answer": {"value": "C", "answer": str(ord(sample["scores"]["choice"]["answer"]) - ord("A"))}
        }


def test_the_hubs_form_of_a_log(release: Release, tmp_path: Path) -> None:
    """A log of the Hub's benchmark file states no digest: ids and right labels show which release it is of."""
    out = tmp_path / "p.jsonl"
    import_run("inspect", spoil_inspect(tmp_path / "log.json", use_hub_form), release, out=out)
    assert read_labels(out, release) == ["red", "green", "red", "red", "green"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda log: log.update(status="error"), "the evaluation's status is 'error'"),
        (lambda log: log.pop("status"), "status: Field required"),
        (lambda log: log["eval"]["metadata"].update(release="sha256:1"), "of the release with the digest 'sha256:1'"),
        (lambda log: log["samples"].append(log["samples"][0]), "1 repeated ids"),
        (lambda log: log["samples"].pop(), "1 segments without a prediction"),
        (lambda log: log.pop("samples"), "5 segments without a prediction"),
        (lambda log: log["samples"][0].update(id="zzz"), "1 ids that are not in the release"),
        (lambda log: log["samples"][0].update(target="C"), "holds other labels to be right"),
        (lambda log: log["samples"][0].update(target="D"), "the target 'D' of 'a:.*' is no label"),
        (lambda log: log["samples"][0].update(choices=["blue", "green", "red"]), "the choices are blue, green, red"),
        (lambda log: log["samples"][0].update(scores={}), "1 answers are no label .'' for"),
        (lambda log: log["samples"][0].update(scores=None), "1 answers are no label"),
        (lambda log: log["samples"][0]["scores"]["choice"].update(answer="D"), "1 answers are no label .'D' for"),
        (lambda log: log["samples"][0]["scores"]["choice"].update(answer="A, B"), "1 answers are no label .'A, B' for"),
        (lambda log: log["samples"][0]["scores"].update(other={"answer": "C"}), "the scorers took different answers"),
        (lambda log: log["samples"].__setitem__(0, 7), "Is this a log of Inspect"),
    ],
)
def test_inspect_logs_that_do_not_fit(
    change: Callable[[Row], object], said: str, release: Release, tmp_path: Path
) -> None:
    """Unfinished evaluations, other releases, labels and choices, and epochs are refused, and nothing is written."""
    out = tmp_path / "p.jsonl"
    with pytest.raises(PredictionError, match=said):
        import_run("inspect", spoil_inspect(tmp_path / "log.json", change), release, out=out)
    assert not out.exists()


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"7", b"[" * 100_000])
@pytest.mark.parametrize("suffix", ["json", "eval"])
def test_what_is_no_log(data: bytes, suffix: str, tmp_path: Path) -> None:
    """Anything else is a PredictionError that names the file."""
    path = tmp_path / f"log.{suffix}"
    path.write_bytes(data)
    with pytest.raises(PredictionError) as caught:
        read_inspect_log(path, LABELS)
    assert caught.value.path == path


def test_archives_with_the_usual_compression(release: Release, tmp_path: Path) -> None:
    """An archive that was packed again with deflate, or not compressed at all, reads the same."""
    members = list(eval_archive.read_members(GOLDEN / "inspect.eval", re.compile(".*", re.DOTALL)))
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        path = tmp_path / f"log{method}.eval"
        with zipfile.ZipFile(path, "w", method) as archive:
            for member in members:
                archive.writestr(member.name, member.data)
        assert read_inspect_log(path, LABELS) == read_inspect_log(GOLDEN / "inspect.eval", LABELS)


def test_an_unfinished_archive(tmp_path: Path) -> None:
    """An archive without a header is of an evaluation that didn't finish."""
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("_journal/start.json", "{}")
    with pytest.raises(PredictionError, match=r"0 header\.json"):
        read_inspect_log(tmp_path / "log.eval", LABELS)


@pytest.mark.parametrize("limit", ["MAX_MEMBER_BYTES", "MAX_TOTAL_BYTES"])
def test_archives_over_a_limit(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the directory states to be over a limit isn't unpacked."""
    monkeypatch.setattr(eval_archive, limit, 10)
    with pytest.raises(PredictionError, match="over 10 bytes"):
        read_inspect_log(GOLDEN / "inspect.eval", LABELS)


def test_a_directory_that_understates(tmp_path: Path) -> None:
    """A member that unpacks to more than the directory states is damaged, and no more than that is unpacked."""
    data = bytearray((GOLDEN / "inspect.eval").read_bytes())
    at = data.rindex(b"header.json") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    struct.pack_into("<L", data, at + 24, 5)
    (tmp_path / "log.eval").write_bytes(data)
    with pytest.raises(PredictionError, match=r"'header\.json' is damaged"):
        read_inspect_log(tmp_path / "log.eval", LABELS)


@given(st.data())
def test_damaged_archives(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever bytes of an archive are changed, cut or added: it reads the same, or is a PredictionError."""
    whole = (GOLDEN / "inspect.eval").read_bytes()
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    spoilt = spoilt[: data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))]
    path = tmp_path_factory.getbasetemp() / "damaged.eval"
    path.write_bytes(bytes(spoilt))
    try:
        found = read_inspect_log(path, LABELS)
    except PredictionError:
        return
    assert set(found.answers) <= set(read_inspect_log(GOLDEN / "inspect.eval", LABELS).answers)


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    """A folder, or a file that isn't there, is a PredictionError."""
    shutil.copytree(GOLDEN, tmp_path / "logs.eval")
    for name in ("logs.eval", "none.eval", "none.json"):
        with pytest.raises(PredictionError, match="can't be read"):
            read_inspect_log(tmp_path / name, LABELS)
