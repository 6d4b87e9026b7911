"""HTML: every visible line of the page, and which of them are its main content. Nothing is executed or fetched."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO, NamedTuple

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import CorpusKitError
from corpus_kit.ingest.article import make_article
from corpus_kit.ingest.blocks import flag_main, list_lines, make_blocks
from corpus_kit.ingest.decode import BadEncoding, Decoded, decode_record
from corpus_kit.ingest.origin import IngestOptions, Origin, RawRecord
from corpus_kit.ingest.page_metadata import read_page_metadata
from corpus_kit.ingest.text import read_whole
from corpus_kit.model import Article, Dropped

EXACT_TAGS = 20_000
"""Above this many tags a page's main content is found by resiliparse: trafilatura can take quadratic time."""

_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,300}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I
)
_HEAD_BYTES = 4096
_DOCTYPE = re.compile(rb"\A\s*<!doctype[^>]*+>", re.IGNORECASE)
_CONTROLS = bytes({*range(32), 127} - {9, 10, 13})
_MAX_ATTRIBUTES = 500
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_CROWDED = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE}){{{_MAX_ATTRIBUTES}}}")
"""A tag with so many attributes that comparing each to each takes parsers long."""

_CACHE_BYTES = 20_000_000
_EMPTY_FIELDS = ["input", "select", "textarea", "datalist"]


class Page(NamedTuple):
    """The bytes of a page, with what came along with them: the URL, when it was fetched, and the charset of HTTP."""

    data: bytes
    raw: RawRecord
    url: str | None = None
    retrieved: str | None = None
    charset: str | None = None


def read(stream: BinaryIO, origin: Origin, options: IngestOptions) -> Iterator[Article | Dropped]:
    """One article: the file is a page."""
    load_extractor()
    data = read_whole(stream, origin, options)
    if isinstance(data, Dropped):
        yield data
    else:
        yield read_page(Page(data, RawRecord(hash_bytes(data), len(data))), origin, options)


def read_page(page: Page, origin: Origin, options: IngestOptions) -> Article | Dropped:
    """The article of a page. Its text is the visible lines, trimmed and joined by line feeds; a line is a block."""
    extractor = load_extractor()

    def drop(reason: str, detail: str) -> Dropped:
        return origin.drop(reason, detail, offset=page.raw.offset, id_=origin.name_record(page.raw.number))

    declared = [label for label in (page.charset, _find_charset(page.data)) if label]
    decoded = decode_record(page.data, options, declared=declared)
    if isinstance(decoded, BadEncoding):
        return drop("bad-encoding", decoded.detail)
    html = decoded.text
    tags = page.data.count(b"<")
    refused = _refuse_page(html, tags, options)
    if refused:
        return drop(*refused)
    how = "fast" if options.html_main == "exact" and tags > EXACT_TAGS else options.html_main
    try:
        tree: Any = extractor.parse(html)
        if tree.document.query_selector(_make_depth_selector(options.limits.max_nesting_depth)) is not None:
            return drop("too-large", f"elements nested deeper than {options.limits.max_nesting_depth}")
        lines = list_lines(extractor.extract_all(tree))
        main = _extract_main(extractor, decoded, page.data, tree, how)
        known = read_page_metadata(tree, page.url, options)
    except (ValueError, RuntimeError) as e:
        return drop("parse-error", f"not readable as HTML: {e}")
    flags = [None] * len(lines) if main is None else flag_main(lines, main)
    return make_article(
        "\n".join(lines),
        page.raw,
        origin,
        options,
        known._replace(retrieved=page.retrieved),
        encoding=decoded.encoding,
        blocks=make_blocks(lines, flags),
    )


def _refuse_page(html: str, tags: int, options: IngestOptions) -> tuple[str, str] | None:
    """What a parser had better not see; in linear time."""
    if "\0" in html:
        return "unsafe-text", f"NUL at offset {html.index(chr(0))} of the page"
    if tags > options.limits.max_tags:
        return "too-large", f"about {tags} tags, more than {options.limits.max_tags}"
    if found := _CROWDED.search(html):
        return "too-large", f"more than {_MAX_ATTRIBUTES} attributes in the tag at offset {found.start()} of the page"
    return None


class PageExtractor:
    """The two libraries: resiliparse for the tree and the text, trafilatura for the main content."""

    def __init__(self) -> None:
        import trafilatura
        from lxml.etree import LxmlError
        from lxml.html import HTMLParser, document_fromstring
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree
        from trafilatura.meta import reset_caches
        from trafilatura.settings import DEFAULT_CONFIG, Extractor

        logging.getLogger("trafilatura").addHandler(logging.NullHandler())
        self.parse = HTMLTree.parse
        self._plain = extract_plain_text
        self._main = trafilatura.extract
        self._document = document_fromstring
        self._parser = HTMLParser(
            collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
        )
        self._options = Extractor(config=DEFAULT_CONFIG, fast=True, comments=False)
        self._forget = reset_caches
        self.remembered_bytes = 0
        self.errors = (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError)

    def extract_all(self, tree: Any) -> str:
        """All visible text, in lines."""
        return str(
            self._plain(tree, list_bullets=False, alt_texts=False, form_fields=True, skip_elements=_EMPTY_FIELDS)
        )

    def extract_main_fast(self, tree: Any) -> str:
        """The main content by resiliparse's rules."""
        return str(self._plain(tree, main_content=True, list_bullets=False, alt_texts=False))

    def extract_main_exact(self, html: bytes) -> str | None:
        """The main content of a UTF-8 page by trafilatura's; None where it gives up.

        The page is parsed here as trafilatura does, but for its search for what XML forbids, which is slower. Its
        caches keep thousands of texts of any length, so they are emptied every 20 million bytes.
        """
        self.remembered_bytes += len(html)
        if self.remembered_bytes > _CACHE_BYTES:
            self._forget()
            self.remembered_bytes = len(html)
        try:
            tree = self._document(_DOCTYPE.sub(b"", html.translate(None, _CONTROLS), count=1), parser=self._parser)
            return self._main(tree, options=self._options) or ""
        except self.errors:
            return None


@cache
def load_extractor() -> PageExtractor:
    """The libraries of the extra `html`; a CorpusKitError says how to get them."""
    try:
        return PageExtractor()
    except ImportError as e:
        raise CorpusKitError(
            f"HTML can't be read without {e.name or 'resiliparse and trafilatura'}",
            remedy="pip install 'corpus-kit[html]'",
        ) from e


def _extract_main(extractor: PageExtractor, decoded: Decoded, data: bytes, tree: Any, how: str) -> str | None:
    if how == "none":
        return None
    if how == "fast":
        return extractor.extract_main_fast(tree)
    return extractor.extract_main_exact(data if decoded.encoding == "utf-8" else decoded.text.encode())


def _find_charset(data: bytes) -> str | None:
    found = _CHARSET.search(data[:_HEAD_BYTES])
    return found and found[1].decode("ascii", "replace")


@cache
def _make_depth_selector(depth: int) -> str:
    """Matches an element with `depth` ancestors; linear, since child selectors need no backtracking."""
    return ">".join(["*"] * (depth + 1))
