"""The test sets of `transfer.py`: public corpora as releases in memory, and what our labels mean in them.

A further test set is one more entry of `TEST_SETS`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.annotate.coefficients import Unit, krippendorff_alpha
from corpus_kit.canonical import hash_text, make_segment_ids
from corpus_kit.evaluate.task_release import make_task_release
from corpus_kit.model import LabelledArticle, Segment, SegmentedArticle
from corpus_kit.release import Release
from corpus_kit.segment import trace_quotations
from corpus_kit.task import Task, TaskTable


class TestRow(NamedTuple):
    """A segment of a test set.

    Attributes:
        cuts: the parts that it is scored in, none for one that is only shown.
        continues_line: it stands on the line of the row before it.
    """

    text: str
    label: str
    doc: str
    cuts: tuple[str, ...]
    continues_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """A public corpus.

    Attributes:
        read: from the folder of the data to rows in their order; an OSError where a file isn't there.
        mapping: what the labels that systems learn mean here.
        cuts: the parts that are scored, each with its metrics.
        is_alone: the rows aren't consecutive, so systems get each as an article; intervals go by `doc` all the same.
    """

    title: str
    labels: tuple[str, ...]
    read: Callable[[Path], Iterator[TestRow]]
    mapping: Mapping[str, str | None]
    cuts: Mapping[str, tuple[str, ...]]
    is_alone: bool = False


def read_lines(name: str, data: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with (data / name).open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def read_opinions(name: str, data: Path) -> Iterator[TestRow]:
    """Sentences that are fact or opinion; those that the corpus gives no safe label are not there."""
    for number, row in enumerate(read_lines(name, data)):
        if row["label"] is not None:
            yield TestRow(row["text"], row["label"], row["doc"] or f"row-{number}", ("all",))


def read_pages(name: str, data: Path) -> Iterator[TestRow]:
    """All lines of pages, of which those inside and near the body are scored; lines of either part with the body's.

    No line near the body is of the body, so that both parts have the body's lines as what isn't boilerplate. Headlines
    and unclear lines are shown and not scored.
    """
    for row in read_lines(name, data):
        zone, is_boilerplate = row["zone"], row["is_boilerplate"]
        cuts = ("inside", "near") if is_boilerplate is False else (zone,) if is_boilerplate and zone != "far" else ()
        yield TestRow(row["text"], "boilerplate" if is_boilerplate else "rest", row["doc"], cuts)


def read_quotes(name: str, data: Path) -> Iterator[TestRow]:
    """Sentences that are quotes or not."""
    for row in read_lines(name, data):
        yield TestRow(row["text"], "quote" if row["label"] == "quote" else "rest", row["doc"], ("all",))


def read_labelled_pages(data: Path) -> Iterator[TestRow]:
    """Every segment of the pages in `annotations/pages.jsonl`, whose text is that of public corpora.

    A FileNotFoundError where a page isn't there, a ValueError where it is another one than was labelled.
    """
    lines: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for said in read_lines("pages.jsonl", ANNOTATIONS):
        name, doc = said["file"], said["doc"]
        if name not in lines:
            lines[name] = {}
            for row in read_lines(name, data):
                lines[name].setdefault(row["doc"], []).append(row)
        rows = lines[name].get(doc)
        if rows is None:
            raise FileNotFoundError(f"{name} has no page {doc}")
        near = [i for i, row in enumerate(rows) if row["zone"] != "far"]
        text = "".join(f"{' '.join(row['text'].split())}\n" for row in rows[near[0] : near[-1] + 1])
        if hash_text(text) != said["sha256"]:
            raise ValueError(f"{name}: {doc} isn't the page that was labelled")
        for start, end, label, _ in said["segments"]:
            yield TestRow(text[start:end], label, doc, ("all",), start > 0 and text[start - 1] != "\n")


def measure_pages() -> dict[str, Any]:
    """How many pages and segments `annotations/pages.jsonl` has, and how far the two passes agree on them."""
    pages = list(read_lines("pages.jsonl", ANNOTATIONS))
    units: Counter[Unit] = Counter()
    disputed = 0
    for page in pages:
        differing = {number: (first, second) for number, first, _, second, _ in page["disputes"]}
        disputed += len(page["disputes"])
        for number, (_, _, label, _) in enumerate(page["segments"]):
            first, second = differing.get(number, (label, label))
            units[("first", first), ("second", second)] += 1
    return {"pages": len(pages), "segments": units.total(), "disputed": disputed, "alpha": krippendorff_alpha(units)}


ANNOTATIONS = Path(__file__).parent / "annotations"
OPINIONS = ("macro_f1", "f1[opinion]")
AS_OPINION = {"fact": "fact", "quote": "fact", "opinion": "opinion", "boilerplate": None}
PAGES = dict.fromkeys(("inside", "near"), ("f1[boilerplate]",))
AS_PAGE = {"fact": "rest", "quote": "rest", "opinion": "rest", "boilerplate": "boilerplate"}
AS_QUOTE = {"fact": "rest", "quote": "quote", "opinion": "rest", "boilerplate": "rest"}
AS_ITSELF = {label: label for label in ("fact", "quote", "opinion", "boilerplate")}
TEST_SETS: Mapping[str, TestSet] = {
    "pages": TestSet(
        title="real pages, labelled twice",
        labels=tuple(AS_ITSELF),
        read=read_labelled_pages,
        mapping=AS_ITSELF,
        cuts={"all": ("macro_f1", *(f"f1[{label}]" for label in AS_ITSELF))},
    ),
    "newssd-eng": TestSet(
        title="NewsSD-ENG",
        labels=("fact", "opinion"),
        read=partial(read_opinions, "newssd_eng.jsonl"),
        mapping=AS_OPINION,
        cuts={"all": OPINIONS},
        is_alone=True,
    ),
    "babe": TestSet(
        title="BABE",
        labels=("fact", "opinion"),
        read=partial(read_opinions, "babe_b.jsonl"),
        mapping=AS_OPINION,
        cuts={"all": OPINIONS},
        is_alone=True,
    ),
    "scrapinghub": TestSet(
        title="scrapinghub pages",
        labels=("rest", "boilerplate"),
        read=partial(read_pages, "scrapinghub_lines_b.jsonl"),
        mapping=AS_PAGE,
        cuts=PAGES,
    ),
    "fundus": TestSet(
        title="fundus pages",
        labels=("rest", "boilerplate"),
        read=partial(read_pages, "fundus_lines_b.jsonl"),
        mapping=AS_PAGE,
        cuts=PAGES,
    ),
    "wikinews": TestSet(
        title="Wikinews (GUM)",
        labels=("rest", "quote"),
        read=partial(read_quotes, "gum_wikinews_sents_b.jsonl"),
        mapping=AS_QUOTE,
        cuts={"all": ("f1[quote]",)},
    ),
}


class Part(NamedTuple):
    """What of a test set is scored together: a release of it, and the metrics that are reported."""

    name: str
    release: Release
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test set that is here: what is predicted, and the parts that are scored; see `TestSet` for the others."""

    name: str
    title: str
    release: Release
    parts: tuple[Part, ...]
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    is_alone: bool = False


