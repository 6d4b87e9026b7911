"""The Hub's benchmark file of a release. It is made by `build`; here it is only taken out of the release."""

from collections.abc import Mapping

from corpus_kit.build.eval_task import EVAL_FILE
from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import ReleaseError
from corpus_kit.exchange.task import TaskOptions
from corpus_kit.records import read_bytes
from corpus_kit.release import Release

_REBUILD = "Build the release again: corpus-kit build"


def render_hub(release: Release, _: TaskOptions) -> Mapping[str, bytes]:
    """The release's own `eval.yaml`; a ReleaseError where it has none, or not the one of its manifest."""
    entry = release.manifest.files.get(EVAL_FILE)
    if entry is None:
        raise ReleaseError(f"the release has no {EVAL_FILE}", path=release.path, remedy=_REBUILD)
    data = read_bytes(release.path / EVAL_FILE, ReleaseError, remedy=_REBUILD)
    if hash_bytes(data) != entry.sha256:
        raise ReleaseError("is not the file of the manifest", path=release.path / EVAL_FILE, remedy=_REBUILD)
    return {EVAL_FILE: data}
