"""A release as one file that keeps: the same bytes on any day, with what citing and depositing it take."""

import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from corpus_kit.build import render_companions
from corpus_kit.canonical import hash_file
from corpus_kit.errors import ReleaseError
from corpus_kit.files import write_stream_atomically
from corpus_kit.publish.names import TEXT_FREE
from corpus_kit.publish.plan import require_sound
from corpus_kit.records import read_bytes
from corpus_kit.release import MANIFEST_FILE


class Archive(NamedTuple):
    """An archive that was written: its size, and its SHA-256 in hexadecimal digits."""

    path: Path
    name: str
    version: str
    bytes: int
    sha256: str


def archive_release(path: Path, out: Path | None = None) -> Archive:
    """Check a release folder and write it as `.tar.zst`, with `CITATION.cff` and `.zenodo.json`.

    Args:
        path: the release folder.
        out: the file; else `<name>-<version>.tar.zst` beside the folder.

    Raises:
        ReleaseError: the release isn't what it says it is, or doesn't say who made it and when.
        TargetError: the file can't be written.
    """
    root = path.resolve()
    manifest = require_sound(root)
    folder = f"{manifest.name}-{manifest.version}{TEXT_FREE if root.name.endswith(TEXT_FREE) else ''}"
    target = root.with_name(f"{folder}.tar.zst") if out is None else out
    contents = dict.fromkeys((*manifest.files, MANIFEST_FILE)) | render_companions(root, manifest)
    write_stream_atomically(target, lambda file: write_tar(file, folder, _read_members(root, contents)))
    return Archive(target, manifest.name, manifest.version, target.stat().st_size, hash_file(target))


def _read_members(root: Path, contents: Mapping[str, bytes | None]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each member, sorted; what has no bytes of its own is read from the folder, one at a time."""
    for name, data in sorted(contents.items()):
        yield name, read_bytes(root / name, ReleaseError) if data is None else data


def write_tar(file: BinaryIO, folder: str, members: Iterator[tuple[str, bytes]]) -> None:
    """A tar of members below one folder, packed by Arrow's zstd, with no time, owner or anything else of this machine.

    The level is Arrow's default, 1: Parquet is packed already. The bytes are the same within one version of pyarrow.
    """
    import pyarrow as pa

    with (
        os.fdopen(os.dup(file.fileno()), "wb") as own,  # Arrow closes what it is given
        pa.CompressedOutputStream(pa.PythonFile(own, mode="w"), "zstd") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, data in members:
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), 0o644, 0
            tar.addfile(entry, io.BytesIO(data))
