"""Everything that a release says, joined in memory: pure in the corpus folder's content."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Any

from corpus_kit.annotate import Agreement, Annotations, Undecided, decide_label, measure_agreement, read_annotations
from corpus_kit.annotate.ledger import TornLine
from corpus_kit.annotate.votes import Place
from corpus_kit.build.folds import assign_folds, assign_splits, group_recurring_sentences
from corpus_kit.canonical import digest_rows
from corpus_kit.columns import Column, define_columns, describe_columns
from corpus_kit.corpus import CORPUS_FILE, Corpus, Guidelines, open_collections
from corpus_kit.errors import CorpusError
from corpus_kit.ingest import read_articles
from corpus_kit.model import Article, Dropped, Segment, SetAside, Span
from corpus_kit.release import HydratedEntry, digest_release
from corpus_kit.segment import find_segmenter, segment_article

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A release before it is written.

    Attributes:
        segments: of all articles in order, labelled or not.
        rows: per table, its rows in the order in which they are written; classes are integers.
        folds: per article id; splits: per split its folds.
        set_aside: segments without a label, annotations without a segment and records without an article; labelled
            rows and set-aside segments add up to segments.
        digests: per table, the content digest; `digest` is that of the whole release.
        hydrated: of a subset that was hydrated, which part of the full release it is.
        collections: the releases that go with it, by name, sorted; nothing else here depends on them.
    """

    corpus: Corpus
    guidelines: Guidelines
    articles: tuple[Article, ...]
    segments: tuple[Segment, ...]
    columns: Mapping[str, tuple[Column, ...]]
    rows: Mapping[str, list[Row]]
    folds: Mapping[str, int]
    splits: Mapping[str, list[int]]
    set_aside: tuple[SetAside, ...]
    torn: tuple[TornLine, ...]
    agreement: Agreement
    digests: Mapping[str, str]
    digest: str
    hydrated: HydratedEntry | None = None
    collections: Mapping[str, "Assembly"] = field(default_factory=dict)

    def count_labels(self, rows: Sequence[Row] | None = None) -> dict[str, int]:
        """Rows per label in the scheme's order, over all sentences or the given ones."""
        counts = Counter(row["label"] for row in (self.rows["sentences"] if rows is None else rows))
        return {label: counts[i] for i, label in enumerate(self.corpus.scheme.labels)}

    def count_attributions(self) -> dict[str, int]:
        """Sentences per attribution in the scheme's order."""
        counts = Counter(row.get("attribution") for row in self.rows["sentences"])
        return {name: counts[i] for i, name in enumerate(self.corpus.scheme.attributions)}


def assemble_corpus(corpus: Corpus) -> Assembly:
    """Read, segment, join and split a corpus and its collections; a CorpusKitError where any of it is wrong."""
    collections = {name: assemble_corpus(nested) for name, nested in open_collections(corpus).items()}
    segmenter = find_segmenter(corpus.file.segmenter)
    guidelines = corpus.read_guidelines()
    dropped: list[Dropped] = []
    articles = tuple(read_articles(corpus, dropped.append))
    _refuse_mixture(corpus, articles, collections)
    segments = tuple(segment for article in articles for segment in segment_article(article, segmenter))
    annotations = read_annotations(corpus, articles)
    folds = assign_folds(articles, corpus.file.folds)
    splits = assign_splits(list(folds.values()), corpus.file.folds)
    places = {(segment.article_id, Span(segment.start, segment.end)): segment for segment in segments}
    sentences, set_aside = _join_sentences(corpus, places, annotations, folds)
    if not sentences:
        raise CorpusError(
            "no segment has a label that holds, so there is nothing to release",
            path=corpus.ledger_dir,
            remedy="Annotate the articles first: docs/annotations.md",
        )
    votes, orphans = _list_votes(corpus, places, annotations, folds)
    rows = {"sentences": sentences, "articles": _list_articles(corpus, articles, folds), "annotations": votes}
    columns = define_columns(corpus.scheme)
    digests = {table: digest_rows(describe_columns(columns[table]), rows[table]) for table in columns}
    return Assembly(
        corpus=corpus,
        guidelines=guidelines,
        articles=articles,
        segments=segments,
        columns=columns,
        rows=rows,
        folds=folds,
        splits=splits,
        set_aside=tuple(set_aside + orphans + [_set_aside_record(record) for record in dropped]),
        torn=annotations.torn,
        agreement=measure_agreement(corpus.scheme, corpus.file.annotators, _keep_places(annotations, places)),
        digests=digests,
        digest=digest_release(
            corpus.file.name,
            corpus.scheme,
            digests,
            {name: [f"fold_{fold}" for fold in own] for name, own in splits.items()},
        ),
        collections=collections,
    )


