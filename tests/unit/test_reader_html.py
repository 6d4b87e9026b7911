"""HTML: all that can be seen stays, a flag says what is the article, and metadata is what the page states."""

import json
import os
from pathlib import Path

import pytest
import trafilatura

from corpus_kit.ingest import IngestOptions
from corpus_kit.ingest.blocks import flag_main, list_lines, make_blocks
from corpus_kit.ingest.html import EXACT_TAGS, load_extractor
from corpus_kit.model import Article, Block
from tests.ingest_samples import drop_one, make_options, make_page, read_bytes, read_one

STORY = (
    "The ferry to the northern islands was cancelled on Tuesday after a storm damaged the pier, the operator said.\n"
    "Passengers were told to wait until the harbour master had inspected the damage, which could take several days.\n"
    "“We have never seen waves like these in October,” said the captain, who has sailed the route for twenty years.\n"
    "Repairs are expected to cost two million, and the council will vote on the money at its meeting next Monday."
)
MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li></ul></nav>"
FOOTER = (
    "<footer><p>Read more of our stories in the weekly newsletter, which is free.</p><button>Sign up</button></footer>"
)


def show(article: Article) -> list[tuple[str, bool | None]]:
    """Each block's text with its flag."""
    return [(article.text[own.start : own.end], own.is_main) for own in article.blocks]


@pytest.mark.parametrize("how", ["exact", "fast"])
def test_blocks_are_lines_with_a_flag(how: str) -> None:
    """Menus and buttons stay, as blocks that are not main; the article's paragraphs are."""
    page = make_page(STORY, before=MENU, after=FOOTER).encode()
    found = show(read_one("html", page, IngestOptions(html_main=how)))  # type: ignore[arg-type]
    assert [text for text, _ in found] == [
        "Home",
        "News",
        *STORY.split("\n"),
        "Read more of our stories in the weekly newsletter, which is free.",
        "Sign up",
    ]
    assert [flag for _, flag in found] == [False, False, True, True, True, True, False, False]


def test_without_the_flag_nobody_looked() -> None:
    """`html_main = "none"` gives blocks whose flag is None, and the same text."""
    page = make_page(STORY, before=MENU).encode()
    article = read_one("html", page, IngestOptions(html_main="none"))
    assert {flag for _, flag in show(article)} == {None}
    assert article.sha256 == read_one("html", page).sha256


def test_what_cant_be_seen_is_no_text() -> None:
    """Scripts, styles, comments, templates, alternative texts and values of fields are not on the page."""
    hidden = "<script>one()</script><style>two{}</style><!-- three --><template>four</template><img alt='five'>"
    article = read_one(
        "html", make_page("Seen.", before=hidden + "<input value='six'><noscript>seven</noscript>").encode()
    )
    assert article.text == "Seen."


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a page with images, frames and style sheets opens no socket."""

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    head = '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><base href="http://127.0.0.1:9/">'
    page = f'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd">{make_page(STORY, head=head)}<iframe src="http://127.0.0.1:9">'
    assert isinstance(read_bytes("html", page.encode())[0], Article)


def test_main_content_is_trafilaturas() -> None:
    """Parsing the page ourselves gives what `trafilatura.extract` gives for the text."""
    for page in (
        make_page(STORY, before=MENU, after=FOOTER),
        make_page("x"),
        "<?xml version='1.0'?>" + make_page(STORY),
    ):
        expected = trafilatura.extract(page, fast=True, include_comments=False) or ""
        assert load_extractor().extract_main_exact(page.encode()) == expected


def test_pages_of_very_many_tags_get_the_fast_flag() -> None:
    """Past 20,000 tags trafilatura's time can be quadratic, so resiliparse decides."""
    rest = "<p>x</p>" * EXACT_TAGS
    article = read_one("html", make_page(STORY, after=rest).encode())
    assert any(own.is_main for own in article.blocks)


OPEN_GRAPH = (
    '<title>T</title><meta property="og:title" content="OG"><meta name="author" content="A. Author">'
    '<meta property="article:published_time" content="2026-01-02T03:04:05.000Z">'
    '<meta property="og:url" content="https://n.example/og"><meta property="og:site_name" content="The N">'
)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", (None, None, None, None, None)),
        ("<title> A  title </title>", ("A title", None, None, None, None)),
        (
            OPEN_GRAPH,
            ("OG", "A. Author", "2026-01-02T03:04:05.000Z", "https://n.example/og", "The N"),
        ),
        ('<link rel="canonical" href="https://n.example/c">', (None, None, None, "https://n.example/c", None)),
        ('<link rel="canonical" href="/relative">', (None, None, None, None, None)),
        ('<link rel="canonical" href="javascript:alert(1)">', (None, None, None, None, None)),
        ('<meta property="article:published_time" content="last Tuesday">', (None, None, None, None, None)),
        ('<meta property="article:published_time" content="2026-13-45">', (None, None, None, None, None)),
        ('<meta property="article:author" content="https://social.example/a">', (None, None, None, None, None)),
        ('<meta property="og:title" content="evil &#x202e;eltit">', (None, None, None, None, None)),
    ],
)
def test_metadata(head: str, expected: tuple[str | None, ...]) -> None:
    """What the page states, and None for the rest: a relative address has nothing to be relative to."""
    article = read_one("html", make_page("x", head=head).encode())
    assert (article.title, article.author, article.published, article.url, article.publisher) == expected


