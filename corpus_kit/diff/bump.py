"""Which version a difference asks for."""

from collections.abc import Iterator
from enum import IntEnum

from corpus_kit.diff.compare import Diff


class Bump(IntEnum):
    """The part of a version that has to rise, ordered."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def require_bump(diff: Diff) -> Bump:
    """The least bump that doesn't understate a difference: the greatest that any of these rows asks for.

    | what changed | bump |
    | --- | --- |
    | names or order of labels or attributions, or which may stand together | MAJOR |
    | a column is gone | MAJOR |
    | rows or articles removed: old records can't be had any more | MAJOR |
    | rows in another fold or another split: scores can't be compared any more | MAJOR |
    | articles or rows added, or a column | MINOR |
    | labels, attributions or texts mended; votes, metadata, other columns | PATCH |
    | any other difference of the content digest | PATCH |
    | nothing | NONE |

    A collection counts as well: one that is gone is MAJOR, since a config is; a new one is MINOR; one that changed
    asks for what its own difference does, but for no more than MINOR: it has a version of its own to say MAJOR with.
    """
    return max((bump for bump, _ in explain_bump(diff)), default=Bump.NONE)


def explain_bump(diff: Diff) -> list[tuple[Bump, str]]:
    """What changed, as in the table of `require_bump`: greatest bump first; empty where nothing did."""
    found = [*_list_major(diff), *_list_minor(diff), *_list_patch(diff), *_list_collections(diff)]
    found.sort(key=lambda reason: -reason[0])
    if not found and diff.old.digest != diff.new.digest:
        found.append((Bump.PATCH, "the content digest differs"))
    return found


def _list_major(diff: Diff) -> Iterator[tuple[Bump, str]]:
    for change in diff.scheme:
        if change.what != "labels outside prose":
            yield Bump.MAJOR, f"the scheme's {change.what} changed"
    for change in diff.columns:
        if change.old:
            yield Bump.MAJOR, f"the column {change.what} is gone"
    for rows, what in (
        (diff.articles_removed, "{n} removed|article|articles"),
        (diff.removed, "{n} removed|row|rows"),
        (diff.resplit, "{n} moved between folds or splits|row|rows"),
    ):
        if rows:
            yield Bump.MAJOR, _count(what, len(rows))


def _list_minor(diff: Diff) -> Iterator[tuple[Bump, str]]:
    for change in diff.columns:
        if change.new:
            yield Bump.MINOR, f"the column {change.what} is new"
    for rows, what in ((diff.articles_added, "{n} added|article|articles"), (diff.added, "{n} added|row|rows")):
        if rows:
            yield Bump.MINOR, _count(what, len(rows))


def _list_patch(diff: Diff) -> Iterator[tuple[Bump, str]]:
    for change in diff.scheme:
        if change.what == "labels outside prose":
            yield Bump.PATCH, f"the {change.what} changed"
    votes = sum(diff.votes.values())
    for number, what in (
        (len(diff.relabelled), "{n} relabelled|row|rows"),
        (len(diff.retexted), "{n} re-texted|row|rows"),
        (len(diff.amended), "{n} with other values in other columns|row|rows"),
        (len(diff.articles_changed), "{n} changed|article|articles"),
        (votes, "{n} added, removed or changed|annotation|annotations"),
    ):
        if number:
            yield Bump.PATCH, _count(what, number)


def _list_collections(diff: Diff) -> Iterator[tuple[Bump, str]]:
    for collection in diff.collections:
        if collection.diff is None:
            bump, what = (Bump.MAJOR, "gone") if collection.new is None else (Bump.MINOR, "new")
            yield bump, f"the collection {collection.name} is {what}"
            continue
        inside = explain_bump(collection.diff)
        what = "; ".join(reason for _, reason in inside) or "its name or version only"
        asked = min(max((bump for bump, _ in inside), default=Bump.PATCH), Bump.MINOR)
        yield asked, f"the collection {collection.name} changed ({what})"


def _count(what: str, number: int) -> str:
    """`{n} added|row|rows` with 1: `1 row added`."""
    phrase, one, many = what.split("|")
    return phrase.replace("{n}", f"{number} {one if number == 1 else many}")


def parse_version(version: str) -> tuple[int, int, int]:
    """`1.2.3` as (1, 2, 3), which compare as versions do; a ValueError for anything else."""
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch


def next_version(version: str, bump: Bump) -> str:
    """The least version above `version` that shows a bump; `version` itself for NONE."""
    major, minor, patch = parse_version(version)
    return {
        Bump.NONE: version,
        Bump.PATCH: f"{major}.{minor}.{patch + 1}",
        Bump.MINOR: f"{major}.{minor + 1}.0",
        Bump.MAJOR: f"{major + 1}.0.0",
    }[bump]
