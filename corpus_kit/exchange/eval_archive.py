"""Members of a `.eval` archive, which is a ZIP file compressed with Zstandard, read in memory and within limits.

Python's `zipfile` reads the directory of such an archive, but not its members (before Python 3.14).
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from corpus_kit.errors import PredictionError

MAX_MEMBER_BYTES = 256 * 2**20
MAX_TOTAL_BYTES = 16 * 2**30
_ZSTANDARD = 93
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error, zlib.error, EOFError, ValueError)
_REMEDY = "Write it again as JSON: inspect log convert LOG --to json --output-dir DIR"


class Member(NamedTuple):
    """A file of an archive, unpacked."""

    name: str
    data: bytes


def read_members(path: Path, pattern: re.Pattern[str]) -> Iterator[Member]:
    """The members whose whole name matches, one by one in the archive's order; nothing is written to disk.

    A PredictionError where the file is no archive, where a member is damaged, encrypted or over 256 MiB unpacked, or
    where those that match are over 16 GiB together.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = [member for member in archive.infolist() if pattern.fullmatch(member.filename)]
            _check_sizes(members, path)
            for member in members:
                yield Member(member.filename, _read_member(archive, member, file))
    except PredictionError:
        raise
    except OSError as e:
        raise PredictionError(f"can't be read ({e.strerror or e})", path=path, remedy=_REMEDY) from e
    except _DAMAGE as e:
        raise PredictionError(f"is no archive that can be read ({e})", path=path, remedy=_REMEDY) from e


def _check_sizes(members: Sequence[zipfile.ZipInfo], path: Path) -> None:
    """By what the directory states; a member that unpacks to anything else is refused as damaged."""
    for member in members:
        if member.file_size > MAX_MEMBER_BYTES:
            raise PredictionError(f"{member.filename!r} is over {MAX_MEMBER_BYTES} bytes", path=path, remedy=_REMEDY)
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise PredictionError(f"is over {MAX_TOTAL_BYTES} bytes unpacked", path=path, remedy=_REMEDY)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: IO[bytes]) -> bytes:
    if member.compress_type == _ZSTANDARD:
        data = _unpack_zstandard(member, file)
    else:
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)
    if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
        raise zipfile.BadZipFile(f"{member.filename!r} is damaged")
    return data


def _unpack_zstandard(member: zipfile.ZipInfo, file: IO[bytes]) -> bytes:
    """At most one byte more than the directory states. The local header before the bytes has lengths of its own."""
    import pyarrow as pa

    if member.flag_bits & _ENCRYPTED:
        raise zipfile.BadZipFile(f"{member.filename!r} is encrypted")
    file.seek(member.header_offset)
    magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if magic != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"{member.filename!r} has no local header")
    file.seek(name_bytes + extra_bytes, io.SEEK_CUR)
    packed = file.read(member.compress_size)
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return bytes(stream.read(member.file_size + 1))