LINKED = {
    "@type": "NewsArticle",
    "headline": "Head",
    "author": [{"@type": "Person", "name": "A"}, {"name": "B"}, "https://n.example/c"],
    "datePublished": "2026-01-02",
    "mainEntityOfPage": {"@id": "https://n.example/1"},
    "publisher": {"name": "The N"},
}


@pytest.mark.parametrize(
    "value",
    [
        LINKED,
        [{"@type": "WebSite"}, LINKED],
        {"@graph": [{"@type": "Organization"}, LINKED]},
        LINKED | {"@type": ["Thing", "ReportageNewsArticle"]},
    ],
)
def test_linked_data(value: object) -> None:
    """JSON-LD comes first, alone, in a list or in a graph."""
    head = f'<title>T</title><script type="application/ld+json">{json.dumps(value)}</script>'
    article = read_one("html", make_page("x", head=head).encode())
    found = (article.title, article.author, article.published, article.url, article.publisher)
    assert found == ("Head", "A, B", "2026-01-02", "https://n.example/1", "The N")


@pytest.mark.parametrize(
    "script", ["{", "[" * 5_000, '{"@graph":' * 5_000, '{"@type": 3, "headline": {}}', '"x"', "1e9999"]
)
def test_malformed_linked_data_is_passed_over(script: str) -> None:
    """The page is read all the same."""
    head = f'<title>T</title><script type="application/ld+json">{script}</script>'
    assert read_one("html", make_page("x", head=head).encode()).title == "T"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (make_page("Grüße – €5").encode(), "utf-8"),
        (b"\xef\xbb\xbf" + make_page("Grüße – €5").encode(), "utf-8-sig"),
        (make_page("Grüße – €5").replace("utf-8", "iso-8859-1").encode("cp1252"), "cp1252"),
        (make_page("Grüße – €5").replace("utf-8", "windows-1252").encode("cp1252"), "cp1252"),
        (make_page("Grüße – €5").encode("utf-16"), "utf-16"),
        (make_page("日本語の記事").replace("utf-8", "iso-2022-jp").encode("iso-2022-jp"), "iso2022_jp"),
        (make_page("日本語の記事").replace("utf-8", "Shift_JIS").encode("cp932"), "cp932"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    """A byte order mark, UTF-8, then what the page declares; the article says which."""
    article = read_one("html", data)
    assert article.encoding == encoding
    assert article.text in ("Grüße – €5", "日本語の記事")


@pytest.mark.parametrize("label", ["punycode", "zlib", "unicode_escape", "utf-7", "x" * 999, "\\", "rot13", "idna"])
def test_codecs_that_are_no_charset_are_not_used(label: str) -> None:
    """A page can't choose a codec that executes, unpacks or takes quadratic time."""
    page = make_page("x\udcff").replace('"utf-8"', f'"{label}"').encode("utf-8", "surrogateescape")
    assert drop_one("html", page).reason == "bad-encoding"


def test_nesting_is_limited() -> None:
    """`max_nesting_depth` counts elements above one another, html and body among them."""
    page = ("<div>" * 8 + "x").encode()
    assert isinstance(read_bytes("html", page, make_options(max_nesting_depth=10))[0], Article)
    assert drop_one("html", page, make_options(max_nesting_depth=9)).reason == "too-large"


def test_blocks_are_spans_of_the_joined_lines() -> None:
    """By hand: three lines, their offsets and flags."""
    assert list_lines("  A b \n\n\t\n[ Go ]\n[\n]\nc\u2028d") == ["A b", "Go", "c", "d"]
    assert make_blocks(["A b", "Go"], [True, None]) == (Block(0, 3, True), Block(4, 6, None))
    assert make_blocks([], []) == ()


def test_flags_by_hand() -> None:
    """Half of the runs of four words are enough; fewer than four words have to be a whole line."""
    main = "one two three four five\nshort line"
    lines = [
        "one two three four five",
        "one two three four x",
        "two three four x y z",
        "short line",
        "short",
        "one two three",
    ]
    assert flag_main(lines, main) == [True, True, False, True, False, False]
    assert flag_main(lines, "") == [False] * 6


def test_caches_don_t_grow() -> None:
    """Long texts are not kept by trafilatura's caches beyond 20 million bytes."""
    extractor = load_extractor()
    for i in range(12):
        extractor.extract_main_exact(make_page(f"{i} " + "word " * 400_000).encode())
    assert extractor.remembered_bytes <= 20_000_000


@pytest.mark.skipif("CORPUS_KIT_TEST_DATA" not in os.environ, reason="CORPUS_KIT_TEST_DATA names no folder")
def test_real_pages_as_jsonl() -> None:
    """The text of real pages goes through the JSONL reader whole, but for what is unsafe."""
    for name in ("scrapinghub_pages_b.jsonl", "fundus_pages_b.jsonl"):
        data = Path(os.environ["CORPUS_KIT_TEST_DATA"], name).read_bytes()
        found = read_bytes("jsonl", data)
        kept = [item for item in found if isinstance(item, Article)]
        assert len(found) == data.count(b"\n")
        assert len(kept) > 0.9 * len(found)
        assert {getattr(item, "reason", "unsafe-text") for item in found} == {"unsafe-text"}
