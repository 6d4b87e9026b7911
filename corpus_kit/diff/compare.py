"""What differs between two snapshots, row by row. Pure; every list is sorted as the snapshots' rows are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus_kit.annotate.ledger import ADJUDICATE
from corpus_kit.diff.retext import match_retexted
from corpus_kit.diff.snapshot import Row, Snapshot

_OWN_LISTS = frozenset({"id", "text", "label", "attribution", "fold"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two states: what it is called and how much it holds."""

    name: str
    version: str
    digest: str
    guidelines: str
    articles: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that has one value on either side; `what` names it."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSided:
    """A row that only one side has. `reason`: why the new side set it aside, if it did."""

    id: str
    article_id: str
    text: str
    label: str
    attribution: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retexted:
    """A row whose text changed in its place; `ratio` is the similarity of the texts, from `MIN_RATIO` up to 1."""

    old_id: str
    new_id: str
    old_text: str
    new_text: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Whose word on a segment changed: `action` is that of the new word, `retract` where there is none any more."""

    annotator: str
    action: str
    guidelines: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelled:
    """A row whose label or attribution changed. `by` is empty where the releases don't tell who did it."""

    id: str
    text: str
    old: tuple[str, str | None]
    new: tuple[str, str | None]
    by: tuple[Voice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resplit:
    """A row that is in another fold, or whose fold is in another split; `old` and `new` are (fold, split)."""

    id: str
    old: tuple[int, str]
    new: tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """A row or an article with other values in `columns`, sorted, that no other list tells of."""

    id: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionChange:
    """A collection that only one side has, or that isn't the same on both: then `diff` is what became of it."""

    name: str
    old: Side | None
    new: Side | None
    diff: "Diff | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What became of the old side in the new one. Old rows - `removed` + `added` = new rows.

    A row is in one of added, removed, or in both sides; one that is in both may be in several of the other lists.
    `scheme` and `columns` list what changed of labels, attributions and the sentences' columns. `votes` counts rows of
    the annotations table that are `added`, `removed` and `changed`. `collections` has those that aren't the same; no
    other list tells of them.
    """

    old: Side
    new: Side
    scheme: tuple[Change, ...]
    columns: tuple[Change, ...]
    articles_added: tuple[str, ...]
    articles_removed: tuple[str, ...]
    articles_changed: tuple[Amended, ...]
    added: tuple[OneSided, ...]
    removed: tuple[OneSided, ...]
    retexted: tuple[Retexted, ...]
    relabelled: tuple[Relabelled, ...]
    resplit: tuple[Resplit, ...]
    amended: tuple[Amended, ...]
    votes: Mapping[str, int]
    collections: tuple[CollectionChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two sides hold the same content, whatever they are called."""
        lists = (self.scheme, self.columns, self.articles_added, self.articles_removed, self.articles_changed)
        rows = (self.added, self.removed, self.retexted, self.relabelled, self.resplit, self.amended)
        others = (*self.votes.values(), self.collections)
        return self.old.digest == self.new.digest and not any((*lists, *rows, *others))


def compare_snapshots(old: Snapshot, new: Snapshot) -> Diff:
    """Compare two snapshots by the identity of their segments: a row is the same row when its id is.

    What has no counterpart by id may have been re-texted: see `match_retexted`. Otherwise it was removed or added.
    """
    before, after = _index(old.tables["sentences"]), _index(new.tables["sentences"])
    matches = match_retexted(list(before.values()), list(after.values()))
    renamed = {match.old_id: match.new_id for match in matches}
    pairs = [(row, after[renamed.get(id_, id_)]) for id_, row in before.items() if renamed.get(id_, id_) in after]
    articles_before, articles_after = _index(old.tables["articles"]), _index(new.tables["articles"])
    return Diff(
        old=_describe_side(old),
        new=_describe_side(new),
        scheme=tuple(_compare_schemes(old, new)),
        columns=tuple(_compare_columns(before.values(), after.values())),
        articles_added=tuple(id_ for id_ in articles_after if id_ not in articles_before),
        articles_removed=tuple(id_ for id_ in articles_before if id_ not in articles_after),
        articles_changed=_amend(
            [(row, articles_after[id_]) for id_, row in articles_before.items() if id_ in articles_after],
            skip=frozenset({"id", "fold"}),
        ),
        added=_keep(after.values(), {*before, *renamed.values()}, {}),
        removed=_keep(before.values(), {*after, *renamed}, new.set_aside),
        retexted=tuple(
            Retexted(**match._asdict(), old_text=before[match.old_id]["text"], new_text=after[match.new_id]["text"])
            for match in matches
        ),
        relabelled=tuple(_relabel(pairs, old, new)),
        resplit=tuple(_resplit(pairs, old, new)),
        amended=_amend(pairs, skip=_OWN_LISTS),
        votes=_count_votes(_index(old.tables["annotations"]), _index(new.tables["annotations"])),
        collections=tuple(_compare_collections(old.collections, new.collections)),
    )


def _compare_collections(old: Mapping[str, Snapshot], new: Mapping[str, Snapshot]) -> Iterable[CollectionChange]:
    for name in sorted(old.keys() | new.keys()):
        left, right = old.get(name), new.get(name)
        diff = compare_snapshots(left, right) if left and right else None
        if diff is None or not diff.is_empty or (diff.old.name, diff.old.version) != (diff.new.name, diff.new.version):
            yield CollectionChange(
                name=name,
                old=_describe_side(left) if left else None,
                new=_describe_side(right) if right else None,
                diff=diff,
            )


def _index(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _describe_side(snapshot: Snapshot) -> Side:
    return Side(
        name=snapshot.name,
        version=snapshot.version,
        digest=snapshot.digest,
        guidelines=snapshot.guidelines,
        articles=len(snapshot.tables["articles"]),
        rows=len(snapshot.tables["sentences"]),
    )


def _compare_schemes(old: Snapshot, new: Snapshot) -> Iterable[Change]:
    a, b = old.scheme, new.scheme
    for what, left, right in (
        ("labels", a.labels, b.labels),
        ("attributions", a.attributions, b.attributions),
        ("allowed attributions", dict(a.allowed), dict(b.allowed)),
        ("labels outside prose", tuple(sorted(a.outside_prose)), tuple(sorted(b.outside_prose))),
    ):
        if left != right:
            yield Change(what=what, old=left, new=right)


def _compare_columns(old: Iterable[Row], new: Iterable[Row]) -> Iterable[Change]:
    """Columns that only one side has; none where a side has no row to tell them by."""
    left, right = next(iter(old), None), next(iter(new), None)
    if left is not None and right is not None:
        for name in sorted(left.keys() ^ right.keys()):
            yield Change(what=name, old=name in left, new=name in right)


def _keep(rows: Iterable[Row], others: set[str], reasons: Mapping[str, str]) -> tuple[OneSided, ...]:
    return tuple(
        OneSided(
            id=row["id"],
            article_id=row["article_id"],
            text=row["text"],
            label=row["label"],
            attribution=row.get("attribution"),
            reason=reasons.get(row["id"], ""),
        )
        for row in rows
        if row["id"] not in others
    )


def _relabel(pairs: Sequence[tuple[Row, Row]], old: Snapshot, new: Snapshot) -> Iterable[Relabelled]:
    votes_before, votes_after = _group_votes(old), _group_votes(new)
    for before, after in pairs:
        left, right = _judge(before), _judge(after)
        if left != right:
            voices = find_voices(votes_before[before["id"]], votes_after[after["id"]])
            yield Relabelled(id=after["id"], text=after["text"], old=left, new=right, by=voices)


def _judge(row: Row) -> tuple[str, str | None]:
    return row["label"], row.get("attribution")


def _group_votes(snapshot: Snapshot) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in snapshot.tables["annotations"]:
        groups[row["segment_id"]].append(row)
    return groups


def find_voices(old: Iterable[Row], new: Iterable[Row]) -> tuple[Voice, ...]:
    """Whose word on one segment is another than before, sorted by name; the same word said again doesn't count."""
    before, after = _by_speaker(old), _by_speaker(new)
    voices = []
    for who in sorted(before.keys() | after.keys()):
        left, right = before.get(who), after.get(who)
        if left and right and (left["action"], *_judge(left)) == (right["action"], *_judge(right)):
            continue
        word = right or left or {}
        voices.append(
            Voice(
                annotator=who[0],
                action=word["action"] if right else "retract",
                guidelines=word["guidelines"],
                note=(word["note"] or "") if right else "",
            )
        )
    return tuple(voices)


def _by_speaker(rows: Iterable[Row]) -> dict[tuple[str, bool], Row]:
    """Somebody who annotates and adjudicates speaks twice."""
    return {(row["annotator"], row["action"] == ADJUDICATE): row for row in rows}


def _resplit(pairs: Sequence[tuple[Row, Row]], old: Snapshot, new: Snapshot) -> Iterable[Resplit]:
    for before, after in pairs:
        left = (before["fold"], old.splits[before["fold"]])
        right = (after["fold"], new.splits[after["fold"]])
        if left != right:
            yield Resplit(id=after["id"], old=left, new=right)


def _amend(pairs: Sequence[tuple[Row, Row]], *, skip: frozenset[str]) -> tuple[Amended, ...]:
    found = []
    for before, after in pairs:
        names = (before.keys() & after.keys()) - skip
        columns = tuple(sorted(name for name in names if before[name] != after[name]))
        if columns:
            found.append(Amended(id=after["id"], columns=columns))
    return tuple(found)


def _count_votes(old: Mapping[str, Row], new: Mapping[str, Row]) -> dict[str, int]:
    common = old.keys() & new.keys()
    return {
        "added": len(new.keys() - common),
        "removed": len(old.keys() - common),
        "changed": sum(old[id_] != new[id_] for id_ in common),
    }
