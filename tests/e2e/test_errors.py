"""Bad input: one clear message with file, line and remedy, exit code 1, no traceback, nothing half written."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Edit = Callable[[Path, str, str], None]
MANIFEST = "seeds/manifest.jsonl"
LEDGER = "annotations/ledger/lm-1.jsonl"


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def assert_refused(corpus: Path, *parts: str) -> None:
    """`build` exits 1 with one message that has every part, and writes nothing."""
    result = run("build", cwd=corpus)
    assert result.returncode == 1, result.stdout
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1
    for part in parts:
        assert part in result.stderr
    dist = corpus / "dist"
    assert not dist.exists() or not [path for path in dist.rglob("*") if path.is_file()]


def test_no_corpus_here(tmp_path: Path) -> None:
    """Outside any corpus, the message says how to name or make one."""
    assert_refused(tmp_path, "no corpus.toml here or above", "--corpus DIR", "corpus-kit init")


def test_a_named_folder_without_corpus(tmp_path: Path) -> None:
    """A folder given by --corpus has to be one."""
    result = run("build", "--corpus", tmp_path, cwd=tmp_path)
    assert result.returncode == 1
    assert "no corpus.toml in this folder" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('name = "kaz', "name = kaz", ("not valid TOML", "line 1")),
        ('version = "1.0.0"', 'version = "one"', ("version: ",)),
        ('segmenter = "news"', 'segmentor = "news"', ("segmentor: Extra inputs",)),
        ('segmenter = "news"', 'segmenter = "mews"', ("unknown segmenter 'mews'", "Did you mean 'news'")),
        ('outside_prose = ["boilerplate"]', 'outside_prose = ["boiler"]', ("labels.outside_prose", "'boiler'")),
        ('opinion = "3"', 'opinion = "1"', ("one key stands for two labels",)),
        ("test = [4]", "test = [3]", ("both validation and test",)),
        ("test = [4]", "test = [9]", ("names fold 9",)),
        ("guidelines.md", "missing.md", ("missing.md", "labels.guidelines")),
    ],
)
def test_a_malformed_corpus_toml(corpus_dir: Path, edit: Edit, old: str, new: str, parts: tuple[str, ...]) -> None:
    """Every fault of corpus.toml is named with its key."""
    edit(corpus_dir / "corpus.toml", old, new)
    assert_refused(corpus_dir, *parts)


def test_an_article_that_was_edited(corpus_dir: Path) -> None:
    """A changed byte in a seed is named with the manifest's line."""
    with (corpus_dir / "seeds/articles/abc-news-troops-begin-leaving.txt").open("ab") as file:
        file.write(b" ")
    assert_refused(corpus_dir, f"{MANIFEST}:2: ", "abc-news-troops-begin-leaving", "sha256", "never edited")


def test_an_article_that_is_missing(corpus_dir: Path) -> None:
    """A row without its file."""
    (corpus_dir / "seeds/articles/independent-troops-to-pull-out.txt").unlink()
    assert_refused(corpus_dir, f"{MANIFEST}:3: ", "independent-troops-to-pull-out", "Put the file back")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('"author": null', '"author": 3', (":2: ", "author: ")),
        ('"author": null', '"writer": null', (":2: ", "author: Field required", "writer: Extra inputs")),
        ('"path": "articles/', '"path": "../articles/', (":1: ", "leaves the seeds folder")),
        ('"published": "2022-01-13"', '"published": "January"', (":4: ", "published")),
        ('{"id": "abc-news-troops-begin-leaving"', '{"id": "national-interest-troops-to-withdraw"', (":2: ", "twice")),
        ('{"id"', '{"id', (":1: ", "not valid JSON")),
    ],
)
def test_a_malformed_manifest(corpus_dir: Path, edit: Edit, old: str, new: str, parts: tuple[str, ...]) -> None:
    """Every fault of a row is named with its line."""
    edit(corpus_dir / MANIFEST, old, new)
    assert_refused(corpus_dir, MANIFEST, *parts)


def replace_article(corpus: Path, data: bytes) -> None:
    """Make the first article these bytes, with a row that says so."""
    from corpus_kit.canonical import hash_bytes

    path = corpus / MANIFEST
    first, *rest = path.read_text("utf-8").splitlines()
    row = json.loads(first)
    (corpus / "seeds" / row["path"]).write_bytes(data)
    row |= {"sha256": hash_bytes(data), "size_bytes": len(data)}
    path.write_text("\n".join([json.dumps(row), *rest]) + "\n", "utf-8")


