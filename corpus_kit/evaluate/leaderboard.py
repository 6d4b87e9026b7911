"""The leaderboard: stored results as one Markdown page on which every number was computed."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from corpus_kit.errors import ReleaseError
from corpus_kit.evaluate.intervals import LEVEL_FRACTION
from corpus_kit.evaluate.metrics import Metric
from corpus_kit.evaluate.protocols import PROTOCOLS
from corpus_kit.evaluate.record import PREDICTIONS_ONLY, RERUN, MetricEntry, ResultRecord, Run, read_record
from corpus_kit.evaluate.score import WITHOUT_DUPLICATES
from corpus_kit.evaluate.submission import list_result_folders
from corpus_kit.markdown import escape_inline, render_table
from corpus_kit.release import Release

MIN_SUPPORT = 10
"""Labels with fewer segments are not judged."""
SIGNIFICANCE_FRACTION = 0.05
_UNKNOWN = "–"


def list_records(baselines_dir: Path, release: Release) -> list[Path]:
    """Where results for this version of the dataset are stored, sorted; none if there are none."""
    folders = list_result_folders(baselines_dir, release)
    return sorted(path for folder in folders for name in PROTOCOLS if (path := folder / f"{name}.json").is_file())


def collect_runs(baselines_dir: Path, release: Release) -> list[Run]:
    """The stored results for this version of the dataset, sorted by path; none if there are none."""
    return [Run(path, read_record(path)) for path in list_records(baselines_dir, release)]


def render_leaderboard(runs: Sequence[Run]) -> str:
    """The board as Markdown, a table per protocol, in the order of macro-F1 (highest first), then of the names.

    A ReleaseError where the results are not of one release. Without results the board says so.
    """
    records = [run.record for run in runs]
    if not records:
        return "# Leaderboard\n\nNo results are stored.\n"
    first = max(records, key=lambda record: record.counts.segments)
    for run in runs:
        if (run.record.dataset, run.record.labels) != (first.dataset, first.labels):
            raise ReleaseError(
                f"the result is of another release than {runs[0].path}", path=run.path, remedy="Run the baselines again"
            )
    name, version = first.dataset.name, first.dataset.version
    title = f"# Leaderboard: {name} {version}"
    intro = (
        f"{name} {version}: {first.counts.segments} segments of {count_articles(first)} articles. Every number below "
        f"was computed from the stored predictions and the release with the digest `{first.dataset.digest}`."
    )
    blocks = [title, intro]
    if (part := first.dataset.subset) is not None:
        blocks.append(
            f"**A hydrated subset: {part.segments} of {part.segments_of} labelled segments of `{part.of}`.** These "
            "scores can't be compared with scores on the whole or on another subset."
        )
    for protocol, group in groupby(sorted(records, key=lambda record: record.protocol), lambda record: record.protocol):
        own = sorted(group, key=_order)
        blocks += [f"**Protocol `{protocol}`**", _render_table(own), "\n".join(_write_notes(own))]
    return "\n\n".join(blocks) + "\n"


def count_articles(record: ResultRecord) -> int:
    """The articles with at least one segment: the G of every interval and test."""
    return sum(any(any(row) for row in matrix) for matrix in record.confusion.values())


def smallest_sign_flip_p(articles: int) -> float:
    """The smallest two-sided p that the exact sign-flip test over this many articles can reach: 2 / 2^G, at most 1.

    All G differences have one sign in 2 of the 2^G equally likely assignments (Fisher 1935, "The Design of
    Experiments", section 21).
    """
    return min(1.0, 2.0 ** (1 - articles))


def _order(record: ResultRecord) -> tuple[float, str]:
    value = record.metrics["macro_f1"].value
    return (1.0 if value is None else -value, record.system.name)


def _render_table(records: Sequence[ResultRecord]) -> str:
    first = records[0]
    header = ["System", "How", "Macro-F1"]
    if first.counts.duplicates:
        header.append(f"Macro-F1 without {first.counts.duplicates} recurring segments")
    header.append("Accuracy")
    lead = len(header)
    header += [f"F1 {escape_inline(label)} (n = {first.supports[label]})" for label in first.labels]
    rows = [_render_row(record) for record in records]
    few = [
        f"{_count(first.supports[label])}: says nothing about a system" if first.supports[label] < MIN_SUPPORT else ""
        for label in first.labels
    ]
    if any(few):
        rows.append([f"*Labels with n &lt; {MIN_SUPPORT}*", *[""] * (lead - 1), *few])
    return render_table(header, rows, numeric_from=2).rstrip("\n")


def _render_row(record: ResultRecord) -> list[str]:
    system = f"{record.system.name} {record.system.version}"
    if record.counts.missing:
        system += f" ({_count(record.counts.missing)} missing, counted as wrong)"
    row = [system, record.system.kind, _render_interval(record.metrics["macro_f1"])]
    if record.counts.duplicates:
        row.append(_render_interval(record.metrics[WITHOUT_DUPLICATES]))
    row.append(_render_interval(record.metrics["accuracy"]))
    f1 = (record.metrics[str(Metric(name="f1", label=label))] for label in record.labels)
    return [*row, *map(_render_interval, f1)]


def _render_value(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f}"


def _render_interval(entry: MetricEntry) -> str:
    if entry.low is None or entry.high is None:
        return f"{_render_value(entry.value)} [{_UNKNOWN}]"
    mark = " ≈" if entry.approximate else ""
    return f"{_render_value(entry.value)} [{entry.low:.3f}, {entry.high:.3f}]{mark}"


def _count(segments: int) -> str:
    return f"{segments} segment" + ("" if segments == 1 else "s")


def _write_notes(records: Sequence[ResultRecord]) -> list[str]:
    first = records[0]
    articles, labels = count_articles(first), len(first.labels)
    entries = [entry for record in records for entry in record.metrics.values()]
    few = [label for label in first.labels if first.supports[label] < MIN_SUPPORT]
    sampling = (
        f"- The unit of sampling is the article; there are {articles}. In brackets: {LEVEL_FRACTION:.0%} intervals, "
        f"delete-one-article jackknife with t({max(articles - 1, 0)}), clipped to the range from 0 to 1: how far the "
        "score might be off on other articles like these."
    )
    notes = [
        *_write_kind_notes(records),
        sampling,
        f"- Macro-F1 is the mean of F1 over all {labels} labels; one that is neither gold nor predicted counts as 0.",
    ]
    if few:
        named = ", ".join(f"{escape_inline(label)}: {first.supports[label]}" for label in few)
        notes.append(
            f"- Macro-F1 rests to {len(few)}/{labels} on labels with fewer than {MIN_SUPPORT} segments ({named}). "
            "Read it beside accuracy."
        )
    if first.counts.duplicates:
        notes.append(
            f"- {_count(first.counts.duplicates)} recur in another fold, so that training may have shown them. "
            "The column without them leaves them out."
        )
    if any(entry.approximate for entry in entries):
        notes.append(
            "- ≈: the system was trained again for each fold. Its training articles overlap between folds, which the "
            "jackknife doesn't see: the interval is approximate and likely to be too narrow."
        )
    if any(entry.low is None for entry in entries):
        notes.append(
            f"- {_UNKNOWN}: not known. An interval is missing where leaving out any one article changes nothing or "
            "makes the score undefined; that is not certainty."
        )
    return [*notes, _write_rank_note(articles)]


def _write_kind_notes(records: Sequence[ResultRecord]) -> list[str]:
    if all(record.system.kind == RERUN for record in records):
        return []
    note = (
        f"- *{PREDICTIONS_ONLY}*: somebody submitted what the system said. That every segment has one prediction and, "
        "for a system that learnt here, that folds and training segments fit was verified; that nothing else was seen "
        f"is declared. Systems that were *{RERUN}* have their code beside the results."
    )
    return [note]


def _write_rank_note(articles: int) -> str:
    p = smallest_sign_flip_p(articles)
    said = (
        f"- With {articles} articles the exact sign-flip test can't give a p below 2/2^{articles} = {p:.4g} for the "
        "difference between two systems"
    )
    if p > SIGNIFICANCE_FRACTION:
        return said + (
            f", which is above {SIGNIFICANCE_FRACTION}: no difference can be shown to be more than chance. "
            "The rows are sorted and no ranks are given."
        )
    return said + ". Differences are not tested here; the rows are sorted and no ranks are given."