def open_corpus_test(release: Release) -> Test:
    """A release as a test set; labels keep their names."""
    metrics = ("macro_f1", *(f"f1[{label}]" for label in release.scheme.labels))
    name = f"{release.manifest.name} {release.manifest.version}"
    return Test(name=release.manifest.name, title=name, release=release, parts=(Part("all", release, metrics),))


def open_test_set(name: str, test_set: TestSet, data: Path) -> Test:
    """A public corpus as a test set; an OSError where a file isn't there."""
    rows = list(test_set.read(data))
    docs: dict[str, list[TestRow]] = {}
    for row in rows:
        docs.setdefault(row.doc, []).append(row)
    articles, cuts = [], {}
    for doc, own in docs.items():
        articles.append(make_article(doc, own))
        cuts.update({s.id: row.cuts for s, row in zip(articles[-1].article.segments, own, strict=True)})
    whole = make_release(name, test_set, articles)
    parts = tuple(Part(cut, restrict(whole, cuts, cut), metrics) for cut, metrics in test_set.cuts.items())
    shown = replace(whole, articles=tuple(part_up(articles))) if test_set.is_alone else whole
    return Test(
        name=name,
        title=test_set.title,
        release=shown,
        parts=parts,
        mapping=test_set.mapping,
        is_alone=test_set.is_alone,
    )


def make_article(doc: str, rows: Sequence[TestRow]) -> LabelledArticle:
    """The rows of a document as an article, a line each but for those that continue one."""
    segments, text = [], ""
    for position, (id_, row) in enumerate(zip(make_segment_ids(doc, [row.text for row in rows]), rows, strict=True)):
        text += (" " if row.continues_line else "\n") if position else ""
        start, text = len(text), text + row.text
        segments.append(Segment(id=id_, article_id=doc, position=position, start=start, end=len(text), text=row.text))
    quoted = trace_quotations(text, [(segment.start, segment.end) for segment in segments])
    traced = (replace(segment, in_quotation=is_in) for segment, is_in in zip(segments, quoted, strict=True))
    article = SegmentedArticle(id=doc, text=text, segments=tuple(traced))
    return LabelledArticle(article=article, labels=tuple(row.label for row in rows), fold=0)


def make_release(name: str, test_set: TestSet, articles: Sequence[LabelledArticle]) -> Release:
    """The articles of a test set as a release in memory."""
    task = Task(
        table=TaskTable(path=name),
        source=Path(name),
        name=name,
        version="1.0.0",
        language="en",
        labels=test_set.labels,
    )
    return make_task_release(task, articles, {one.article.id: None for one in articles}, ())


def part_up(articles: Sequence[LabelledArticle]) -> Iterator[LabelledArticle]:
    """Each segment as an article that has nothing else."""
    for one in articles:
        for segment, label in zip(one.article.segments, one.labels, strict=True):
            alone = replace(segment, position=0, start=0, end=len(segment.text), in_quotation=False)
            article = SegmentedArticle(id=segment.id, text=segment.text, segments=(alone,))
            yield LabelledArticle(article=article, labels=(label,), fold=0)


def restrict(release: Release, cuts: Mapping[str, tuple[str, ...]], cut: str) -> Release:
    """A release with the segments of a cut only."""
    articles = []
    for one in release.articles:
        kept = [i for i, segment in enumerate(one.article.segments) if cut in cuts[segment.id]]
        article = replace(one.article, segments=tuple(one.article.segments[i] for i in kept))
        articles.append(replace(one, article=article, labels=tuple(one.labels[i] for i in kept)))
    return replace(release, articles=tuple(articles))
