"""A published release comes back as it was, or not at all."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from corpus_kit.build import BuildResult, build_release
from corpus_kit.corpus import load_corpus
from corpus_kit.diff import compare_snapshots, read_snapshot
from corpus_kit.errors import CorpusKitError, HubError, ReleaseError, TargetError, UnknownName
from corpus_kit.publish import Hub, Pulled, pull_release, read_side
from corpus_kit.release import read_manifest_file
from tests.hub_releases import make_toy, read_folder
from tests.hub_server import TOKEN, HubServer

REPO = "org/toy"


@pytest.fixture
def hub(server: HubServer) -> Hub:
    """The client of the server."""
    return Hub(REPO, endpoint=server.url, token=TOKEN)


def put_tag(server: HubServer, files: dict[str, bytes], tag: str = "v1.0.0") -> str:
    """Commit files as a whole repository and tag it."""
    old = tuple(server.read(REPO, "main")) if REPO in server.repos else ()
    commit = server.put(REPO, files, delete=tuple(name for name in old if name != ".gitattributes"))
    server.repos[REPO].tags[tag] = commit
    return commit


def pull(reference: str, dist: Path, hub: Hub) -> Pulled:
    """Pull without pauses."""
    return pull_release(reference, dist, hub=hub, wait=lambda _seconds: None)


def assert_nothing(dist: Path) -> None:
    """No file of a release, and no folder that looks like one, is below a folder."""
    assert [path for path in dist.rglob("*") if path.suffix != ".lock" and path.name not in ("toy", "x")] == []


def test_a_release_comes_back_byte_for_byte(server: HubServer, hub: Hub, example_dir: Path, tmp_path: Path) -> None:
    """By version, by tag and by commit; a release that is there already is left alone, anything else there is too."""
    path = build_release(load_corpus(example_dir)).path
    commit = put_tag(server, read_folder(path))
    server.fail("GET", "/resolve/.*parquet", "truncate")
    server.fail("GET", "/resolve/.*parquet", 500)
    first = pull(f"{REPO}@1.0.0", tmp_path / "a", hub)
    assert first.path == tmp_path / "a/harbour-example/1.0.0"
    assert (first.commit, first.was_there) == (commit, False)
    assert read_folder(first.path) == read_folder(path)
    assert sorted(own.name for own in first.path.parent.iterdir()) == [".1.0.0.lock", "1.0.0"]
    assert pull(f"{REPO}@{commit}", tmp_path / "a", hub).was_there
    (first.path / "README.md").write_text("mine")
    with pytest.raises(TargetError, match="holds another release, or a damaged one"):
        pull(f"{REPO}@v1.0.0", tmp_path / "a", hub)
    assert (first.path / "README.md").read_text() == "mine"
    shutil.rmtree(first.path)
    first.path.mkdir()
    with pytest.raises(TargetError, match="exists and is no release"):
        pull(f"{REPO}@v1.0.0", tmp_path / "a", hub)


def test_what_cant_be_had_is_named(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A missing repository, version or commit, a branch, and a commit that holds no release."""
    with pytest.raises(HubError, match="no such repository, or it is private"):
        pull(f"{REPO}@1.0.0", tmp_path / "x", hub)
    commit = put_tag(server, {"README.md": b"?"}, "v1.1.0")
    with pytest.raises(UnknownName, match=r"unknown version '1\.0\.0'.*Valid: 1\.1\.0"):
        pull(f"{REPO}@1.0.0", tmp_path / "x", hub)
    with pytest.raises(HubError, match="holds no release"):
        pull(f"{REPO}@{commit}", tmp_path / "x", hub)
    with pytest.raises(HubError, match="can't find revision") as caught:
        pull(f"{REPO}@{'0' * 40}", tmp_path / "x", hub)
    assert caught.value.status == 404
    with pytest.raises(HubError, match="'main' is no version"):
        pull(f"{REPO}@main", tmp_path / "x", hub)
    assert_nothing(tmp_path)


def test_a_private_repository_needs_a_token(server: HubServer, tmp_path: Path) -> None:
    """To others it isn't there."""
    put_tag(server, {"README.md": b"?"})
    server.repos[REPO].is_private = True
    with pytest.raises(HubError, match=r"no such repository, or it is private.*HF_TOKEN"):
        pull(f"{REPO}@1.0.0", tmp_path, Hub(REPO, endpoint=server.url, token="hf_" + "o" * 34))


