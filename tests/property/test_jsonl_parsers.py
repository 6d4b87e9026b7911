"""The fast parser of JSON Lines gives what the strict one gives, or leaves the line to it."""

import io
import json
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from corpus_kit.ingest import IngestOptions, Origin, jsonl
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import Limits

TEXTS = st.text(st.sampled_from('ab"\\/u0022{}[]:, \n\x1f\x7fé“字😀') | st.characters(), max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**64) + 1, 2**64 - 1) | st.floats(allow_nan=False) | st.text()
PIECES = [
    b'"', b"\\", b"\\u0022", b"\\u", b"\\ud83d", b"\\ude00", b"{", b"}", b"[", b"]", b":", b",", b" ", b"\t", b"\0",
    b"\x1f", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"1", b"-0", b"1e999", b"NaN", b"9" * 30, b"null", b"true",
    b"text", b'"text":"b"', b'"te\\u0078t":"c",', b'"id":1,', b"/*x*/", b"'",
]  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """An object, perhaps with equal keys, in which pieces are put in or out."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(["text", "id", "title"]) | TEXTS, TEXTS | VALUES), max_size=4))
    is_ascii = draw(st.booleans())
    members = [
        f"{json.dumps(key, ensure_ascii=is_ascii)}: {json.dumps(own, ensure_ascii=is_ascii)}" for key, own in pairs
    ]
    line = ("{" + ", ".join(members) + "}").encode("utf-8", "surrogatepass")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.sampled_from(PIECES)) + line[at + draw(st.integers(0, 2)) :]
    return line


def read(data: bytes) -> list[Article | Dropped]:
    """The records of a file."""
    options = IngestOptions(limits=Limits(max_nesting_depth=2))
    return list(jsonl.read(io.BytesIO(data), Origin(source="x", stem="x"), options))


def skip_plain(_: bytes) -> None:
    """A fast parser that leaves every line to the strict one."""


@given(
    st.from_regex(
        r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True, alphabet="0123456789.eE+-"
    )
)
def test_numbers_are_read_alike(number: str) -> None:
    """A number gives the same id, however long it is written."""
    (found,) = read(b'{"text": "a", "id": %b}' % number.encode())
    (expected,) = read(b'{"text": "a", "id": %b, "x": []}' % number.encode())
    assert isinstance(found, Article)
    assert found.id == expected.id


@settings(max_examples=300)
@given(st.lists(lines(), max_size=3))
@example([b'{"text": "a", "text": "b"}'])
@example([b'{"text": "\\u0022\\u0022", "text": "b"}'])
@example([b'{"text": "a", "te\\u0078t": "b"}'])
@example([b'{"text": "a", "": null, "": null}'])
@example([b'{"text": "a"}{"text": "a"}'])
def test_the_fast_parser_changes_nothing(data: list[bytes]) -> None:
    """Articles, verdicts, reasons and details are those of the strict parser alone."""
    file = b"\n".join(data)
    found = read(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "parse_plain", skip_plain)
        assert found == read(file)


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "a", "text": "b"}',
        b'{"text": "\\u0022", "a": "b", "a": null}',
        b'{"text": "a", "id": 18446744073709551616}',
        b'{"text": "a", "id": 1, "id": 2}',
        b'{"text": "a", "tags": []}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\x01"}',
        b'{"text": "\xff"}',
        b'["text"]',
        b'{"text": "a"} x',
        b"",
    ],
)
def test_what_is_unusual_is_left_to_the_strict_parser(line: bytes) -> None:
    """Equal keys, long numbers, lists, half surrogate pairs, controls, bad bytes, what is no object."""
    assert jsonl.parse_plain(line) is None


@given(st.dictionaries(st.text(max_size=5), SCALARS, max_size=5), st.booleans())
def test_plain_objects_are_parsed_fast(row: dict[str, Any], is_ascii: bool) -> None:
    """Scalars need no other parser, as long as no quotation mark is written by its number."""
    line = json.dumps(row, ensure_ascii=is_ascii).encode()
    assume(b"\\u0022" not in line)
    assert jsonl.parse_plain(line) == row
