"""An archive is the same bytes on any day, and what is in it holds."""

import errno
import io
import json
import os
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pytest
import yaml

from corpus_kit.build import BuildResult, build_release, check_release, render_companions
from corpus_kit.build.citation import check_companions
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import ReleaseError, TargetError
from corpus_kit.files import write_stream_atomically
from corpus_kit.publish import archive_release
from corpus_kit.release import read_manifest_file
from tests.hub_releases import read_folder
from tests.session import run_session

Edit = Callable[[Path, str, str], None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mlcroissant isn't asked here."""
    monkeypatch.setitem(sys.modules, "mlcroissant", None)


def open_archive(archive: Path) -> tarfile.TarFile:
    """An archive, to be closed."""
    with pa.input_stream(str(archive), compression="zstd") as stream:
        return tarfile.open(fileobj=io.BytesIO(stream.read()))


def test_an_archive_is_the_release_and_two_files_more(built: BuildResult, tmp_path: Path) -> None:
    """Byte for byte, below one folder, sorted, without times and owners; `check` finds the unpacked folder fine."""
    made = archive_release(built.path, tmp_path / "a.tar.zst")
    with open_archive(made.path) as archive:
        members = archive.getmembers()
        archive.extractall(tmp_path / "out", filter="data")
    assert [own.name for own in members] == sorted(own.name for own in members)
    told = {(own.mtime, own.uid, own.gid, own.uname, own.gname, own.mode) for own in members}
    assert told == {(0, 0, 0, "", "", 0o644)}
    folder = tmp_path / f"out/{built.name}-{built.version}"
    found = read_folder(folder)
    assert json.loads(found.pop(".zenodo.json"))["version"] == built.version
    assert found.pop("CITATION.cff").startswith(b"cff-version: 1.2.0\n")
    assert found == read_folder(built.path)
    assert check_release(folder) == []


def test_two_archives_have_equal_bytes(example_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On another day, of files with other times and modes, in another place, and over an older archive."""
    path = build_release(load_corpus(example_dir)).path
    first = archive_release(path)
    assert first.path == path.with_name("harbour-example-1.0.0.tar.zst")
    for file in path.rglob("*"):
        os.utime(file, (1, 1))
        file.chmod(0o700)
    monkeypatch.setattr(time, "time", lambda: 4e9)
    (tmp_path / "b").write_text("older")
    second = archive_release(path, tmp_path / "b")
    assert second.path.read_bytes() == first.path.read_bytes()
    assert (second.bytes, second.sha256) == (first.path.stat().st_size, first.sha256)


def test_an_unsound_release_is_refused(release_dir: Path, tmp_path: Path) -> None:
    """What `check` finds is said, and no file is written."""
    (release_dir / "CHANGELOG.md").write_text("other")
    with pytest.raises(ReleaseError, match=r"2 things differ.*CHANGELOG\.md"):
        archive_release(release_dir, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_the_command_writes_one(example_dir: Path) -> None:
    """`archive --json` says where, how large and with which SHA-256."""
    path = build_release(load_corpus(example_dir)).path
    (said,) = run_session([["archive", "--json"]], cwd=example_dir, environment=os.environ, without=["mlcroissant"])
    told = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert Path(told["path"]) == path.with_name("harbour-example-1.0.0.tar.zst")
    assert Path(told["path"]).stat().st_size == told["bytes"]


def test_a_full_disk_leaves_the_old_archive(tmp_path: Path) -> None:
    """What breaks off while it is written takes no place and leaves nothing beside it."""
    (tmp_path / "a").write_text("old")

    def fill_disk(file: BinaryIO) -> None:
        file.write(b"x" * 100_000)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(TargetError, match="can't be written \\(No space left"):
        write_stream_atomically(tmp_path / "a", fill_disk)
    assert read_folder(tmp_path) == {"a": b"old"}


class Companions(NamedTuple):
    """`CITATION.cff` and `.zenodo.json`, parsed."""

    citation: dict[str, Any]
    deposit: dict[str, Any]


def read_companions(release: Path) -> Companions:
    """Those that a release gives."""
    found = render_companions(release, read_manifest_file(release))
    return Companions(yaml.safe_load(found["CITATION.cff"]), json.loads(found[".zenodo.json"]))


def test_no_licence_is_claimed_that_isnt_granted(built: BuildResult, example_dir: Path) -> None:
    """Publishers' text makes access restricted and names no licence; a corpus under CC BY says so, and is open."""
    closed = read_companions(built.path)
    assert "license" not in closed.citation
    assert "license" not in closed.deposit
    assert closed.deposit["access_right"] == "restricted"
    assert "no licence to them is granted" in closed.deposit["access_conditions"]
    assert "no licence to them is granted" in closed.citation["abstract"]
    opened = read_companions(build_release(load_corpus(example_dir)).path)
    assert opened.citation["license"] == opened.deposit["license"] == "CC-BY-4.0"
    assert opened.deposit["access_right"] == "open"


def test_what_both_say_is_what_the_corpus_says(example_dir: Path, edit: Edit) -> None:
    """Title, creators, date, keywords, page and digest; markup in a description is text on Zenodo."""
    edit(example_dir / "corpus.toml", 'description = "', 'description = "<script>alert(1)</script> ')
    edit(example_dir / "corpus.toml", '["The corpus-kit authors"]', '["Ada: \\"X\\" #1", "Bo"]')
    result = build_release(load_corpus(example_dir))
    found = read_companions(result.path)
    assert set(found.citation) == {
        *("cff-version", "message", "type", "title", "version", "date-released", "authors", "abstract", "keywords"),
        *("url", "license", "identifiers"),
    }
    assert found.citation["type"] == found.deposit["upload_type"] == "dataset"
    assert found.citation["authors"] == found.deposit["creators"] == [{"name": 'Ada: "X" #1'}, {"name": "Bo"}]
    assert found.citation["date-released"] == found.deposit["publication_date"] == "2026-11-22"
    assert found.citation["keywords"] == found.deposit["keywords"] == ["news", "sentence classification"]
    assert found.citation["identifiers"][0]["value"] == result.digest
    assert found.deposit["description"].startswith("<p>&lt;script&gt;")
    assert found.deposit["related_identifiers"][0]["identifier"] == found.citation["url"]


def test_a_release_that_names_nobody_cant_be_cited(example_dir: Path, edit: Edit) -> None:
    """Without creators there is no citation, and the message says what to set."""
    edit(example_dir / "corpus.toml", "creators = ", "# creators = ")
    path = build_release(load_corpus(example_dir)).path
    with pytest.raises(ReleaseError, match=r"creator is missing.*Set creators in corpus\.toml"):
        read_companions(path)


@pytest.mark.parametrize("name", ["CITATION.cff", ".zenodo.json"])
def test_a_changed_companion_is_found(release_dir: Path, name: str) -> None:
    """`check` derives both files again where they are there; a licence that somebody wrote in is a finding."""
    manifest = read_manifest_file(release_dir)
    for own, data in render_companions(release_dir, manifest).items():
        (release_dir / own).write_bytes(data)
    assert list(check_companions(release_dir, manifest)) == []
    (release_dir / name).write_bytes((release_dir / name).read_bytes() + b"license: MIT\n")
    assert list(check_companions(release_dir, manifest)) == [f"{name}: differs from what the release says of itself"]
