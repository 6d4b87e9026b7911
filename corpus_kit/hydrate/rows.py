"""What was found becomes the rows of a release: the full one again, or a subset that says that it is one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus_kit.annotate import measure_agreement
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.contents import collect_annotations
from corpus_kit.build.folds import group_recurring_sentences
from corpus_kit.build.text_free import keep_splits, name_folds
from corpus_kit.canonical import digest_rows, make_segment_ids
from corpus_kit.columns import define_columns, describe_columns
from corpus_kit.errors import ReleaseError
from corpus_kit.hydrate.anchored import AnchoredArticle, AnchoredRelease
from corpus_kit.hydrate.place import Placement
from corpus_kit.hydrate.report import SegmentReport, count_found, count_statuses
from corpus_kit.hydrate.restore import Restored, join_streams, unseal_corpus
from corpus_kit.model import Segment, SetAside, Span
from corpus_kit.release import HydratedEntry, digest_release
from corpus_kit.text_free import name_row

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article of which something was found. `restored` is None while a segment is missing."""

    anchored: AnchoredArticle
    placement: Placement
    restored: Restored | None

    @property
    def text(self) -> str:
        """The article's text as it was or, of one that isn't restored, as it is in the copy."""
        return self.placement.copy.article.text if self.restored is None else self.restored.text

    def list_segments(self) -> list[Segment]:
        """The segments that were found, with their places in `text`."""
        return [
            self._make_segment(i, span if self.restored is None else Span(anchor.start, anchor.end))
            for i, (anchor, span) in enumerate(zip(self.anchored.anchors, self.placement.spans, strict=True))
            if span is not None and (self.restored is not None or self.placement.is_verbatim(i))
        ]

    def _make_segment(self, i: int, span: Span) -> Segment:
        anchor, sentence = self.anchored.anchors[i], self.anchored.sentences.get(i)
        text = self.text[span.start : span.end]
        id_ = make_segment_ids(self.anchored.id, [text])[0].rsplit(":", 1)[0]
        return Segment(
            id=f"{id_}:{anchor.occurrence}",
            article_id=self.anchored.id,
            position=anchor.position,
            start=span.start,
            end=span.end,
            text=text,
            in_quotation=bool(sentence and sentence["in_quotation"]),
        )


def assemble_found(
    release: AnchoredRelease, found: Sequence[FoundArticle], reports: Sequence[SegmentReport]
) -> Assembly:
    """The release of what was found. Where all was, it is the full release; else `hydrated` says which part it is.

    A ReleaseError where everything was found and the content digest isn't that of the full release.
    """
    scheme, manifest = release.corpus.scheme, release.manifest
    segments = [segment for own in found for segment in own.list_segments()]
    folds = {own.anchored.id: own.anchored.row["fold"] for own in found}
    columns = define_columns(scheme)
    rows = {
        "sentences": _list_sentences(found, segments, folds),
        "articles": [_make_article_row(own, manifest.language) for own in found],
        "annotations": [row for own in found for row in _list_annotations(own)],
    }
    digests = {table: digest_rows(describe_columns(columns[table]), rows[table]) for table in columns}
    splits = keep_splits(
        {split: [int(fold.removeprefix("fold_")) for fold in own] for split, own in manifest.splits.items()},
        set(folds.values()),
    )
    assembly = Assembly(
        corpus=release.corpus,
        guidelines=release.guidelines,
        articles=tuple(replace(own.placement.copy.article, id=own.anchored.id) for own in found),
        segments=tuple(segments),
        columns=columns,
        rows=rows,
        folds=folds,
        splits=splits,
        set_aside=tuple(_list_set_aside(release, found, segments)),
        torn=(),
        agreement=measure_agreement(
            scheme, release.corpus.file.annotators, collect_annotations(scheme, rows["annotations"])
        ),
        digests=digests,
        digest=digest_release(manifest.name, scheme, digests, name_folds(splits)),
    )
    return _identify(release, found, assembly, reports)


