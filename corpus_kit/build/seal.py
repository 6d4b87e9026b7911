"""Values that only those can read who have the text already: headlines, notes, ids made from text, white space.

The key is a digest of the whole text, so trying keys is guessing articles. SHAKE-256 gives the stream, and a digest of
key and value its start, so the same value gives the same bytes and no stream is used for two values.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from corpus_kit.canonical import to_canonical_json

_NONCE_BYTES = 16
_BLOCK_BYTES = 256
"""Values are filled up with spaces to a multiple of this, so that their length tells little."""


def make_key(*parts: str) -> bytes:
    """A key from texts, the same for the same texts only."""
    return hashlib.sha256(to_canonical_json(["corpus-kit/seal-key/1", *parts]).encode()).digest()


def seal(key: bytes, value: Any) -> str:
    """A JSON value as base64 that says nothing without the key."""
    data = to_canonical_json(value).encode()
    data += b" " * (-len(data) % _BLOCK_BYTES)
    nonce = _make_nonce(key, data)
    return base64.b64encode(nonce + _mask(key, nonce, data)).decode("ascii")


def unseal(key: bytes, sealed: str) -> Any:
    """The value again; None where the key is another one or something was changed."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        return None
    nonce, data = raw[:_NONCE_BYTES], _mask(key, raw[:_NONCE_BYTES], raw[_NONCE_BYTES:])
    if not data or _make_nonce(key, data) != nonce:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _make_nonce(key: bytes, data: bytes) -> bytes:
    return hashlib.sha256(b"corpus-kit/seal-nonce/1\0" + key + data).digest()[:_NONCE_BYTES]


def _mask(key: bytes, nonce: bytes, data: bytes) -> bytes:
    stream = hashlib.shake_256(b"corpus-kit/seal/1\0" + key + nonce).digest(len(data))
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")
