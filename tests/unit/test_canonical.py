"""Identity: the literal values here are a promise to everyone who stored one."""

import pytest

from corpus_kit.canonical import digest_rows, digest_value, make_segment_ids, to_canonical_json


def test_canonical_json_is_sorted_compact_and_unescaped() -> None:
    """Canonical JSON sorts keys, has no spaces and keeps letters as they are."""
    assert to_canonical_json({"b": [1, None], "a": "Díaz “x”"}) == '{"a":"Díaz “x”","b":[1,null]}'


def test_canonical_json_refuses_nan() -> None:
    """NaN has no JSON, so it has no digest."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_canonical_json({"a": float("nan")})


def test_digest_of_rows_is_pinned() -> None:
    """The content digest of given rows never changes."""
    rows = [{"id": "b", "label": 1}, {"id": "a", "label": 0}]
    expected = "sha256:8d9476032278a4cab1d3c81339dde753ac3135122dcf40d50d74603dd0bc5139"
    assert digest_rows({"label": ["x", "y"]}, rows) == digest_rows({"label": ["x", "y"]}, rows[::-1]) == expected


def test_digest_depends_on_what_integers_mean() -> None:
    """The same integers under other label names are another content."""
    rows = [{"id": "a", "label": 0}]
    assert digest_rows({"label": ["x", "y"]}, rows) != digest_rows({"label": ["y", "x"]}, rows)


def test_digest_of_a_value_is_pinned() -> None:
    """sha256 of the two bytes `{}`."""
    assert digest_value({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_segment_ids_are_pinned_and_count_occurrences() -> None:
    """An id is the article, twelve digits of the text's SHA-256, and the occurrence from 1."""
    # sha256("a") begins ca978112ca1b, sha256("b") begins 3e23e8160039
    assert make_segment_ids("x", ["a", "b", "a"]) == ["x:ca978112ca1b:1", "x:3e23e8160039:1", "x:ca978112ca1b:2"]
