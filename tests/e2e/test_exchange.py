"""Tasks out, runs in, results out, from the outside."""

import json
import subprocess
import sys
from pathlib import Path

from corpus_kit.build import BuildResult


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def write_run(task: Path, log: Path) -> None:
    """What lm-eval would log of a model that says the second label of every segment, as text."""
    head = json.loads((task / "task.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (task / "data/test.jsonl").read_text("utf-8").splitlines()]
    with log.open("w", encoding="utf-8") as file:
        for row in rows:
            row["release"] = head["release"]["digest"]
            file.write(json.dumps({"doc": row, "arguments": {}, "filtered_resps": [head["labels"][1]]}) + "\n")


def test_a_run_comes_back(built: BuildResult, tmp_path: Path) -> None:
    """A task is written, a log of it becomes predictions, and `score` takes them."""
    release = ("--release", built.path)
    assert run("export-task", "lm-eval", "task", *release, cwd=tmp_path).returncode == 0
    write_run(tmp_path / "task", tmp_path / "log.jsonl")
    imported = run("import-run", "lm-eval", "log.jsonl", "p.jsonl", *release, cwd=tmp_path)
    assert (imported.returncode, imported.stdout) == (0, "p.jsonl: 154 predictions\n")
    found = json.loads(run("score", "p.jsonl", "--json", *release, cwd=tmp_path).stdout)
    assert found["metrics"]["accuracy"]["value"] == found["supports"]["quote"] / 154


def test_what_is_refused(built: BuildResult, tmp_path: Path) -> None:
    """Unknown harnesses, another release's log and folders in use: one message, exit code 1, no traceback."""
    release = ("--release", built.path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    log = json.dumps({"doc": {"id": "a", "label": 0, "release": "sha256:1"}, "arguments": {}, "filtered_resps": ["x"]})
    (tmp_path / "log.jsonl").write_text(log, "utf-8")
    for command, said in (
        (("export-task", "helm", "task"), "unknown harness 'helm'"),
        (("export-task", "inspect", "full"), "exists and is not empty"),
        (("import-run", "lm-eval", "log.jsonl", "p.jsonl"), "of the release with the digest 'sha256:1'"),
        (("import-run", "lm-eval", "none.jsonl", "p.jsonl"), "can't be read"),
    ):
        refused = run(*command, *release, cwd=tmp_path)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
        assert said in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "log.jsonl"]


def test_a_result_goes_out(corpus_dir: Path) -> None:
    """A stored result is written for a model's repository; without --about the command says what is missing."""
    assert run("build", cwd=corpus_dir).returncode == 0
    assert run("evaluate", "majority", cwd=corpus_dir).returncode == 0
    record = corpus_dir / "baselines/majority/1.0.0/loao.json"
    (corpus_dir / "about.toml").write_text('model = "acme/m"\nrepo = "acme/d"\n', "utf-8")
    done = run("export-result", "eval-results", record, "out", "--about", "about.toml", cwd=corpus_dir)
    assert (done.returncode, done.stdout) == (0, "out/.eval_results/kazakhstan-withdrawal-2022.yaml\n")
    assert run("export-result", "eval-results", record, "out", cwd=corpus_dir).returncode == 2
