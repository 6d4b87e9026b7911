"""The commands on real corpora, from the outside."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_whole_road(corpus_dir: Path) -> None:
    """Build, check, evaluate, leaderboard and its check, from a folder below the corpus.

    The baselines predict, to the byte, what is stored of them.
    """
    below = corpus_dir / "seeds"
    for command in (
        ["build"],
        ["check"],
        ["agreement"],
        ["evaluate", "majority", "rules", "tfidf_logreg", "--protocol", "loao"],
        ["leaderboard", "--html", "board.html"],
        ["leaderboard", "--html", "board.html", "--check"],
        ["card"],
        ["card", "--check"],
    ):
        result = run(*command, cwd=below)
        assert result.returncode == 0, (command, result.stderr)
    for stored in (REPOSITORY / "baselines").glob("*/*/*.predictions.jsonl"):
        again = corpus_dir / stored.relative_to(REPOSITORY)
        assert again.read_bytes() == stored.read_bytes(), stored


def test_a_new_corpus_goes_the_whole_road(tmp_path: Path) -> None:
    """`init --example`, then every stage, in an empty folder."""
    for command in (
        ["init", "--example", "x"],
        ["build", "--corpus", "x"],
        ["check", "--corpus", "x"],
        ["agreement", "--corpus", "x"],
        ["evaluate", "majority", "--corpus", "x"],
        ["leaderboard", "--corpus", "x"],
        ["leaderboard", "--check", "--corpus", "x"],
        ["card", "--corpus", "x"],
        ["card", "--check", "--corpus", "x"],
    ):
        result = run(*command, cwd=tmp_path)
        assert result.returncode == 0, (command, result.stderr)


def test_an_empty_corpus_says_what_is_missing(tmp_path: Path) -> None:
    """A corpus made without the example has no articles yet, and the message says where they go."""
    assert run("init", "x", cwd=tmp_path).returncode == 0
    result = run("build", "--corpus", "x", cwd=tmp_path)
    assert result.returncode == 1
    assert "lists no article" in result.stderr


def test_segment_prints_a_line_per_file(repository: Path, tmp_path: Path) -> None:
    """`segment --json`: article, sha256 and spans, in the order of the files, which are as the golden spans."""
    files = sorted((repository / "seeds/articles").glob("*.txt"))
    result = run("segment", *files, "--json", cwd=tmp_path)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    golden = json.loads((repository / "tests/golden/seeds_segments.json").read_text("utf-8"))
    assert [set(item) for item in found] == [{"article", "sha256", "segments", "is_main"}] * 5
    assert all(item["is_main"] == [None] * len(item["segments"]) for item in found)
    assert {item["article"]: item["segments"] for item in found} == golden
    assert [item["article"] for item in found] == [file.stem for file in files]


def test_build_prints_one_object(corpus_dir: Path) -> None:
    """`build --json`: release, version, digest and counts."""
    found = json.loads(run("build", "--json", "--out", "elsewhere", cwd=corpus_dir).stdout)
    assert Path(found["release"]) == corpus_dir / "elsewhere/kazakhstan-withdrawal-2022/1.0.0"
    assert found["version"] == "1.0.0"
    assert found["digest"].startswith("sha256:")
    assert found["counts"]["labels"] == {"fact": 73, "quote": 21, "opinion": 2, "boilerplate": 58}


def test_agreement_prints_coefficients_and_words(corpus_dir: Path) -> None:
    """`agreement --json` has every coefficient per scope and label, and says what unanimity can't show."""
    found = json.loads(run("agreement", "--json", cwd=corpus_dir).stdout)
    assert set(found["scopes"]) == {"all", "prose", "attribution"}
    assert set(found["scopes"]["all"]) == {"units", "observed", "kappa", "alpha"}
    assert set(found["by_label"]["all"]) == {"fact", "quote", "opinion", "boilerplate"}
    assert any("same language model" in sentence for sentence in found["in_words"])
    assert "same language model" in run("agreement", cwd=corpus_dir).stdout


def test_check_exits_3_and_lists_what_differs(release_dir: Path) -> None:
    """A damaged release is listed on standard output with exit code 3."""
    (release_dir / "CHANGELOG.md").write_text("other")
    result = run("check", release_dir, cwd=release_dir)
    assert result.returncode == 3
    assert "CHANGELOG.md" in result.stdout


