"""Small release folders to upload: a manifest and three files, which no build made."""

from collections.abc import Mapping
from pathlib import Path

from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.publish.plan import LocalRelease, read_local_release
from corpus_kit.release import FileEntry, read_manifest_file
from tests.factories import make_manifest

FILES = {"README.md": b"# Toy\n", "data/sentences/fold_0.parquet": b"PAR1 not really"}


def make_toy(
    folder: Path, *, version: str = "1.0.0", name: str = "toy", files: Mapping[str, bytes] = FILES
) -> LocalRelease:
    """A release folder with some files and a changelog that names the version."""
    contents = {**files, "CHANGELOG.md": f"# {version}\n".encode()}
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    entries = {path: FileEntry(sha256=hash_bytes(data), bytes=len(data)) for path, data in contents.items()}
    manifest = make_manifest().model_copy(update={"version": version, "name": name, "files": entries})
    (folder / "manifest.json").write_text(to_pretty_json(manifest.model_dump()), "utf-8")
    return read_local_release(folder, read_manifest_file(folder))


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
