"""What a stranger does: two versions to a Hub on loopback, and back, from outside; the environment names the Hub."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus_kit.build import build_release, release_version
from corpus_kit.corpus import load_corpus
from corpus_kit.diff import read_snapshot
from corpus_kit.errors import VersionError
from tests.e2e.test_versions import adjudicate, set_version
from tests.hub_releases import read_folder
from tests.hub_server import TOKEN, HubServer, serve_hub
from tests.session import run_session

REPO = "org/harbour"
NAME = "harbour-example"
RELEASES = f"dist/{NAME}"

LOAD = """
import json
from datasets import load_dataset

told = {}
for version in ("1.0.0", "1.0.1"):
    loaded = load_dataset("org/harbour", revision=f"v{version}")
    streamed = load_dataset("org/harbour", "all_test", split="test", revision=f"v{version}", streaming=True)
    names = streamed.features["label"].names
    told[version] = {
        "rows": {split: data.num_rows for split, data in loaded.items()},
        "labels": {row["id"]: names[row["label"]] for row in streamed},
    }
print(json.dumps(told))
"""

READ = """
import json
import time
from corpus_kit.ingest import IngestOptions, read_sources
from corpus_kit.sources import SourceTable

time.sleep = lambda seconds: None
items = read_sources([SourceTable(path="hf://datasets/org/news@v1/news/*")], IngestOptions())
print(json.dumps([getattr(item, "text", None) or item.reason for item in items]))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[HubServer]:
    """One Hub for the whole road."""
    with serve_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def environment(server: HubServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What huggingface_hub and datasets read when they are imported."""
    return {
        **os.environ,
        "HF_ENDPOINT": server.url,
        "HF_HOME": str(tmp_path_factory.mktemp("home")),
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def run_snippet(code: str, cwd: Path, environment: dict[str, str]) -> Any:
    """What a snippet prints as JSON, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_two_versions_go_there_and_back(server: HubServer, environment: dict[str, str], example_dir: Path) -> None:
    """Build, publish, mend a label, build and publish again; each loads by its tag, and the Hub gives the diff."""
    release_version(load_corpus(example_dir))
    adjudicate(example_dir)
    with pytest.raises(VersionError, match=r'Write version = "1\.0\.1"'):
        build_release(load_corpus(example_dir))
    set_version(example_dir, "1.0.1")
    build_release(load_corpus(example_dir))
    old, new = (f"{RELEASES}/{version}" for version in ("1.0.0", "1.0.1"))
    said = run_session(
        [
            ["publish", "--repo", REPO, "--release", old, "--private", "--json"],
            ["publish", "--repo", REPO, "--dry-run"],
            ["publish", "--repo", REPO],
            ["publish", "--repo", REPO, "--release", old],
            ["diff", f"hub:{REPO}@1.0.0", f"hub:{REPO}@v1.0.1", "--json"],
            ["pull", f"{REPO}@1.0.0", "--out", "elsewhere"],
            ["pull", f"{REPO}@1.0.1"],
        ],
        cwd=example_dir,
        environment=environment,
        without=["mlcroissant"],
    )
    assert [(own.code, own.err) for own in said] == [(0, "")] * len(said)
    first, dry, second, again, diff, pulled, there = (own.out for own in said)
    tags = server.repos[REPO].tags
    assert tags == {"v1.0.0": json.loads(first)["commit"], "v1.0.1": server.repos[REPO].head}
    assert f"parent {tags['v1.0.0']}" in dry
    assert f"commit {tags['v1.0.1']}" in second
    assert again == f"already published: {REPO} v1.0.0 is harbour-example 1.0.0\ncommit {tags['v1.0.0']}\n"
    assert "1.0.0: verified\n" in pulled
    assert read_folder(example_dir / "elsewhere/harbour-example/1.0.0") == read_folder(example_dir / old)
    assert "1.0.1: verified, was there already\n" in there

    loaded = run_snippet(LOAD, example_dir, environment)
    for version, path in (("1.0.0", old), ("1.0.1", new)):
        rows = read_snapshot(example_dir / path).tables["sentences"]
        assert loaded[version]["labels"] == {row["id"]: row["label"] for row in rows}
        assert sum(loaded[version]["rows"].values()) == len(rows)
    before, after = loaded["1.0.0"]["labels"], loaded["1.0.1"]["labels"]
    changed = [id_ for id_ in before if before[id_] != after[id_]]
    found = json.loads(diff)
    assert [row["id"] for row in found["relabelled"]] == changed
    assert (len(changed), found["bump"]) == (1, "patch")


def test_a_release_without_text_goes_there_and_comes_back_with_it(
    server: HubServer, environment: dict[str, str], example_dir: Path
) -> None:
    """Published and pulled without text, it becomes the full release with a stranger's copies of the articles."""
    full, repo = build_release(load_corpus(example_dir)), "org/harbour-bare"
    said = run_session(
        [
            ["build", "--text-free"],
            ["publish", "--repo", repo, "--text-free"],
            ["pull", f"{repo}@1.0.0", "--out", "elsewhere"],
            ["archive", "--release", f"elsewhere/{NAME}/1.0.0-text-free"],
            ["hydrate", f"elsewhere/{NAME}/1.0.0-text-free", "--articles", "seeds/articles"],
        ],
        cwd=example_dir,
        environment=environment,
        without=["mlcroissant"],
    )
    assert [own.code for own in said] == [0] * len(said), said
    pulled, built = example_dir / f"elsewhere/{NAME}/1.0.0-text-free", example_dir / f"dist/{NAME}/1.0.0-text-free"
    assert read_folder(pulled) == read_folder(built)
    assert server.repos[repo].tags == {"v1.0.0": server.repos[repo].head}
    assert (pulled.parent / f"{NAME}-1.0.0-text-free.tar.zst").is_file()
    assert read_folder(pulled.with_name("1.0.0-hydrated")) == read_folder(full.path)


def test_errors_are_one_line(environment: dict[str, str], example_dir: Path) -> None:
    """A missing release, a name that is none, a version that is none: a message with a remedy, and exit code 1."""
    build_release(load_corpus(example_dir))
    cases = {
        "1.0.0-text-free: there is no such release. Build it": ["publish", "--repo", REPO, "--text-free"],
        "'harbour' names no dataset repository. Write ORG/NAME": ["publish", "--repo", "harbour"],
        "'main' is no version. Write org/x@1.0.0": ["diff", "hub:org/x@main", "."],
        "'org/x' names no version": ["pull", "org/x"],
        "is not a release": ["archive", "--release", "seeds"],
    }
    said = run_session(list(cases.values()), cwd=example_dir, environment=environment)
    for part, own in zip(cases, said, strict=True):
        assert (own.code, own.out, own.err.count("\n")) == (1, "", 1), own
        assert part in own.err


def test_articles_are_read_from_the_hub(server: HubServer, environment: dict[str, str], tmp_path: Path) -> None:
    """`hf://` is a source like any other: a glob over files at a revision; where the connection breaks is told."""
    server.put("org/news", {"news/a.txt": b"One sentence.", "news/b.jsonl": b'{"text": "Two."}\n{"text": "Three."}\n'})
    server.repos["org/news"].tags["v1"] = server.repos["org/news"].head
    server.put("org/news", {"news/a.txt": b"Changed later."})
    assert run_snippet(READ, tmp_path, environment) == ["One sentence.", "Two.", "Three."]
    server.fail("GET", r"/resolve/v1/news/b\.jsonl", "drop", times=1000)
    assert run_snippet(READ, tmp_path, environment) == ["One sentence.", "read-error"]
