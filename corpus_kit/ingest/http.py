"""The HTTP response inside a WARC record, unpacked within the limits."""

import io
import zlib
from email.message import Message
from typing import Any, NamedTuple

from corpus_kit.ingest.limits import LimitReached, SourceFault
from corpus_kit.ingest.open import inflate

_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAX_ENCODINGS = 3


class Response(NamedTuple):
    """A response: its status, media type in lower case, charset as declared, and how its body is packed."""

    status: int
    type: str
    charset: str | None
    encodings: tuple[str, ...]
    is_chunked: bool
    body: bytes


def parse_response(block: bytes) -> Response:
    """The response of a record's block; a SourceFault where it is none."""
    head, found, body = block.partition(b"\r\n\r\n")
    if not found:
        head, found, body = block.partition(b"\n\n")
    status, _, fields = head.replace(b"\r\n", b"\n").partition(b"\n")
    parts = status.split(None, 2)
    if not found or not status.startswith(b"HTTP/") or len(parts) < 2 or not parts[1].isdigit() or len(parts[1]) > 3:
        raise SourceFault("parse-error", "no HTTP response in the record")
    headers: dict[str, str] = {}
    for line in fields.decode("latin-1").split("\n"):
        name, found_colon, value = line.partition(":")
        if found_colon:
            headers.setdefault(name.strip().lower(), value.strip())
    type_, charset = _parse_type(headers.get("content-type", ""))
    encodings = tuple(own.strip().lower() for own in headers.get("content-encoding", "").split(",") if own.strip())
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    return Response(int(parts[1]), type_, charset, encodings, chunked, body)


def unpack_body(response: Response, limit: int) -> bytes:
    """The body without its transfer and content encodings; a body that was unpacked before stays as it is."""
    body = _join_chunks(response.body) if response.is_chunked else response.body
    if len(response.encodings) > _MAX_ENCODINGS:
        raise SourceFault("parse-error", f"{len(response.encodings)} content encodings")
    for encoding in reversed(response.encodings):
        body = _unpack(body, encoding, limit)
    return body


def _parse_type(value: str) -> tuple[str, str | None]:
    message = Message()
    message["content-type"] = value[:200].replace("\r", " ").replace("\n", " ")
    charset: Any = message.get_param("charset")
    return message.get_content_type() if value else "", charset if isinstance(charset, str) else None


def _join_chunks(body: bytes) -> bytes:
    """The chunks in one, up to where they are well formed; a body that doesn't begin with a chunk's size as it is."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\n", at, at + 256)
        size_text = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(size_text, 16) if size_text[:1].isalnum() and len(size_text) <= 16 else -1
        except ValueError:
            size = -1
        if size < 0 and not parts:
            return body
        if size < 0 or end + 1 + size > len(body):
            raise SourceFault("truncated", "the chunks of the HTTP body end in the middle")
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 1 : end + 1 + size])
        at = end + 1 + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1


def _unpack(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding == "identity" or not body:
        return body
    if encoding in ("gzip", "x-gzip"):
        return inflate(body, ".gz", limit) if body.startswith(_GZIP_MAGIC) else body
    if encoding == "zstd":
        return inflate(body, ".zst", limit) if body.startswith(_ZSTD_MAGIC) else body
    if encoding == "deflate":
        return _inflate_deflate(body, limit)
    if encoding == "br":
        return _read_brotli(body, limit)
    raise SourceFault("wrong-type", f"the content encoding {encoding[:40]!r} has no reader")


def _inflate_deflate(body: bytes, limit: int) -> bytes:
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(wbits)
        try:
            data = inflater.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(data) > limit:
            raise LimitReached(f"unpacks to more than {limit} bytes")
        if not inflater.eof:
            raise SourceFault("truncated", "the deflated HTTP body ends in the middle")
        return data
    raise SourceFault("parse-error", "the HTTP body is not deflated as it says")


def _read_brotli(body: bytes, limit: int) -> bytes:
    from fastwarc.stream_io import BrotliReader

    reader, parts, left = BrotliReader(io.BytesIO(body)), [], limit + 1
    try:
        while left > 0 and (part := reader.read(min(left, _CHUNK_BYTES))):
            parts.append(part)
            left -= len(part)
    except OSError as e:
        raise SourceFault("parse-error", f"the HTTP body is not Brotli as it says: {e}") from e
    if left <= 0:
        raise LimitReached(f"unpacks to more than {limit} bytes")
    return b"".join(parts)
