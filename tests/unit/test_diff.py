"""What differs between two snapshots, worked by hand."""

import pytest

from corpus_kit.canonical import make_segment_ids
from corpus_kit.diff import compare_snapshots, render_html, render_text, summarise_changes, to_json
from corpus_kit.diff.html import mark_words
from corpus_kit.diff.retext import MIN_RATIO, WINDOW_ROWS, match_retexted, measure_ratio
from tests.snapshots import make_rows, make_scheme, make_snapshot, make_vote

A = [("The ferry sails at noon.", "red"), ("It rains.", "green"), ("Nobody came to the harbour.", "red")]
FIRST, SECOND, THIRD = make_segment_ids("a", [text for text, _ in A])


def test_a_snapshot_doesnt_differ_from_itself() -> None:
    """Nothing is in any list."""
    assert compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": A})).is_empty


def test_another_label_is_one_relabelled_row() -> None:
    """The row is found by its id, with the label before and after."""
    diff = compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": [*A[:2], (A[2][0], "green")]}))
    assert [(row.id, row.old, row.new) for row in diff.relabelled] == [(THIRD, ("red", None), ("green", None))]
    assert [*diff.added, *diff.removed, *diff.retexted, *diff.resplit, *diff.amended] == []


def test_another_attribution_is_a_relabelled_row_too() -> None:
    """The label alone doesn't tell; the attribution belongs to it."""
    old, new = make_snapshot({"a": A}), make_snapshot({"a": A})
    for row, name in ((old.tables["sentences"][0], "direct"), (new.tables["sentences"][0], "mixed")):
        row["attribution"] = name  # type: ignore[index]
    assert [(r.old, r.new) for r in compare_snapshots(old, new).relabelled] == [(("red", "direct"), ("red", "mixed"))]


def test_a_mended_text_between_the_same_neighbours_is_retexted() -> None:
    """One letter of 24: 2 * 23 / 48 = 0.958…; the row is neither removed nor added, and later offsets don't matter."""
    new = [("The ferry sails at noon!", "red"), *A[1:]]
    diff = compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": new}))
    assert [(row.old_id, row.new_text) for row in diff.retexted] == [(FIRST, "The ferry sails at noon!")]
    assert diff.retexted[0].ratio == pytest.approx(46 / 48)
    assert [*diff.added, *diff.removed] == []


def test_a_mended_text_may_be_relabelled_at_once() -> None:
    """A re-texted row that has another label is in both lists, under its new id."""
    diff = compare_snapshots(
        make_snapshot({"a": A}), make_snapshot({"a": [("The ferry sails at noon!", "green"), *A[1:]]})
    )
    assert [row.id for row in diff.relabelled] == [diff.retexted[0].new_id]


def test_another_text_in_the_same_place_is_removed_and_added() -> None:
    """Below the threshold nothing is claimed to be the same row."""
    diff = compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": [*A[:2], ("Gulls shriek.", "red")]}))
    assert ([row.id for row in diff.removed], [row.text for row in diff.added]) == ([THIRD], ["Gulls shriek."])
    assert not diff.retexted


def test_a_similar_text_elsewhere_is_removed_and_added() -> None:
    """Where an unchanged row stands between them, two texts aren't in one place."""
    diff = compare_snapshots(
        make_snapshot({"a": A}), make_snapshot({"a": [A[1], ("The ferry sails at noon!", "red"), A[2]]})
    )
    assert (len(diff.removed), len(diff.added), len(diff.retexted)) == (1, 1, 0)


def test_a_sentence_cut_into_halves_is_removed() -> None:
    """A half is at 2/3 of its whole, which is below the threshold."""
    assert measure_ratio("abcdef", "abc") == pytest.approx(2 / 3)
    assert MIN_RATIO > 2 / 3
    whole, halves = [("It rained. It snowed.", "red")], [("It rained.", "red"), ("It snowed.", "red")]
    diff = compare_snapshots(make_snapshot({"a": whole}), make_snapshot({"a": halves}))
    assert (len(diff.removed), len(diff.added), len(diff.retexted)) == (1, 2, 0)