def test_invalid_utf8(corpus_dir: Path) -> None:
    """The first bad byte is named with its offset and line; nothing is replaced."""
    replace_article(corpus_dir, b"One.\nTw\xff.\n")
    assert_refused(corpus_dir, "national-interest-troops-to-withdraw.txt:2: ", "0xff at offset 7", "UTF-8")


@pytest.mark.parametrize("data", [b"", b" \n\t\n", "\u00a0\u2003".encode()])
def test_an_empty_article(corpus_dir: Path, data: bytes) -> None:
    """White space alone is no article."""
    replace_article(corpus_dir, data)
    assert_refused(corpus_dir, "national-interest-troops-to-withdraw.txt", "the article is empty")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('"exact":"Russian', '"exact":"russian', ("is not at 0–52", "there stands 'Russian")),
        ('"start":0', '"start":1', ("is not at 1–52",)),
        ('"label":"fact"', '"label":"facts"', ("unknown label 'facts'", "Did you mean 'fact'")),
        ('"attribution":"none"', '"attribution":"direct"', ("can't have the attribution 'direct'",)),
        ('"article":"national-interest', '"article":"international-interest', ("unknown article",)),
        ('"article_sha256":"b', '"article_sha256":"c', ("another text",)),
        ('"annotator":"lm-1"', '"annotator":"lm-7"', ("another annotator",)),
        ('"action":"label"', '"action":"skip"', ("'skip' event carries a label",)),
    ],
)
def test_an_annotation_that_contradicts(
    corpus_dir: Path, edit: Edit, old: str, new: str, parts: tuple[str, ...]
) -> None:
    """Every contradiction between a ledger and its corpus is named with file and line."""
    edit(corpus_dir / LEDGER, old, new)
    assert_refused(corpus_dir, f"{LEDGER}:1: ", *parts)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can write to: /proc")
def test_a_target_on_a_read_only_file_system(corpus_dir: Path) -> None:
    """Whoever runs it, a place that takes no folder is named."""
    result = run("build", "--out", "/proc/nowhere", cwd=corpus_dir)
    assert result.returncode == 1
    assert "/proc/nowhere" in result.stderr
    assert "can't be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_target_that_is_a_file(corpus_dir: Path) -> None:
    """Where a file stands in the way the message says so, whoever runs it."""
    (corpus_dir / "dist").write_text("in the way")
    result = run("build", cwd=corpus_dir)
    assert result.returncode == 1
    assert "can't be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_target_that_is_something_else(corpus_dir: Path) -> None:
    """A folder that is no release is never replaced."""
    precious = corpus_dir / "dist/kazakhstan-withdrawal-2022/1.0.0/precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    result = run("build", cwd=corpus_dir)
    assert result.returncode == 1
    assert "is no release" in result.stderr
    assert precious.read_text() == "mine"


def test_a_full_disk_leaves_the_last_release(corpus_dir: Path) -> None:
    """When files can't grow past a few bytes, the build fails with a message and the old release stays."""
    assert run("build", cwd=corpus_dir).returncode == 0
    before = sorted((corpus_dir / "dist").rglob("*"))
    script = "import resource, runpy, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    script += "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    script += "import sys; sys.argv = ['corpus-kit', 'build']; runpy.run_module('corpus_kit', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", script], cwd=corpus_dir, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "File too large" in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted((corpus_dir / "dist").rglob("*")) == before
    assert run("check", cwd=corpus_dir).returncode == 0


def test_init_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    """`init` never mixes its files with others."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x/mine.txt").write_text("mine")
    result = run("init", "x", cwd=tmp_path)
    assert result.returncode == 1
    assert "not an empty folder" in result.stderr
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["mine.txt"]


def test_unknown_options_exit_2(tmp_path: Path) -> None:
    """Usage errors have their own exit code."""
    assert run("build", "--colour", cwd=tmp_path).returncode == 2


def test_no_arguments_print_the_help(tmp_path: Path) -> None:
    """`corpus-kit` alone says what there is, and exits 2 as for any missing command."""
    result = run(cwd=tmp_path)
    assert result.returncode == 2
    assert "build" in result.stdout + result.stderr


def test_segment_refuses_what_it_cant_read(tmp_path: Path) -> None:
    """A missing file, bad bytes and an unknown ending each get a message."""
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    (tmp_path / "film.mp4").write_bytes(b"x")
    for name, part in (("none.txt", "No such file"), ("bad.txt", "UTF-8"), ("film.mp4", "no reader")):
        result = run("segment", name, "--json", cwd=tmp_path)
        assert result.returncode == 1
        assert part in result.stderr
        assert result.stdout == ""