def test_a_tampered_prediction_is_found(corpus_dir: Path, edit: Callable[[Path, str, str], None]) -> None:
    """`leaderboard --check` exits 3 when a stored prediction, a stored number or the board was changed."""
    for command in (["build"], ["evaluate", "rules"], ["leaderboard"]):
        assert run(*command, cwd=corpus_dir).returncode == 0
    edit(corpus_dir / "baselines/rules/1.0.0/loao.predictions.jsonl", '"label":"fact"', '"label":"quote"')
    result = run("leaderboard", "--check", cwd=corpus_dir)
    assert result.returncode == 3
    assert "rules" in result.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"value": 0.', '"value": 0.9'),
        ('"protocol": "loao"', '"protocol": "transfer"'),
        ('"is_trained": true', '"is_trained": false'),
        ('"version": "2",', '"version": "99",'),
        ('"source_sha256": "', '"source_sha256": "0'),
    ],
)
def test_no_board_is_made_of_a_false_record(corpus_dir: Path, old: str, new: str) -> None:
    """A stored result that its predictions don't give is refused, and nothing is published."""
    record = corpus_dir / "baselines/rules/1.0.0/loao.json"
    assert run("build", cwd=corpus_dir).returncode == 0
    before = (corpus_dir / "baselines/LEADERBOARD.md").read_bytes()
    text = record.read_text("utf-8")
    assert old in text
    record.write_text(text.replace(old, new, 1), "utf-8")
    refused = run("leaderboard", cwd=corpus_dir)
    assert refused.returncode == 1
    assert "can't be derived again" in refused.stderr
    assert run("leaderboard", "--check", cwd=corpus_dir).returncode == 3
    assert (corpus_dir / "baselines/LEADERBOARD.md").read_bytes() == before


def test_results_of_others_are_not_replaced(corpus_dir: Path, tmp_path: Path) -> None:
    """A file that has a baseline's name can't replace its results, nor can another corpus' release."""
    run("build", cwd=corpus_dir)
    (tmp_path / "rules.py").write_bytes((corpus_dir / "baselines/majority/classifier.py").read_bytes())
    refused = run("evaluate", tmp_path / "rules.py", cwd=corpus_dir)
    assert refused.returncode == 1
    assert "of another classifier" in refused.stderr
    run("init", "--example", tmp_path / "x", cwd=tmp_path)
    run("build", "--corpus", tmp_path / "x", cwd=tmp_path)
    refused = run("evaluate", "rules", "--release", tmp_path / "x/dist/harbour-example/1.0.0", cwd=corpus_dir)
    assert refused.returncode == 1
    assert "the release is of 'harbour-example'" in refused.stderr


def test_score_takes_a_file_from_anywhere(corpus_dir: Path) -> None:
    """The stored predictions of a baseline, scored as a stranger's file, give the baseline's score."""
    run("build", cwd=corpus_dir)
    run("evaluate", "rules", cwd=corpus_dir)
    predictions = corpus_dir / "baselines/rules/1.0.0/loao.predictions.jsonl"
    found = json.loads(run("score", predictions, "--json", cwd=corpus_dir).stdout)
    record = json.loads(predictions.with_name("loao.json").read_text("utf-8"))
    assert found["metrics"]["macro_f1"]["value"] == record["metrics"]["macro_f1"]["value"]
    lines = predictions.read_text("utf-8").splitlines(keepends=True)
    (corpus_dir / "exploit.jsonl").write_text("".join([*lines[3:], *lines[-3:]]), "utf-8")
    refused = run("score", "exploit.jsonl", cwd=corpus_dir)
    assert refused.returncode == 1
    assert "3 repeated ids" in refused.stderr
    (corpus_dir / "short.jsonl").write_text("".join(lines[3:]), "utf-8")
    short = run("score", "short.jsonl", cwd=corpus_dir)
    assert short.returncode == 1
    assert "3 segments without a prediction" in short.stderr