def test_pairs_dont_cross_and_the_most_similar_goes_first() -> None:
    """Of two candidates in one gap the closer text is taken, and the other is added."""
    old = make_rows("a", [("The boat is very late today.", "red")], 0)
    new = make_rows("a", [("The boat was very late today?", "red"), ("The boat is very late today!", "red")], 0)
    assert [(match.old_id, match.new_id) for match in match_retexted(old, new)] == [(old[0]["id"], new[1]["id"])]


def test_rows_far_apart_in_one_gap_dont_match() -> None:
    """Beyond the window a similar text is another row."""
    fill = [(f"{letter * 9}", "red") for letter in "bcdefghijk"[: WINDOW_ROWS + 1]]
    old = make_rows("a", [("The ferry sails at noon.", "red")], 0)
    assert match_retexted(old, make_rows("a", [*fill[:-1], ("The ferry sails at noon!", "red")], 0))
    assert not match_retexted(old, make_rows("a", [*fill, ("The ferry sails at noon!", "red")], 0))


def test_articles_come_and_go_with_their_rows() -> None:
    """An article of one side only is listed, and so is each of its rows."""
    diff = compare_snapshots(
        make_snapshot({"a": A, "b": [("Hello.", "red")]}), make_snapshot({"a": A, "c": [("Hello.", "red")]})
    )
    assert (diff.articles_removed, diff.articles_added) == (("b",), ("c",))
    assert ([row.article_id for row in diff.removed], [row.article_id for row in diff.added]) == (["b"], ["c"])


def test_metadata_of_an_article_is_a_change_of_the_article() -> None:
    """The columns that differ are named."""
    new = make_snapshot({"a": A})
    new.tables["articles"][0]["title"] = "Ferry"  # type: ignore[index]
    found = compare_snapshots(make_snapshot({"a": A}), new).articles_changed
    assert [(article.id, article.columns) for article in found] == [("a", ("title",))]


def test_another_fold_or_another_split_is_resplit() -> None:
    """Rows of a fold that becomes test are listed though the fold's number is the same."""
    articles = {"a": [("Hello.", "red")], "b": [("Bye.", "red")]}
    diff = compare_snapshots(make_snapshot(articles), make_snapshot(articles, test=(1,)))
    assert [(row.old, row.new) for row in diff.resplit] == [((0, "test"), (0, "train")), ((1, "train"), (1, "test"))]
    moved = compare_snapshots(make_snapshot(articles), make_snapshot(articles, folds={"a": 0, "b": 2}))
    assert [(row.old, row.new) for row in moved.resplit] == [((1, "train"), (2, "train"))]


def test_a_removed_row_that_was_set_aside_says_why() -> None:
    """The new side's reason stands beside the row."""
    diff = compare_snapshots(
        make_snapshot({"a": A}), make_snapshot({"a": A[:2]}, set_aside={THIRD: "flagged and not adjudicated"})
    )
    assert [(row.id, row.reason) for row in diff.removed] == [(THIRD, "flagged and not adjudicated")]


def test_a_relabelled_row_names_those_whose_word_changed() -> None:
    """Ann said the same again, Ben something else, Cid took it back, Dee decided: Ann isn't named."""
    old = [make_vote(FIRST, who, "red") for who in ("ann", "ben", "cid")]
    new = [make_vote(FIRST, "ann", "red", guidelines="1.1.0"), make_vote(FIRST, "ben", "green", guidelines="1.1.0")]
    new.append(make_vote(FIRST, "dee", "green", action="adjudicate", note="It is."))
    diff = compare_snapshots(
        make_snapshot({"a": A}, votes=old), make_snapshot({"a": [(A[0][0], "green"), *A[1:]]}, votes=new)
    )
    assert [(voice.annotator, voice.action, voice.guidelines) for voice in diff.relabelled[0].by] == [
        ("ben", "label", "1.1.0"),
        ("cid", "retract", "1.0.0"),
        ("dee", "adjudicate", "1.0.0"),
    ]


