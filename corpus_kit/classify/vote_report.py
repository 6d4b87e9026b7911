"""What the labelling functions of a classifier say of a release, function by function."""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from corpus_kit.classify.label_model import fit_dawid_skene
from corpus_kit.classify.labelling import ABSTAIN, LabellingTable, VoteSummary, cast_votes, summarize_votes
from corpus_kit.classify.load import LoadedClassifier, blame_classifier
from corpus_kit.errors import ClassifierError
from corpus_kit.markdown import count_of, escape_inline, render_table
from corpus_kit.release import Release

_LEGEND = (
    "Fractions are of all segments: coverage, where the function votes; overlap, where another votes too; conflict, "
    "where another votes for something else. Accuracy is the fraction of its votes that the release's labels confirm; "
    "the estimate of it comes from a label model that saw the votes on this release and no label."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionReport:
    """A function's summary.

    Attributes:
        estimate: P(its label | it votes) by the label model, fitted on the same votes without labels.
    """

    name: str
    label: str
    meaning: str
    summary: VoteSummary
    estimate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteReport:
    """The functions in the table's order, the names of those whose label the scheme lacks, and how much they cover.

    Attributes:
        silent: segments on which every function abstains.
        is_converged: whether the label model's estimates are final.
    """

    system: str
    dataset: str
    functions: tuple[FunctionReport, ...]
    without_label: tuple[str, ...]
    segments: int
    silent: int
    is_converged: bool


def report_votes(loaded: LoadedClassifier, release: Release) -> VoteReport:
    """Let a classifier's functions vote on every segment of a release, and hold the votes against its labels.

    The functions are the `labelling` of a new classifier. A ClassifierError where it has none.
    """
    labels = release.scheme.labels
    table = getattr(loaded.make(labels, 0), "labelling", None)
    if not isinstance(table, LabellingTable):
        raise ClassifierError(
            "has no labelling functions",
            path=loaded.path,
            remedy="Give the class Classifier an attribute `labelling`, a LabellingTable. See docs/labelling.md",
        )
    with blame_classifier(loaded.path, "voting"):
        votes = cast_votes(table, (one.article for one in release.articles), labels)
    model = fit_dawid_skene(votes, len(labels))
    gold = [labels.index(label) for one in release.articles for label in one.labels]
    own = table.select(labels).functions
    estimates = model.estimate_precisions()[np.arange(len(own)), votes.function_labels]
    return VoteReport(
        system=f"{loaded.name} {loaded.version}",
        dataset=f"{release.manifest.name} {release.manifest.version}",
        functions=tuple(
            FunctionReport(name=f.name, label=f.label, meaning=f.meaning, summary=summary, estimate=float(estimate))
            for f, summary, estimate in zip(own, summarize_votes(votes.matrix, gold), estimates, strict=True)
        ),
        without_label=tuple(f.name for f in table.functions if f.label not in labels),
        segments=len(votes.matrix),
        silent=int((votes.matrix == ABSTAIN).all(axis=1).sum()),
        is_converged=model.is_converged,
    )


def render_votes(report: VoteReport) -> str:
    """Markdown: a table with a row per function, then what its columns mean."""
    rows = [
        [
            escape_inline(one.name),
            escape_inline(one.label),
            escape_inline(one.meaning),
            str(one.summary.votes),
            *(_show(value) for value in (one.summary.coverage, one.summary.overlap, one.summary.conflict)),
            _show(one.summary.accuracy),
            _show(one.estimate),
        ]
        for one in report.functions
    ]
    header = ["function", "votes for", "where", "votes", "coverage", "overlap", "conflict", "accuracy", "estimate"]
    what = f"{escape_inline(report.system)} on {escape_inline(report.dataset)}"
    lines = [
        f"{what}: {count_of(report.segments, 'segment')}, no function votes on {report.silent}.",
        render_table(header, rows, numeric_from=3).rstrip("\n"),
        _LEGEND,
    ]
    if report.without_label:
        names = ", ".join(escape_inline(name) for name in report.without_label)
        lines.append(f"Without a say, because the scheme lacks their label: {names}.")
    if not report.is_converged:
        lines.append("The label model hasn't converged: the estimates are not final.")
    return "\n\n".join(lines)


def votes_to_json(report: VoteReport) -> dict[str, Any]:
    """The report as JSON values; nan becomes null."""
    return {
        "system": report.system,
        "dataset": report.dataset,
        "segments": report.segments,
        "silent": report.silent,
        "converged": report.is_converged,
        "without_label": list(report.without_label),
        "functions": [
            {
                "name": one.name,
                "label": one.label,
                "meaning": one.meaning,
                **{key: _to_json(value) for key, value in one.summary._asdict().items()},
                "estimate": _to_json(one.estimate),
            }
            for one in report.functions
        ],
    }


def _show(value: float) -> str:
    return "–" if isnan(value) else f"{value:.3f}"


def _to_json(value: float) -> float | None:
    return None if isnan(value) else value
