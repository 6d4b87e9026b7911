"""Which version a difference requires, row by row of the table."""

from dataclasses import replace
from typing import Any

import pytest

from corpus_kit.diff import Bump, Snapshot, compare_snapshots, explain_bump, next_version, parse_version, require_bump
from tests.snapshots import Said, make_scheme, make_snapshot, make_vote

A: list[Said] = [("The ferry sails at noon.", "red"), ("It rains.", "green")]
B: list[Said] = [("Gulls shriek.", "red")]
BASE: dict[str, list[Said]] = {"a": A, "b": B}


def change(articles: dict[str, list[Said]] | None = None, **changes: Any) -> Snapshot:
    """The base with other articles or settings."""
    return make_snapshot(articles or BASE, **changes)


@pytest.mark.parametrize(
    ("new", "bump", "reason"),
    [
        (change(), Bump.NONE, None),
        (change(version="9.0.0"), Bump.NONE, None),
        (change({"a": [A[0], ("It rains.", "red")], "b": B}), Bump.PATCH, "1 row relabelled"),
        (change({"a": [("The ferry sails at noon!", "red"), A[1]], "b": B}), Bump.PATCH, "1 row re-texted"),
        (change(votes=[make_vote("s", "ann", "red")]), Bump.PATCH, "1 annotation added, removed or changed"),
        (
            change(scheme=make_scheme(outside_prose=frozenset({"red"}))),
            Bump.PATCH,
            "the labels outside prose changed",
        ),
        (change({"a": [*A, ("New.", "red")], "b": B}), Bump.MINOR, "1 row added"),
        (change({**BASE, "c": [("New.", "red")]}), Bump.MINOR, "1 article added"),
        (change({"a": A[:1], "b": B}), Bump.MAJOR, "1 row removed"),
        (change({"a": A}), Bump.MAJOR, "1 article removed"),
        (change(test=(1,)), Bump.MAJOR, "3 rows moved between folds or splits"),
        (change(folds={"a": 0, "b": 5}), Bump.MAJOR, "1 row moved between folds or splits"),
        (change(scheme=make_scheme(("green", "red"))), Bump.MAJOR, "the scheme's labels changed"),
        (change(scheme=make_scheme(("red", "green", "blue"))), Bump.MAJOR, "the scheme's labels changed"),
        (change(scheme=make_scheme(attributions=("x",))), Bump.MAJOR, "the scheme's attributions changed"),
    ],
)
def test_a_change_requires_its_bump(new: Snapshot, bump: Bump, reason: str | None) -> None:
    """The greatest bump that any change asks for, named first."""
    diff = compare_snapshots(change(), new)
    assert require_bump(diff) == bump
    assert explain_bump(diff)[:1] == ([] if reason is None else [(bump, reason)])


def test_added_and_removed_columns() -> None:
    """A column that is gone breaks readers; a new one doesn't."""
    wide = change()
    for row in wide.tables["sentences"]:
        row["mood"] = "calm"  # type: ignore[index]
    assert require_bump(compare_snapshots(change(), wide)) == Bump.MINOR
    assert require_bump(compare_snapshots(wide, change())) == Bump.MAJOR


def test_another_digest_alone_is_a_patch() -> None:
    """Whatever a comparison may overlook, the digest doesn't: never NONE for other content."""
    one, other = change(), change(votes=[make_vote("s", "ann", "red")])
    blind = compare_snapshots(one, change())
    differing = compare_snapshots(
        one, Snapshot(**{name: getattr(one, name) for name in one.__slots__} | {"digest": other.digest})
    )
    assert blind.is_empty
    assert explain_bump(differing) == [(Bump.PATCH, "the content digest differs")]


@pytest.mark.parametrize(
    ("bump", "version"), [(Bump.NONE, "1.2.3"), (Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")]
)
def test_the_next_version_resets_what_stands_below(bump: Bump, version: str) -> None:
    """As SemVer has it."""
    assert next_version("1.2.3", bump) == version


def test_versions_compare_as_numbers() -> None:
    """1.10.0 comes after 1.9.9."""
    assert parse_version("1.10.0") > parse_version("1.9.9")


def test_a_collection_that_has_only_another_version_is_a_patch() -> None:
    """The manifest and the card say another thing, so the release isn't the same."""
    old, new = (replace(change(), collections={"more": change(version=version)}) for version in ("1.0.0", "1.0.1"))
    reason = "the collection more changed (its name or version only)"
    assert explain_bump(compare_snapshots(old, new)) == [(Bump.PATCH, reason)]


def test_the_greatest_bump_is_named_first_wherever_it_comes_from() -> None:
    """A lost collection before an added row, a changed one after it."""
    grown = change({"a": [*A, ("New.", "red")], "b": B})
    with_both = replace(change(), collections={"gone": change(), "mended": change()})
    mended = change({"a": [A[0], ("It rains.", "red")], "b": B})
    diff = compare_snapshots(with_both, replace(grown, collections={"mended": mended}))
    assert explain_bump(diff) == [
        (Bump.MAJOR, "the collection gone is gone"),
        (Bump.MINOR, "1 row added"),
        (Bump.PATCH, "the collection mended changed (1 row relabelled)"),
    ]
