"""The leaderboard's page in a real browser: on a desk and on a phone, by day and by night, by hand and by keyboard."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator

from corpus_kit.build import BuildResult
from corpus_kit.evaluate import (
    Board,
    collect_disputes,
    collect_runs,
    list_differing_segments,
    make_board,
    measure_ceilings,
    read_contender,
    render_leaderboard_page,
)
from corpus_kit.release import load_release
from tests.boards import get_gold, render_page_of, say_in_turn
from tests.chromium import (
    DESK,
    DESK_DARK,
    FIND_CLIPPED,
    FIND_POOR_CONTRAST,
    PHONE,
    PHONE_DARK,
    Screen,
    open_browser,
    show_page,
)
from tests.factories import BASELINES, make_release

SCREENS = (DESK, DESK_DARK, PHONE, PHONE_DARK)
EVIL = (
    "</script><img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "<!--<script>\u2028&lt;b&gt;\u202e'",
    "A" * 300,
)


class Written(NamedTuple):
    """A page and the board that it was made of."""

    path: Path
    board: Board


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here."""
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def written(built: BuildResult, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The page of the five articles: three systems under one protocol."""
    release = load_release(built.path)
    folder = tmp_path_factory.mktemp("page")
    for name in ("majority", "rules", "tfidf_logreg"):
        own = Path(name, release.manifest.results_name)
        (folder / own).mkdir(parents=True)
        for file in (BASELINES / own).glob("loao.*"):
            shutil.copy(file, folder / own)
    board = make_board(collect_runs(folder, release), measure_ceilings(release))
    path = folder / "board.html"
    path.write_text(render_leaderboard_page(board, collect_disputes(board, release, folder)), "utf-8")
    return Written(path, board)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen systems on ninety articles, two of them alike, with several hundred disputed segments."""
    release = make_release({f"article-{i}": ["red", "green", "blue"] * 3 for i in range(90)})
    answers = {f"system-{i}": say_in_turn(release, i + 1) for i in range(12)} | {"twin": say_in_turn(release, 12)}
    path = tmp_path_factory.mktemp("page") / "many.html"
    path.write_text(render_page_of(release, answers, with_probs=["system-3", "system-4"]), "utf-8")
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Article ids, texts and labels that would like to be markup."""
    release = make_release({f"{evil} {i}": list(EVIL) for i, evil in enumerate(EVIL)}, labels=EVIL)
    answers = {"one": say_in_turn(release, 2), "other": say_in_turn(release, 3, until=20)}
    path = tmp_path_factory.mktemp("page") / "hostile.html"
    path.write_text(render_page_of(release, answers, with_probs=["one"]), "utf-8")
    return path


def read_column(table: Locator, heading: str) -> list[str]:
    """The first words of a column's cells in the first body of a table, from above."""
    titles = [one.strip() for one in table.locator("thead th").all_inner_texts()]
    place = next(i for i, title in enumerate(titles) if title.startswith(heading))
    cells = table.locator(f"tbody:not(.foot) tr > :nth-child({place + 1})").all_inner_texts()
    return [cell.split()[0] for cell in cells]


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_it_is_readable_everywhere(browser: Browser, written: Written, screen: Screen) -> None:
    """Every text has a contrast of 4.5 to 1, nothing is clipped or overlaps, and only tables scroll sideways.

    The ground that a screenshot shows is light or dark as the reader prefers.
    """
    with show_page(browser, written.path, screen) as shown:
        shown.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        contrast = shown.measure(FIND_POOR_CONTRAST)
        assert contrast["poor"] == []
        assert contrast["seen"] > 500
        assert shown.measure(FIND_CLIPPED) == []
        assert shown.measure("document.documentElement.scrollWidth") <= screen.width
        pixel = read_screenshot(shown.page.screenshot()).getpixel((3, 3))
        assert max(pixel) < 60 if screen.scheme == "dark" else min(pixel) > 240


@pytest.mark.parametrize("screen", [DESK, PHONE_DARK], ids=str)
def test_axe_finds_no_fault(browser: Browser, written: Written, screen: Screen) -> None:
    """axe-core finds nothing against the guidelines for accessible pages, nor against its own best practices.

    Contrast is measured above, also that of the words in figures.
    """
    with show_page(browser, written.path, screen) as shown:
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}
        faults = Axe().run(shown.page, options=options).response["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in faults] == []


def read_screenshot(data: bytes) -> Image.Image:
    """A screenshot's pixels as red, green and blue."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_bars_are_where_the_numbers_say(browser: Browser, written: Written) -> None:
    """In the screenshot of a system's bar, the dot is at its macro-F1 and the bar goes from low to high."""
    standings = written.board.protocols[0].standings
    with show_page(browser, written.path) as shown:
        bars = shown.page.locator("table").first.locator("tbody:not(.foot) svg.bar")
        assert bars.count() == len(standings)
        for i, one in enumerate(standings):
            entry = one.record.metrics["macro_f1"]
            value, low, high = ((number or 0) * 168 + 6 for number in (entry.value, entry.low, entry.high))
            blue = find_blue(read_screenshot(bars.nth(i).screenshot()))
            columns = [x for x, rows in enumerate(blue) if rows]
            tallest = [x for x, rows in enumerate(blue) if rows >= 8]
            assert (columns[0], columns[-1]) == pytest.approx((low, high), abs=2)
            assert sum(tallest) / len(tallest) == pytest.approx(value - 0.5, abs=1)


def find_blue(pixels: Image.Image) -> list[int]:
    """In each column of pixels, how many are of the colour that only a score and its interval have."""
    reds, _, blues = pixels.split()
    return [
        sum(blues.getpixel((x, y)) - reds.getpixel((x, y)) > 20 for y in range(pixels.height))
        for x in range(pixels.width)
    ]


def test_tables_are_sorted_by_click(browser: Browser, written: Written) -> None:
    """A click sorts the best first, another one turns the order; the annotators stay below."""
    best_first = ["0.749", "0.501", "-0.365"]
    with show_page(browser, written.path) as shown:
        table = shown.page.locator("table").first
        assert table.locator("th[aria-sort]").inner_text().startswith("Macro-F1")
        heading = table.locator("thead th").filter(has_text="MCC")
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        assert read_column(table, "MCC") == best_first
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        assert read_column(table, "MCC") == best_first[::-1]
        assert table.locator("th[aria-sort]").count() == 1
        table.get_by_role("button", name="System").click()
        assert read_column(table, "System") == ["majority", "rules", "tfidf_logreg"]
        assert "annotators" in table.locator("tr").last.inner_text()


def test_what_is_not_known_comes_last(browser: Browser, many: Path) -> None:
    """Whichever way a column is sorted, its dashes are below its numbers; a dash says why when it is pointed at."""
    with show_page(browser, many) as shown:
        table = shown.page.get_by_role("table", name="Differences, Protocol loao")
        heading = table.locator("thead th").filter(has_text="Detectable")
        for _ in range(2):
            heading.get_by_role("button").click()
            values = read_column(table, "Detectable")
            numbers = [float(one) for one in values if one != "–"]
            assert values[len(numbers) :] == ["–"] * (len(values) - len(numbers))
            assert numbers == sorted(numbers, reverse=heading.get_attribute("aria-sort") == "descending")
        assert 0 < len(numbers) < len(values)
        assert table.locator("td[title]").last.get_attribute("title")


def test_the_keyboard_is_enough(browser: Browser, written: Written) -> None:
    """Tab leads to the skip link first, and on to the headings, which Enter and the space bar sort by."""
    with show_page(browser, written.path) as shown:
        page, focused = shown.page, "document.activeElement.textContent.trim()"
        page.keyboard.press("Tab")
        assert shown.measure(focused) == "Skip to the results"
        assert shown.measure("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        for _ in range(12):
            page.keyboard.press("Tab")
            if shown.measure(focused) == "Accuracy":
                break
        assert shown.measure("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        table = page.locator("table").first
        page.keyboard.press("Enter")
        assert read_column(table, "Accuracy") == ["0.831", "0.662", "0.292"]
        page.keyboard.press("Space")
        assert read_column(table, "Accuracy") == ["0.292", "0.662", "0.831"]
        assert shown.measure(focused) == "Accuracy"


def test_only_what_scrolls_is_a_stop_of_the_tab_key(browser: Browser, written: Written) -> None:
    """A table that is wider than its region can be reached and scrolled by keyboard; one that isn't is no stop."""
    stops = """[...document.querySelectorAll(".scroll")].filter((one) => one.checkVisibility()).map(
      (one) => [one.scrollWidth > one.clientWidth, one.tabIndex === 0])"""
    for screen in (DESK, PHONE):
        with show_page(browser, written.path, screen) as shown:
            found = shown.measure(stops)
            assert all(is_wide == is_stop for is_wide, is_stop in found)
            assert any(is_wide for is_wide, _ in found) == (screen == PHONE)


def test_segments_are_chosen_and_filtered(browser: Browser, built: BuildResult, written: Written) -> None:
    """Two systems, or one and the label that holds, an article, a label and a text choose what is listed."""
    release = load_release(built.path)
    said = {name: read_contender(name, release, BASELINES).said for name in ("rules", "tfidf_logreg", "majority")}
    gold = get_gold(release)

    def count(a: dict[str, str], b: dict[str, str]) -> int:
        return len(list_differing_segments(release, [a, b]))

    with show_page(browser, written.path) as shown:
        root = shown.page.locator(".disputes")
        status, items = root.get_by_role("status"), root.locator("li")
        assert status.inner_text() == "rules and tfidf_logreg: 53 of 53 segments; 53 shown"
        assert items.count() == count(said["rules"], said["tfidf_logreg"]) == 53
        root.get_by_label("Other").select_option("majority")
        differing = count(said["rules"], said["majority"])
        assert items.count() == differing
        root.get_by_label("One").select_option("the label that holds")
        wrong = count(said["majority"], gold)
        assert status.inner_text() == f"the label that holds and majority: {wrong} of {wrong} segments; {wrong} shown"
        assert "holds" not in items.first.locator(".said").inner_text().split("\n")[0]
        root.get_by_label("Label, said or held").select_option("opinion")
        assert items.count() == 2
        root.get_by_label("Label, said or held").select_option("any")
        root.get_by_label("Article").select_option("abc-news-troops-begin-leaving")
        assert status.inner_text().startswith(f"the label that holds and majority: 31 of {wrong}")
        root.get_by_label("Text").fill("kazakhSTAN")
        texts = root.locator("li .text").all_inner_texts()
        assert 0 < len(texts) < 31
        assert all("kazakhstan" in text.casefold() for text in texts)
        root.get_by_label("Text").fill("no such words")
        assert items.count() == 0
        assert "0 of" in status.inner_text()


def test_many_segments_are_shown_by_and_by(browser: Browser, many: Path) -> None:
    """At most two hundred are shown at once; the button shows as many more and the focus goes to the first of them."""
    with show_page(browser, many) as shown:
        root = shown.page.locator(".disputes")
        root.get_by_label("One").select_option("system-0")
        whole = int(root.get_by_role("status").inner_text().split()[3])
        assert whole > 400
        sizes = [root.locator("li").count()]
        while root.get_by_role("button", name="Show more").is_visible():
            root.get_by_role("button", name="Show more").click()
            place = "[...document.activeElement.parentElement.children].indexOf(document.activeElement)"
            assert shown.measure(place) == sizes[-1]
            sizes.append(root.locator("li").count())
        assert sizes == [200, 400, *range(600, whole, 200), whole]


def test_without_a_script_everything_is_there(browser: Browser, written: Written) -> None:
    """Without JavaScript all tables and the list are there, and no control that does nothing."""
    with show_page(browser, written.path) as shown:
        rows, items = shown.page.locator("tr").count(), shown.page.locator(".segments li").all_inner_texts()
    with show_page(browser, written.path, Screen(has_script=False)) as shown:
        page = shown.page
        assert page.locator("tr").count() == rows
        assert page.locator(".segments li").all_inner_texts() == items
        assert page.locator("button:visible, select:visible, input:visible").count() == 0
        assert "53 of 53 segments" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("screen", [PHONE, DESK_DARK], ids=str)
def test_hostile_words_do_nothing(browser: Browser, hostile: Path, screen: Screen) -> None:
    """Words that look like markup are shown as they are: no dialog, no request, no error, no wider page."""
    with show_page(browser, hostile, screen) as shown:
        page = shown.page
        for choice in ("the label that holds", "other"):
            page.get_by_label("Other", exact=True).select_option(choice)
        page.get_by_label("Text").fill("<img")
        for evil in EVIL[:3]:
            assert page.get_by_text(evil).count() > 0
        assert page.locator("img, main script:not([type='application/json'])").count() == 0
        assert page.locator("svg").count() == page.locator("svg[aria-hidden], svg[role='img']").count()
        assert page.locator(".segments li").first.inner_text().startswith("</script><img")
        assert shown.measure("document.documentElement.scrollWidth") <= screen.width
        assert shown.measure(FIND_POOR_CONTRAST)["poor"] == []


def test_nothing_can_be_loaded(browser: Browser, written: Written) -> None:
    """The page's own policy refuses images, styles in attributes, and scripts that aren't the page's."""
    refused = """() => new Promise((resolve) => {
      const found = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        found.push(event.effectiveDirective);
      });
      addEventListener("load-failed", () => requestAnimationFrame(() => setTimeout(() => resolve(found.sort()))));
      const image = document.createElement("img");
      image.onerror = () => dispatchEvent(new Event("load-failed"));
      image.src = "http://127.0.0.1:9/x.png";
      const script = document.createElement("script");
      script.textContent = "document.title = 'changed'";
      const box = document.createElement("div");
      box.innerHTML = "<p style='color: red' onclick='1'>x</p>";
      document.body.append(image, script, box);
      box.firstChild.click();
    })"""
    with show_page(browser, written.path) as shown:
        assert shown.measure(refused) == ["img-src", "script-src-attr", "script-src-elem", "style-src-attr"]
        assert shown.measure("document.title").startswith("Leaderboard")
        assert [what for what in shown.done if "violates" not in what] == ["request: http://127.0.0.1:9/x.png"]
        shown.done.clear()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=str)
def test_many_systems_and_articles(browser: Browser, many: Path, screen: Screen) -> None:
    """With many systems nothing is clipped, overlaps or widens the page, and the sticky column leaves room to read."""
    with show_page(browser, many, screen) as shown:
        assert shown.measure(FIND_CLIPPED) == []
        assert shown.measure("document.documentElement.scrollWidth") <= screen.width
        first = shown.page.locator("table").first.locator("tbody th").first.bounding_box()
        assert first is not None
        assert first["width"] < screen.width / 2


def test_it_can_be_printed(browser: Browser, written: Written) -> None:
    """On paper everything is unfolded, and what can only be used on a screen is left out."""
    with show_page(browser, written.path) as shown:
        page = shown.page
        page.emulate_media(media="print")
        shown.measure("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert page.locator("form:visible, nav:visible, .skip:visible").count() == 0
        assert page.locator(".segments li:visible").count() == 53


def test_no_results(browser: Browser, tmp_path: Path) -> None:
    """A page without results says so, and is a page."""
    path = tmp_path / "board.html"
    path.write_text(render_leaderboard_page(make_board([]), ()), "utf-8")
    with show_page(browser, path, PHONE_DARK) as shown:
        assert shown.page.get_by_role("main").inner_text() == "Leaderboard\n\nNo results are stored."
        assert Axe().run(shown.page).violations_count == 0
