"""A version can't understate what changed; a final one is fixed, and can be built again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from corpus_kit.build import BuildResult, build_as_of, build_release, check_release, read_side, release_version
from corpus_kit.corpus import load_corpus
from corpus_kit.diff import compare_snapshots, read_snapshot
from corpus_kit.errors import ReleaseError, UnknownName, VersionError

Edit = Callable[[Path, str, str], None]
NAME = "harbour-example"


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def adjudicate(corpus: Path, line: int = 3, label: str = "opinion") -> None:
    """An adjudicator decides that the segment of a line of the ledger has another label."""
    events = (corpus / "annotations/ledger/author.jsonl").read_text("utf-8").splitlines()
    anchor = json.loads(events[line])
    for key in ("annotator", "action", "note", "seconds", "suggestion_shown"):
        del anchor[key]
    event = f"00000000-0000-5000-8000-{line:012d}"
    said = {"event": event, "adjudicator": "judge", "label": label, "reason": "It weighs and doesn't tell."}
    with (corpus / "annotations/adjudicated.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(anchor | said) + "\n")


def set_version(corpus: Path, version: str) -> None:
    """Write a version into corpus.toml."""
    path = corpus / "corpus.toml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join(f'version = "{version}"' if x.startswith("version") else x for x in lines) + "\n", "utf-8"
    )


def remove_last_article(corpus: Path) -> None:
    """Take the last article out of the manifest and its events out of the ledger."""
    manifest, ledger = corpus / "seeds/manifest.jsonl", corpus / "annotations/ledger/author.jsonl"
    rows = manifest.read_text("utf-8").splitlines(keepends=True)
    gone = json.loads(rows[-1])["id"]
    manifest.write_text("".join(rows[:-1]), "utf-8")
    events = ledger.read_text("utf-8").splitlines(keepends=True)
    ledger.write_text("".join(event for event in events if json.loads(event)["article"] != gone), "utf-8")


def commit(folder: Path) -> None:
    """Put a folder under git."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_mended_label_is_a_patch(example_dir: Path) -> None:
    """Release, one adjudicated label: refused as 1.0.0, told to write 1.0.1, built, and the diff has one row."""
    assert run("release", cwd=example_dir).returncode == 0
    adjudicate(example_dir)
    refused = run("build", cwd=example_dir)
    assert refused.returncode == 1
    assert "1 row relabelled" in refused.stderr
    assert "That is PATCH" in refused.stderr
    assert 'Write version = "1.0.1"' in refused.stderr
    assert refused.stderr.count("\n") == 1
    set_version(example_dir, "1.0.1")
    built = run("build", cwd=example_dir)
    assert built.returncode == 0
    assert "since 1.0.0: requires PATCH" in built.stderr
    old, new = (f"dist/{NAME}/{version}" for version in ("1.0.0", "1.0.1"))
    found = json.loads(run("diff", old, new, "--json", cwd=example_dir).stdout)
    (row,) = found["relabelled"]
    assert (row["old"], row["new"]) == (["fact", "none"], ["opinion", "none"])
    assert [(voice["annotator"], voice["action"]) for voice in row["by"]] == [("judge", "adjudicate")]
    counts = found["counts"]
    assert [counts[name] for name in ("added", "removed", "retexted", "resplit", "amended")] == [0] * 5
    shown = run("diff", old, new, "--html", "page.html", cwd=example_dir)
    assert "judge (adjudicate, guidelines 1.0.0)" in shown.stdout
    assert "It weighs and doesn&#x27;t tell." in (example_dir / "page.html").read_text("utf-8")


def test_a_version_that_isnt_final_is_rebuilt_freely(example_dir: Path) -> None:
    """While annotating, the same version may be built with other labels as often as one likes."""
    first = build_release(load_corpus(example_dir))
    adjudicate(example_dir)
    assert build_release(load_corpus(example_dir)).digest != first.digest


