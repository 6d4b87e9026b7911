"""Files and URLs as streams of decompressed bytes, within the limits."""

import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from corpus_kit.errors import ArticleError
from corpus_kit.ingest.limits import FREE_BYTES, LimitReached, Limits, SourceFault

_CHUNK_BYTES = 1 << 16
_WBITS_GZIP = 31
_ROOTS = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
)
"""The roots of the errors that libraries of the network raise beside the system's."""


class Unpacker(Protocol):
    """Reads packed bytes and gives unpacked ones: at most `size` of them, none at the end."""

    def read(self, size: int) -> bytes:
        """The next bytes."""
        ...


@contextmanager
def open_file(location: str, compression: str, limits: Limits, *, seekable: bool = False) -> Iterator[BinaryIO]:
    """A local path (without fsspec) or a URL (with it) as a stream; a SourceFault where it can't be read any further.

    `compression` is `.gz`, `.zst` or nothing; a `seekable` stream is the file itself.
    """
    with _convert_errors():
        file = _open_url(location) if is_url(location) else _open_local(location)
    with file:
        if seekable:
            if compression or not file.seekable():
                raise SourceFault("wrong-type", "this format needs a file that is not compressed as a whole")
            with _convert_errors() if is_url(location) else nullcontext():
                yield file
        else:
            yield io.BufferedReader(LimitedStream(file, compression, limits), _CHUNK_BYTES)


def is_url(location: str) -> bool:
    """Whether it begins with a scheme and `://`."""
    scheme, found, _ = location.partition("://")
    return bool(found) and scheme.replace("+", "").replace("-", "").replace(".", "").replace(":", "").isalnum()


def _open_local(location: str) -> BinaryIO:
    return Path(location).open("rb")


def _open_url(location: str) -> BinaryIO:
    fsspec = load_fsspec(location)
    return cast(BinaryIO, fsspec.open(location, "rb").open())


def load_fsspec(location: str) -> Any:
    """The module fsspec; an ArticleError where the URL's scheme needs a package that isn't there."""
    import fsspec

    try:
        fsspec.get_filesystem_class(location.partition("://")[0].partition("::")[0])
    except (ImportError, ValueError) as e:
        remedy = "pip install 'corpus-kit[http]'" if location.startswith("http") else "Install what the message names"
        raise ArticleError(f"can't be opened ({e})", path=location, remedy=remedy) from e
    return fsspec


class LimitedStream(io.RawIOBase):
    """The unpacked bytes of a file; a SourceFault past a limit, and where the packed ones are corrupt or end early."""

    def __init__(self, file: BinaryIO, compression: str, limits: Limits) -> None:
        self._limits = limits
        self._packed = _Counted(file)
        self._unpacker: Unpacker = UNPACKERS[compression](self._packed)
        self._is_packed = bool(compression)
        self._size = 0

    def readable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """How many unpacked bytes were read."""
        return self._size

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is next."""
        with _convert_errors():
            data = self._unpacker.read(len(buffer))
        self._size += len(data)
        self._check()
        buffer[: len(data)] = data
        return len(data)

    def _check(self) -> None:
        limits = self._limits
        if self._size > limits.max_file_bytes:
            raise LimitReached(f"more than {limits.max_file_bytes} bytes in the file, unpacked")
        if self._is_packed and self._size > max(FREE_BYTES, limits.max_expansion * self._packed.count):
            raise LimitReached(f"unpacks to more than {limits.max_expansion:g} times its size")


class _Counted:
    """A file that is read, and how many bytes were."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


class _Gzip:
    """Gzip with any number of members; zeros may follow the last."""

    def __init__(self, packed: Unpacker) -> None:
        self._packed = packed
        self._member: Any = None
        self._pending = b""
        self._begun = False

    def read(self, size: int) -> bytes:
        while True:
            if not self._pending:
                self._pending = self._packed.read(_CHUNK_BYTES)
            if self._member is None and not self._begin():
                return b""
            if not self._pending and self._member is not None:
                raise SourceFault("truncated", "the gzip stream ends in the middle")
            data = self._inflate(size)
            if data:
                return data

    def _begin(self) -> bool:
        """Whether another member begins; where only zeros follow, the file ends."""
        while self._begun and self._pending[:1] == b"\0":
            self._pending = self._pending.lstrip(b"\0") or self._packed.read(_CHUNK_BYTES)
        if not self._pending:
            return False
        self._member = zlib.decompressobj(_WBITS_GZIP)
        return True

    def _inflate(self, size: int) -> bytes:
        try:
            data: bytes = self._member.decompress(self._pending, size)
        except zlib.error as e:
            raise SourceFault("truncated" if self._begun else "parse-error", f"not valid gzip: {e}") from e
        self._begun = True
        self._pending = self._member.unconsumed_tail
        if self._member.eof:
            self._pending = self._member.unused_data
            self._member = None
        return data


class _Open:
    """A file as Arrow wants it, which closes what it reads."""

    closed = False

    def __init__(self, packed: Unpacker) -> None:
        self.read = packed.read

    def close(self) -> None:
        """Leave the file to whoever opened it."""


class _Zstd:
    """Zstandard with any number of frames, by Arrow's decoder."""

    def __init__(self, packed: Unpacker) -> None:
        import pyarrow as pa

        self._stream = pa.CompressedInputStream(pa.PythonFile(_Open(packed), mode="r"), "zstd")
        self._begun = False

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except OSError as e:
            raise SourceFault("truncated" if self._begun else "parse-error", f"not valid zstd: {e}") from e
        self._begun = True
        return data


UNPACKERS: dict[str, Callable[[Any], Unpacker]] = {
    "": lambda packed: cast(Unpacker, packed),
    ".gz": _Gzip,
    ".zst": _Zstd,
}
"""By the last ending of a file's name."""


def inflate(data: bytes, compression: str, limit: int) -> bytes:
    """A packed record unpacked; a LimitReached past `limit` bytes, a SourceFault where it is corrupt."""
    unpacker = UNPACKERS[compression](io.BytesIO(data))
    parts, left = [], limit + 1
    while left > 0 and (part := unpacker.read(min(left, _CHUNK_BYTES))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise LimitReached(f"unpacks to more than {limit} bytes")
    return b"".join(parts)


@contextmanager
def _convert_errors() -> Iterator[None]:
    try:
        yield
    except list_errors() as e:
        reason = e.strerror if isinstance(e, OSError) else None
        raise SourceFault("read-error", f"{type(e).__name__}: {reason or e}") from e


def list_errors() -> tuple[type[Exception], ...]:
    """What systems and the libraries behind fsspec raise; those that aren't loaded have raised nothing."""
    known = ((sys.modules.get(module), name) for module, name in _ROOTS)
    network = (getattr(module, name) for module, name in known if module is not None)
    return (OSError, EOFError, ValueError, RuntimeError, TimeoutError, ImportError, *network)