def _refuse_mixture(corpus: Corpus, articles: Sequence[Article], collections: Mapping[str, Assembly]) -> None:
    """Raise a CorpusError where an article of a collection is one of the corpus itself, too."""
    own = {article.sha256: article.id for article in articles}
    for name, nested in collections.items():
        for article in nested.articles:
            if article.sha256 in own:
                known = own[article.sha256]
                raise CorpusError(
                    f"collections.{name}: its article {article.id!r} is in the corpus itself as {known!r}",
                    path=corpus.root / CORPUS_FILE,
                    remedy="Take it out of one of them: what a collection has is never in the default config",
                )


def make_counts(assembly: Assembly) -> dict[str, Any]:
    """The numbers of a release; set-aside items are counted by what they are and why."""
    reasons = Counter(f"{item.kind}: {item.reason}" for item in assembly.set_aside)
    return {
        "articles": len(assembly.articles),
        "segments": len(assembly.segments),
        "labelled": len(assembly.rows["sentences"]),
        "labels": assembly.count_labels(),
        "attributions": assembly.count_attributions(),
        "set_aside": dict(sorted(reasons.items())),
    }


def _keep_places(annotations: Annotations, places: Mapping[Place, Segment]) -> Annotations:
    """What was said of segments: a vote on a span that is none is listed as set aside and measures nothing."""
    votes = {place: votes for place, votes in annotations.votes.items() if place in places}
    decisions = {place: vote for place, vote in annotations.adjudicated.items() if place in places}
    return replace(annotations, votes=votes, adjudicated=decisions)


def _set_aside_record(record: Dropped) -> SetAside:
    at = "" if record.record_offset is None else f"@{record.record_offset}"
    return SetAside(kind="record", id=f"{record.source}{at}", reason=record.reason)


def _join_sentences(
    corpus: Corpus, places: Mapping[Place, Segment], annotations: Annotations, folds: Mapping[str, int]
) -> tuple[list[Row], list[SetAside]]:
    scheme = corpus.scheme
    recurring = group_recurring_sentences(list(places.values()), folds)
    rows: list[Row] = []
    set_aside: list[SetAside] = []
    for place, segment in places.items():
        held = decide_label(annotations.votes.get(place, ()), annotations.adjudicated.get(place))
        if isinstance(held, Undecided):
            set_aside.append(SetAside(kind="segment", id=segment.id, reason=held.reason))
            continue
        row: Row = {
            "id": segment.id,
            "article_id": segment.article_id,
            "position": segment.position,
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            "in_quotation": segment.in_quotation,
            "label": scheme.index(held.label),
            **_attribute(corpus, held.attribution),
            "label_source": "gold",
            "confidence": None,
            "annotators": held.annotators,
            "agreement": None if isnan(held.agreement) else held.agreement,
            "duplicate_group": recurring.get(segment.id),
            "fold": folds[segment.article_id],
        }
        rows.append(row)
    return rows, set_aside


def _attribute(corpus: Corpus, attribution: str | None) -> Row:
    names = corpus.scheme.attributions
    return {"attribution": None if attribution is None else names.index(attribution)} if names else {}


def _list_articles(corpus: Corpus, articles: Sequence[Article], folds: Mapping[str, int]) -> list[Row]:
    derived = ("language", "fold")
    known = [column.name for column in define_columns(corpus.scheme)["articles"] if column.name not in derived]
    return [
        {
            **{name: getattr(article, name) for name in known},
            "language": corpus.file.language,
            "fold": folds[article.id],
        }
        for article in articles
    ]


def _list_votes(
    corpus: Corpus, places: Mapping[Place, Segment], annotations: Annotations, folds: Mapping[str, int]
) -> tuple[list[Row], list[SetAside]]:
    rows: list[Row] = []
    orphans = [
        SetAside(kind="annotation", id=vote.id, reason="its span is no segment of the article")
        for place, votes in sorted(annotations.votes.items())
        if place not in places
        for vote in votes
    ]
    orphans += [
        SetAside(kind="decision", id=vote.id, reason="its span is no segment of the article")
        for place, vote in sorted(annotations.adjudicated.items())
        if place not in places
    ]
    for place, segment in places.items():
        decision = annotations.adjudicated.get(place)
        for vote in (*annotations.votes.get(place, ()), *((decision,) if decision else ())):
            row: Row = {
                "id": vote.id,
                "segment_id": segment.id,
                "article_id": segment.article_id,
                "start": segment.start,
                "end": segment.end,
                "annotator": vote.annotator,
                "action": vote.action,
                "label": None if vote.label is None else corpus.scheme.index(vote.label),
                **_attribute(corpus, vote.attribution),
                "guidelines": vote.guidelines,
                "time": vote.time,
                "note": vote.reason,
                "fold": folds[segment.article_id],
            }
            rows.append(row)
    return rows, orphans
