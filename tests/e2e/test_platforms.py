"""The standalone scorer, and the competitions for EvalAI and Codabench run the way these platforms run them."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus_kit.build import BuildResult
from corpus_kit.errors import PredictionError, ReleaseError, UnknownName
from corpus_kit.evaluate import make_bundle, score_file, select_split
from corpus_kit.evaluate.bundle import REQUIRED, make_zip
from corpus_kit.evaluate.platforms import COLUMNS, find_predictions, make_row, score_against
from corpus_kit.release import load_release
from corpus_kit.score import evaluate, main, score_folders

RULES = Path(__file__).parents[2] / "baselines/rules/1.0.0/loao.predictions.jsonl"


def run_python(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """This Python in a process of its own, outside the repository."""
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, env=variables
    )


def unpack(data: bytes, folder: Path) -> Path:
    """A zip's content in a new folder, as the platforms unpack it."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def row(built: BuildResult) -> dict[str, float]:
    """What the rules are worth, computed here."""
    return make_row(score_file(RULES, load_release(built.path)))


ONLY_REQUIRED = """
import runpy, sys
from importlib.metadata import packages_distributions

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in forbidden:
            raise ImportError(f"{name} is not required")

forbidden = set(packages_distributions()) - set(sys.argv.pop(1).split())
sys.meta_path.insert(0, Refuse())
runpy.run_module("corpus_kit.score", run_name="__main__")
"""


def test_the_scorer_alone(built: BuildResult, tmp_path: Path, row: dict[str, float]) -> None:
    """`python -m corpus_kit.score` needs no corpus, prints one JSON value, and works with what a bundle requires."""
    of_pydantic = ("annotated_types", "pydantic_core", "typing_extensions", "typing_inspection")
    allowed = " ".join((*REQUIRED, *of_pydantic, "corpus_kit"))
    done = run_python("-c", ONLY_REQUIRED, allowed, built.path, RULES, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)["metrics"]["macro_f1"]["value"] == row["macro_f1"]
    assert run_python("-m", "corpus_kit.score", cwd=tmp_path).returncode == 2


