"""The leaderboard: a board as one Markdown page on which every number was computed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from corpus_kit.evaluate.board import Board, ProtocolBoard, Standing
from corpus_kit.evaluate.ceiling import Ceiling
from corpus_kit.evaluate.leaderboard_notes import MIN_SUPPORT, name_protocol, write_notes, write_pair_notes
from corpus_kit.evaluate.leaderboard_sections import COST_TITLE, render_articles, render_cost, render_pairs
from corpus_kit.evaluate.metrics import Metric
from corpus_kit.evaluate.record import DatasetEntry, MetricEntry, describe_interval
from corpus_kit.evaluate.score_text import UNKNOWN, format_bounds, format_score
from corpus_kit.markdown import count_of, escape_inline, render_table

PROBABILITIES = (("Brier score", "brier"), ("Log loss", "log_loss"), ("Calibration error (ECE)", "ece"))
PROBABILITY_NOTE = (
    "Less is better. Systems that don't state a probability for each segment are left out. The calibration error is "
    "too high where segments are few, and ≈ here says so as well: the jackknife is approximate for it."
)


def render_leaderboard(board: Board) -> str:
    """The board as Markdown: a table of systems per protocol with what it means, then a section per question.

    Without results the board says so.
    """
    dataset = board.dataset
    if dataset is None:
        return "# Leaderboard\n\nNo results are stored.\n"
    blocks = [f"# Leaderboard: {dataset.name} {dataset.version}", *introduce_board(dataset, board.protocols)]
    for protocol in board.protocols:
        blocks += [f"**{name_protocol(protocol)}**", _render_systems(protocol), "\n".join(write_notes(protocol))]
    for title, make in (
        ("Labels", _render_labels),
        ("Probabilities", _render_probabilities),
        ("Differences", _render_pairs),
        ("Articles", render_articles),
        (COST_TITLE, render_cost),
    ):
        made = [(name_protocol(protocol), text) for protocol in board.protocols if (text := make(protocol))]
        blocks += [f"## {title}"] if made else []
        for name, text in made:
            blocks += [f"{name}:", text] if len(board.protocols) > 1 else [text]
    return "\n\n".join(blocks) + "\n"


def introduce_board(dataset: DatasetEntry, protocols: Sequence[ProtocolBoard]) -> list[str]:
    """What was predicted, as paragraphs of Markdown."""
    segments, articles = max((one.counts.segments, len(one.articles)) for one in protocols)
    blocks = [
        (
            f"{dataset.name} {dataset.version}: {segments} segments of {count_of(articles, 'article')}. Every score "
            f"below was computed from the stored predictions and the release with the digest `{dataset.digest}`."
        )
    ]
    if (part := dataset.subset) is not None:
        blocks.append(
            f"**A hydrated subset: {part.segments} of {part.segments_of} labelled segments of `{part.of}`.** These "
            "scores can't be compared with scores on the whole or on another subset."
        )
    return blocks


def _render_systems(protocol: ProtocolBoard) -> str:
    columns = dict(choose_columns(protocol))
    rows = [
        [_name_system(one), one.record.system.kind, one.groups, *_render_metrics(one.record.metrics, columns.values())]
        for one in protocol.standings
    ]
    rows += [
        [_name_ceiling(one), UNKNOWN, UNKNOWN, *_render_ceiling(one, columns.values())] for one in protocol.ceilings
    ]
    return render_table(["System", "How", "Group", *columns], rows, numeric_from=3).rstrip("\n")


def choose_columns(protocol: ProtocolBoard) -> Iterator[tuple[str, str]]:
    """The titles of the main table's columns, each with its metric."""
    duplicates = protocol.counts.duplicates
    kind = "recurring segment" if protocol.training is None else "shared segment"
    for title, name in (("Macro-F1", "macro_f1"), ("Accuracy", "accuracy")):
        yield title, name
        if duplicates:
            yield f"{title} without {count_of(duplicates, kind)}", f"{name}_without_duplicates"
    yield "MCC", "mcc"


def _name_system(standing: Standing) -> str:
    system, missing = standing.record.system, describe_missing(standing)
    return escape_inline(f"{system.name} {system.version}") + (f" ({missing})" if missing else "")


def describe_missing(standing: Standing) -> str:
    """How many segments a system gave no label for, in words; empty for none."""
    missing = standing.record.counts.missing
    return f"{count_of(missing, 'segment')} missing, counted as wrong" if missing else ""


def _name_ceiling(ceiling: Ceiling) -> str:
    return f"*{name_ceiling(ceiling)}*"


def name_ceiling(ceiling: Ceiling) -> str:
    """Who was scored as if they were a system."""
    return f"{count_of(len(ceiling.annotators), 'annotator')}, against {ceiling.against}"


def describe_ceiling(ceiling: Ceiling) -> dict[str, MetricEntry]:
    """The annotators' metrics as a system's record has its own."""
    return {name: MetricEntry.model_validate(describe_interval(one)) for name, one in ceiling.metrics.items()}


def _render_ceiling(ceiling: Ceiling, names: Iterable[str]) -> list[str]:
    return _render_metrics(describe_ceiling(ceiling), names)


def _render_metrics(metrics: Mapping[str, MetricEntry], names: Iterable[str]) -> list[str]:
    return [render_entry(metrics[name]) if name in metrics else "" for name in names]


def render_entry(entry: MetricEntry) -> str:
    """A score with its interval, to three decimals."""
    return f"{format_score(entry.value)} {format_bounds(entry)}"


def _render_labels(protocol: ProtocolBoard) -> str:
    names = [str(Metric(name="f1", label=label)) for label in protocol.supports]
    header = ["System", *(f"F1 {escape_inline(label)} (n = {n})" for label, n in protocol.supports.items())]
    rows = [[_name_system(one), *_render_metrics(one.record.metrics, names)] for one in protocol.standings]
    rows += [[_name_ceiling(one), *_render_ceiling(one, names)] for one in protocol.ceilings]
    few = [
        f"{count_of(n, 'segment')}: says nothing about a system" if n < MIN_SUPPORT else ""
        for n in protocol.supports.values()
    ]
    if any(few):
        rows.append([f"*Labels with n &lt; {MIN_SUPPORT}*", *few])
    return render_table(header, rows).rstrip("\n")


def _render_probabilities(protocol: ProtocolBoard) -> str:
    stated = [one for one in protocol.standings if one.record.metrics["brier"].value is not None]
    if not stated:
        return ""
    rows = [
        [_name_system(one), *_render_metrics(one.record.metrics, [name for _, name in PROBABILITIES])] for one in stated
    ]
    table = render_table(["System", *(title for title, _ in PROBABILITIES)], rows)
    return f"{table}\n{PROBABILITY_NOTE}"


def _render_pairs(protocol: ProtocolBoard) -> str:
    if not protocol.pairs:
        return ""
    return "\n\n".join([render_pairs(protocol), "\n".join(write_pair_notes(protocol))])