def test_before_the_first_final_version_the_build_compares_with_what_lies_beside(example_dir: Path) -> None:
    """In a corpus without records the highest lower release in dist is the one that is compared with."""
    build_release(load_corpus(example_dir))
    remove_last_article(example_dir)
    set_version(example_dir, "1.1.0")
    with pytest.raises(VersionError, match=r'understates.*1 article removed.*MAJOR\. Write version = "2\.0\.0"'):
        build_release(load_corpus(example_dir))
    set_version(example_dir, "2.0.0")
    assert "since 1.0.0: requires MAJOR" in build_release(load_corpus(example_dir)).since


def test_dist_isnt_needed_to_compare_with_a_final_version(example_dir: Path, tmp_path: Path) -> None:
    """Without the earlier release folder it is replayed from the ledgers; a draft that lies there doesn't count."""
    release_version(load_corpus(example_dir), out=tmp_path / "elsewhere")
    adjudicate(example_dir)
    set_version(example_dir, "1.0.1")
    assert "since 1.0.0: requires PATCH" in build_release(load_corpus(example_dir)).since
    assert "since 1.0.0: requires PATCH" in build_release(load_corpus(example_dir), out=tmp_path / "third").since


def test_the_changelog_comes_from_the_corpus_alone(example_dir: Path, tmp_path: Path) -> None:
    """Two final versions: a section each, newest first, and equal bytes where dist is empty."""
    release_version(load_corpus(example_dir))
    adjudicate(example_dir)
    set_version(example_dir, "1.0.1")
    draft = (build_release(load_corpus(example_dir)).path / "CHANGELOG.md").read_text("utf-8")
    assert "Not final" in draft
    result = release_version(load_corpus(example_dir))
    changelog = (result.path / "CHANGELOG.md").read_text("utf-8")
    assert (
        changelog.index("## 1.0.1") < changelog.index("1 × `fact/none` → `opinion/none`") < changelog.index("## 1.0.0")
    )
    assert check_release(result.path) == []
    elsewhere = build_release(load_corpus(example_dir), out=tmp_path / "elsewhere")
    assert read_tree(elsewhere.path) == read_tree(result.path)


def test_a_final_version_is_written_down_once(example_dir: Path) -> None:
    """A second `release` of the same content changes nothing."""
    first = release_version(load_corpus(example_dir))
    history = (example_dir / "releases.jsonl").read_bytes()
    assert release_version(load_corpus(example_dir)).digest == first.digest
    assert (example_dir / "releases.jsonl").read_bytes() == history


def test_a_final_version_is_built_again_after_labels_and_articles_came(example_dir: Path, edit: Edit) -> None:
    """`--as-of` cuts ledgers and manifest to the recorded lines: the files are those of the release."""
    edit(example_dir / "corpus.toml", 'rule = "article"', 'rule = "article"\nvalidation = []\ntest = [0]')
    manifest, ledger = example_dir / "seeds/manifest.jsonl", example_dir / "annotations/ledger/author.jsonl"
    rows, events = manifest.read_bytes(), ledger.read_bytes()
    remove_last_article(example_dir)
    early_rows, early_events = manifest.read_bytes(), ledger.read_bytes()
    first = release_version(load_corpus(example_dir))
    before = read_tree(first.path)
    manifest.write_bytes(rows)
    ledger.write_bytes(early_events + b"".join(x for x in events.splitlines(keepends=True) if x not in early_events))
    assert rows.startswith(early_rows)
    adjudicate(example_dir)
    set_version(example_dir, "1.1.0")
    second = release_version(load_corpus(example_dir))
    assert second.digest != first.digest
    again = build_as_of(load_corpus(example_dir), "1.0.0")
    assert (again.path, again.digest) == (first.path, first.digest)
    assert read_tree(again.path) == before
    assert list(example_dir.parent.glob("tmp*")) == []


