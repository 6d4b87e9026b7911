"""What happens to a release when a build is killed, has no room, may not write, or isn't alone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus_kit.build import build_release, check_release
from corpus_kit.corpus import load_corpus

TARGET = "kazakhstan-withdrawal-2022/1.0.0"
CLI = [sys.executable, "-m", "corpus_kit"]
Edit = Callable[[Path, str, str], None]

KILLER = """
import os, random, signal, sys
import corpus_kit.segment, corpus_kit.arrow, pyarrow.parquet
from pathlib import Path
from corpus_kit.build import build_release
from corpus_kit.corpus import load_corpus

corpora, out = [Path(name) for name in sys.argv[1:3]], Path(sys.argv[3])
WRITING = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "ctypes.dlsym", "ctypes.dlopen")

def run(corpus, kill_at=None):
    pid = os.fork()
    if pid == 0:
        count = 0
        def watch(event, arguments):
            nonlocal count
            if event in WRITING or (event == "open" and isinstance(arguments[2], int) and arguments[2] & 3):
                if count == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1
        sys.addaudithook(watch)
        build_release(load_corpus(corpus), out=out)
        os._exit(min(count, 250))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def read_tree():
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}

trees = []
for corpus in corpora:
    run(corpus)
    trees.append(read_tree())
steps = run(corpora[0])
assert trees[0] != trees[1] and steps >= 20, steps
for i, moment in enumerate(random.Random(0).sample(range(steps), 20)):
    new = (i + 1) % 2
    assert run(corpora[new], kill_at=moment) == -signal.SIGKILL, f"not killed at {moment}"
    release = {name: data for name, data in read_tree().items() if "/1.0.0/" in name and "/." not in name}
    whole = [{name: data for name, data in tree.items() if "/." not in name} for tree in trees]
    assert release in whole, f"killed at step {moment} of {steps}: neither the old release nor the new one"
    assert run(corpora[new]) > 0 and read_tree() == trees[new], f"the build after {moment}"
print(steps)
"""

FILLER = """
import os, subprocess, sys
from pathlib import Path

corpora, out = sys.argv[1:3], Path(sys.argv[3])
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(out)], capture_output=True).returncode:
    sys.exit(77)

def build(corpus):
    command = [sys.executable, "-m", "corpus_kit", "build", "--corpus", corpus, "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)

def read_tree():
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}

assert build(corpora[0]).returncode == 0
before = read_tree()
free = os.statvfs(out).f_bavail * os.statvfs(out).f_frsize
for left in (0, 4096, 16384, 65536):
    filler = out / "filler"
    filler.write_bytes(bytes(free - left))
    result = build(corpora[1])
    assert result.returncode == 1, (left, result)
    assert "No space left on device" in result.stderr and "Traceback" not in result.stderr, result.stderr
    filler.unlink()
    assert read_tree() == before, left
assert build(corpora[1]).returncode == 0
assert read_tree() != before
"""


@pytest.fixture
def corpora(corpus_dir: Path, tmp_path: Path, edit: Edit) -> list[Path]:
    """Two states of one corpus: an adjudicator decided otherwise in the second."""
    other = Path(shutil.copytree(corpus_dir, tmp_path / "other"))
    edit(other / "annotations/adjudicated.jsonl", '"label":"fact"', '"label":"opinion"')
    return [corpus_dir, other]


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, without hidden ones."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def build_both(corpora: list[Path], tmp_path: Path) -> list[dict[str, bytes]]:
    """The release of each, built alone."""
    return [read_tree(build_release(load_corpus(corpus), out=tmp_path / corpus.name).path) for corpus in corpora]


def test_a_build_killed_at_twenty_moments(corpora: list[Path], tmp_path: Path) -> None:
    """Killed at any step that writes, the old release or the new one stands, and the next build is fine."""
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLER, *map(str, corpora), str(out)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert check_release(out / TARGET) == []


def test_a_disk_without_room(corpora: list[Path], tmp_path: Path) -> None:
    """On a file system that fills up the build fails with a message, and the last release stays to the byte."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare, to mount a small file system of its own")
    (tmp_path / "out").mkdir()
    script = [sys.executable, "-c", FILLER, *map(str, corpora), str(tmp_path / "out")]
    result = subprocess.run(["unshare", "-rm", *script], capture_output=True, text=True, check=False)
    if result.returncode == 77 or "unshare:" in result.stderr:
        pytest.skip(f"this system lets nobody mount a small file system: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr


def test_a_folder_that_may_not_be_written(corpora: list[Path], tmp_path: Path) -> None:
    """In a read-only folder the build fails with a message and the release stays; also for root without its powers."""
    old, _ = build_both(corpora, tmp_path)
    out = tmp_path / "corpus"
    command = [*CLI, "build", "--corpus", str(corpora[1]), "--out", str(out)]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root writes to read-only folders, and there is no setpriv to take that power away")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *command]
    folders = [out, *(folder for folder in out.rglob("*") if folder.is_dir())]
    files = [file for file in out.rglob("*") if file.is_file()]
    for path in (*files, *folders):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        for path in (*folders, *files):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert result.returncode == 1, result.stderr
    assert "can't be written (Permission denied)" in result.stderr
    assert "Traceback" not in result.stderr
    assert read_tree(out / TARGET) == old
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_builds_at_the_same_time(corpora: list[Path], tmp_path: Path) -> None:
    """Four builds of two states into one place all succeed, and one of the two releases stands there, whole."""
    trees = build_both(corpora, tmp_path)
    out = tmp_path / "out"
    command = [*CLI, "build", "--out", str(out), "--json", "--corpus"]
    running = [
        subprocess.Popen([*command, str(corpus)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for corpus in corpora * 2
    ]
    for process in running:
        printed, said = process.communicate()
        assert process.returncode == 0, said
        assert json.loads(printed)["version"] == "1.0.0"
    assert read_tree(out / TARGET) in trees
    assert [path.name for path in (out / TARGET).parent.iterdir() if path.is_dir()] == ["1.0.0"]
    assert check_release(out / TARGET) == []


def test_releases_at_the_same_time(corpus_dir: Path) -> None:
    """A version that two people make final at once is written down once."""
    command = [*CLI, "release", "--corpus", str(corpus_dir)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert len((corpus_dir / "releases.jsonl").read_text("utf-8").splitlines()) == 1
