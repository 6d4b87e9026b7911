"""Releases go to a Hub on loopback, whatever happens on the way; the client is huggingface_hub itself."""

from contextlib import suppress
from pathlib import Path

import pytest

from corpus_kit.build import build_release
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import HubError, ReleaseError
from corpus_kit.publish import Hub, Publication, publish_release
from corpus_kit.publish import publish as publishing
from corpus_kit.publish.plan import LocalRelease, read_local_release
from corpus_kit.release import read_manifest_file
from tests.hub_releases import FILES, make_toy, read_folder
from tests.hub_server import TOKEN, HubServer, Repo

REPO = "org/toy"
WRITES = [
    ("POST", "/api/repos/create"),
    ("POST", "/preupload/"),
    ("POST", "objects/batch"),
    ("PUT", "/lfs/"),
    ("POST", "/verify"),
    ("POST", "/commit/"),
    ("POST", "/tag/"),
]
READS = [("GET", "/api/datasets/org/toy$"), ("GET", "/refs"), ("GET", "/tree/"), ("GET", "/resolve/")]
FINAL = [own for own in (*WRITES, *READS) if own[1] not in ("/verify", "/resolve/")]
"""What a release can't do without: an upload may go unverified, and a first commit needs no manifest."""


def name_case(own: object) -> str:
    """The id of a parameter."""
    return str(own).strip("/")


@pytest.fixture
def local(tmp_path: Path) -> LocalRelease:
    """What is uploaded."""
    return make_toy(tmp_path / "toy")


@pytest.fixture
def hub(server: HubServer) -> Hub:
    """The client of that server."""
    return Hub(REPO, endpoint=server.url, token=TOKEN)


def upload_release(local: LocalRelease, hub: Hub, **more: bool) -> Publication:
    """Publish without a check and without pauses."""
    return publishing.upload_release(local, hub, wait=lambda _seconds: None, **more)


def assert_published(server: HubServer, local: LocalRelease, *, commits: int = 2) -> None:
    """The tag has exactly the release and `.gitattributes`, and nothing was committed twice."""
    there = server.read(REPO, local.tag)
    assert there.pop(".gitattributes")
    assert there == read_folder(local.root)
    assert len(server.repos[REPO].commits) == commits


def test_a_release_is_one_commit_with_a_tag(server: HubServer, hub: Hub, example_dir: Path) -> None:
    """A checked release is one commit on top of the Hub's own, and its progress is told; again, nothing is done."""
    path = build_release(load_corpus(example_dir)).path
    told: list[tuple[int, int | None]] = []
    done = publish_release(path, REPO, hub=hub, progress=lambda *own: told.append(own))
    assert server.repos[REPO].tags == {"v1.0.0": done.commit}
    size = sum(len(data) for data in read_folder(path).values())
    assert told == [(0, size), (size, size)]
    before = server.list_writes()
    again = upload_release(read_local_release(path, read_manifest_file(path)), hub)
    assert (again.plan.step, again.commit) == ("nothing", done.commit)
    assert server.list_writes() == before
    assert {**read_folder(path), ".gitattributes": b"*.parquet filter=lfs\n"} == server.read(REPO, "v1.0.0")


