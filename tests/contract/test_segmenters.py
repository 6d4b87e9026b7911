"""Every segmenter keeps the same promises, ours and those that other packages offer."""

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus_kit import segment as stage
from corpus_kit.errors import SegmenterError, UnknownName
from corpus_kit.segment import SEGMENTERS, find_broken_promise, find_segmenter, segment_lines

REPOSITORY = Path(__file__).parents[2]
ODD = st.text(st.sampled_from("aZ. .\n\r\x85\u2028\x1c\u00a0\u200b“”\"'’!?…(-)1\ud800\U0001f600é"), max_size=60)


@pytest.mark.parametrize("name", SEGMENTERS)
@given(text=st.text(max_size=200) | ODD)
@example(text="")
@example(text=" \n ")
@example(text="One.\r\nTwo. Three.")
def test_no_promise_is_broken(name: str, text: str) -> None:
    """On any text, spans are ordered, disjoint, trimmed, complete, and none crosses a line break."""
    assert find_broken_promise(text, find_segmenter(name)(text)) is None


@pytest.mark.parametrize("name", SEGMENTERS)
@pytest.mark.parametrize("article", sorted((REPOSITORY / "seeds/articles").glob("*.txt")), ids=lambda path: path.stem)
def test_no_promise_is_broken_on_the_articles(name: str, article: Path) -> None:
    """Nor on real articles."""
    text = article.read_bytes().decode("utf-8")
    assert find_broken_promise(text, find_segmenter(name)(text)) is None


@pytest.mark.parametrize(
    ("spans", "broken"),
    [
        ([(0, 4)], "'Two.' at the end is in no segment"),
        ([(0, 4), (6, 9)], "'T' before offset 6 is in no segment"),
        ([(0, 5), (5, 9)], "begins or ends with white space"),
        ([(0, 9)], "crosses a line break"),
        ([(5, 9), (0, 4)], "'One.' before offset 5 is in no segment"),
        ([(0, 4), (4, 4)], "empty"),
        ([(0, 4), (5, 10)], "out of the text"),
        ([(0, 4), (3, 9)], "out of order"),
    ],
)
def test_each_broken_promise_is_named(spans: list[tuple[int, int]], broken: str) -> None:
    """The check can fail, and says how."""
    assert broken in (find_broken_promise("One.\nTwo.", spans) or "")


def test_lines_by_hand() -> None:
    """`lines` trims each line and leaves out blank ones."""
    assert segment_lines(" a b \n\n\tc.\r\n") == [(1, 4), (8, 10)]


def whole(text: str) -> list[tuple[int, int]]:
    """A segmenter that keeps every text whole."""
    return [(0, len(text))] if text else []


def test_another_package_offers_a_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A segmenter from an entry point is found by name and held to the contract."""
    offered = EntryPoints([EntryPoint("whole", f"{__name__}:whole", stage.ENTRY_POINTS)])
    monkeypatch.setattr(EntryPoint, "load", lambda _: whole)
    monkeypatch.setattr(stage, "entry_points", lambda group: offered.select(group=group))
    segment = find_segmenter("whole")
    assert segment("One. Two.") == [(0, 9)]
    with pytest.raises(SegmenterError, match="'whole': the span 0–9 crosses a line break"):
        segment("One.\nTwo.")
    with pytest.raises(UnknownName, match="lines, news, whole"):
        find_segmenter("hole")
