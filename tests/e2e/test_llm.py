"""A language model's run as a command: killed and resumed, from two processes at once, offline, and on the board."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from corpus_kit.build import BuildResult
from corpus_kit.evaluate import read_record
from tests.chat_server import KEY, ChatServer, serve_chat
from tests.session import run_session


def label_news(text: str, labels: list[str]) -> str:
    """Quotes by their mark; every other segment is a fact."""
    assert {"fact", "quote"} <= set(labels)
    return "quote" if "“" in text else "fact"


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    """A server for the labels of the five-article corpus."""
    with serve_chat(label_news) as server:
        yield server


def name_environment(chat: ChatServer, cache: Path) -> dict[str, str]:
    """The environment of a run against a server, with a cache of its own and prices."""
    return {
        **os.environ,
        "CORPUS_KIT_LLM_URL": chat.url,
        "CORPUS_KIT_LLM_MODEL": "small",
        "CORPUS_KIT_LLM_KEY": KEY,
        "CORPUS_KIT_LLM_PROMPT_PRICE": "3",
        "CORPUS_KIT_LLM_COMPLETION_PRICE": "15",
        "CORPUS_KIT_CACHE": str(cache),
    }


def start(corpus: Path, release: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """`corpus-kit evaluate llm`, running."""
    command = [sys.executable, "-m", "corpus_kit", "evaluate", "llm", "--release", str(release)]
    return subprocess.Popen(
        command, cwd=corpus, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def read_result(corpus: Path) -> bytes:
    """The predictions that a run left."""
    return (corpus / "baselines/llm/1.0.0/loao.predictions.jsonl").read_bytes()


def test_killed_and_resumed(chat: ChatServer, built: BuildResult, corpus_dir: Path, tmp_path: Path) -> None:
    """A run that was killed leaves no result; the next one asks only what had no answer, and a third asks nothing.

    The board then says what it cost.
    """
    environment = name_environment(chat, tmp_path / "cache")
    chat.faults = [None, None, None, "hang"]
    with start(corpus_dir, built.path, environment) as process:
        for _ in range(5):  # the probe and four windows
            assert chat.reached.acquire(timeout=60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert not (corpus_dir / "baselines/llm/1.0.0").exists()
    asked = chat.list_questions()
    assert len(asked) == len(set(asked)) == 4
    verbs = (["evaluate", "llm"], ["leaderboard"], ["leaderboard", "--check"])
    commands = [[*verb, "--release", str(built.path)] for verb in verbs]
    said = run_session(commands, cwd=corpus_dir, environment=environment)
    assert [one.code for one in said] == [0, 0, 0], said
    assert "requests to small (3 from the cache)" in said[0].out
    assert "0 segments without a usable answer" in said[0].out
    assert chat.list_questions()[:4] == asked
    assert sorted(chat.list_questions()[4:]) == sorted(set(chat.list_questions()) - set(asked[:3]))
    first, sent = read_result(corpus_dir), len(chat.bodies)
    offline = {**environment, "CORPUS_KIT_LLM_OFFLINE": "1", "CORPUS_KIT_LLM_URL": ""}
    [again] = run_session(commands[:1], cwd=corpus_dir, environment=offline)
    assert (again.code, len(chat.bodies)) == (0, sent), again
    assert read_result(corpus_dir) == first
    timing = read_record(corpus_dir / "baselines/llm/1.0.0/loao.json").timing
    assert timing is not None
    assert timing.model_bytes is None
    assert timing.usage is not None
    assert timing.usage.cost == pytest.approx(
        (timing.usage.prompt_tokens * 3 + timing.usage.completion_tokens * 15) / 1e6
    )
    board = (corpus_dir / "baselines/LEADERBOARD.md").read_text("utf-8")
    [row] = [line for line in board.partition("## Cost")[2].split("\n") if line.startswith("| llm 1 |")]
    assert f" {timing.usage.cost:.4f} " in row
    everything = "".join(path.read_text("utf-8") for path in corpus_dir.rglob("llm/**/*") if path.is_file())
    assert KEY not in everything + board + "".join(one.out + one.err for one in said)


def test_two_processes_share_a_cache(chat: ChatServer, built: BuildResult, corpus_dir: Path, tmp_path: Path) -> None:
    """Two runs at once ask each request once between them, and give the same bytes."""
    other = Path(copytree(corpus_dir, tmp_path / "other"))
    environment = name_environment(chat, tmp_path / "cache")
    with start(corpus_dir, built.path, environment) as one, start(other, built.path, environment) as two:
        for process in (one, two):
            out, err = process.communicate()
            assert process.returncode == 0, out + err
    bodies = [str(body) for body in chat.bodies]
    assert len(bodies) == len(set(bodies))
    assert read_result(corpus_dir) == read_result(other)


def test_what_is_missing(built: BuildResult, corpus_dir: Path, tmp_path: Path) -> None:
    """Without an endpoint, a model or the extra, the error names the variable or the command, and nothing is stored."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CORPUS_KIT_")}
    command = ["evaluate", "llm", "--release", str(built.path)]
    url = {"CORPUS_KIT_LLM_URL": "http://127.0.0.1:9/v1", "CORPUS_KIT_CACHE": str(tmp_path)}
    for more, without, remedy in (
        ({}, (), "Set CORPUS_KIT_LLM_URL"),
        (url, (), "Set CORPUS_KIT_LLM_MODEL"),
        ({**url, "CORPUS_KIT_LLM_MODEL": "m"}, ("httpx2",), "pip install 'corpus-kit[llm]'"),
    ):
        [said] = run_session([command], cwd=corpus_dir, environment={**environment, **more}, without=without)
        assert said.code == 1
        assert remedy in said.err
        assert "Traceback" not in said.err
    assert not (corpus_dir / "baselines/llm/1.0.0").exists()
