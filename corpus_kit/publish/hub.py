"""A dataset repository on the Hub as it stands there now: nothing of it is read from a cache.

`huggingface_hub` does the talking. HF_ENDPOINT, HF_TOKEN, `hf auth login` and the like work as it defines them.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from corpus_kit.errors import HubError
from corpus_kit.publish.faults import convert_faults

Progress = Callable[[int, int | None], object]
"""Called with the bytes that are done and the bytes in all."""

_BATCH_BYTES, _BATCH_FILES = 50_000_000, 50
_THREADS = 4


class RemoteFile(NamedTuple):
    """A file of a revision. `blob_id` is git's SHA-1; `sha256` is None for a file that is not in the LFS store."""

    path: str
    size: int
    blob_id: str
    sha256: str | None


class LocalFile(NamedTuple):
    """A file of a release folder, with both hashes that a Hub may know it by."""

    path: str
    size: int
    blob_id: str
    sha256: str

    def is_same(self, remote: RemoteFile | None) -> bool:
        """Whether a remote file has these bytes."""
        if remote is None or remote.size != self.size:
            return False
        return self.blob_id == remote.blob_id if remote.sha256 is None else self.sha256 == remote.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRepo:
    """A repository: its newest commit, and the commit of each tag."""

    is_private: bool
    head: str
    tags: Mapping[str, str]


class Hub:
    """One dataset repository; every method raises a HubError where the Hub can't be reached or refuses."""

    def __init__(self, repo_id: str, *, endpoint: str | None = None, token: str | None = None) -> None:
        from huggingface_hub import HfApi, get_token

        self.repo_id = repo_id
        self._token = token or get_token()
        self._api = HfApi(endpoint=endpoint, token=token, library_name="corpus-kit")

    def _convert(self, doing: str, *, is_upload: bool = False) -> AbstractContextManager[None]:
        return convert_faults(self.repo_id, doing, token=self._token, is_upload=is_upload)

    def observe(self) -> RemoteRepo | None:
        """The repository as it stands; None where there is none, or none that this token may see."""
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._convert("look at the repository"):
            try:
                info = self._api.dataset_info(self.repo_id)
                refs = self._api.list_repo_refs(self.repo_id, repo_type="dataset")
            except RepositoryNotFoundError:
                return None
            tags = {tag.name: tag.target_commit for tag in refs.tags}
            return RemoteRepo(is_private=bool(info.private), head=_require_commit(info.sha), tags=tags)

    def find_commit(self, revision: str) -> str:
        """The full id of a commit that exists."""
        with self._convert(f"find revision {revision}"):
            return _require_commit(self._api.dataset_info(self.repo_id, revision=revision).sha)

    def list_files(self, commit: str) -> tuple[RemoteFile, ...]:
        """The files of a commit, sorted by path; a HubError for a path that would leave a folder."""
        from huggingface_hub import RepoFile

        with self._convert("list the files"):
            tree = self._api.list_repo_tree(self.repo_id, recursive=True, revision=commit, repo_type="dataset")
            found = [item for item in tree if isinstance(item, RepoFile)]
        for item in found:
            if not is_plain_path(item.path):
                raise HubError(f"the repository holds a file with the name {item.path!r}", path=self.repo_id)
        return tuple(
            RemoteFile(item.path, item.size, item.blob_id, item.lfs.sha256 if item.lfs else None)
            for item in sorted(found, key=lambda item: item.path)
        )

    def read_file(self, commit: str, path: str) -> bytes:
        """The bytes of one file, from the server."""
        with self._convert(f"read {path}"), tempfile.TemporaryDirectory(prefix="corpus-kit-") as folder:
            return Path(self._fetch(path, commit, Path(folder))).read_bytes()

    def _fetch(self, path: str, commit: str, folder: Path) -> str:
        return self._api.hf_hub_download(self.repo_id, path, repo_type="dataset", revision=commit, local_dir=folder)

    def create(self, *, is_private: bool) -> None:
        """Make the repository; one that somebody makes at the same moment is left as it is."""
        with self._convert("make the repository"):
            self._api.create_repo(self.repo_id, repo_type="dataset", private=is_private, exist_ok=True)

    def commit(
        self,
        root: Path,
        add: Sequence[LocalFile],
        *,
        delete: Iterable[str],
        parent: str,
        message: str,
        progress: Progress,
    ) -> str:
        """Upload files of a folder, then make one commit that adds and deletes, on top of `parent` or not at all.

        Content that the Hub has already isn't sent again. `.gitignore` rules of the repository don't count.

        Returns:
            The id of the commit.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        total, done = sum(file.size for file in add), 0
        progress(done, total)
        additions: list[Any] = []
        for batch in split_batches(add):
            with self._convert("upload", is_upload=True):
                operations = [
                    CommitOperationAdd(path_in_repo=file.path, path_or_fileobj=root / file.path) for file in batch
                ]
                self._api.preupload_lfs_files(
                    self.repo_id, operations, repo_type="dataset", gitignore_content="", free_memory=False
                )
            additions += operations
            done += sum(file.size for file in batch)
            progress(done, total)
        with self._convert("commit"):
            deletions = [CommitOperationDelete(path_in_repo=path, is_folder=False) for path in delete]
            return _require_commit(
                self._api.create_commit(
                    self.repo_id,
                    [*additions, *deletions],
                    commit_message=message,
                    repo_type="dataset",
                    parent_commit=parent,
                ).oid
            )

    def tag(self, name: str, commit: str, *, message: str) -> None:
        """Tag a commit; a HubError with status 409 where the tag exists."""
        with self._convert(f"make the tag {name}"):
            self._api.create_tag(self.repo_id, tag=name, revision=commit, tag_message=message, repo_type="dataset")

    def download(self, files: Sequence[RemoteFile], commit: str, folder: Path, *, progress: Progress) -> None:
        """Write files of a commit into a folder, and nothing else."""
        total, done = sum(file.size for file in files), 0
        progress(done, total)

        def fetch(file: RemoteFile) -> int:
            self._fetch(file.path, commit, folder)
            return file.size

        with self._convert("download"), ThreadPoolExecutor(_THREADS) as pool:
            for size in pool.map(fetch, files):
                done += size
                progress(done, total)
        shutil.rmtree(folder / ".cache", ignore_errors=True)


def split_batches(files: Sequence[LocalFile]) -> Iterator[list[LocalFile]]:
    """Files in their order, in runs of at most 50 files and 50 MB; a larger file is alone."""
    batch: list[LocalFile] = []
    for file in files:
        if batch and (len(batch) == _BATCH_FILES or sum(own.size for own in batch) + file.size > _BATCH_BYTES):
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def is_plain_path(path: str) -> bool:
    """Whether a path stays below the folder that it is relative to, on any system."""
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and path.isprintable()
        and not path.startswith("/")
        and ".." not in parts
        and not set(path) & {"\\", ":"}
    )


def _require_commit(sha: str | None) -> str:
    if not isinstance(sha, str) or len(sha) != 40 or not set(sha) <= set("0123456789abcdef"):
        raise ValueError("the answer names no commit")
    return sha