def test_votes_that_change_no_label_are_counted() -> None:
    """A new annotator who agrees is one annotation added."""
    old, new = [make_vote(FIRST, "ann", "red")], [make_vote(FIRST, "ann", "red"), make_vote(FIRST, "ben", "red")]
    diff = compare_snapshots(make_snapshot({"a": A}, votes=old), make_snapshot({"a": A}, votes=new))
    assert diff.votes == {"added": 1, "removed": 0, "changed": 0}


def test_another_order_of_the_labels_is_another_scheme() -> None:
    """No row changed, but the integers mean something else."""
    diff = compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": A}, scheme=make_scheme(("green", "red"))))
    assert not diff.relabelled
    assert [(change.what, change.old, change.new) for change in diff.scheme] == [
        ("labels", ("red", "green"), ("green", "red"))
    ]


def test_a_column_of_one_side_only_is_named() -> None:
    """`old` and `new` say which side has it."""
    old, new = make_snapshot({"a": A}), make_snapshot({"a": A})
    for row in new.tables["sentences"]:
        row["mood"] = "calm"  # type: ignore[index]
    assert [(c.what, c.old, c.new) for c in compare_snapshots(old, new).columns] == [("mood", False, True)]


def test_the_text_names_every_row() -> None:
    """A summary, then each row with its texts and labels."""
    new = [("The ferry sails at noon!", "green"), A[1]]
    text = render_text(compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": new}, version="1.0.1")))
    assert "toy 1.0.0 → toy 1.0.1" in text
    assert "requires MAJOR (1 row removed): 2.0.0 or later; 1.0.1 understates it" in text
    assert "rows: 3 → 2: 0 added, 1 removed, 1 retexted, 1 relabelled, 0 resplit, 0 amended" in text
    assert THIRD in text
    assert "red → green  by whom is not recorded" in text


def test_the_changelog_counts_the_moves_between_labels() -> None:
    """A line per kind of change, and which label became which how often."""
    new = [(text, "green") for text, _ in A]
    lines = summarise_changes(compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": new})))
    assert lines == ["2 rows relabelled.", "Relabelled: 2 × `red` → `green`."]


def test_json_has_counts_bump_and_rows() -> None:
    """What a machine reads: everything that the text says."""
    found = to_json(compare_snapshots(make_snapshot({"a": A}), make_snapshot({"a": A[:2]})))
    assert (found["bump"], found["next_version"]) == ("major", "2.0.0")
    assert found["counts"]["removed"] == 1
    assert found["removed"][0]["id"] == THIRD


def test_the_page_shows_hostile_text_and_does_nothing_else() -> None:
    """Whatever an article, a label or a note says is escaped; there is no script and no address to fetch from."""
    evil = '<script src="https://x.example/"></script>'
    old = make_snapshot({"a": [(f"{evil} one two three four", "red"), (evil, "red")]}, votes=[])
    id_ = make_segment_ids("a", [f"{evil} one two three five"])[0]
    votes = [make_vote(id_, evil, "green", note=evil)]
    new = make_snapshot({"a": [(f"{evil} one two three five", "green"), (f"{evil} again", evil)]}, votes=votes)
    page = render_html(compare_snapshots(old, new))
    assert "<script" not in page
    assert 'src="' not in page
    assert "href" not in page
    assert "default-src 'none'" in page
    assert "color-scheme: light dark" in page
    assert 'name="viewport"' in page


def test_words_are_marked_in_one_line() -> None:
    """Gone words in del, new words in ins, the rest once."""
    assert mark_words("a < b c", "a < b d") == "a &lt; b <del>c</del><ins>d</ins>"