def test_as_of_names_the_input_that_isnt_as_it_was(example_dir: Path, edit: Edit) -> None:
    """A changed line of a ledger, other guidelines, a changed article, an unknown version."""
    release_version(load_corpus(example_dir))
    corpus = load_corpus(example_dir)
    with pytest.raises(UnknownName, match=r"unknown final version '1\.0\.1'"):
        build_as_of(corpus, "1.0.1")
    guidelines = example_dir / "annotations/guidelines.md"
    whole = guidelines.read_bytes()
    guidelines.write_bytes(whole + b"More.\n")
    with pytest.raises(VersionError, match=r"annotations/guidelines\.md isn't what it was"):
        build_as_of(corpus, "1.0.0")
    guidelines.write_bytes(whole)
    article = next((example_dir / "seeds/articles").glob("*.txt"))
    text = article.read_bytes()
    article.write_bytes(text + b"\n")
    with pytest.raises(VersionError, match=article.stem) as caught:
        build_as_of(corpus, "1.0.0")
    assert "tmp" not in str(caught.value).replace(str(example_dir), "")
    article.write_bytes(text)
    edit(example_dir / "annotations/ledger/author.jsonl", '"note":""', '"note":"Hm."')
    with pytest.raises(
        VersionError, match=r"the first 29 lines of annotations/ledger/author\.jsonl aren't what they were"
    ):
        build_as_of(corpus, "1.0.0")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("inputs", {"../outside.jsonl": 0}, "outside the corpus"),
        ("inputs", {"{root}/annotations/ledger/author.jsonl": 1}, "outside the corpus"),
        ("inputs", {"seeds/articles/ferry-delayed.txt": 0}, "can't be built"),
        ("inputs", {"annotations/ledger/other.jsonl": 0}, "is missing"),
        ("settings", {"language": 5}, "the recorded settings aren't valid"),
    ],
)
def test_a_record_that_was_tampered_with_is_refused_and_touches_nothing(
    example_dir: Path, key: str, value: dict[str, int], said: str
) -> None:
    """Paths that leave the corpus, files that are no ledgers, settings that mean nothing."""
    release_version(load_corpus(example_dir))
    path = example_dir / "releases.jsonl"
    record = json.loads(path.read_text("utf-8"))
    for name, own in value.items():
        full = name.replace("{root}", str(example_dir))
        file, lines = example_dir / full, own
        head = b"".join(file.read_bytes().splitlines(keepends=True)[:lines]) if file.exists() else b""
        record[key][full] = {"lines": lines, "sha256": sha256(head).hexdigest()} if key == "inputs" else own
    path.write_text(json.dumps(record) + "\n", "utf-8")
    before = read_tree(example_dir)
    with pytest.raises(VersionError, match=said):
        build_as_of(load_corpus(example_dir), "1.0.0")
    assert read_tree(example_dir) == before


def test_decisions_are_rows_and_no_votes(built: BuildResult) -> None:
    """The annotations table has the ten decisions with their reasons; the card counts votes only."""
    rows = [row for row in read_snapshot(built.path).tables["annotations"] if row["action"] == "adjudicate"]
    assert (len(rows), {row["annotator"] for row in rows}) == (10, {"lm-adjudicator"})
    assert all(row["label"] and row["note"] for row in rows)
    card = (built.path / "README.md").read_text("utf-8")
    assert "| `lm-1` | language-model | 154 |" in card
    assert "| `lm-adjudicator` | language-model | 0 |" in card


def test_release_refuses_what_it_cant_compare(example_dir: Path, edit: Edit, tmp_path: Path) -> None:
    """Where the version before can neither be read nor replayed, build says so and release refuses."""
    release_version(load_corpus(example_dir), out=tmp_path / "elsewhere")
    edit(example_dir / "annotations/ledger/author.jsonl", '"note":""', '"note":"Hm."')
    set_version(example_dir, "1.0.1")
    assert "not compared with the version before" in build_release(load_corpus(example_dir)).since
    with pytest.raises(VersionError, match="what changed can't be told"):
        release_version(load_corpus(example_dir))
    assert (example_dir / "releases.jsonl").read_text("utf-8").count("\n") == 1


def test_versions_ascend(example_dir: Path) -> None:
    """A lower version than the last final one is refused, and so is a file of records out of order."""
    set_version(example_dir, "1.2.0")
    release_version(load_corpus(example_dir))
    set_version(example_dir, "1.1.0")
    with pytest.raises(VersionError, match=r'1\.2\.0, which is final.*Write version = "1\.2\.1"'):
        build_release(load_corpus(example_dir))
    path = example_dir / "releases.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(VersionError, match=r"releases\.jsonl:2: version 1\.2\.0 stands after 1\.2\.0"):
        build_release(load_corpus(example_dir))


