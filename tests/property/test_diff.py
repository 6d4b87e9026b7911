"""What holds of every difference."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.diff import Bump, Snapshot, compare_snapshots, require_bump
from corpus_kit.diff.retext import MIN_RATIO
from tests.snapshots import make_snapshot

WORDS = ("ferry", "harbour", "noon", "gulls", "rain")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
ARTICLE = st.lists(st.tuples(TEXTS, st.sampled_from(("red", "green"))), min_size=1, max_size=8)
SNAPSHOTS = st.dictionaries(st.sampled_from("abc"), ARTICLE, min_size=1).map(make_snapshot)


@given(SNAPSHOTS)
def test_nothing_differs_from_itself(snapshot: Snapshot) -> None:
    """diff(a, a) is empty and requires nothing."""
    diff = compare_snapshots(snapshot, snapshot)
    assert diff.is_empty
    assert require_bump(diff) == Bump.NONE


@given(SNAPSHOTS, SNAPSHOTS)
def test_the_counts_add_up(old: Snapshot, new: Snapshot) -> None:
    """Old rows less removed plus added are the new rows, and ids say the same row by row."""
    diff = compare_snapshots(old, new)
    assert diff.old.rows - len(diff.removed) + len(diff.added) == diff.new.rows
    renamed = {row.old_id: row.new_id for row in diff.retexted}
    kept = {row["id"] for row in old.tables["sentences"]} - {row.id for row in diff.removed}
    after = {renamed.get(id_, id_) for id_ in kept} | {row.id for row in diff.added}
    assert after == {row["id"] for row in new.tables["sentences"]}
    assert len(renamed) == len(set(renamed.values()))
    assert all(MIN_RATIO <= row.ratio <= 1 for row in diff.retexted)


@given(SNAPSHOTS, SNAPSHOTS)
def test_the_other_way_round_added_and_removed_change_places(old: Snapshot, new: Snapshot) -> None:
    """diff(b, a) is diff(a, b) with its sides exchanged."""
    there, back = compare_snapshots(old, new), compare_snapshots(new, old)
    assert {row.id for row in there.added} == {row.id for row in back.removed}
    assert {row.id for row in there.removed} == {row.id for row in back.added}
    assert {(row.old_id, row.new_id) for row in there.retexted} == {(row.new_id, row.old_id) for row in back.retexted}
    assert len(there.relabelled) == len(back.relabelled)
    assert there.articles_added == tuple(sorted(back.articles_removed, key=there.articles_added.index))


@given(SNAPSHOTS, SNAPSHOTS)
def test_other_content_always_requires_a_bump(old: Snapshot, new: Snapshot) -> None:
    """NONE is only for equal digests."""
    assert (require_bump(compare_snapshots(old, new)) == Bump.NONE) == (old.digest == new.digest)


@given(SNAPSHOTS, SNAPSHOTS, SNAPSHOTS)
def test_a_collection_asks_for_its_own_bump_up_to_minor(outer: Snapshot, old: Snapshot, new: Snapshot) -> None:
    """Whatever became of it, no list tells of rows of the outer release, and never is MAJOR asked for."""
    diff = compare_snapshots(replace(outer, collections={"more": old}), replace(outer, collections={"more": new}))
    assert require_bump(diff) == min(require_bump(compare_snapshots(old, new)), Bump.MINOR)
    assert replace(diff, collections=()).is_empty
    assert diff.is_empty == (old.digest == new.digest)