def test_the_scorer_refuses(built: BuildResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that doesn't fit, a release that isn't one and an unknown split are one message and exit code 1."""
    short, broken = tmp_path / "short.jsonl", tmp_path / "no.zip"
    short.write_text("".join(RULES.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    broken.write_bytes(b"no zip")
    for arguments, said in (
        ((built.path, short), "1 segments without a prediction"),
        ((built.path, RULES, "--split", "dev"), "unknown split 'dev'"),
        ((tmp_path, RULES), "is not a release"),
        ((broken, RULES), "can't be unpacked"),
        ((built.path, tmp_path / "none.jsonl"), "can't be read"),
    ):
        assert main([*map(str, arguments)]) == 1
        out, err = capsys.readouterr()
        assert (out, said in err, err.count("\n")) == ("", True, 1), err
    assert main([str(built.path), str(short), "--allow-missing"]) == 0
    assert len(json.loads(capsys.readouterr().out)["missing"]) == 1


def test_the_scorer_takes_a_zip_and_a_split(built: BuildResult, tmp_path: Path) -> None:
    """A zipped release, also one in a folder of its own, is scored like the folder; a split has its segments only."""
    files = {f"1.0.0/{path.relative_to(built.path)}": path.read_bytes() for path in built.path.rglob("*.*")}
    (tmp_path / "release.zip").write_bytes(make_zip(files))
    lines = [json.loads(line) for line in RULES.read_text("utf-8").splitlines()]
    release = load_release(built.path)
    own = {segment.id for a in select_split(release, "test").articles for segment in a.article.segments}
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines if line["id"] in own))
    result = score_against(tmp_path / "release.zip", tmp_path / "test.jsonl", split="test")
    assert sum(result.scores.supports.values()) == len(own)
    assert evaluate(str(tmp_path / "release.zip"), str(tmp_path / "test.jsonl"), "test")["result"] == [
        {"test": make_row(result)}
    ]
    assert (make_row(result)["accuracy_low"], make_row(result)["accuracy_high"]) == (0, 1)


@pytest.mark.parametrize("platform", ["evalai", "codabench"])
def test_a_bundle_is_deterministic(built: BuildResult, tmp_path: Path, platform: str) -> None:
    """The same release gives the same zip, without a time in it, and every file that its configuration names."""
    names = make_bundle(platform, built.path, tmp_path / "one.zip")
    make_bundle(platform, built.path, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as file:
        assert file.namelist() == names == sorted(names)
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        configuration = next(name for name in names if name.endswith(".yaml"))
        stated = yaml.safe_load(file.read(configuration))
    assert {value for value in walk(stated) if value.endswith((".zip", ".png", ".md", ".html"))} <= set(names)


def walk(value: Any) -> list[str]:
    """Every string in a value."""
    if isinstance(value, dict | list):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in walk(item)]
    return [value] if isinstance(value, str) else []


def test_an_unknown_platform_and_no_release(built: BuildResult, tmp_path: Path) -> None:
    """A platform that there isn't is refused with those that there are, a folder that isn't a release by its name."""
    with pytest.raises(UnknownName, match="Valid: codabench, evalai"):
        make_bundle("kaggle", built.path, tmp_path / "x.zip")
    with pytest.raises(ReleaseError, match="is not a release"):
        make_bundle("evalai", tmp_path, tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


EVALAI_WORKER = """
import importlib, json, sys
module = importlib.import_module("challenge_data.challenge_7")
given = {"status": "running", "participant_team_name": "Team", "submission_metadata": None}
output = module.evaluate(*sys.argv[1:], submission_metadata=given)
import corpus_kit
print(json.dumps({"output": output, "package": corpus_kit.__file__}))
"""


def test_evalai(built: BuildResult, tmp_path: Path, row: dict[str, float]) -> None:
    """As EvalAI's worker: the script's zip becomes a package, `evaluate` is called, and its columns are the board's."""
    make_bundle("evalai", built.path, tmp_path / "bundle.zip")
    uploaded = unpack((tmp_path / "bundle.zip").read_bytes(), tmp_path / "uploaded")
    stated = yaml.safe_load((uploaded / "challenge_config.yaml").read_text("utf-8"))
    challenge = unpack(
        (uploaded / stated["evaluation_script"]).read_bytes(), tmp_path / "compute/challenge_data/challenge_7"
    )
    (challenge.parent / "__init__.py").touch()
    assert [line.split(">")[0] for line in (challenge / "requirements.txt").read_text().split()] == list(REQUIRED)
    phase, split = stated["challenge_phases"][0], stated["dataset_splits"][0]
    annotation = uploaded / phase["test_annotation_file"]
    worker = ("-c", EVALAI_WORKER, annotation, RULES, phase["codename"])
    done = run_python(*worker, cwd=tmp_path / "compute")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert Path(found["package"]).is_relative_to(challenge)
    assert found["output"]["result"] == [{split["codename"]: row}]
    assert list(row) == stated["leaderboard"][0]["schema"]["labels"] == list(COLUMNS)
    assert stated["leaderboard"][0]["schema"]["default_order_by"] in row
    assert "confusion" not in found["output"]["submission_result"]
    assert RULES.suffix in phase["allowed_submission_file_types"].split(", ")
    sample = ("-c", EVALAI_WORKER, annotation, uploaded / "sample_submission.jsonl", "test")
    done = run_python(*sample, cwd=tmp_path / "compute")
    assert "segments" not in done.stdout
    assert "ids that are not in the release" in done.stderr


def lay_out(bundle: Path, app: Path, submission: bytes) -> list[str]:
    """Codabench's folders for one submission, and the command of the scoring program, with `app` for /app."""
    uploaded = unpack(bundle.read_bytes(), app.with_name(f"{app.name}-bundle"))
    task = yaml.safe_load((uploaded / "competition.yaml").read_text("utf-8"))["tasks"][0]
    unpack((uploaded / task["scoring_program"]).read_bytes(), app / "program")
    unpack((uploaded / task["reference_data"]).read_bytes(), app / "input/ref")
    unpack(submission, app / "input/res")
    (app / "output").mkdir()
    command = yaml.safe_load((app / "program/metadata.yaml").read_text("utf-8"))["command"]
    first, *rest = command.replace("/app/", f"{app}/").split(" ")
    assert first == "python3"
    return list(rest)


def zip_files(**files: bytes) -> bytes:
    """A zip as a participant would make it; `__` in a name is a folder."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, content in files.items():
            file.writestr(name.replace("__", "/") + ".jsonl", content)
    return data.getvalue()


def test_codabench(built: BuildResult, tmp_path: Path, row: dict[str, float]) -> None:
    """As Codabench's worker: the command of the program scores `input/res` and writes the columns of the board."""
    make_bundle("codabench", built.path, tmp_path / "bundle.zip")
    app = tmp_path / "app"
    command = lay_out(tmp_path / "bundle.zip", app, zip_files(ours__predictions=RULES.read_bytes()))
    done = run_python(*command, cwd=app / "program")
    assert done.returncode == 0, done.stderr
    scores = json.loads((app / "output/scores.json").read_text("utf-8"))
    stated = yaml.safe_load((tmp_path / "app-bundle/competition.yaml").read_text("utf-8"))
    assert scores == row
    assert [column["key"] for column in stated["leaderboards"][0]["columns"]] == list(scores)
    assert [column["index"] for column in stated["leaderboards"][0]["columns"]] == list(range(len(scores)))
    report = json.loads((app / "output/report.json").read_text("utf-8"))
    assert report["counts"]["missing"] == 0
    assert "confusion" not in report
    assert sorted(path.name for path in (app / "output").iterdir()) == ["report.json", "scores.json"]


def test_codabench_refuses(built: BuildResult, tmp_path: Path) -> None:
    """A submission that doesn't fit gets a reason on standard error, exit code 1 and no score; the solution passes."""
    make_bundle("codabench", built.path, tmp_path / "bundle.zip")
    lines = RULES.read_bytes().splitlines(keepends=True)
    app = tmp_path / "app"
    command = lay_out(tmp_path / "bundle.zip", app, zip_files(p=b"".join([*lines[3:], *lines[-3:]])))
    done = run_python(*command, cwd=app / "program")
    assert (done.returncode, "3 repeated ids" in done.stderr) == (1, True), done.stderr
    assert list((app / "output").iterdir()) == []
    assert "Traceback" not in done.stderr
    with zipfile.ZipFile(tmp_path / "bundle.zip") as file:
        lay_out(tmp_path / "bundle.zip", tmp_path / "solved", file.read("solution.zip"))
    score_folders(tmp_path / "solved/input", tmp_path / "solved/output")
    assert json.loads((tmp_path / "solved/output/scores.json").read_text("utf-8"))["accuracy"] > 0


def test_one_prediction_file(tmp_path: Path) -> None:
    """A submitted folder has one `.jsonl`, wherever it is; what an archiver of a Mac adds isn't one."""
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX/._p.jsonl").touch()
    with pytest.raises(PredictionError, match=r"there are 0 \(none\)"):
        find_predictions(tmp_path)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/p.jsonl").touch()
    assert find_predictions(tmp_path) == tmp_path / "ours/p.jsonl"
    (tmp_path / "q.jsonl").touch()
    with pytest.raises(PredictionError, match=r"there are 2 \(p.jsonl, q.jsonl\)"):
        find_predictions(tmp_path)


def test_codabench_installs_what_its_image_lacks(built: BuildResult, tmp_path: Path) -> None:
    """Where a required package is missing the program asks pip for requirements.txt, and says so if that fails."""
    make_bundle("codabench", built.path, tmp_path / "bundle.zip")
    app = tmp_path / "app"
    script, *folders = lay_out(tmp_path / "bundle.zip", app, zip_files(p=RULES.read_bytes()))
    pip = tmp_path / "stub/pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text("import sys\nprint(*sys.argv[1:])\nsys.exit(1)\n")
    done = run_python("-S", script, *folders, cwd=app / "program", PYTHONPATH=str(tmp_path / "stub"))
    assert done.returncode == 1
    assert f"install --quiet -r {app / 'program/requirements.txt'}" in done.stdout
    assert "the image lacks what requirements.txt names" in done.stderr