def test_compare_and_plan(corpus_dir: Path) -> None:
    """`compare` and `plan` take stored runs and files; five articles show no difference, and six are the least."""
    run("build", cwd=corpus_dir)
    result = run("compare", "rules", "majority", "--json", cwd=corpus_dir)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["smallest_p"] == 0.0625
    assert found["metrics"]["macro_f1"]["p"] >= 0.0625
    assert {"id", "article_id", "position", "text", "gold", "said"} == set(found["segments"][0])
    assert len(found["articles"]) == 5
    predictions = "baselines/majority/1.0.0/loao.predictions.jsonl"
    assert "no p can be below 0.0625" in run("compare", "rules", predictions, cwd=corpus_dir).stdout
    planned = json.loads(run("plan", "--resolve", "rules", "majority", "--json", cwd=corpus_dir).stdout)
    assert planned["metric"] == "macro_f1"
    assert planned["articles"] == 5
    assert planned["needed"] >= 6
    assert "articles" in run("plan", "--resolve", "rules", predictions, "--metric", "accuracy", cwd=corpus_dir).stdout
    refused = run("plan", "--resolve", "rules", "majority", "--metric", "f1[opnion]", cwd=corpus_dir)
    assert refused.returncode == 1
    assert "Did you mean 'f1[opinion]'" in refused.stderr


def test_a_stale_number_is_found(corpus_dir: Path, edit: Callable[[Path, str, str], None]) -> None:
    """`card --check` exits 3 and names the block; `card` mends it."""
    card = corpus_dir / "DATASET_CARD.md"
    assert run("card", cwd=corpus_dir).returncode == 0
    edit(card, "| opinion | 1 |", "| opinion | 100 |")
    result = run("card", "--check", cwd=corpus_dir)
    assert result.returncode == 3
    assert "counts" in result.stdout
    run("card", cwd=corpus_dir)
    assert run("card", "--check", cwd=corpus_dir).returncode == 0


def measure_cpu_s(*arguments: str, cwd: Path, goal_s: float) -> float:
    """The processor time of a command, in seconds: the least of up to ten runs, as other work only adds to it."""
    times: list[float] = []
    while len(times) < 10 and min(times, default=goal_s) >= goal_s:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(*arguments, cwd=cwd).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


@pytest.mark.measured
def test_help_answers_at_once(tmp_path: Path) -> None:
    """`--help` takes under a quarter of a second of processor time."""
    assert measure_cpu_s("--help", cwd=tmp_path, goal_s=0.25) < 0.25


@pytest.mark.measured
def test_the_build_of_five_articles_is_quick(corpus_dir: Path) -> None:
    """`build` takes under a second and a half of processor time."""
    assert measure_cpu_s("build", cwd=corpus_dir, goal_s=1.5) < 1.5


HEAVY = ("datasets", "huggingface_hub", "pandas", "sklearn", "scipy", "torch")


@pytest.mark.parametrize(
    ("code", "unused"),
    [
        ("import corpus_kit", (*HEAVY, "pyarrow", "numpy", "pydantic", "typer")),
        ("import corpus_kit.cli", (*HEAVY, "pyarrow", "numpy", "pydantic", "rich", "yaml")),
        ("from corpus_kit.cli import app; app(['build'], standalone_mode=False)", HEAVY),
        ("from corpus_kit.cli import app; app(['agreement'], standalone_mode=False)", (*HEAVY, "pyarrow")),
        ("from corpus_kit.cli import app; app(['score', 'p.jsonl'], standalone_mode=False)", (*HEAVY[:4], "torch")),
    ],
)
def test_nothing_heavy_is_imported_where_it_isnt_used(corpus_dir: Path, code: str, unused: tuple[str, ...]) -> None:
    """The import graph of each entry stays as light as what it does."""
    if "score" in code:
        run("build", cwd=corpus_dir)
        run("evaluate", "majority", cwd=corpus_dir)
        (corpus_dir / "p.jsonl").write_bytes(
            (corpus_dir / "baselines/majority/1.0.0/loao.predictions.jsonl").read_bytes()
        )
    script = f"{code}\nimport sys\nprint('LOADED', *sorted(m for m in sys.modules if '.' not in m))"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=corpus_dir, capture_output=True, text=True, check=True, env=environment
    )
    loaded = done.stdout.split("LOADED", 1)[1].split()
    assert [name for name in unused if name in loaded] == []