def test_a_torn_ledger_isnt_made_final(example_dir: Path) -> None:
    """The position of a ledger is only recorded when all of it is there."""
    with (example_dir / "annotations/ledger/author.jsonl").open("ab") as file:
        file.write(b'{"action":')
    with pytest.raises(VersionError, match=r"author\.jsonl:30: the last line is torn"):
        release_version(load_corpus(example_dir))
    assert not (example_dir / "releases.jsonl").exists()


def test_a_git_revision_is_a_side(example_dir: Path) -> None:
    """`git:HEAD` is the corpus as committed, also from below a repository; work tree and index stay as they are."""
    commit(example_dir.parent)
    adjudicate(example_dir)
    status = ["git", "status", "--porcelain"]
    before = subprocess.run(status, cwd=example_dir, capture_output=True, check=True).stdout
    corpus = load_corpus(example_dir)
    new = build_release(corpus, out=example_dir.parent / ".git/out").path
    diff = compare_snapshots(read_side("git:HEAD", corpus), read_side(str(new), corpus))
    assert (len(diff.relabelled), len(diff.added), len(diff.removed)) == (1, 0, 0)
    assert subprocess.run(status, cwd=example_dir, capture_output=True, check=True).stdout == before
    assert compare_snapshots(read_side("git:HEAD", corpus), read_side("git:main", corpus)).is_empty


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD^", ""])
def test_an_unknown_revision_is_named(example_dir: Path, revision: str) -> None:
    """Nothing that isn't a revision gets further than its name, options included."""
    commit(example_dir)
    result = run("diff", f"git:{revision}", "git:HEAD", cwd=example_dir)
    assert result.returncode == 1
    assert f"there is no revision {revision!r} in this repository" in result.stderr


def test_outside_a_repository_and_before_the_corpus(example_dir: Path) -> None:
    """Both are said in one line."""
    outside = run("diff", "git:HEAD", "git:HEAD", cwd=example_dir)
    assert outside.returncode == 1
    assert "is in no git repository" in outside.stderr
    other = example_dir.parent / "other"
    other.mkdir()
    (other / "file").write_text("x")
    toml = (example_dir / "corpus.toml").read_text("utf-8")
    (example_dir / "corpus.toml").unlink()
    commit(example_dir)
    (example_dir / "corpus.toml").write_text(toml, "utf-8")
    early = run("diff", "git:HEAD", "git:HEAD", cwd=example_dir)
    assert early.returncode == 1
    assert "revision 'HEAD' can't be built" in early.stderr
    assert early.stderr.count("\n") == 1


def test_a_side_that_is_no_release_or_was_changed(example_dir: Path) -> None:
    """A folder without a manifest, and a release with another byte in its tables."""
    with pytest.raises(ReleaseError, match="is not a release"):
        read_snapshot(example_dir)
    release = build_release(load_corpus(example_dir)).path
    file = next((release / "data/sentences").glob("*.parquet"))
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(ReleaseError, match="sha256 differs"):
        read_snapshot(release)


def test_comparing_imports_nothing_heavy(example_dir: Path) -> None:
    """A build that reads or replays the version before it stays as light as one that doesn't."""
    release_version(load_corpus(example_dir))
    adjudicate(example_dir)
    set_version(example_dir, "1.0.1")
    script = (
        "from corpus_kit.cli import app; app(['build'], standalone_mode=False)\n"
        "import sys\nprint('LOADED', *sorted(m for m in sys.modules if '.' not in m))"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=example_dir, capture_output=True, text=True, check=True, env=environment
    )
    assert "since 1.0.0" in done.stderr
    loaded = done.stdout.split("LOADED", 1)[1].split()
    assert [name for name in ("datasets", "huggingface_hub", "pandas", "sklearn", "scipy") if name in loaded] == []


def test_this_repositorys_final_versions_ascend_and_its_own_builds(repository: Path, tmp_path: Path) -> None:
    """Whatever is final here can be built as of its version, with the digest that was written down."""
    path = repository / "releases.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        record = json.loads(line)
        assert build_as_of(load_corpus(repository), record["version"], out=tmp_path).digest == record["digest"]
