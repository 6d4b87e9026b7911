"""Accuracy and speed of the news segmenter beside other sentence segmenters, as a Markdown table.

    CORPUS_KIT_TEST_DATA=<folder> python benchmarks/segmentation.py [--json] [--repeats 7]
        [--out benchmarks/results/segmentation.json]

Every other tool is optional and is called line by line, since most of them cross single line breaks
when they are given a whole article. Speed is per second of processor time of this process, the median
of repeats in which the tools take turns; its ratio to a named tool means more than its absolute value.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus_kit.canonical import to_pretty_json  # noqa: E402
from corpus_kit.segment.news import segment_news  # noqa: E402
from corpus_kit.segment.speech import trace_quotations  # noqa: E402

Span = tuple[int, int]
Segment = Callable[[str], Sequence[Span]]
CORPORA = {
    "GUM Wikinews": "sentseg_gum_wikinews_b.jsonl",
    "PUD news": "sentseg_pud_news.jsonl",
    "EWT web": "sentseg_ewt_web_b.jsonl",
}
REFERENCE = "tokenizesentences"
OURS = "corpus-kit news"


class Gold(NamedTuple):
    """A text with the spans of its sentences as people marked them."""

    text: str
    spans: tuple[Span, ...]


class Scores(NamedTuple):
    """Shares from 0 to 100 on one corpus, and how many spans, boundaries and quoted boundaries its gold holds."""

    span_f1: float
    boundary_f1: float
    quoted_recall: float
    spans: int
    boundaries: int
    quoted: int


def load_corpora(folder: Path) -> dict[str, list[Gold]]:
    """Every gold corpus by name, the seeds last."""
    corpora = {}
    for name, file in CORPORA.items():
        rows = map(json.loads, (folder / file).read_text(encoding="utf-8").rstrip("\n").split("\n"))
        corpora[name] = [Gold(row["text"], tuple(map(tuple, row["sentences"]))) for row in rows]
    stored = json.loads((ROOT / "tests/golden/seeds_segments.json").read_text(encoding="utf-8"))
    corpora["seeds"] = [
        Gold((ROOT / f"seeds/articles/{name}.txt").read_bytes().decode(), tuple(map(tuple, spans)))
        for name, spans in stored.items()
    ]
    return corpora


def find_inner_starts(text: str, spans: Sequence[Span]) -> set[int]:
    """The starts of the spans that stand on the line of the span before them."""
    return {start for (_, end), (start, _) in pairwise(spans) if len(f"x{text[end:start]}x".splitlines()) == 1}


def find_quoted_starts(gold: Gold) -> set[int]:
    """The gold starts inside a line that stand inside a quotation opened in an earlier sentence."""
    inside = trace_quotations(gold.text, gold.spans)
    inner = find_inner_starts(gold.text, gold.spans)
    return {start for (start, _), held in zip(gold.spans, inside, strict=True) if held} & inner


def score(segment: Segment, corpus: Iterable[Gold]) -> Scores:
    """The scores of a segmenter on a corpus, pooled over its texts."""
    counts = [0] * 8
    for gold in corpus:
        spans = segment(gold.text)
        found, wanted = find_inner_starts(gold.text, spans), find_inner_starts(gold.text, gold.spans)
        quoted = find_quoted_starts(gold)
        hits = len(set(spans) & set(gold.spans)), len(spans), len(gold.spans)
        inner = len(found & wanted), len(found), len(wanted)
        for at, count in enumerate((*hits, *inner, len(found & quoted), len(quoted))):
            counts[at] += count
    span_f1, boundary_f1 = (200 * counts[i] / max(counts[i + 1] + counts[i + 2], 1) for i in (0, 3))
    return Scores(span_f1, boundary_f1, 100 * counts[6] / max(counts[7], 1), counts[2], counts[5], counts[7])


def call_by_line(segment_line: Callable[[str], Iterable[Span]]) -> Segment:
    """A segmenter of whole texts from one of single lines; its spans are moved to their place in the text."""

    def segment(text: str) -> list[Span]:
        spans, at = [], 0
        for line in text.splitlines(keepends=True):
            spans += [(at + start, at + end) for start, end in segment_line(line)]
            at += len(line)
        return spans

    return segment


def trim(line: str, spans: Iterable[Span]) -> list[Span]:
    """The spans without white space at their ends; empty ones are left out."""
    kept = []
    for start, end in spans:
        piece = line[start:end]
        if stripped := piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            kept.append((begin, begin + len(stripped)))
    return kept


def _load_tokenizesentences() -> Callable[[str], Iterable[Span]]:
    spans: Callable[[str], Iterable[Span]] = import_module("tokenizesentences").tokenize_spans
    return spans


def _load_sentencex() -> Callable[[str], Iterable[Span]]:
    find: Any = import_module("sentencex").get_sentence_boundaries
    return lambda line: trim(line, [(found["start_index"], found["end_index"]) for found in find("en", line)])


def _load_nupunkt() -> Callable[[str], Iterable[Span]]:
    find: Any = import_module("nupunkt").sent_spans
    return lambda line: trim(line, find(line))


def _load_pysbd() -> Callable[[str], Iterable[Span]]:
    segmenter: Any = import_module("pysbd").Segmenter(language="en", clean=False, char_span=True)
    return lambda line: trim(line, [(found.start, found.end) for found in segmenter.segment(line)])


def _load_spacy() -> Callable[[str], Iterable[Span]]:
    nlp: Any = import_module("spacy").blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10**9
    return lambda line: trim(line, [(found.start_char, found.end_char) for found in nlp(line).sents])


OTHERS: dict[str, Callable[[], Callable[[str], Iterable[Span]]]] = {
    REFERENCE: _load_tokenizesentences,
    "sentencex": _load_sentencex,
    "nupunkt": _load_nupunkt,
    "pysbd": _load_pysbd,
    "spaCy sentencizer": _load_spacy,
}


def load_segmenters() -> tuple[dict[str, Segment], list[str]]:
    """The segmenters that are installed, ours first, and the names of those that are missing."""
    found: dict[str, Segment] = {OURS: segment_news}
    missing = []
    for name, load in OTHERS.items():
        try:
            found[name] = call_by_line(load())
        except ImportError:
            missing.append(name)
    return found, missing


def measure_speed(segmenters: dict[str, Segment], texts: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """Megabytes of UTF-8 per second of processor time, one number per repeat; the tools take turns."""
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    speeds: dict[str, list[float]] = {name: [] for name in segmenters}
    for _ in range(repeats):
        for name, segment in segmenters.items():
            begun = time.process_time()
            for text in texts:
                segment(text)
            speeds[name].append(megabytes / (time.process_time() - begun))
    return speeds


def run(folder: Path, repeats: int) -> dict[str, Any]:
    """Everything the table shows; a tool's ratio is the median of the ratios of single repeats."""
    corpora = load_corpora(folder)
    segmenters, missing = load_segmenters()
    quotes = [gold for name, corpus in corpora.items() if name != "EWT web" for gold in corpus]
    texts = [gold.text for corpus in corpora.values() for gold in corpus]
    speeds = measure_speed(segmenters, texts, repeats)
    base = speeds.get(REFERENCE)
    tools = {}
    for name, segment in segmenters.items():
        scores = {corpus: score(segment, golds)._asdict() for corpus, golds in corpora.items()}
        ratios = [own / other for own, other in zip(speeds[name], base, strict=True)] if base else []
        tools[name] = {
            "corpora": scores,
            "quoted": score(segment, quotes)._asdict(),
            "mb_per_s": statistics.median(speeds[name]),
            f"ratio_to_{REFERENCE}": statistics.median(ratios) if ratios else None,
        }
    return {"missing": missing, "repeats": repeats, "tools": tools}


