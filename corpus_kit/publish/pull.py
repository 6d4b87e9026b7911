"""A published release comes back as the folder that it was, verified, or not at all.

No cache is trusted: that of `datasets` serves another version silently when the Hub can't be reached, whatever
`revision` says.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from corpus_kit.build import check_release
from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import HubError, ReleaseError, TargetError, UnknownName
from corpus_kit.files import make_target_error, recover_folder, replace_folder
from corpus_kit.publish.faults import repeat_on_fault
from corpus_kit.publish.hub import Hub, Progress, RemoteFile, is_plain_path
from corpus_kit.publish.names import TEXT_FREE, HubReference, parse_reference, show_names
from corpus_kit.publish.plan import KEPT, list_versions
from corpus_kit.records import read_bytes
from corpus_kit.release import MANIFEST_FILE, Manifest
from corpus_kit.text_free import parse_either_manifest, read_either_manifest

Wait = Callable[[float], object]


class Pulled(NamedTuple):
    """A release folder that was verified, the commit that it is, and whether it was there before."""

    path: Path
    name: str
    version: str
    digest: str
    commit: str
    was_there: bool


class Found(NamedTuple):
    """A release on the Hub before it is downloaded: the commit, its manifest and the files that belong to it."""

    commit: str
    manifest: Manifest
    files: tuple[RemoteFile, ...]
    is_text_free: bool

    @property
    def folder(self) -> str:
        """What its folder is called."""
        return f"{self.manifest.version}{TEXT_FREE if self.is_text_free else ''}"


def pull_release(
    reference: str,
    dist: Path,
    *,
    hub: Hub | None = None,
    progress: Progress = lambda _done, _total: None,
    wait: Wait = time.sleep,
) -> Pulled:
    """Download `ORG/NAME@VERSION` (or `@v<version>`, or a commit) to `<dist>/<name>/<version>/`, and check it.

    A text-free release goes to `<version>-text-free/`.
    The folder appears complete and checked or not at all. What stands there already is left alone: a TargetError where
    it is anything but the same release.

    Raises:
        HubError: there is no such version, the Hub can't be reached, or what it holds is not the version asked for.
        ReleaseError: what was downloaded isn't what its manifest says, or doesn't pass `corpus-kit check`.
    """
    asked = parse_reference(reference)
    client = hub or Hub(asked.repo_id)
    found = repeat_on_fault(lambda: find_release(asked, client), wait)
    target = (dist / found.manifest.name / found.folder).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f".{target.name}.lock"):
            recover_folder(target)
            was_there = _is_there(target, found.manifest)
            if not was_there:
                _put_release(asked, client, found, target, progress=progress, wait=wait)
    except OSError as e:
        raise make_target_error(target, e) from e
    manifest = found.manifest
    return Pulled(target, manifest.name, manifest.version, manifest.digest, found.commit, was_there)


def _put_release(asked: HubReference, hub: Hub, found: Found, target: Path, *, progress: Progress, wait: Wait) -> None:
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", suffix=".tmp", dir=target.parent, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name, "release")
        download_release(hub, found, folder, progress=progress, wait=wait)
        differences = check_release(folder)
        if differences:
            by = found.manifest.versions.get("corpus-kit", "another version")
            raise ReleaseError(
                f"{len(differences)} things differ from what the release says of itself; the first: {differences[0]}",
                path=str(asked),
                remedy=f"Nothing was written. It was made by corpus-kit {by[:20]}; try that version",
            )
        replace_folder(folder, target)


def find_release(asked: HubReference, hub: Hub) -> Found:
    """Resolve a reference at the server and read the manifest there.

    A HubError where the version in the manifest isn't the one asked for, or its files aren't those of the commit.
    """
    commit = _resolve(asked, hub)
    tree = hub.list_files(commit)
    if all(file.path != MANIFEST_FILE for file in tree):
        raise HubError(f"commit {commit[:12]} holds no release of corpus-kit", path=asked.repo_id)
    data = hub.read_file(commit, MANIFEST_FILE)
    manifest, is_text_free = parse_either_manifest(data, Path(str(asked)))
    if asked.version not in (None, manifest.version):
        raise HubError(
            f"the tag v{asked.version} holds version {manifest.version} (commit {commit[:12]})",
            path=asked.repo_id,
            remedy="It was moved or is wrong; ask those who published it",
        )
    files = tuple(file for file in tree if file.path not in KEPT)
    _require_files(files, manifest, len(data), asked)
    return Found(commit, manifest, files, is_text_free)


def _resolve(asked: HubReference, hub: Hub) -> str:
    repo = hub.observe()
    if repo is None:
        remedy = "See that the name is right; a private one needs a token: `hf auth login`, or HF_TOKEN"
        raise HubError("there is no such repository, or it is private", path=asked.repo_id, remedy=remedy)
    if asked.commit is not None:
        return hub.find_commit(asked.commit)
    tag = f"v{asked.version}"
    if tag not in repo.tags:
        raise UnknownName("version", str(asked.version), list_versions(repo.tags), path=asked.repo_id)
    return repo.tags[tag]


def _require_files(files: tuple[RemoteFile, ...], manifest: Manifest, manifest_bytes: int, asked: HubReference) -> None:
    """The commit has the files of the manifest, with their sizes, and no others."""
    expected: Mapping[str, int] = {
        MANIFEST_FILE: manifest_bytes,
        **{name: entry.bytes for name, entry in manifest.files.items()},
    }
    there = {file.path: file.size for file in files}
    wrong = sorted(name for name in expected.keys() | there.keys() if expected.get(name) != there.get(name))
    if wrong or not all(map(is_plain_path, expected)):
        raise HubError(
            f"the files of the commit are not those of its manifest: {show_names(wrong)}",
            path=str(asked),
            remedy="Somebody changed the release after it was published; ask for another version",
        )


def download_release(hub: Hub, found: Found, folder: Path, *, progress: Progress, wait: Wait) -> None:
    """Write the files of a release into a new folder; a ReleaseError where one isn't as the manifest says."""
    folder.mkdir(parents=True)
    repeat_on_fault(lambda: hub.download(found.files, found.commit, folder, progress=progress), wait)
    wrong = list_wrong_files(folder, found.manifest)
    if wrong:
        raise ReleaseError(
            f"{len(wrong)} of {len(found.files)} files don't have the sha256 of the manifest: {show_names(wrong)}",
            path=hub.repo_id,
            remedy="Nothing was written. Try again; if it persists, the repository is damaged",
        )


def list_wrong_files(folder: Path, manifest: Manifest) -> list[str]:
    """Which files of a folder are missing, too many, or not as a manifest says; its own file has to say the same."""
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir()}
    expected = manifest.files.keys() | {MANIFEST_FILE}
    wrong = there ^ expected
    for name, entry in manifest.files.items():
        if name in there and hash_bytes(read_bytes(folder / name, ReleaseError)) != entry.sha256:
            wrong.add(name)
    if MANIFEST_FILE in there and read_either_manifest(folder).manifest != manifest:
        wrong.add(MANIFEST_FILE)
    return sorted(wrong)


def _is_there(target: Path, manifest: Manifest) -> bool:
    """Whether this very release stands at the target; a TargetError where anything else does."""
    if not target.exists():
        return False
    is_release = (target / MANIFEST_FILE).is_file()
    if is_release and not list_wrong_files(target, manifest):
        return True
    what = "holds another release, or a damaged one" if is_release else "exists and is no release"
    raise TargetError(what, path=target, remedy="Move it away, or choose another --out")
