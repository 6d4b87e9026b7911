"""The HTML and WARC readers beside the libraries that they are made of: pages per second, and the ratio of times.

    python benchmarks/readers.py [--json] [--pages 40] [--repeats 7] [--out benchmarks/results/readers.json]

The pages are made up here: each takes an article of `seeds/articles/` and wraps it in what a news page has around it
(menus, inline scripts and styles, JSON-LD, related lists, footers), 60 to 250 kB of HTML. The yardstick for HTML is
resiliparse's parse and full text with trafilatura's fast extraction, without joining the two; for WARC it is fastwarc's
iteration with HTTP parsing, and the same extraction. Times are processor time of this process, the median of repeats in
which both take turns, page by page (WARC: files of five pages); the ratio means more than either.
"""

import argparse
import io
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus_kit.canonical import to_pretty_json  # noqa: E402
from corpus_kit.ingest import IngestOptions, Origin, find_reader  # noqa: E402
from corpus_kit.model import Article  # noqa: E402

SEED = 20260101
LIMITS = {"html": 1.2, "warc": 1.3}


class Row(NamedTuple):
    """Pages per second of processor time, of the libraries alone and of our reader, and the ratio of their times."""

    name: str
    alone: float
    ours: float
    ratio: float
    limit: float


class Unit(NamedTuple):
    """What is timed at once; both say how many pages they read, which has to be all."""

    pages: int
    alone: Callable[[], int]
    ours: Callable[[], int]


def make_pages(count: int) -> list[bytes]:
    """Pages around the seeds' texts, the same on every machine."""
    generator = random.Random(SEED)
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds/articles").glob("*.txt"))]
    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    return [make_page(texts[i % len(texts)], words, generator, i).encode() for i in range(count)]


def make_page(text: str, words: Sequence[str], generator: random.Random, number: int) -> str:
    """One page."""

    def phrase(low: int, high: int) -> str:
        return " ".join(generator.choices(words, k=generator.randint(low, high)))

    def link() -> str:
        return f'<a class="nav-item__link js-track" data-id="{generator.random()}" href="/{number}">{phrase(1, 4)}</a>'

    def teaser() -> str:
        picture = (
            f'<picture><source srcset="/i/{generator.random()}.webp 2x"><img alt="{phrase(3, 6)}" src="/x"></picture>'
        )
        return f'<li class="card card--small"><div>{picture}<h3>{link()}</h3><p>{phrase(8, 20)}.</p></div></li>'

    title, *lines = [line for line in text.split("\n") if line.strip()]
    paragraphs = []
    for line in lines:
        paragraphs.append(f"<p>{line}</p>")
        if generator.random() < 0.1:
            paragraphs.append(f'<aside class="related"><ul>{teaser()}</ul></aside>')
    linked = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "headline": title})
    script = (
        f"<script>window.x={json.dumps([generator.random() for _ in range(generator.randint(1_000, 5_000))])}</script>"
    )
    menus = "".join(f"<li>{link()}<ul>{''.join(f'<li>{link()}</li>' for _ in range(8))}</ul></li>" for _ in range(9))
    related = "".join(teaser() for _ in range(generator.randint(20, 60)))
    footer = "".join(f"<li>{link()}</li>" for _ in range(50))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><link rel="canonical" href="https://news.example/{number}">'
        f'<script type="application/ld+json">{linked}</script><style>{".a{color:red}" * 1_500}</style>{script}</head>'
        f'<body><header><nav><ul class="nav">{menus}</ul></nav></header><main><article><h1>{title}</h1>'
        f'<div class="body">{"".join(paragraphs)}</div></article>'
        f'<section class="more"><ul>{related}</ul></section></main>'
        f"<footer><ul>{footer}</ul><p>© {phrase(3, 6)}</p></footer>{script}</body></html>"
    )


