"""The segments that systems, or a system and the label that holds, dispute: as data, and what of it a page takes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_kit.errors import PredictionError
from corpus_kit.evaluate.board import Board, ProtocolBoard, collect_runs
from corpus_kit.evaluate.compare import DifferingSegment, list_differing_segments
from corpus_kit.evaluate.contenders import read_contender
from corpus_kit.evaluate.protocols import select_scored
from corpus_kit.release import Release
from corpus_kit.webpage import embed_json

GOLD = "the label that holds"
MOST_SEGMENTS = 2_000
MOST_BYTES = 1_200_000
"""So many segments, and bytes of their text, are in a page for each protocol."""
MOST_CHARS = 1_000
"""Longer segments are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """The segments of a protocol that not all voices label alike.

    Attributes:
        language: of the texts.
        voices: the systems in the board's order, then the label that holds.
        segments: in the release's order; `said` has a label per voice.
    """

    language: str
    voices: tuple[str, ...]
    segments: tuple[DifferingSegment, ...]


def collect_disputes(board: Board, release: Release, baselines_dir: Path) -> tuple[Disputes, ...]:
    """The disputed segments of each of a board's protocols, in its order, from the stored predictions.

    A PredictionError where these are not what the results were computed from.
    """
    stored = {run.record.digest: run.path.stem for run in collect_runs(baselines_dir, release)}
    return tuple(_collect_protocol(protocol, stored, release, baselines_dir) for protocol in board.protocols)


def _collect_protocol(
    protocol: ProtocolBoard, stored: Mapping[str, str], release: Release, baselines_dir: Path
) -> Disputes:
    scored = select_scored(release, protocol.protocol)
    gold = {
        segment.id: label
        for labelled in scored.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    }
    records = [one.record for one in protocol.standings]
    unknown = [one.system.name for one in records if one.digest not in stored]
    if unknown:
        raise PredictionError(
            f"there is no stored result of {unknown[0]} with the digest that the board's has",
            path=baselines_dir,
            remedy="Make the board of what is stored: collect_runs",
        )
    said = [
        read_contender(one.system.name, release, baselines_dir, protocol=stored[one.digest]).said for one in records
    ]
    return Disputes(
        language=release.manifest.language,
        voices=(*(one.system.name for one in records), GOLD),
        segments=tuple(list_differing_segments(scored, [*said, gold])),
    )


def choose_segments(disputes: Disputes) -> list[DifferingSegment]:
    """The first segments that a page has room for, long ones cut."""
    kept: list[DifferingSegment] = []
    room = MOST_BYTES
    for one in disputes.segments[:MOST_SEGMENTS]:
        short = one.text if len(one.text) <= MOST_CHARS else one.text[:MOST_CHARS] + "…"
        room -= len(embed_json(short).encode("utf-8"))
        if room < 0:
            break
        kept.append(one._replace(text=short))
    return kept


def describe_segments(disputes: Disputes, segments: list[DifferingSegment]) -> dict[str, Any]:
    """Segments as a script reads them: labels and articles by their place in a list, -1 for no label."""
    labels = sorted({label for one in segments for label in one.said if label is not None})
    articles = list(dict.fromkeys(one.article_id for one in segments))
    label_places: dict[str | None, int] = {label: i for i, label in enumerate(labels)}
    article_places = {article: i for i, article in enumerate(articles)}
    return {
        "voices": list(disputes.voices),
        "labels": labels,
        "articles": articles,
        "segments": [
            [
                article_places[one.article_id],
                one.position,
                [label_places.get(label, -1) for label in one.said],
                one.text,
            ]
            for one in segments
        ],
    }
