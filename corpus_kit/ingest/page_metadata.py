"""What a page says of itself: JSON-LD first, then OpenGraph and other `meta`, then `title` and `link`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from corpus_kit.ingest.article import find_unsafe, read_iso_date, read_stated
from corpus_kit.ingest.limits import check_nesting
from corpus_kit.ingest.origin import IngestOptions, Metadata

_MAX_SCRIPTS, _MAX_SCRIPT_CHARS, _MAX_DEPTH, _MAX_NODES = 20, 500_000, 32, 1_000
_TYPES = {"BlogPosting", "LiveBlogPosting", "Report"}
_LINKED_DATA = 'script[type="application/ld+json"]'


def read_page_metadata(tree: Any, url: str | None, options: IngestOptions) -> Metadata:
    """What a parsed page states; None for the rest, and for a value that is unsafe, malformed or too long.

    `url` is where the page came from, to which a relative canonical URL is resolved.
    """
    linked = _find_article(tree)
    meta = _list_meta(tree)
    stated = Metadata(
        title=read_stated(linked.get("headline")) or meta.get("og:title") or read_stated(tree.title),
        author=_read_person(linked.get("author")) or meta.get("author") or _no_url(meta.get("article:author")),
        published=read_iso_date(linked.get("datePublished")) or read_iso_date(meta.get("article:published_time")),
        url=_find_canonical(tree, meta, linked, url),
        publisher=_read_person(linked.get("publisher")) or meta.get("og:site_name"),
    )
    return Metadata(*(None if value and find_unsafe(value, options) else value for value in stated))


def _find_article(tree: Any) -> Mapping[str, Any]:
    """The first object of JSON-LD whose type is an article, also inside lists and `@graph`; an empty one if none is."""
    for script in _list_linked_data(tree):
        text = script.text
        if len(text) > _MAX_SCRIPT_CHARS or not check_nesting(text.encode("utf-8", "replace"), _MAX_DEPTH):
            continue
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _list_nodes(value):
            types = node.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and (name.endswith("Article") or name in _TYPES) for name in names):
                return node
    return {}


def _list_linked_data(tree: Any) -> list[Any]:
    scripts = list(tree.head.query_selector_all(_LINKED_DATA)) or list(tree.document.query_selector_all(_LINKED_DATA))
    return scripts[:_MAX_SCRIPTS]


def _list_nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting, seen = [value], 0
    while waiting and seen < _MAX_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting.extend(node[:_MAX_NODES])
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


def _list_meta(tree: Any) -> dict[str, str]:
    """The first content of each `meta`, by its property or name in lower case."""
    found: dict[str, str] = {}
    for element in tree.head.get_elements_by_tag_name("meta"):
        name = element.getattr("property") or element.getattr("name")
        content = read_stated(element.getattr("content"))
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _read_person(value: Any) -> str | None:
    """The names of people or organisations, which are strings, objects with a name, or lists of either."""
    values = value if isinstance(value, list) else [value]
    names = [read_stated(own.get("name") if isinstance(own, dict) else own) for own in values[:20]]
    kept = [name for name in names if name and _no_url(name)]
    return read_stated(", ".join(dict.fromkeys(kept)))


def _no_url(value: str | None) -> str | None:
    return None if value and "://" in value else value


def _find_canonical(tree: Any, meta: Mapping[str, str], linked: Mapping[str, Any], base: str | None) -> str | None:
    link = tree.head.query_selector('link[rel="canonical"]')
    page = linked.get("mainEntityOfPage")
    stated = (
        link and link.getattr("href"),
        meta.get("og:url"),
        page.get("@id") if isinstance(page, dict) else page,
        linked.get("url"),
    )
    for value in stated:
        found = _resolve(read_stated(value), base)
        if found:
            return found
    return base


def _resolve(value: str | None, base: str | None) -> str | None:
    if not value or " " in value:
        return None
    try:
        url = urljoin(base, value) if base else value
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