def extract_alone(page: bytes) -> int:
    """What the two libraries cost without us."""
    import trafilatura
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    html = page.decode("utf-8")
    text = extract_plain_text(HTMLTree.parse(html))
    return len(text) + len(trafilatura.extract(html, fast=True, include_comments=False) or "")


def make_unit(page: bytes) -> Unit:
    """One page, by the libraries and by our reader."""
    return Unit(1, lambda: int(extract_alone(page) > 0), lambda: read_html(page))


def read_html(page: bytes) -> int:
    """Our reader on a page."""
    items = find_reader("html")(io.BytesIO(page), Origin(source="x", stem="x"), IngestOptions())
    return sum(isinstance(item, Article) for item in items)


def make_warc(pages: Sequence[bytes]) -> bytes:
    """A gzipped WARC of the pages, by warcio."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    target = io.BytesIO()
    writer = WARCWriter(target, gzip=True)
    for i, page in enumerate(pages):
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        url = f"https://news.example/{i}"
        writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(page), http_headers=http))
    return target.getvalue()


def make_warc_units(pages: Sequence[bytes], folder: Path) -> list[Unit]:
    """WARC files of five pages."""
    units = []
    for start in range(0, len(pages), 5):
        own, path = pages[start : start + 5], folder / f"{start}.warc.gz"
        path.write_bytes(make_warc(own))
        units.append(Unit(len(own), partial(read_warc_alone, path), partial(read_warc, path)))
    return units


def read_warc_alone(path: Path) -> int:
    """Reading with fastwarc and extracting, without us."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as file:
        records: Any = ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True)
        return sum(extract_alone(record.reader.read()) > 0 for record in records)


def read_warc(path: Path) -> int:
    """Our reader, through the opening of files."""
    from corpus_kit.ingest import read_sources
    from corpus_kit.sources import SourceTable

    return sum(isinstance(item, Article) for item in read_sources([SourceTable(path=str(path))], IngestOptions()))


def compare(name: str, units: Sequence[Unit], repeats: int) -> Row:
    """Both on each unit in turn, the first turn not counted; each has to read every page."""
    alone = ours = 0.0
    for unit in units:
        times: dict[str, list[float]] = {"alone": [], "ours": []}
        for turn in range(repeats + 1):
            for key, call in (("alone", unit.alone), ("ours", unit.ours)):
                begun = time.process_time()
                if call() != unit.pages:
                    raise SystemExit(f"{name}: {key} didn't read every page")
                if turn:
                    times[key].append(time.process_time() - begun)
        alone += statistics.median(times["alone"])
        ours += statistics.median(times["ours"])
    pages = sum(unit.pages for unit in units)
    return Row(name, pages / alone, pages / ours, ours / alone, LIMITS[name])


def render(result: dict[str, Any]) -> str:
    """The result as a sentence and a Markdown table."""
    lines = [
        f"{result['pages']} made-up pages, {result['kb']} kB on average:\n",
        "| reader | libraries alone, pages/s | ours, pages/s | time, ours / alone | at most |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in result["rows"]:
        speeds = f"{row['alone']:.1f} | {row['ours']:.1f}"
        lines.append(f"| {row['name']} | {speeds} | {row['ratio']:.3f} | {row['limit']} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table; exit 1 where a ratio is past its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    options = parser.parse_args()
    pages = make_pages(options.pages)
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            compare("html", [make_unit(page) for page in pages], options.repeats),
            compare("warc", make_warc_units(pages, Path(folder)), options.repeats),
        ]
    kilobytes = sum(map(len, pages)) / len(pages) / 1000
    result = {"pages": len(pages), "kb": round(kilobytes), "rows": [row._asdict() for row in rows]}
    if options.out:
        options.out.write_text(to_pretty_json(result), "utf-8")
    print(json.dumps(result) if options.json else render(result))
    return int(any(row.ratio > row.limit for row in rows))


if __name__ == "__main__":
    sys.exit(main())