def is_whole(release: AnchoredRelease, found: Sequence[FoundArticle]) -> bool:
    """Whether the full release can be made again."""
    has_all = len(found) == len(release.articles) and all(own.restored is not None for own in found)
    return has_all and release.manifest.full.digest is not None


def _identify(
    release: AnchoredRelease, found: Sequence[FoundArticle], assembly: Assembly, reports: Sequence[SegmentReport]
) -> Assembly:
    full = release.manifest.full
    if not is_whole(release, found):
        counts = count_statuses(reports, full.labelled)
        part = HydratedEntry(
            of=release.manifest.coverage_of,
            labelled=count_found(counts),
            labelled_of=full.labelled,
            articles=len(found),
            articles_of=full.articles_of,
            rows=counts,
        )
        return replace(assembly, hydrated=part)
    if assembly.digest != full.digest:
        made = release.manifest.versions.get("corpus-kit", "(unknown)")
        raise ReleaseError(
            f"every segment was found, and yet the content digest is {assembly.digest}, not {full.digest}",
            path=release.path,
            remedy=f"Hydrate it with the corpus-kit that made it: pip install corpus-kit=={made}",
        )
    return assembly


def _list_sentences(found: Sequence[FoundArticle], segments: Sequence[Segment], folds: Mapping[str, int]) -> list[Row]:
    """The labelled rows; which of them recur in another fold is found again among all segments that were found."""
    recurring = group_recurring_sentences(segments, folds)
    said = {(own.anchored.id, position): row for own in found for position, row in own.anchored.sentences.items()}
    return [
        {
            **said[segment.article_id, segment.position],
            "id": segment.id,
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            "duplicate_group": recurring.get(segment.id),
        }
        for segment in segments
        if (segment.article_id, segment.position) in said
    ]


def _make_article_row(own: FoundArticle, language: str) -> Row:
    row, article = own.anchored.row, own.placement.copy.article
    kept = {name: value for name, value in row.items() if name not in ("segments", "sealed")}
    if own.restored is not None:
        sealed = own.restored.sealed
        stated = {name: getattr(sealed, name) for name in ("title", "raw_sha256", "sha256")}
        return {
            **kept,
            **stated,
            **{str(name): said for name, said in sealed.withheld.items()},
            "text": own.restored.text,
        }
    return {
        **kept,
        **{name: getattr(article, name) for name in ("title", "source", "record_offset", "raw_sha256", "encoding")},
        "sha256": article.sha256,
        "language": language,
        "text": article.text,
    }


def _list_annotations(own: FoundArticle) -> Iterator[Row]:
    """The votes on what was found. Ids and notes are sealed: of an article that isn't restored they aren't known."""
    segments = {name_row(segment.article_id, segment.position): segment for segment in own.list_segments()}
    for number, row in enumerate(own.anchored.annotations):
        segment = segments.get(row["segment_id"])
        if segment is None:
            continue
        id_, note = (row["id"], None) if own.restored is None else own.restored.sealed.annotations[number]
        place = {"segment_id": segment.id, "start": segment.start, "end": segment.end}
        yield {**row, "id": id_, **place, "note": note}


def _list_set_aside(
    release: AnchoredRelease, found: Sequence[FoundArticle], segments: Sequence[Segment]
) -> list[SetAside]:
    if is_whole(release, found):
        streams = [join_streams(own.placement) or "" for own in found]
        sealed = unseal_corpus(release, streams)
        return [SetAside(kind=kind, id=id_, reason=reason) for kind, id_, reason in sealed.set_aside]
    ids = {name_row(segment.article_id, segment.position): segment.id for segment in segments}
    return [
        SetAside(kind=item.kind, id=ids.get(item.id, item.id), reason=item.reason)
        for item in release.manifest.set_aside
        if item.kind != "segment" or item.id in ids
    ]
