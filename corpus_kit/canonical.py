"""What identity is made of: canonical JSON, content digests and segment ids.

A digest doesn't depend on a file format, a library version, the order of rows or the machine.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_DIGEST_FORMAT = "corpus-kit/content/1"
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def to_canonical_json(value: Any) -> str:
    """One line of JSON: keys sorted, no spaces, text unescaped, no NaN (a ValueError)."""
    return _CANONICAL.encode(value)


def to_pretty_json(value: Any) -> str:
    """JSON to be read by people and kept under version control: keys in the given order, a line break at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def hash_bytes(data: bytes) -> str:
    """The SHA-256 of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits; it is read a part at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_text(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hash_bytes(text.encode("utf-8"))


def digest_rows(schema: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> str:
    """The content digest of a table: `sha256:` and 64 hexadecimal digits.

    The hash runs over one line of canonical JSON for the format and `schema` (column and class names, which integers
    alone don't tell), then one line per row, sorted by the row's `id`. An empty table has a digest too.
    """
    sha = hashlib.sha256()
    sha.update(to_canonical_json({"format": _DIGEST_FORMAT, "schema": schema}).encode() + b"\n")
    for row in sorted(rows, key=lambda row: str(row["id"])):
        sha.update(to_canonical_json(row).encode() + b"\n")
    return f"sha256:{sha.hexdigest()}"


def digest_value(value: Any) -> str:
    """The digest of one JSON value: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hash_text(to_canonical_json(value))}"


def make_segment_ids(article_id: str, texts: Sequence[str]) -> list[str]:
    """The ids of an article's segments, in order: `<article>:<digest of the text>:<occurrence>`.

    The digest is 12 hexadecimal digits of the text's SHA-256; occurrences count from 1. An id survives any edit of the
    article that leaves this text alone and adds no equal text before it.
    """
    return make_ids_of_bytes(article_id, [text.encode("utf-8") for text in texts])


def make_ids_of_bytes(article_id: str, texts: Sequence[bytes]) -> list[str]:
    """The same for texts as UTF-8."""
    seen: Counter[str] = Counter()
    return [name_segment(article_id, text, seen) for text in texts]


def name_segment(article_id: str, text: bytes, seen: Counter[str]) -> str:
    """The id of an article's next segment, given as UTF-8; `seen` has the digests before it, and takes its own."""
    digest = hash_bytes(text)[:12]
    seen[digest] += 1
    return f"{article_id}:{digest}:{seen[digest]}"
