"""Whatever was done to a copy, what is found in it is what stood in the article."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_kit.build import BuildResult
from corpus_kit.canonical import hash_text
from corpus_kit.hydrate.anchored import AnchoredRelease, read_anchored_release
from corpus_kit.hydrate.hydrate import find_copies
from corpus_kit.hydrate.place import EXACT, MOVED, STATUSES, Placement
from corpus_kit.hydrate.restore import restore_article
from corpus_kit.model import Article
from corpus_kit.release import load_release

ADS = ("Advertisement", "Sign up", "Read more: five things that you ought to know", "\u00a0", "Share. Like.")
FEW = settings(max_examples=25)

Edits = Sequence[tuple[str, int, int]]
EDITS = st.lists(
    st.tuples(st.sampled_from(["cut", "add", "change", "join", "double"]), st.integers(0, 60), st.integers(0, 4)),
    max_size=12,
)


@pytest.fixture(scope="module")
def release(text_free: Path) -> AnchoredRelease:
    """The text-free release of the five articles."""
    return read_anchored_release(text_free)


@pytest.fixture(scope="module")
def texts(built: BuildResult) -> dict[str, str]:
    """The articles' texts by their ids."""
    return {labelled.article.id: labelled.article.text for labelled in load_release(built.path).articles}


def edit_text(text: str, edits: Edits) -> str:
    """A text whose lines were cut out, changed, joined or doubled, with others put between."""
    lines = text.split("\n")
    for kind, where, what in edits:
        i = where % len(lines)
        if kind == "cut" and len(lines) > 1:
            del lines[i]
        elif kind == "add":
            lines.insert(i, ADS[what])
        elif kind == "change":
            lines[i] = lines[i].replace("e", "a", 1 + what)
        elif kind == "join" and i + 1 < len(lines):
            lines[i : i + 2] = [f"{lines[i]} {lines[i + 1]}"]
        elif kind == "double":
            lines.insert(i, lines[i])
    return "\n".join(lines)


def make_copy(text: str, name: str = "copy") -> Article:
    """A copy as a reader gives it."""
    sha = hash_text(text)
    return Article(id=name, text=text, sha256=sha, source=name, raw_sha256=sha, size_bytes=len(text.encode()))


def require_truth(release: AnchoredRelease, texts: dict[str, str], placements: dict[str, Placement]) -> None:
    """Every text that was found is the article's own at the recorded place, and stands in the copy where it should."""
    for article in release.articles:
        if article.id not in placements:
            continue
        placement = placements[article.id]
        for i, anchor in enumerate(article.anchors):
            span, said = placement.spans[i], texts[article.id][anchor.start : anchor.end]
            if span is not None:
                found = placement.copy.article.text[span.start : span.end]
                assert placement.texts[i] == said
                assert found.split() == said.split()
        statuses = placement.list_statuses()
        assert set(statuses) <= set(STATUSES)
        for i, status in enumerate(statuses):
            assert placement.spans[i] is not None or status not in (EXACT, MOVED)
        restored = restore_article(release, article, placement)
        assert (restored is None) == (placement.count() < len(article.anchors))
        assert restored is None or restored.text == texts[article.id]


@FEW
@given(edits=EDITS, which=st.integers(0, 4))
def test_edits_never_give_a_wrong_text(
    release: AnchoredRelease, texts: dict[str, str], edits: Edits, which: int
) -> None:
    """Lines cut, added, changed, joined and doubled at random: what is found is right, and what isn't is listed."""
    name = release.articles[which].id
    placements = find_copies(release, [make_copy(edit_text(texts[name], edits))])
    require_truth(release, texts, placements)


@FEW
@given(lines=st.lists(st.integers(0, 400), max_size=60), which=st.integers(0, 4))
def test_lines_put_between_cost_nothing(
    release: AnchoredRelease, texts: dict[str, str], lines: Sequence[int], which: int
) -> None:
    """Any number of other lines between those of an article: once two sentences stand together, all are found."""
    article = release.articles[which]
    parts = texts[article.id].split("\n")
    for where in lines:
        parts.insert(where % (len(parts) + 1), ADS[where % 3])
    placements = find_copies(release, [make_copy("\n".join(parts))])
    require_truth(release, texts, placements)
    assert placements[article.id].count() == len(article.anchors)


@FEW
@given(order=st.permutations(range(5)), edits=EDITS)
def test_the_order_of_copies_changes_nothing(
    release: AnchoredRelease, texts: dict[str, str], order: Sequence[int], edits: Edits
) -> None:
    """Whole, edited and mixed copies of all articles, in any order: the same places in the same copies."""
    copies = [make_copy(edit_text(text, edits), name) for name, text in texts.items()]
    straight = find_copies(release, copies)
    mixed = find_copies(release, [copies[i] for i in order])
    assert {id_: own.spans for id_, own in straight.items()} == {id_: own.spans for id_, own in mixed.items()}
    assert {id_: own.copy.article for id_, own in straight.items()} == {
        id_: own.copy.article for id_, own in mixed.items()
    }


@FEW
@given(text=st.text(max_size=400))
def test_any_text_may_be_offered_as_a_copy(release: AnchoredRelease, texts: dict[str, str], text: str) -> None:
    """What isn't a copy of anything finds nothing, with part of an article before and behind it too."""
    assert find_copies(release, [make_copy(text)]) == {}
    part = next(iter(texts.values()))[300:1500]
    require_truth(release, texts, find_copies(release, [make_copy(f"{text}\n{part}\n{text}")]))