def test_a_tag_that_holds_another_version_is_refused(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """What the tag says isn't believed: the manifest has to say it too."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy", version="1.0.1").root), "v1.0.0")
    with pytest.raises(HubError, match=r"the tag v1\.0\.0 holds version 1\.0\.1"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert_nothing(tmp_path / "dist")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"extra.txt": b"x"}, "are not those of its manifest: extra.txt"),
        ({"README.md": b"longer than before"}, "are not those of its manifest: README.md"),
        ({"README.md": b"# Tox\n"}, "1 of 4 files don't have the sha256 of the manifest: README.md"),
        ({"a\\..\\b": b"x"}, "holds a file with the name"),
        ({"../b": b"x"}, "holds a file with the name"),
    ],
)
def test_other_files_than_the_manifests_are_refused(
    server: HubServer, hub: Hub, tmp_path: Path, change: dict[str, bytes], part: str
) -> None:
    """Somebody who changes a published release in place is found out, and nothing is written anywhere."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy").root) | change)
    with pytest.raises(CorpusKitError) as caught:
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert part in str(caught.value)
    assert_nothing(tmp_path / "dist")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "manifest",
    [b"{", b"[]", b'{"name": "toy"}', b"\xff", b'{"name": "../../evil"}'],
)
def test_a_hostile_manifest_is_refused(server: HubServer, hub: Hub, tmp_path: Path, manifest: bytes) -> None:
    """It is a message, never a path."""
    put_tag(server, {"manifest.json": manifest})
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert_nothing(tmp_path / "dist")


@pytest.mark.parametrize(("key", "value"), [("name", "../../evil"), ("name", "/tmp/evil"), ("version", "../1")])
def test_a_name_that_leaves_the_folder_is_refused(
    server: HubServer, hub: Hub, tmp_path: Path, key: str, value: str
) -> None:
    """The folder is named after the manifest, so its names are held to their patterns."""
    files = read_folder(make_toy(tmp_path / "toy").root)
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | {key: value}).encode()
    commit = put_tag(server, files)
    with pytest.raises(ReleaseError, match=f"{key}: String should match pattern"):
        pull(f"{REPO}@{commit}", tmp_path / "dist/x", hub)


def test_bytes_that_change_on_the_way_are_found(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """A mirror that serves other bytes of the same length is found out by the digest."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy").root))
    server.fail("GET", "/resolve/.*parquet", "lie")
    with pytest.raises(ReleaseError, match=r"1 of 4 files don't have the sha256 .*fold_0\.parquet"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert_nothing(tmp_path / "dist")


def test_a_full_disk_leaves_nothing(
    server: HubServer, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the Hub's, and isn't tried again."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy").root))

    def fill_disk(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    found = hub.list_files(server.repos[REPO].head)
    monkeypatch.setattr("huggingface_hub.file_download.http_get", fill_disk)
    with pytest.raises(HubError, match=r"No space left on device.*the disk has room") as caught:
        hub.download(found, server.repos[REPO].head, tmp_path / "dist", progress=lambda _done, _total: None)
    assert not caught.value.is_transient


def test_what_doesnt_pass_the_check_is_refused(server: HubServer, hub: Hub, tmp_path: Path) -> None:
    """Right bytes aren't enough: the release has to be what it says."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy").root))
    with pytest.raises(ReleaseError, match="things differ from what the release says of itself"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert_nothing(tmp_path / "dist")


def test_offline_is_an_error_whatever_is_cached(
    server: HubServer, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, and with a server that is gone, nothing is taken from a cache."""
    put_tag(server, read_folder(make_toy(tmp_path / "toy").root))
    hub.read_file(server.repos[REPO].head, "manifest.json")
    server.fail("GET", ".*", "drop", times=1000)
    with pytest.raises(HubError, match="can't look at the repository"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match=r"offline mode is on.*Unset HF_HUB_OFFLINE"):
        pull(f"{REPO}@1.0.0", tmp_path / "dist/x", hub)
    assert_nothing(tmp_path / "dist")


def test_a_side_of_a_diff_may_be_on_the_hub(server: HubServer, hub: Hub, built: BuildResult) -> None:
    """`hub:ORG/NAME@VERSION` is the same snapshot as the folder that was published."""
    put_tag(server, read_folder(built.path))
    there = read_side(f"hub:{REPO}@{read_manifest_file(built.path).version}", None, hub=hub)
    assert there == read_snapshot(built.path)
    assert compare_snapshots(there, read_snapshot(built.path)).is_empty
