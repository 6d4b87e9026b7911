"""The leaderboard's page as text: its numbers, what it leaves out and says so, and what nobody's words can do to it."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_kit.errors import PredictionError, TargetError
from corpus_kit.evaluate import (
    Disputes,
    check_leaderboard,
    collect_disputes,
    make_board,
    render_leaderboard,
    render_leaderboard_page,
    run_baseline,
    write_leaderboard,
)
from corpus_kit.evaluate.compare import DifferingSegment
from corpus_kit.evaluate.leaderboard_sections import MOST_ARTICLES
from corpus_kit.evaluate.page import disputes as limits
from corpus_kit.evaluate.page.confusion import MOST_ENTRIES, MOST_LABELS
from corpus_kit.evaluate.page.disputes import choose_segments, describe_segments
from corpus_kit.evaluate.page.figures import Axis, Bin, Span, draw_interval, draw_reliability
from corpus_kit.evaluate.page.probabilities import collect_bins
from corpus_kit.evaluate.page.prose import read_inline, render_inline
from corpus_kit.evaluate.page.segments import render_segments
from corpus_kit.evaluate.page.table import name_tint
from corpus_kit.markdown import escape_inline
from corpus_kit.release import Release
from corpus_kit.webpage import embed_json, render_webpage
from tests.boards import get_gold, make_disputes, make_run, render_page_of, say_in_turn
from tests.conftest import REPOSITORY
from tests.factories import BASELINES, make_release


@pytest.fixture(scope="module")
def release() -> Release:
    """Five articles of six segments."""
    return make_release({f"a{i}": ["red", "green", "blue"] * 2 for i in range(5)})


def read_page(page: str) -> str:
    """The words of a page with one space between them; marks end a word, but for those of a line."""
    page = re.sub("</?(?:em|strong|code|bdi)>", "", page)
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", " ", body)).split())


def read_rows(page: str, caption: str) -> list[list[str]]:
    """The cells of the rows of a table's bodies."""
    table = page.split(f"<caption>{escape(caption)}</caption>")[1].split("</thead>")[1]
    table, _ = table.split("</table>", 1)
    return [
        [read_page(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall("<tr>(.*?)</tr>", table)
    ]


def test_every_number_of_the_markdown_board_is_on_the_page(release: Release) -> None:
    """Each cell of each table and each sentence of the Markdown board stands on the page in the same words."""
    answers = {
        "one": say_in_turn(release, 4),
        "two": say_in_turn(release, 3, until=28),
        "three": say_in_turn(release, 2),
    }
    board = make_board([make_run(release, name, said, has_probs=name != "two") for name, said in answers.items()])
    words = read_page(render_leaderboard_page(board, make_disputes(board, release, answers)))
    lines = [line for line in render_leaderboard(board).splitlines() if line and not line.startswith(("#", "| ---"))]
    cells = [cell.strip() for line in lines if line.startswith("|") for cell in line.strip("|").split(" | ")]
    for cell in cells:
        name = re.sub(r"^(one|two|three) 1\b", r"\1", read_inline(cell)).removesuffix(" right")
        name = re.sub(r"^F1 (\w+) \(n = (\d+)\)$", r"\1 n = \2", name)
        assert name in words, cell
    for line in lines:
        if line.startswith("- "):
            assert " ".join(read_inline(line.removeprefix("- ")).split()) in words
    assert len(cells) > 90


def test_the_same_results_give_the_same_page(release: Release) -> None:
    """The page doesn't depend on the order of the results."""
    answers = {"one": say_in_turn(release, 4), "two": say_in_turn(release, 3)}
    runs = [make_run(release, name, said) for name, said in answers.items()]
    pages = {
        render_leaderboard_page(board, make_disputes(board, release, answers))
        for board in (make_board(runs), make_board(runs[::-1]))
    }
    assert len(pages) == 1


def test_protocols_of_one_name(release: Release) -> None:
    """Systems that were transferred from several datasets have a section each, and no id is there twice."""
    answers = {"one": say_in_turn(release, 4), "two": say_in_turn(release, 3)}
    board = make_board([make_run(release, name, said) for name, said in answers.items()])
    [protocol] = board.protocols
    board = replace(board, protocols=(protocol, replace(protocol, protocol="split"), protocol))
    page = render_leaderboard_page(board, make_disputes(board, release, answers))
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {"loao-1-systems", "split-systems", "loao-3-systems"} < set(ids)
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)
    assert set(re.findall(r'<label for="([^"]*)"', page)) <= set(ids)


def test_one_system(release: Release) -> None:
    """With one system there is no difference, its curve is missing with a reason, and its errors are listed."""
    page = render_page_of(release, {"only": say_in_turn(release, 3)})
    words = read_page(page)
    assert "There is one system, so there is no difference." in words
    assert "Without probabilities for each segment, so without a curve: only." in words
    assert 'class="curve"' not in page
    assert "only and the label that holds: 10 of 10 segments; 10 shown" in words
    assert page.count("<li><p") == 10
    assert "holds" not in re.sub("label that holds", "", page.split('<ol class="segments"')[1].split("</ol>")[0])


def test_a_system_without_a_fault(release: Release) -> None:
    """Where everybody says the label that holds there is nothing to list, and the page says so."""
    assert "Nobody differs on any segment" in render_page_of(release, {"only": get_gold(release)})


def test_what_is_missing_is_told(release: Release) -> None:
    """A system that left segments out has them counted beside its name, in a column of its matrix, and in the list."""
    page = render_page_of(release, {"short": say_in_turn(release, 3, until=24), "full": say_in_turn(release, 3)})
    assert "short (6 segments missing, counted as wrong)" in read_page(page)
    assert read_rows(page, "Confusion matrix of short")[0][1:] == ["0 (0.000)", "8 (0.800)", "0 (0.000)", "2 (0.200)"]
    assert len(read_rows(page, "Confusion matrix of full")[0]) == 4
    assert "<bdi>nothing</bdi>" in page


def test_a_dash_says_why(release: Release) -> None:
    """A score without an interval has the reason as the title of its cell."""
    page = render_page_of(release, {"only": get_gold(release)})
    assert 'title="no article changes the score, so the jackknife says nothing">1.000 <small>[–]</small>' in page


def test_many_articles_are_summed_up() -> None:
    """Of many articles the hardest are shown; the last row is the others' sum, and the counts add up to the whole."""
    release = make_release({f"a{i:02}": ["red", "green", "blue"] for i in range(50)})
    page = render_page_of(release, {"one": say_in_turn(release, 4), "two": say_in_turn(release, 5)})
    rows = read_rows(page, "Right answers by article, Protocol loao")
    assert len(rows) == 31
    assert rows[-1][0] == "The other 20 articles"
    assert sum(int(row[1]) for row in rows) == 150
    for place, step in ((2, 5), (3, 4)):
        wrong = len(range(0, 150, step))
        assert sum(int(row[place].split()[0]) for row in rows) == 150 - wrong
    assert (
        "The 30 of 50 articles on which the systems together do worst. The last row sums up the others."
        in read_page(page)
    )


def test_many_labels() -> None:
    """With many labels the most frequent confusions are listed in place of a matrix."""
    labels = [f"label{i}" for i in range(25)]
    release = make_release({"a": labels, "b": labels, "c": labels[:3]}, labels=labels)
    page = render_page_of(release, {"one": dict.fromkeys(get_gold(release), "label1")})
    rows = read_rows(page, "Most frequent confusions of one")
    assert rows[:2] == [["label0", "label1", "3", "1.000"], ["label2", "label1", "3", "1.000"]]
    assert len(rows) == 24
    assert "With 25 labels, the up to 30 most frequent confusions" in read_page(page)


def test_a_page_stays_small_with_fifty_systems_and_ten_thousand_articles(release: Release) -> None:
    """Fifty systems make a page of less than 5 MB, whatever the number of articles, and the caps are stated."""
    segments = tuple(
        DifferingSegment(
            f"s{i}", f"article-{i // 2}", i % 2, f"{i} " + "word " * 300, "red", ("red", "green") * 25 + ("red",)
        )
        for i in range(20_000)
    )
    answers = {f"system-{i:02}": say_in_turn(release, i + 2) for i in range(50)}
    board = make_board([make_run(release, "system-00", answers["system-00"], has_probs=True)])
    [protocol] = board.protocols
    board = replace(board, protocols=(replace(protocol, standings=protocol.standings * 50),))
    disputes = Disputes(language="en", voices=(*answers, limits.GOLD), segments=segments)
    page = render_leaderboard_page(board, (disputes,))
    assert len(page.encode("utf-8")) < 5_000_000
    words = read_page(page)
    assert "of 20,000 segments on which the systems and the label that holds don't all agree" in words
    assert "Texts are cut after 1,000 characters." in words
    assert "200 shown" in words
    assert page.count("<li><p") == 200


def make_dispute(texts: list[str]) -> Disputes:
    """Segments with these texts on which two voices differ."""
    segments = [DifferingSegment(f"s{i}", "a", i, text, "red", ("red", None, "red")) for i, text in enumerate(texts)]
    return Disputes(language="en", voices=("one", "two", limits.GOLD), segments=tuple(segments))


def test_room_for_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments are taken in order until their number or the bytes of their escaped texts reach the cap."""
    assert len(choose_segments(make_dispute(["x"] * 2_500))) == limits.MOST_SEGMENTS
    kept = choose_segments(make_dispute(["<" * 1_000] * 300))
    assert len(kept) == limits.MOST_BYTES // len(embed_json("<" * 1_000)) < 300
    [cut] = choose_segments(make_dispute(["y" * 1_001]))
    assert cut.text == "y" * 1_000 + "…"
    assert describe_segments(make_dispute(["x"]), choose_segments(make_dispute(["x"]))) == {
        "voices": ["one", "two", "the label that holds"],
        "labels": ["red"],
        "articles": ["a"],
        "segments": [[0, 0, [0, -1, 0], "x"]],
    }
    assert "1 of 1 segment; 1 shown" in render_segments(make_dispute(["x"]), "p")


def test_the_caps_are_documented() -> None:
    """docs/evaluation.md names the caps that the code has."""
    text = (REPOSITORY / "docs/evaluation.md").read_text("utf-8")
    for said in (
        f"At most {limits.MOST_SEGMENTS:,} segments and {limits.MOST_BYTES / 1e6:g} MB of their texts",
        f"cut after {limits.MOST_CHARS:,} characters",
        f"with more than {MOST_LABELS} labels the {MOST_ENTRIES} most frequent confusions",
        f"Of more than {MOST_ARTICLES} articles the hardest",
    ):
        assert said in text


def test_no_results() -> None:
    """Without results the page says so and has no script."""
    page = render_leaderboard_page(make_board([]), ())
    assert "No results are stored." in read_page(page)
    assert "<script" not in page


def test_words_of_others_are_text() -> None:
    """Ids, texts and labels that look like markup stand on the page escaped, in the script's data as well."""
    evil = "</script><img src=x onerror=alert(1)>\u2028&amp;"
    release = make_release({evil: [evil, "b"], "x": ["b", evil]}, labels=(evil, "b"))
    page = render_page_of(release, {"one": say_in_turn(release, 2), "two": say_in_turn(release, 3)}, with_probs=["one"])
    assert "<img" not in page
    assert page.count("</script>") == 2
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert data["articles"] == [evil, "x"]
    assert data["segments"][0][3] == f"{evil} 0"
    assert set(data["labels"]) == {evil, "b"}


@given(st.text())
def test_escaped_markdown_is_shown_as_it_was(text: str) -> None:
    """What `escape_inline` makes of any text becomes that text again, escaped for HTML."""
    assert render_inline(escape_inline(text)) == escape(" ".join(text.split()))
    assert read_inline(escape_inline(text)) == " ".join(text.split())


def test_markdown_of_our_own() -> None:
    """Emphasis and code are marked up, and what is in code is left alone."""
    found = render_inline("**A *b* &lt; 2/2^5** `x_<y>` 2\\*3 & c")
    assert found == "<strong>A <em>b</em> &lt; 2/2^5</strong> <code>x_&lt;y&gt;</code> 2*3 &amp; c"


@settings(max_examples=30)
@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_embedded_json_can_not_be_ended(value: object) -> None:
    """Any JSON value comes back from its script, which has no `<` in it."""
    text = embed_json(value).removeprefix('<script type="application/json">').removesuffix("</script>")
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_the_policy_names_what_may_run() -> None:
    """The hashes in the policy are those of the very style and script; without a script none may run."""
    page = render_webpage("<t>", "<p>", style="p { color: red }", script="1 < 2")
    for name, text in (("style", "p { color: red }"), ("script", "1 < 2")):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in page
        assert f"<{name}>{text}</{name}>" in page
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    assert "<title>&lt;t&gt;</title>" in page
    assert "script-src" not in render_webpage("t", "", style="")


def test_an_interval_by_hand() -> None:
    """On an axis of 168 pixels, 6 from the left, 0.5 is at 90; the interval from 0.25 to 1 is 126 wide."""
    drawn = draw_interval(Span(0.5, 0.25, 1.0), Axis(0, 1), ceilings=[Span(0.75, 0.5, 1.0), Span(1.0, None, None)])
    assert '<circle class="score" cx="90" cy="11"' in drawn
    assert '<rect class="interval" x="48" y="7.5" width="126"' in drawn
    assert '<rect class="ceiling" x="90" y="0" width="84"' in drawn
    assert drawn.count('<path class="ceiling"') == 2
    assert 'class="interval approximate"' in draw_interval(Span(0.5, 0.25, 1.0, True), Axis(0, 1))
    nothing = draw_interval(Span(None, None, None), Axis(0, 1))
    assert "<circle" not in nothing
    assert "<rect" not in nothing


def test_a_curve_by_hand(release: Release) -> None:
    """A point per bin with segments: at confidence 0.7 and 20 of 30 right, in a square of 200 pixels."""
    said = say_in_turn(release, 3)
    [protocol] = make_board([make_run(release, "one", said, has_probs=True)]).protocols
    bins = collect_bins(protocol.standings[0])
    assert [one.segments for one in bins] == [0] * 6 + [30] + [0] * 3
    assert bins[6] == Bin(30, pytest.approx(0.7), pytest.approx(20 / 30))
    drawn = draw_reliability(bins, "a label")
    assert '<circle class="score" cx="182" cy="74.67" r="7"/>' in drawn
    assert ">30</text>" in drawn
    assert "<circle" not in draw_reliability([Bin(0, 0, 0)] * 10, "none")


def test_tints() -> None:
    """Tints go by tenths, and what is outside 0 to 1 has the nearest."""
    assert [name_tint(value) for value in (-1.0, 0.0, 0.04, 0.5, 0.96, 1.0)] == [
        "heat0", "heat0", "heat0", "heat5", "heat10", "heat10",
    ]  # fmt: skip


@pytest.fixture
def stored(release: Release, tmp_path: Path) -> Path:
    """Two baselines with their results."""
    for name in ("majority", "rules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "classifier.py").write_bytes((BASELINES / name / "classifier.py").read_bytes())
        run_baseline(name, release, tmp_path)
    return tmp_path


def test_written_and_checked(release: Release, stored: Path, edit: Callable[[Path, str, str], None]) -> None:
    """The page is written with the board; a check of it finds it, or that it is another or not there."""
    board, page = stored / "LEADERBOARD.md", stored / "pages" / "board.html"
    write_leaderboard(stored, release, board, page_path=page)
    assert check_leaderboard(stored, release, board, page_path=page) == []
    edit(page, "majority", "best")
    assert check_leaderboard(stored, release, board, page_path=page) == [
        f"{page}: not the page that the stored results make"
    ]
    page.unlink()
    assert len(check_leaderboard(stored, release, board, page_path=page)) == 1
    assert check_leaderboard(stored, release, board) == []


def test_nothing_half_written(release: Release, stored: Path, edit: Callable[[Path, str, str], None]) -> None:
    """A page that can't be written is a TargetError; of results that can't be derived again none is made."""
    board = stored / "LEADERBOARD.md"
    with pytest.raises(TargetError):
        write_leaderboard(stored, release, board, page_path=stored)
    edit(stored / "majority/1.0.0/loao.json", '"seed": 0', '"seed": 1')
    with pytest.raises(PredictionError, match="can't be derived again"):
        write_leaderboard(stored, release, board, page_path=stored / "page.html")
    assert not (stored / "page.html").exists()
    assert not list(stored.glob("**/*.tmp"))


def test_predictions_that_were_changed_meanwhile(release: Release, stored: Path) -> None:
    """Segments are never listed from predictions that a result was not computed from."""
    board = make_board([make_run(release, "majority", get_gold(release))])
    with pytest.raises(PredictionError, match="no stored result"):
        collect_disputes(board, release, stored)
