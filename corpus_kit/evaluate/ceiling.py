"""How the annotators do on the board's own metrics: what a system can hardly beat, and what that doesn't show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from corpus_kit.errors import ReleaseError
from corpus_kit.evaluate.intervals import Interval, estimate_metrics
from corpus_kit.evaluate.metrics import Metric, list_metrics
from corpus_kit.evaluate.tally import BINS, SUMMED, Tally
from corpus_kit.release import Release, digest_table, read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The annotators, scored as if they were systems.

    Attributes:
        against: `each other` or `the label that holds`.
        annotators: their names, sorted.
        answers: how many labels were scored; a segment counts once per annotator, or per ordered pair of them.
        metrics: those of confusion matrices, by their strings.
    """

    against: str
    annotators: tuple[str, ...]
    answers: int
    metrics: Mapping[str, Interval]


def measure_ceilings(release: Release) -> tuple[Ceiling, ...]:
    """The annotators against each other, and against the label that holds; empty without two who labelled a segment.

    Against each other: over every ordered pair of annotators, one as gold and one as said, on all segments that both
    labelled, also those that were set aside because they disagree. Against the label that holds: each annotator on the
    segments of the release. Both are pooled over the annotators and have intervals over articles. Adjudicators are not
    among them. A ReleaseError where the votes are not what the manifest states.
    """
    if not release.manifest.tables["annotations"].rows:
        return ()
    votes, article_of = _read_votes(release)
    labels, articles = release.scheme.labels, [labelled.article.id for labelled in release.articles]
    gold = {
        segment.id: release.scheme.index(label)
        for labelled in release.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    }
    place = {name: i for i, name in enumerate(articles)}
    mutual, held = [], []
    for segment_id, by in votes.items():
        article = place[article_of[segment_id]]
        mutual += [(article, by[one], by[other]) for one, other in permutations(sorted(by), 2)]
        held += [(article, gold[segment_id], said) for said in by.values() if segment_id in gold]
    names = tuple(sorted({name for by in votes.values() for name in by}))
    if not mutual:
        return ()
    return (
        _score("each other", names, _tally(mutual, articles, len(labels)), labels),
        _score("the label that holds", names, _tally(held, articles, len(labels)), labels),
    )


def _read_votes(release: Release) -> tuple[Mapping[str, dict[str, int]], Mapping[str, str]]:
    """The votes that give a label, by segment, and each such segment's article."""
    rows = read_rows(release.path, "annotations")
    if digest_table(release.manifest, "annotations", rows) != release.manifest.tables["annotations"].digest:
        raise ReleaseError(
            "annotations have another digest than the manifest says",
            path=release.path,
            remedy=f"See what differs: corpus-kit check {release.path}",
        )
    votes: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["action"] == "label":
            votes.setdefault(row["segment_id"], {})[row["annotator"]] = row["label"]
    return votes, {row["segment_id"]: row["article_id"] for row in rows}


def _tally(triples: Sequence[tuple[int, int, int]], articles: Sequence[str], size: int) -> Tally:
    confusion = np.zeros((len(articles), size, size + 1), dtype=np.int64)
    if triples:
        np.add.at(confusion, tuple(np.array(triples).T), 1)
    calibration = np.zeros((len(articles), BINS + 1, len(SUMMED)))
    return Tally(articles=tuple(articles), confusion=confusion, unique=confusion, calibration=calibration)


def _score(against: str, names: tuple[str, ...], tally: Tally, labels: Sequence[str]) -> Ceiling:
    metrics: list[Metric] = [one for one in list_metrics(labels) if one.definition.part == "confusion"]
    return Ceiling(
        against=against,
        annotators=names,
        answers=int(tally.confusion.sum()),
        metrics=estimate_metrics(tally, metrics, labels),
    )
