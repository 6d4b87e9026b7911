"""Small releases made in memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from corpus_kit.canonical import make_segment_ids
from corpus_kit.evaluate import Tally
from corpus_kit.evaluate.tally import BINS, SUMMED
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle, Segment, SegmentedArticle
from corpus_kit.release import (
    TABLES,
    Counts,
    GuidelinesEntry,
    LicensesEntry,
    Manifest,
    Release,
    SchemeTable,
    TableEntry,
)

LABELS = ("red", "green", "blue")
BASELINES = Path(__file__).resolve().parent.parent / "baselines"


def make_article(id_: str, texts: Sequence[str]) -> SegmentedArticle:
    """An article with a line per segment."""
    segments, start = [], 0
    for position, (segment_id, text) in enumerate(zip(make_segment_ids(id_, texts), texts, strict=True)):
        end = start + len(text)
        segments.append(Segment(id=segment_id, article_id=id_, position=position, start=start, end=end, text=text))
        start = end + 1
    return SegmentedArticle(id=id_, text="\n".join(texts), segments=tuple(segments))


def make_release(
    golds: Mapping[str, Sequence[str]],
    *,
    labels: Sequence[str] = LABELS,
    folds: Mapping[str, int] | None = None,
    duplicates: Sequence[str] = (),
) -> Release:
    """A release from the gold labels of each article; segment i of article a has the text `a i`; a fold per article."""
    articles = tuple(
        LabelledArticle(
            article=make_article(id_, [f"{id_} {i}" for i in range(len(gold))]),
            labels=tuple(gold),
            fold=number if folds is None else folds[id_],
        )
        for number, (id_, gold) in enumerate(golds.items())
    )
    return release_of(articles, labels=labels, duplicates=duplicates)


def release_of(
    articles: Sequence[LabelledArticle], *, labels: Sequence[str] = LABELS, duplicates: Sequence[str] = ()
) -> Release:
    """A release of labelled articles; `duplicates` are the ids of segments in the duplicate group `g`."""
    return Release(
        path=Path("toy"),
        manifest=make_manifest(labels),
        scheme=LabelScheme(
            labels=tuple(labels),
            attributions=(),
            allowed=dict.fromkeys(labels, ()),
            outside_prose=frozenset(),
            keys={},
        ),
        articles=tuple(articles),
        duplicate_groups=dict.fromkeys(duplicates, "g"),
    )


def make_manifest(labels: Sequence[str] = LABELS) -> Manifest:
    """The manifest of a release `toy` 1.0.0; its digest is made up."""
    return Manifest(
        format="corpus-kit/release/1",
        name="toy",
        version="1.0.0",
        language="en",
        digest="sha256:" + "0" * 64,
        scheme=SchemeTable(
            labels=list(labels), attributions=[], allowed={label: [] for label in labels}, outside_prose=[]
        ),
        guidelines=GuidelinesEntry(version="1.0.0", sha256="0" * 64),
        segmenter="news",
        annotators={},
        counts=Counts(articles=0, segments=0, labelled=0, labels={}, attributions={}, set_aside={}),
        tables={name: TableEntry(rows=0, digest="") for name in TABLES},
        configs={},
        folds={},
        splits={},
        set_aside=[],
        licenses=LicensesEntry(annotations="CC-BY-4.0", articles="invented"),
        versions={},
        files={},
    )


def make_tally(confusion: Mapping[str, np.ndarray]) -> Tally:
    """The sums of a system without probabilities, from each article's matrix; nothing recurs."""
    matrices = np.stack(list(confusion.values())).astype(np.int64)
    calibration = np.zeros((len(matrices), BINS + 1, len(SUMMED)))
    calibration[:, BINS, 0] = matrices.sum(axis=(1, 2))
    return Tally(articles=tuple(confusion), confusion=matrices, unique=matrices, calibration=calibration)


def list_ids(release: Release) -> list[str]:
    """The ids of a release's segments in their order."""
    return [segment.id for labelled in release.articles for segment in labelled.article.segments]