def write_table(results: dict[str, Any]) -> str:
    """The results as Markdown: span F1 / boundary F1 per corpus, then quotations and speed."""
    tools = results["tools"]
    ours = tools[OURS]
    heads = [f"{name} ({got['spans']}/{got['boundaries']})" for name, got in ours["corpora"].items()]
    heads += [f"in quotations ({ours['quoted']['quoted']})", "MB/s", f"x {REFERENCE}"]
    rows = ["| tool | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, tool in tools.items():
        cells = [f"{got['span_f1']:.2f} / {got['boundary_f1']:.2f}" for got in tool["corpora"].values()]
        ratio = tool[f"ratio_to_{REFERENCE}"]
        cells += [f"{tool['quoted']['quoted_recall']:.1f}", f"{tool['mb_per_s']:.2f}"]
        rows.append(f"| {name} | " + " | ".join([*cells, "-" if ratio is None else f"{ratio:.2f}"]) + " |")
    notes = ["", "Span F1 / boundary F1 in per cent; boundaries are those inside a line (gold spans/boundaries)."]
    notes += ["In quotations: share found of the gold boundaries inside an open quotation, EWT left out."]
    notes += [f"Not installed: {', '.join(results['missing'])}."] if results["missing"] else []
    return "\n".join(rows + notes)


def main() -> int:
    """Prints the table, or JSON; returns 2 when the data folder is not named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--repeats", type=int, default=7, help="how often each tool is timed")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    arguments = parser.parse_args()
    folder = os.environ.get("CORPUS_KIT_TEST_DATA")
    if not folder:
        print("CORPUS_KIT_TEST_DATA names no folder: set it to the one with sentseg_*.jsonl", file=sys.stderr)
        return 2
    results = run(Path(folder), arguments.repeats)
    if arguments.out:
        arguments.out.write_text(to_pretty_json(results), "utf-8")
    print(json.dumps(results, ensure_ascii=False, indent=2) if arguments.json else write_table(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
