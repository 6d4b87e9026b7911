"""What is left to do until a repository holds a release under its tag: decided from what is there and nothing else.

So a publication that broke off anywhere is completed by deciding again.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from corpus_kit.build import check_release
from corpus_kit.corpus import VERSION_PATTERN
from corpus_kit.diff import parse_version
from corpus_kit.errors import HubError, ReleaseError
from corpus_kit.publish.hub import LocalFile, RemoteFile
from corpus_kit.publish.names import show_names
from corpus_kit.records import read_bytes
from corpus_kit.release import MANIFEST_FILE, Manifest
from corpus_kit.text_free import read_either_manifest

KEPT = frozenset({".gitattributes"})
"""Files of a repository that aren't a release's and stay: the Hub makes them and goes by them."""

Step = Literal["create", "commit", "tag", "nothing"]


class Head(BaseModel):
    """What a plan has to know of the manifest that is there, whichever version of corpus-kit wrote it."""

    name: str
    version: str = Field(pattern=VERSION_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRelease:
    """A release folder that was checked: its manifest and all its files, the manifest too, sorted by path."""

    root: Path
    manifest: Manifest
    files: tuple[LocalFile, ...]

    @property
    def tag(self) -> str:
        """`v` and the version."""
        return f"v{self.manifest.version}"

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.manifest.name} {self.manifest.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A repository as far as a plan depends on it.

    Attributes:
        candidate: the commit that would be tagged, or be the parent of the one that is made; its `files`, and its
            `manifest` if it has one.
        tags: per tag, its commit; `tagged` are the files of the release's own tag, None where there is none.
    """

    is_private: bool
    candidate: str
    files: tuple[RemoteFile, ...]
    manifest: Head | None
    tags: Mapping[str, str]
    tagged: tuple[RemoteFile, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next step, and the commit that it starts from (None: the repository is to be made).

    `add` and `delete` are the changes of the commit; `unchanged` counts the files that are there already.
    """

    step: Step
    commit: str | None
    add: tuple[LocalFile, ...] = ()
    delete: tuple[str, ...] = ()
    unchanged: int = 0


def require_sound(root: Path) -> Manifest:
    """The manifest of a release folder that passes `corpus-kit check`; else a ReleaseError."""
    found = check_release(root)
    if found:
        what = f"{len(found)} things differ from what the release says of itself; the first: {found[0]}"
        raise ReleaseError(what, path=root, remedy=f"See all: corpus-kit check {root}")
    return read_either_manifest(root).manifest


def read_local_release(root: Path, manifest: Manifest) -> LocalRelease:
    """The files of a release folder with their hashes; a ReleaseError where one can't be read."""
    names = sorted([*manifest.files, MANIFEST_FILE])
    return LocalRelease(root=root, manifest=manifest, files=tuple(_read_file(root, name) for name in names))


def _read_file(root: Path, name: str) -> LocalFile:
    data = read_bytes(root / name, ReleaseError)
    blob = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    blob.update(data)
    return LocalFile(name, len(data), blob.hexdigest(), hashlib.sha256(data).hexdigest())


def decide(local: LocalRelease, observed: Observed | None, *, repo_id: str, is_private: bool) -> Plan:
    """The next step towards the release in the repository. Pure.

    Raises:
        HubError: the tag exists with other content; the repository holds another corpus, or something that is no
            release; a later version was published; or it is public and was to be private.
    """
    if observed is None:
        return Plan(step="create", commit=None, add=local.files)
    if is_private and not observed.is_private:
        raise HubError("the repository is public", path=repo_id, remedy="Leave out --private, or choose another --repo")
    if observed.tagged is not None:
        if list_changes(local.files, observed.tagged) != ((), ()):
            raise _refuse_tag(local, observed, repo_id)
        return Plan(step="nothing", commit=observed.tags[local.tag], unchanged=len(local.files))
    _require_same_corpus(local, observed, repo_id)
    _require_latest(local, observed, repo_id)
    add, delete = list_changes(local.files, observed.files)
    return Plan(
        step="commit" if add or delete else "tag",
        commit=observed.candidate,
        add=add,
        delete=delete,
        unchanged=len(local.files) - len(add),
    )


def list_changes(
    local: Sequence[LocalFile], remote: Sequence[RemoteFile]
) -> tuple[tuple[LocalFile, ...], tuple[str, ...]]:
    """What has to be added (or replaced) and deleted so that a repository holds exactly these files, and `KEPT`."""
    there = {file.path: file for file in remote}
    names = {file.path for file in local}
    add = tuple(file for file in local if not file.is_same(there.get(file.path)))
    return add, tuple(sorted(there.keys() - names - KEPT))


def _refuse_tag(local: LocalRelease, observed: Observed, repo_id: str) -> HubError:
    add, delete = list_changes(local.files, observed.tagged or ())
    changed = sorted([file.path for file in add] + list(delete))
    return HubError(
        f"the tag {local.tag} exists and holds something else (commit {observed.tags[local.tag][:12]}; "
        f"{len(changed)} of its files differ: {show_names(changed)}). A tag is never moved",
        path=repo_id,
        remedy="Raise `version` in corpus.toml, or pull what is there and compare: corpus-kit diff",
    )


def _require_same_corpus(local: LocalRelease, observed: Observed, repo_id: str) -> None:
    theirs = observed.manifest
    remedy = "Choose another --repo"
    if theirs is None and any(file.path not in KEPT for file in observed.files):
        raise HubError("the repository holds files that are no release of corpus-kit", path=repo_id, remedy=remedy)
    if theirs is not None and theirs.name != local.manifest.name:
        what = f"the repository holds the corpus {theirs.name!r}, the release is of {local.manifest.name!r}"
        raise HubError(what, path=repo_id, remedy=remedy)


def _require_latest(local: LocalRelease, observed: Observed, repo_id: str) -> None:
    """Versions ascend on the Hub as they do in a corpus: `main` is always the latest."""
    tags = list_versions(observed.tags)
    there = [*tags, *([observed.manifest.version] if observed.manifest else [])]
    newest = max(there, key=parse_version, default=None)
    if newest is not None and parse_version(local.manifest.version) < parse_version(newest):
        raise HubError(
            f"version {local.manifest.version} would come after {newest}, which is there"
            + ("" if newest in tags else " (its tag is still missing)"),
            path=repo_id,
            remedy="Publish versions in their order",
        )


def list_versions(tags: Mapping[str, str]) -> list[str]:
    """The versions that have a tag `v<version>`, ascending."""
    found = [name[1:] for name in tags if name[:1] == "v" and re.fullmatch(VERSION_PATTERN, name[1:])]
    return sorted(found, key=parse_version)
