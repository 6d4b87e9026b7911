"""The whole page: what was predicted, then a section per protocol."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from corpus_kit.evaluate.board import Board, ProtocolBoard
from corpus_kit.evaluate.leaderboard import introduce_board
from corpus_kit.evaluate.leaderboard_notes import name_protocol
from corpus_kit.evaluate.page.confusion import render_confusions
from corpus_kit.evaluate.page.costs import render_costs
from corpus_kit.evaluate.page.disputes import Disputes
from corpus_kit.evaluate.page.pairs import render_pairs
from corpus_kit.evaluate.page.probabilities import render_probabilities
from corpus_kit.evaluate.page.prose import render_inline, render_paragraphs
from corpus_kit.evaluate.page.segments import render_segments
from corpus_kit.evaluate.page.systems import render_articles, render_labels, render_systems
from corpus_kit.evaluate.page.table import show_name
from corpus_kit.evaluate.record import DatasetEntry
from corpus_kit.webpage import render_webpage

_FILES = files("corpus_kit.evaluate.page")
_EMPTY = '<main id="main">\n<h1>Leaderboard</h1>\n<p>No results are stored.</p>\n</main>'


def render_leaderboard_page(board: Board, disputes: Sequence[Disputes]) -> str:
    """A board as one HTML page that loads nothing; `disputes` of each protocol, as `collect_disputes` has them.

    Every number on it is the board's, written as the Markdown board writes it. Without results the page says so.
    """
    style = _FILES.joinpath("page.css").read_text("utf-8")
    if board.dataset is None:
        return render_webpage("Leaderboard", _EMPTY, style=style)
    dataset, anchors = board.dataset, _name_anchors(board)
    sections = [_render_protocol(*three) for three in zip(board.protocols, anchors, disputes, strict=True)]
    body = "\n".join([
        '<a class="skip" href="#main">Skip to the results</a>',
        _render_header(dataset, board, anchors),
        '<main id="main">',
        *sections,
        "</main>",
    ])  # fmt: skip
    script = _FILES.joinpath("page.js").read_text("utf-8")
    return render_webpage(f"Leaderboard: {dataset.name} {dataset.version}", body, style=style, script=script)


def _name_anchors(board: Board) -> list[str]:
    """The id of each protocol's section; the protocol `transfer` may have several."""
    names = [escape(one.protocol) for one in board.protocols]
    return [name if names.count(name) == 1 else f"{name}-{i + 1}" for i, name in enumerate(names)]


def _render_header(dataset: DatasetEntry, board: Board, anchors: Sequence[str]) -> str:
    largest = max(board.protocols, key=lambda one: (one.counts.segments, len(one.articles)))
    supports = ", ".join(f"{show_name(label)} {n}" for label, n in largest.supports.items())
    facts = [
        ("Articles", str(len(largest.articles))),
        ("Segments", str(largest.counts.segments)),
        ("Labels", supports),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{said}</dd></div>" for name, said in facts)
    intro = render_paragraphs(introduce_board(dataset, board.protocols))
    links = "".join(_render_links(*two) for two in zip(board.protocols, anchors, strict=True))
    return (
        f"<header>\n<h1>Leaderboard <span>{escape(dataset.name)} {escape(dataset.version)}</span></h1>\n"
        f'<dl>{listed}</dl>\n{intro}\n<nav aria-label="On this page"><ul>{links}</ul></nav>\n</header>'
    )


_TITLES = (
    ("systems", "Systems"),
    ("labels", "F1 by label"),
    ("articles", "Right answers by article"),
    ("confusion", "Confusion"),
    ("probabilities", "Probabilities"),
    ("differences", "Differences"),
    ("segments", "Segments on which systems differ"),
    ("cost", "Cost"),
)


def _render_links(protocol: ProtocolBoard, anchor: str) -> str:
    links = "".join(f'<li><a href="#{anchor}-{part}">{title}</a></li>' for part, title in _TITLES)
    return f"<li><span>{render_inline(name_protocol(protocol))}</span><ul>{links}</ul></li>"


def _render_protocol(protocol: ProtocolBoard, anchor: str, disputes: Disputes) -> str:
    parts = {
        "systems": render_systems(protocol),
        "labels": render_labels(protocol),
        "articles": render_articles(protocol),
        "confusion": render_confusions(protocol),
        "probabilities": render_probabilities(protocol),
        "differences": render_pairs(protocol) or "<p>There is one system, so there is no difference.</p>",
        "segments": render_segments(disputes, anchor),
        "cost": render_costs(protocol),
    }
    sections = [
        f'<section aria-labelledby="{anchor} {anchor}-{part}">\n'
        f'<h3 id="{anchor}-{part}">{title}</h3>\n{parts[part]}\n</section>'
        for part, title in _TITLES
    ]
    title = f'<h2 id="{anchor}">{render_inline(name_protocol(protocol))}</h2>'
    return "\n".join([f'<section aria-labelledby="{anchor}">', title, *sections, "</section>"])
