"""Where bytes from outside become records: TOML, JSON and JSON Lines, validated, with file and line in every error."""

import io
import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus_kit.errors import CorpusKitError

_FIX_RECORD = "Correct this record; docs/ describes each format field by field"


class Record(BaseModel):
    """A record from outside: unknown keys are refused, and it can't be changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


RecordType = TypeVar("RecordType", bound=Record)


def require_iso_time(value: str) -> str:
    """An ISO 8601 date or time that exists, unchanged; a ValueError for the 31st of February."""
    datetime.fromisoformat(value)
    return value


class NumberedLine(NamedTuple):
    """A line of a file without its line break. `number` counts from 1, `offset` is in bytes."""

    number: int
    offset: int
    data: bytes
    is_terminated: bool


def read_bytes(path: Path, error: type[CorpusKitError], *, remedy: str = "") -> bytes:
    """The bytes of a file; what the system says against it becomes `error`."""
    try:
        return path.read_bytes()
    except OSError as e:
        raise error(f"can't be read ({e.strerror or e})", path=path, remedy=remedy) from e


def decode_utf8(data: bytes, path: Path, error: type[CorpusKitError], *, line: int = 1) -> str:
    """Bytes as text, strictly; an error names the line of the first bad byte and its offset in `data`.

    `line` is the number of the line with which `data` begins.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise error(
            f"not valid UTF-8: byte 0x{data[e.start]:02x} at offset {e.start}",
            path=path,
            line=line + data.count(b"\n", 0, e.start),
            remedy="Save the file as UTF-8; nothing is guessed or replaced",
        ) from e


def read_toml(path: Path, model: type[RecordType], error: type[CorpusKitError], *, remedy: str = "") -> RecordType:
    """A TOML file as a record."""
    text = decode_utf8(read_bytes(path, error, remedy=remedy).removeprefix(b"\xef\xbb\xbf"), path, error)
    try:
        return model.model_validate(tomllib.loads(text), strict=False)
    except tomllib.TOMLDecodeError as e:
        raise error(f"not valid TOML: {e}", path=path, remedy="See https://toml.io for the syntax") from e
    except ValidationError as e:
        raise error(describe_invalid(e), path=path, remedy=remedy) from e


def iter_lines(path: Path, error: type[CorpusKitError]) -> Iterator[NumberedLine]:
    """The lines of a file that are not blank, in order; a line feed ends a line and nothing else does."""
    offset = 0
    for number, line in enumerate(io.BytesIO(read_bytes(path, error)), start=1):
        if line.strip():
            yield NumberedLine(number, offset, line.rstrip(b"\r\n"), line.endswith(b"\n"))
        offset += len(line)


def parse_json(data: bytes, error: type[CorpusKitError], *, path: Path, line: int | None) -> Any:
    """The value of one JSON text; duplicate keys, half surrogate pairs and endless nesting are refused."""
    text = decode_utf8(data, path, error, line=line or 1)
    try:
        return load_json(text)
    except ValueError as e:
        raise error(f"not valid JSON: {e}", path=path, line=line, remedy=_FIX_RECORD) from e


def load_json(text: str, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text; a ValueError for no JSON, a key that stands twice, half a surrogate pair and depth.

    `parse_constant` is called with NaN and the infinities, as by `json.loads`.
    """
    try:
        if text.startswith("\ufeff"):
            raise ValueError("a byte order mark stands before it")
        decoder = _DECODER if parse_constant is None else _make_decoder(parse_constant)
        value = decoder.decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as e:
        raise ValueError("nested too deeply") from e
    return value


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _make_decoder(parse_constant: Callable[[str], Any] | None) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_refuse_duplicate_keys, parse_constant=parse_constant)


_DECODER = _make_decoder(None)


def read_jsonl(path: Path, model: type[RecordType], error: type[CorpusKitError]) -> Iterator[tuple[int, RecordType]]:
    """The records of a JSON Lines file, each with its line number."""
    for line in iter_lines(path, error):
        yield line.number, parse_record(line.data, model, error, path=path, line=line.number)


def parse_record(
    data: bytes, model: type[RecordType], error: type[CorpusKitError], *, path: Path, line: int | None
) -> RecordType:
    """One JSON text as a record."""
    return check_record(parse_json(data, error, path=path, line=line), model, error, path=path, line=line)


def check_record(
    value: Any, model: type[RecordType], error: type[CorpusKitError], *, path: Path, line: int | None
) -> RecordType:
    """A value of JSON as a record."""
    try:
        return model.model_validate(value)
    except ValidationError as e:
        raise error(describe_invalid(e), path=path, line=line, remedy=_FIX_RECORD) from e


def describe_invalid(error: ValidationError) -> str:
    """What pydantic found, in one line: each field with what is wrong about it."""
    found = []
    for item in error.errors(include_url=False):
        field = ".".join(str(part) for part in item["loc"])
        found.append(f"{field}: {item['msg']}" if field else str(item["msg"]))
    return "; ".join(found)
