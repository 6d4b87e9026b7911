"""How far the annotators of a corpus agree, and what that can't show."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from corpus_kit.annotate.coefficients import Coefficients, Tally, Unit, measure_units
from corpus_kit.annotate.decide import Undecided, decide_label
from corpus_kit.annotate.intervals import Bounds, bound_alpha
from corpus_kit.annotate.votes import Annotations
from corpus_kit.corpus import AnnotatorTable
from corpus_kit.labels import LabelScheme
from corpus_kit.markdown import render_table

_SUMMARY = (
    "{n} annotators labelled {whole.units} segments in common; on {agreement.disputed} they differ in label or "
    "attribution; {agreement.adjudicated} were adjudicated."
)
_INTERVAL = (
    "The interval of alpha is that of the delete-one-article jackknife with Student's t: articles are the units of "
    "sampling."
)
_UNANIMOUS = (
    "They agree on every label. That is a reason for caution and not a proof of quality: unanimity gives no estimate "
    "of the error that all annotators share, and resampling unanimous labels gives no interval."
)
_ONE_MODEL = (
    "All passes were made by the same language model under the same guidelines. Their agreement shows that the model "
    "is consistent with itself. It doesn't show that the labels are right, that people would agree with them, or that "
    "the guidelines are clear to anyone else: passes of one model share their blind spots, so this must not be read "
    "as the agreement of people."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What `corpus-kit agreement` reports: coefficients by scope and, within a scope, for each label against the rest.

    Scopes are `all`, `prose` (segments whose label in the end is part of the article's prose; while it is open, those
    that some annotator took for prose) and `attribution` (segments to which at least two annotators gave one).
    `alpha_bounds` are the interval of each scope's alpha over articles.
    """

    annotators: tuple[str, ...]
    scopes: Mapping[str, Coefficients]
    alpha_bounds: Mapping[str, Bounds]
    by_label: Mapping[str, Mapping[str, Coefficients]]
    are_one_model: bool
    adjudicated: int
    disputed: int


def measure_agreement(scheme: LabelScheme, known: Mapping[str, AnnotatorTable], annotations: Annotations) -> Agreement:
    """Measure the agreement of annotators, of whom `known` are described; adjudicators are not among them."""
    by_article = _tally_scopes(scheme, annotations)
    tallies = {scope: sum(articles.values(), Counter[Unit]()) for scope, articles in by_article.items()}
    annotators = sorted({name for unit in tallies["all"] for name, _ in unit})
    models = [known.get(name) for name in annotators]
    names = {table.model for table in models if table is not None and table.kind == "language-model"}
    return Agreement(
        annotators=tuple(annotators),
        scopes={scope: measure_units(tally) for scope, tally in tallies.items()},
        alpha_bounds={scope: bound_alpha(list(articles.values())) for scope, articles in by_article.items()},
        by_label={scope: _measure_labels(tallies[scope], scheme.labels) for scope in ("all", "prose")},
        are_one_model=len(models) > 1 and len(names) == 1 and None not in names and None not in models,
        adjudicated=len(annotations.adjudicated),
        disputed=sum(
            len({(vote.label, vote.attribution) for vote in votes if vote.label is not None}) > 1
            for votes in annotations.votes.values()
        ),
    )


def _tally_scopes(scheme: LabelScheme, annotations: Annotations) -> dict[str, dict[str, Counter[Unit]]]:
    """Per scope, the units of each article."""
    scopes = ("all", "prose", "attribution") if scheme.attributions else ("all", "prose")
    tallies = {scope: defaultdict[str, Counter[Unit]](Counter) for scope in scopes}
    for place, votes in sorted(annotations.votes.items()):
        labels = tuple((vote.annotator, vote.label) for vote in votes if vote.label is not None)
        tallies["all"][place[0]][labels] += 1
        held = decide_label(votes, annotations.adjudicated.get(place))
        final = {label for _, label in labels} if isinstance(held, Undecided) else {held.label}
        if final - scheme.outside_prose:
            tallies["prose"][place[0]][labels] += 1
        if scheme.attributions:
            said = tuple((vote.annotator, vote.attribution) for vote in votes if vote.attribution is not None)
            tallies["attribution"][place[0]][said] += 1
    return {scope: dict(articles) for scope, articles in tallies.items()}


def _measure_labels(tally: Tally, labels: Sequence[str]) -> dict[str, Coefficients]:
    """Each label that occurs, against all others."""
    occurring = {label for unit in tally for _, label in unit}
    return {label: measure_units(_oppose(tally, label)) for label in labels if label in occurring}


def _oppose(tally: Tally, label: str) -> Counter[Unit]:
    """The units with two labels: the given one, or not."""
    opposed: Counter[Unit] = Counter()
    for unit, count in tally.items():
        opposed[tuple((who, str(said == label)) for who, said in unit)] += count
    return opposed


def render_agreement(agreement: Agreement) -> str:
    """Markdown: a table of the coefficients, then in words what they can't show."""

    def row(name: str, c: Coefficients, bounds: Bounds | None = None) -> list[str]:
        values = ("–" if isnan(value) else f"{value:.3f}" for value in (c.observed, c.kappa, c.alpha))
        interval = "" if bounds is None else "–" if bounds.reason else f"[{bounds.low:.3f}, {bounds.high:.3f}]"
        return [name, str(c.units), *values, interval]

    rows = [
        row(name if name == "attribution" else f"{name} segments", c, agreement.alpha_bounds[name])
        for name, c in agreement.scopes.items()
    ]
    for scope, by in agreement.by_label.items():
        rows += [row(f"{label} or not, {scope}", c) for label, c in by.items()]
    header = ["over", "units", "observed", "Cohen's kappa", "Krippendorff's alpha", "95 % interval of alpha"]
    return render_table(header, rows) + "\n" + "\n\n".join(describe_agreement(agreement)) + "\n"


def describe_agreement(agreement: Agreement) -> list[str]:
    """What the figures say and what they don't, in sentences."""
    whole = agreement.scopes["all"]
    if not whole.units:
        return ["No segment has labels of two annotators, so nothing is known about agreement."]
    said = [_SUMMARY.format(n=len(agreement.annotators), whole=whole, agreement=agreement)]
    reason = agreement.alpha_bounds["all"].reason
    said.append(f"{_INTERVAL} {f'There is none: {reason}.' if reason else ''}".strip())
    if whole.observed == 1:
        said.append(_UNANIMOUS)
    if agreement.are_one_model:
        said.append(_ONE_MODEL)
    return said


def to_json(agreement: Agreement) -> dict[str, Any]:
    """The agreement as JSON values; nan becomes null."""

    def coefficients(c: Coefficients) -> dict[str, Any]:
        values = {"observed": c.observed, "kappa": c.kappa, "alpha": c.alpha}
        return {"units": c.units, **{name: None if isnan(value) else value for name, value in values.items()}}

    return {
        "annotators": list(agreement.annotators),
        "scopes": {name: coefficients(c) for name, c in agreement.scopes.items()},
        "alpha_intervals": {
            name: {"low": None, "high": None, "reason": bounds.reason}
            if bounds.reason
            else {"low": bounds.low, "high": bounds.high, "reason": ""}
            for name, bounds in agreement.alpha_bounds.items()
        },
        "by_label": {
            scope: {label: coefficients(c) for label, c in by.items()} for scope, by in agreement.by_label.items()
        },
        "one_model": agreement.are_one_model,
        "disputed": agreement.disputed,
        "adjudicated": agreement.adjudicated,
        "in_words": describe_agreement(agreement),
    }