def test_an_unsound_release_is_refused(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """What `check` finds is said before anything is sent."""
    with pytest.raises(ReleaseError, match=r"things differ.*See all: corpus-kit check"):
        publish_release(local.root, REPO, hub=hub)
    assert server.requests == []


def test_a_dry_run_writes_nothing(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """It says what would be added and deleted, whether the repository exists or not."""
    first = upload_release(local, hub, is_dry_run=True)
    assert (first.plan.step, first.commit, len(first.plan.add)) == ("create", None, len(local.files))
    server.put(REPO, {"manifest.json": (local.root / "manifest.json").read_bytes(), "data/old.parquet": b"x"})
    head = server.repos[REPO].head
    second = upload_release(local, hub, is_dry_run=True)
    assert (second.plan.step, second.plan.commit, second.commit) == ("commit", head, None)
    assert second.plan.delete == ("data/old.parquet",)
    assert (len(second.plan.add), second.plan.unchanged) == (len(local.files) - 1, 1)
    assert server.list_writes() == []


def test_the_next_version_replaces_everything(server: HubServer, hub: Hub, local: LocalRelease, tmp_path: Path) -> None:
    """Files that the new version doesn't have are deleted in its commit; what it shares isn't sent again."""
    upload_release(local, hub)
    server.put(REPO, {"data/sentences/stale.parquet": b"x", ".gitignore": b"*.parquet *.md"})
    new = make_toy(tmp_path / "new", version="1.0.1", files={**FILES, "data/sentences/fold_1.parquet": b"new"})
    done = upload_release(new, hub)
    assert done.plan.delete == (".gitignore", "data/sentences/stale.parquet")
    assert [file.path for file in done.plan.add] == ["CHANGELOG.md", "data/sentences/fold_1.parquet", "manifest.json"]
    assert len([own for own in server.requests if own.startswith("PUT")]) == 2
    assert_published(server, new, commits=4)
    assert "data/sentences/stale.parquet" not in server.read(REPO, "v1.0.0")


@pytest.mark.parametrize("kind", ["drop", "late drop"])
@pytest.mark.parametrize(("method", "pattern"), [*WRITES, *READS], ids=name_case)
def test_a_connection_that_is_lost_anywhere_costs_nothing(
    server: HubServer, hub: Hub, local: LocalRelease, method: str, pattern: str, kind: int | str
) -> None:
    """Before a request is carried out or after it: the same run completes the release, and commits once."""
    server.fail(method, pattern, kind)
    upload_release(local, hub)
    assert [fault.times for fault in server.faults] == [0]
    assert_published(server, local)


@pytest.mark.parametrize("kind", [429, 500, "truncate", "garbage"])
def test_any_fault_everywhere_is_survived(server: HubServer, hub: Hub, local: LocalRelease, kind: int | str) -> None:
    """With one fault at every endpoint, runs that give up leave nothing that the next one couldn't complete."""
    for method, pattern in (*WRITES, *READS):
        server.fail(method, pattern, kind)
    for _ in range(len(server.faults)):
        with suppress(HubError):
            upload_release(local, hub)
    assert [fault.times for fault in server.faults] == [0] * len(server.faults)
    assert_published(server, local)


@pytest.mark.parametrize("kind", [401, 500])
@pytest.mark.parametrize(("method", "pattern"), FINAL, ids=name_case)
def test_no_message_has_a_token(
    server: HubServer,
    hub: Hub,
    local: LocalRelease,
    capfd: pytest.CaptureFixture[str],
    method: str,
    pattern: str,
    kind: int,
) -> None:
    """A server that fails for good and echoes the token gives one error without it, no log line, and a remedy."""
    server.fail(method, pattern, kind, times=1000)
    with pytest.raises(HubError) as caught:
        upload_release(local, hub)
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert TOKEN not in str(caught.value)
    assert "secret-signature" not in str(caught.value)
    assert caught.value.remedy
    assert caught.value.status == kind
    server.faults.clear()
    upload_release(local, hub)
    assert_published(server, local)


def test_somebody_elses_commit_stops_it(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """A 412 is an error that says so; their commit stays, and the next run goes on from it."""
    upload_release(local, hub)
    theirs = server.put(REPO, {"README.md": b"theirs"})
    server.repos[REPO].tags.clear()
    server.fail("POST", "/commit/", 412)
    with pytest.raises(HubError, match="somebody else committed"):
        upload_release(local, hub)
    assert server.repos[REPO].head == theirs
    done = upload_release(local, hub)
    assert server.repos[REPO].commits[done.commit or ""].parent == theirs


def test_a_commit_without_its_tag_is_tagged(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """If what is there is the release, whoever put it there, nothing is committed."""
    commit = server.put(REPO, read_folder(local.root))
    done = upload_release(local, hub)
    assert (done.plan.step, done.commit) == ("tag", commit)
    assert_published(server, local)


def test_a_tag_is_never_moved(server: HubServer, hub: Hub, local: LocalRelease, tmp_path: Path) -> None:
    """The same version with other content is refused, and what is there stays."""
    done = upload_release(local, hub)
    other = make_toy(tmp_path / "other", files={**FILES, "README.md": b"# Other\n"})
    with pytest.raises(HubError, match=r"the tag v1\.0\.0 exists and holds something else.*README\.md"):
        upload_release(other, hub)
    assert server.repos[REPO].tags == {"v1.0.0": done.commit}
    assert server.repos[REPO].head == done.commit


def test_a_tag_that_is_made_at_the_same_moment_is_looked_at(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """A 409 for the tag is fine where the tag turns out to hold the release."""
    server.spoil = lambda repo: repo.tags.update({local.tag: repo.head})
    done = upload_release(local, hub)
    assert done.commit == server.repos[REPO].tags["v1.0.0"]
    server.spoil = lambda _repo: None
    server.fail("POST", "/tag/", 409)
    assert upload_release(make_toy(local.root, version="1.0.1"), hub).tag == "v1.0.1"


def test_another_corpus_is_left_alone(server: HubServer, hub: Hub, local: LocalRelease, tmp_path: Path) -> None:
    """A repository with another corpus, or with anything that is no release, is refused."""
    for files in ({"README.md": b"# Mine"}, {"manifest.json": b'{"name": 3}'}):
        server.put(REPO, files)
        with pytest.raises(HubError, match="no release of corpus-kit"):
            upload_release(local, hub)
    server.repos.clear()
    upload_release(make_toy(tmp_path / "other", name="other"), hub)
    with pytest.raises(HubError, match="holds the corpus 'other', the release is of 'toy'"):
        upload_release(make_toy(tmp_path / "next", version="1.0.1"), hub)


def test_versions_ascend(server: HubServer, hub: Hub, local: LocalRelease, tmp_path: Path) -> None:
    """An earlier version isn't published after a later one, also where the later one's tag is still missing."""
    upload_release(make_toy(tmp_path / "new", version="1.10.0"), hub)
    with pytest.raises(HubError, match=r"version 1\.0\.0 would come after 1\.10\.0, which is there\. "):
        upload_release(local, hub)
    server.repos[REPO].tags.clear()
    with pytest.raises(HubError, match=r"1\.10\.0, which is there \(its tag is still missing\)"):
        upload_release(local, hub)


def test_a_public_repository_doesnt_become_private(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """`--private` makes a private repository, and refuses one that everybody sees."""
    server.put(REPO, {})
    with pytest.raises(HubError, match="the repository is public"):
        upload_release(local, hub, is_private=True)
    server.repos.clear()
    upload_release(local, hub, is_private=True)
    assert server.repos[REPO].is_private


def test_a_commit_that_doesnt_hold_the_release_gets_no_tag(server: HubServer, hub: Hub, local: LocalRelease) -> None:
    """A server that stores something else than it was sent never gets a tag."""

    def forget_a_file(repo: Repo) -> None:
        head = repo.commits[repo.head]
        kept = {path: own for path, own in head.files.items() if not path.endswith(".parquet")}
        repo.commits[repo.head] = head._replace(files=kept)

    server.spoil = forget_a_file
    with pytest.raises(HubError, match="doesn't show what was written"):
        upload_release(local, hub)
    assert server.repos[REPO].tags == {}
