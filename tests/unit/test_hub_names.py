"""How repositories and revisions are named, which paths are plain, and what no message shows."""

import pytest

from corpus_kit.errors import HubError
from corpus_kit.publish.faults import PAUSES_S, mask_secrets, repeat_on_fault
from corpus_kit.publish.hub import LocalFile, RemoteFile, is_plain_path, split_batches
from corpus_kit.publish.names import HubReference, parse_reference, require_repo_id
from corpus_kit.publish.plan import list_changes, list_versions

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("org/a@1.0.0", HubReference("org/a", "1.0.0", None)),
        ("org/a@v1.2.30", HubReference("org/a", "1.2.30", None)),
        (f"o-r_g/a.b@{COMMIT}", HubReference("o-r_g/a.b", None, COMMIT)),
    ],
)
def test_a_reference_is_a_version_or_a_commit(text: str, expected: HubReference) -> None:
    """`v` may stand before a version; a commit has all its digits."""
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    ["org/a", "org/a@", "org/a@main", "org/a@1.0", "org/a@01.0.0", f"org/a@{COMMIT[:-1]}", "a@1.0.0", "org/a@1.0.0@2"],
)
def test_what_may_change_is_no_reference(text: str) -> None:
    """A branch, half a version, a short commit or none."""
    with pytest.raises(HubError):
        parse_reference(text)


@pytest.mark.parametrize("name", ["", "a", "a/b/c", "a/", "/a", "a/b--c", "a/..", "a/b.git", "a/-b.", "ä/b", "a b/c"])
def test_only_a_repository_is_one(name: str) -> None:
    """What the Hub would refuse is refused here."""
    with pytest.raises(HubError, match="names no dataset repository"):
        require_repo_id(name)


@pytest.mark.parametrize(
    ("path", "is_plain"),
    [
        ("README.md", True),
        ("data/sentences/fold_0.parquet", True),
        ("a..b/.c", True),
        ("", False),
        ("/etc/passwd", False),
        ("../a", False),
        ("a/../../b", False),
        ("a\\..\\b", False),
        ("C:/a", False),
        ("a\nb", False),
        ("a\x1b[31m", False),
    ],
)
def test_a_plain_path_stays_below_its_folder(path: str, is_plain: bool) -> None:
    """On any system, and printed on any terminal."""
    assert is_plain_path(path) is is_plain


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Bearer hf_abcdefghij is wrong", "Bearer *** is wrong"),
        ("authorization: bearer secret-value, x", "authorization: bearer ***, x"),
        ("token my secret here", "token *** here"),
        ("at https://ada:pass@hub.example/a", "at https://***@hub.example/a"),
        ("for url 'https://s3.example/a?X-Amz-Signature=abc&b=c'.", "for url 'https://s3.example/a?***'."),
        ("two\n lines", "two lines"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    """The token that is in use whatever it looks like, anything that looks like one, passwords and signatures."""
    assert mask_secrets(text, "my secret") == masked


def test_a_fault_that_may_pass_is_tried_again() -> None:
    """With longer pauses, a bounded number of times; any other fault is final at once."""
    waited: list[float] = []
    faults = [HubError("a", is_transient=True)] * len(PAUSES_S)

    def act() -> str:
        if faults:
            raise faults.pop()
        return "done"

    assert repeat_on_fault(act, waited.append) == "done"
    assert waited == list(PAUSES_S)
    faults += [HubError("a", is_transient=True)] * (len(PAUSES_S) + 1)
    with pytest.raises(HubError):
        repeat_on_fault(act, waited.append)
    assert faults == []
    faults += [HubError("a")] * 2
    with pytest.raises(HubError):
        repeat_on_fault(act, waited.append)
    assert len(faults) == 1


def make_file(path: str, size: int = 1) -> LocalFile:
    """A file whose hashes are made up from its path."""
    return LocalFile(path, size, f"blob of {path}", f"sha of {path}")


def test_changes_are_what_differs() -> None:
    """By SHA-256 for an LFS file and by git's hash for others; `.gitattributes` is the Hub's own."""
    local = [make_file("same"), make_file("same.lfs"), make_file("other"), make_file("longer", 2), make_file("new")]
    remote = [
        RemoteFile("same", 1, "blob of same", None),
        RemoteFile("same.lfs", 1, "of the pointer", "sha of same.lfs"),
        RemoteFile("other", 1, "blob of other", "another sha"),
        RemoteFile("longer", 1, "blob of longer", None),
        RemoteFile("gone", 1, "?", None),
        RemoteFile(".gitattributes", 1, "?", None),
    ]
    add, delete = list_changes(local, remote)
    assert [file.path for file in add] == ["other", "longer", "new"]
    assert delete == ("gone",)
    assert list_changes(local[:1], remote[:1]) == ((), ())


def test_batches_are_small() -> None:
    """At most fifty files and fifty megabytes; a larger file is alone, and every file is in one batch."""
    files = [make_file(str(i)) for i in range(101)] + [make_file("large", 60_000_000), make_file("last")]
    batches = list(split_batches(files))
    assert [len(batch) for batch in batches] == [50, 50, 1, 1, 1]
    assert [file for batch in batches for file in batch] == files
    assert list(split_batches([])) == []


def test_versions_are_those_with_a_tag() -> None:
    """Ascending as versions do; other tags don't count."""
    assert list_versions(dict.fromkeys(["v1.10.0", "v1.9.0", "1.0.0", "v2", "vx", "v1.0.0-rc", ""], COMMIT)) == [
        "1.9.0",
        "1.10.0",
    ]
