"""Submissions and tasks on the command line, from the outside."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Edit = Callable[[Path, str, str], None]


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def declare(folder: Path, record: Path) -> Path:
    """A declaration with the training digests of a stored run."""
    stated = json.loads(record.read_text("utf-8"))["train_ids_sha256"]
    lines = ['trained_on = ["folds"]', 'training_data = "the other folds"', "[train_ids_sha256]"]
    path = folder / "declaration.toml"
    path.write_text("\n".join([*lines, *(f'{fold} = "{digest}"' for fold, digest in stated.items())]), "utf-8")
    return path


def test_a_submission_reaches_the_board(corpus_dir: Path, edit: Edit) -> None:
    """submit, leaderboard and its check; then the exploit, a name that is taken and a tampered file."""
    assert run("build", cwd=corpus_dir).returncode == 0
    own = corpus_dir / "baselines/tfidf_logreg/1.0.0/loao.predictions.jsonl"
    declaration = declare(corpus_dir, own.with_name("loao.json"))
    options = ("--system", "theirs", "--declaration", declaration)
    filed = run("submit", own, *options, "--json", cwd=corpus_dir)
    assert filed.returncode == 0, filed.stderr
    value = json.loads(filed.stdout)
    record = json.loads(own.with_name("loao.json").read_text("utf-8"))
    assert value["result"]["metrics"] == record["metrics"]
    assert value["submission"]["verified"] == ["ids", "labels", "probs", "fold", "train_ids_sha256"]
    assert run("leaderboard", cwd=corpus_dir).returncode == 0
    assert "| theirs 1 | predictions only |" in (corpus_dir / "baselines/LEADERBOARD.md").read_text("utf-8")
    lines = own.read_text("utf-8").splitlines(keepends=True)
    (corpus_dir / "exploit.jsonl").write_text("".join([*lines[3:], *lines[-3:]]), "utf-8")
    refused = run("submit", "exploit.jsonl", "--system", "exploit", "--declaration", declaration, cwd=corpus_dir)
    assert (refused.returncode, "3 repeated ids" in refused.stderr) == (1, True)
    assert not (corpus_dir / "baselines/submissions/exploit").exists()
    edit(Path(value["path"]) / "loao.predictions.jsonl", '"label":"fact"', '"label":"quote"')
    checked = run("leaderboard", "--check", cwd=corpus_dir)
    assert (checked.returncode, "submissions/theirs" in checked.stdout) == (3, True)


def test_a_full_disk_leaves_nothing_of_a_submission(corpus_dir: Path) -> None:
    """Where files can't grow past some bytes the message says so, and neither folder nor temporary file stays."""
    assert run("build", cwd=corpus_dir).returncode == 0
    before = sorted((corpus_dir / "baselines").rglob("*"))
    own = corpus_dir / "baselines/majority/1.0.0/loao.predictions.jsonl"
    declaration = declare(corpus_dir, own.with_name("loao.json"))
    script = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    script += "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    script += "runpy.run_module('corpus_kit', run_name='__main__')"
    arguments = ("submit", str(own), "--system", "theirs", "--declaration", str(declaration))
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=corpus_dir, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted((corpus_dir / "baselines").rglob("*")) == before


def test_a_task_without_a_corpus(tmp_path: Path, repository: Path) -> None:
    """evaluate, leaderboard, its check and score take a task file; results and board lie beside it."""
    rows = ["text,kind,doc,part", *(f"Sentence {i}.,{'ab'[i % 3 == 0]},d{i // 3},{'tv'[i > 20]}" for i in range(30))]
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "toy.toml").write_text(
        '[task]\nname = "toy"\nversion = "1.0.0"\nlabels = ["a", "b"]\npath = "rows.csv"\n'
        '[task.columns]\nlabel = "kind"\ngroup = "doc"\nsplit = "part"\n'
        '[task.splits]\ntrain = ["t"]\ntest = ["v"]\n',
        "utf-8",
    )
    own = tmp_path / "baselines/majority"
    own.mkdir(parents=True)
    (own / "classifier.py").write_bytes((repository / "baselines/majority/classifier.py").read_bytes())
    for command in (
        ["evaluate", "majority", "--task", "toy.toml", "--protocol", "split"],
        ["leaderboard", "--task", "toy.toml"],
        ["leaderboard", "--check", "--task", "toy.toml"],
    ):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "**Protocol `split`**" in (tmp_path / "baselines/LEADERBOARD.toy.md").read_text("utf-8")
    predictions = own / "toy-1.0.0/split.predictions.jsonl"
    scored = run("score", predictions, "--task", "toy.toml", "--split", "test", "--json", cwd=tmp_path)
    stored = json.loads(predictions.with_name("split.json").read_text("utf-8"))
    found = json.loads(scored.stdout)
    assert found["counts"] == stored["counts"] == {"segments": 9, "predicted": 9, "missing": 0, "duplicates": 0}
    assert found["metrics"]["macro_f1"]["value"] == stored["metrics"]["macro_f1"]["value"]
    refused = run("score", predictions, "--task", "none.toml", cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n"), "none.toml" in refused.stderr) == (1, 1, True)


def test_a_folder_that_datasets_cannot_read(tmp_path: Path) -> None:
    """Files of one folder with different columns are an error with its reason and without a traceback."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "train.csv").write_text("text,label\nOne.,a\n", "utf-8")
    (folder / "test.csv").write_text("words\nTwo.\n", "utf-8")
    (tmp_path / "toy.toml").write_text(
        '[task]\nname = "toy"\nversion = "1.0.0"\nlabels = ["a", "b"]\npath = "data"\n', "utf-8"
    )
    done = run("score", "p.jsonl", "--task", "toy.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
