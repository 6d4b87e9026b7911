"""Files written whole or not at all."""

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from corpus_kit.errors import TargetError


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, also after a crash; else a TargetError.

    A file that already has these bytes is left alone.
    """
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, lambda file: file.write(data))
    except OSError as e:
        raise make_target_error(path, e) from e


def write_stream_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """`write_atomically` for what is written bit by bit: `write` is called with the file that takes the place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, write)
    except OSError as e:
        raise make_target_error(path, e) from e


def make_target_error(path: Path, error: OSError) -> TargetError:
    """The TargetError for what the system said when `path` was to be written."""
    return TargetError(
        f"can't be written ({error.strerror or error})",
        path=path,
        remedy="Make the folder writable and see that the disk has room, or choose another place",
    )


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o666 & ~_read_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _read_umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def sync_folder(path: Path) -> None:
    """Put a folder's entries on disk; systems that can't open folders do so by themselves."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_folder(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another (or of none): `target` is never absent once it was there.

    Where the system can't exchange two names in one step there is a moment without `target`; `recover_folder` undoes a
    crash in that moment.
    """
    _sync_tree(new)
    if not target.exists():
        new.rename(target)
    elif _exchange(new, target):
        shutil.rmtree(new, ignore_errors=True)
    else:
        old = _name_old(target)
        target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    sync_folder(target.parent)


def place_folder(new: Path, target: Path) -> None:
    """Put a finished folder where there is none, in one step; an OSError where something with content is there."""
    _sync_tree(new)
    new.rename(target)
    sync_folder(target.parent)


def _sync_tree(root: Path) -> None:
    for folder, _, files in os.walk(root):
        for name in files:
            _sync_file(Path(folder, name))
        sync_folder(Path(folder))


def recover_folder(target: Path) -> None:
    """Put back what a killed `replace_folder` had moved away, and remove what killed writers left beside `target`."""
    old = _name_old(target)
    if old.exists() and not target.exists():
        old.rename(target)
    for left in target.parent.glob(f".{target.name}.*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


def _name_old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _exchange(a: Path, b: Path) -> bool:
    """Exchange two names in one step, where the C library and the file system can (Linux, renameat2)."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    current_folder, exchange = -100, 2
    return bool(rename(current_folder, os.fsencode(a), current_folder, os.fsencode(b), exchange) == 0)
