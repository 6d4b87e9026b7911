"""The board as data: systems, what tells them apart, articles and annotators; pages are made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from pathlib import Path

import numpy as np

from corpus_kit.canonical import to_canonical_json
from corpus_kit.errors import ReleaseError
from corpus_kit.evaluate.ceiling import Ceiling
from corpus_kit.evaluate.differences import SIGNIFICANCE_FRACTION, Contender, Difference, compare_pairs
from corpus_kit.evaluate.metrics import RANKING_METRIC, parse_metric
from corpus_kit.evaluate.record import (
    DatasetEntry,
    ResultRecord,
    Run,
    SegmentCounts,
    TrainingEntry,
    read_record,
    restore_tally,
)
from corpus_kit.evaluate.stored import list_result_folders, list_results
from corpus_kit.evaluate.tally import Tally
from corpus_kit.evaluate.ties import adjust_holm, group_ties
from corpus_kit.release import Release

TESTED_METRICS = (RANKING_METRIC, "accuracy")
"""The metrics in which every pair of systems is compared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """A system on the board.

    Attributes:
        record: its run, with every metric and its interval.
        tally: per article its confusion matrix and the bins of its confidence.
        groups: the letters of its tie groups, with spaces between them.
    """

    record: ResultRecord
    tally: Tally
    groups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairResult:
    """Two systems, the higher one first.

    Attributes:
        differences: a - b in each of the `TESTED_METRICS`.
        holm_p: per difference, its p adjusted for all pairs of the protocol.
    """

    a: str
    b: str
    differences: tuple[Difference, ...]
    holm_p: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolBoard:
    """The systems under one protocol by macro-F1, highest first, then by name; and every pair of them in that order.

    Attributes:
        supports: segments that the protocol has predicted, per label, in the scheme's order.
        articles: the articles that have such segments, with how many; the G of every interval and test.
        training: what the systems learnt from and what its labels mean here, under the protocol `transfer`.
        ceilings: the annotators; none where the protocol has only part of the segments predicted.
    """

    protocol: str
    supports: dict[str, int]
    counts: SegmentCounts
    articles: dict[str, int]
    ceilings: tuple[Ceiling, ...]
    standings: tuple[Standing, ...]
    pairs: tuple[PairResult, ...]
    training: TrainingEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything that a page about results shows.

    Attributes:
        dataset: None where no results are stored.
        protocols: by name, `transfer` once per training data and mapping; empty where no results are stored.
    """

    dataset: DatasetEntry | None
    labels: tuple[str, ...]
    protocols: tuple[ProtocolBoard, ...]


def list_records(baselines_dir: Path, release: Release) -> list[Path]:
    """Where results for this version of the dataset are stored, sorted; none if there are none."""
    folders = list_result_folders(baselines_dir, release)
    return sorted(path for folder in folders for path in list_results(folder))


def collect_runs(baselines_dir: Path, release: Release) -> list[Run]:
    """The stored results for this version of the dataset, sorted by path; none if there are none."""
    return [Run(path, read_record(path)) for path in list_records(baselines_dir, release)]


def make_board(runs: Sequence[Run], ceilings: Sequence[Ceiling] = ()) -> Board:
    """The board of some runs, whatever their order; a ReleaseError where they are not of one release."""
    if not runs:
        return Board(dataset=None, labels=(), protocols=())
    by_protocol = [list(group) for _, group in groupby(sorted(runs, key=_describe_protocol), key=_describe_protocol)]
    for run in runs:
        _require_same_release(run, runs[0])
    for group in by_protocol:
        for run in group:
            _require_same_segments(run, group[0])
    most = max(run.record.counts.segments for run in runs)
    return Board(
        dataset=runs[0].record.dataset,
        labels=tuple(runs[0].record.labels),
        protocols=tuple(
            _rank_records(
                sorted((run.record for run in group), key=_order),
                tuple(ceilings) if group[0].record.counts.segments == most else (),
            )
            for group in by_protocol
        ),
    )


def _describe_protocol(run: Run) -> tuple[str, str]:
    """What two systems must have in common to be compared: the protocol, and what they were transferred from."""
    training = run.record.learnt_from
    return run.record.protocol, "" if training is None else to_canonical_json(training.model_dump())


def _require_same_release(run: Run, first: Run) -> None:
    one, other = run.record, first.record
    if (one.dataset, one.labels) != (other.dataset, other.labels):
        raise _refuse(run, first)


def _require_same_segments(run: Run, first: Run) -> None:
    if _count_gold(run.record) != _count_gold(first.record):
        raise _refuse(run, first)


def _refuse(run: Run, first: Run) -> ReleaseError:
    return ReleaseError(
        f"the result is of another release than {first.path}", path=run.path, remedy="Run the baselines again"
    )


def _count_gold(record: ResultRecord) -> dict[str, list[int]]:
    """Segments per gold label of each article, all and recurring ones."""
    matrices = [*record.confusion.items(), *((f"recurring {name}", rows) for name, rows in record.recurring.items())]
    return {name: [sum(row) for row in rows] for name, rows in matrices}


def _order(record: ResultRecord) -> tuple[float, str]:
    value = record.metrics[RANKING_METRIC].value
    return (1.0 if value is None else -value, record.system.name)


def _rank_records(records: Sequence[ResultRecord], ceilings: tuple[Ceiling, ...]) -> ProtocolBoard:
    first, labels = records[0], records[0].labels
    sizes = {name: int(np.sum(matrix)) for name, matrix in first.confusion.items()}
    names = [record.system.name for record in records]
    tallies = [_reorder(restore_tally(record), tuple(records[0].confusion)) for record in records]
    indexes = list(combinations(range(len(records)), 2))
    found = compare_pairs(
        [Contender(r.system.name, tally, r.is_approximate) for r, tally in zip(records, tallies, strict=True)],
        indexes,
        [parse_metric(name, labels) for name in TESTED_METRICS],
        labels=labels,
    )
    by_metric = [adjust_holm([own[i].test.p for own in found]) for i in range(len(TESTED_METRICS))]
    separable = {pair for pair, p in zip(indexes, by_metric[0], strict=True) if p <= SIGNIFICANCE_FRACTION}
    groups = group_ties(len(records), separable)
    return ProtocolBoard(
        protocol=first.protocol,
        training=first.learnt_from,
        supports={label: first.supports[label] for label in labels},
        counts=first.counts,
        articles={name: size for name, size in sizes.items() if size},
        ceilings=ceilings,
        standings=tuple(
            Standing(record=record, tally=tally, groups=own)
            for record, tally, own in zip(records, tallies, groups, strict=True)
        ),
        pairs=tuple(
            PairResult(a=names[a], b=names[b], differences=tuple(own), holm_p=holm_p)
            for (a, b), own, holm_p in zip(indexes, found, zip(*by_metric, strict=True), strict=True)
        ),
    )


def _reorder(tally: Tally, articles: tuple[str, ...]) -> Tally:
    """The same sums with the articles in another order."""
    place = {name: i for i, name in enumerate(tally.articles)}
    order = [place[name] for name in articles]
    return Tally(
        articles=articles,
        confusion=tally.confusion[order],
        unique=tally.unique[order],
        calibration=tally.calibration[order],
    )
