"""What a release states about itself for responsible use: Croissant's RAI vocabulary and PROV provenance.

Each statement is measured from the rows, declared in corpus.toml, or a section of the card; none is made up.
"""

from collections import Counter
from collections.abc import Mapping
from math import isnan
from typing import Any

from corpus_kit.annotate.agreement import describe_agreement
from corpus_kit.annotate.intervals import Bounds
from corpus_kit.build.card import read_sections
from corpus_kit.build.contents import Contents
from corpus_kit.markdown import count_of

CARD_SECTIONS: Mapping[str, str] = {
    "rai:dataLimitations": "Limitations",
    "rai:dataBiases": "Biases",
    "rai:personalSensitiveInformation": "Personal information",
    "rai:dataUseCases": "Uses",
    "rai:dataSocialImpact": "Social impact",
}
"""Per statement, the heading of the card's section that it is."""

_HOLDS = (
    "A label holds if an adjudicator decided it, or if all annotators gave that label and attribution. Of {segments} "
    "segments {labelled} have a label that holds; the others are set aside with the reason."
)
_LEDGER = (
    "A ledger of events per annotator that is only ever appended to (corpus-kit). What annotators had on their screens "
    "is not recorded."
)


def make_statements(contents: Contents, card: str, *, has_synthetic_text: bool | None) -> dict[str, Any]:
    """The statements by their keys; one that nothing backs (an absent section, an undeclared kind) is left out."""
    sections = read_sections(card)
    stated = {key: sections.get(title) for key, title in CARD_SECTIONS.items()}
    return {
        **{key: text for key, text in stated.items() if text},
        **({} if has_synthetic_text is None else {"rai:hasSyntheticData": has_synthetic_text}),
        "rai:annotationsPerItem": _count_annotations(contents),
        "rai:dataAnnotationProtocol": _state_protocol(contents),
        "rai:dataAnnotationPlatform": [_LEDGER],
        "rai:dataAnnotationAnalysis": _analyse(contents),
        "rai:annotatorDemographics": _list_annotators(contents),
        **_state_tools(contents),
        "prov:wasDerivedFrom": _list_sources(contents),
        "prov:wasGeneratedBy": _list_activities(contents),
    }


def _count_annotations(contents: Contents) -> str:
    counts = Counter(row["annotators"] for row in contents.rows["sentences"])
    return "; ".join(f"{count_of(n, 'label')}: {count_of(count, 'segment')}" for n, count in sorted(counts.items()))


def _state_protocol(contents: Contents) -> list[str]:
    labelled = len(contents.rows["sentences"])
    return [
        f"Guidelines {contents.guidelines}: annotations/guidelines.md, sha256 {contents.guidelines_sha256}.",
        _HOLDS.format(segments=contents.segments, labelled=labelled),
    ]


def _analyse(contents: Contents) -> list[str]:
    """The coefficients of each scope with their units, then what they can't show."""

    def say(value: float) -> str:
        return "not defined" if isnan(value) else f"{value:.3f}"

    figures = [
        f"{name if name == 'attribution' else f'Label, {name} segments'}: {c.units} units, observed agreement "
        f"{say(c.observed)}, Cohen's kappa {say(c.kappa)}, Krippendorff's alpha {say(c.alpha)} "
        f"({_describe_bounds(contents.agreement.alpha_bounds[name])})."
        for name, c in contents.agreement.scopes.items()
    ]
    return [line[0].upper() + line[1:] for line in figures] + describe_agreement(contents.agreement)


def _describe_bounds(bounds: Bounds) -> str:
    if bounds.reason:
        return f"no interval over articles: {bounds.reason}"
    return f"95 % interval over articles {bounds.low:.3f} to {bounds.high:.3f}"


def _list_annotators(contents: Contents) -> list[str]:
    known = contents.annotators
    kinds = {"human": "a person", "language-model": "a language model, no person"}
    voted = {row["annotator"] for row in contents.rows["annotations"]}
    return [
        f"{name}: {kinds[known[name].kind]}. {known[name].description}".strip()
        if name in known
        else f"{name}: not described."
        for name in sorted({*voted, *known})
    ]


def _state_tools(contents: Contents) -> dict[str, list[str]]:
    """Nothing where no annotator is declared to be a language model."""
    tools = [
        f"{name} (language model{f' {table.model!r}' if table.model else ''}): {table.description}".strip()
        for name, table in sorted(contents.annotators.items())
        if table.kind == "language-model"
    ]
    return {"rai:machineAnnotationTools": tools} if tools else {}


def _list_sources(contents: Contents) -> list[dict[str, str]]:
    """An entity per publisher with the number of its articles; the table `articles` names each one."""
    counts = Counter(row["publisher"] or "" for row in contents.rows["articles"])
    return [
        {
            "@type": "prov:Entity",
            "prov:label": publisher or "Publisher not stated",
            "description": f"Articles: {count}; each is a row of the record sets of `articles`.",
        }
        for publisher, count in sorted(counts.items())
    ]


def _list_activities(contents: Contents) -> list[dict[str, str]]:
    votes = contents.rows["annotations"]
    articles, segments = count_of(len(contents.rows["articles"]), "article"), count_of(contents.segments, "segment")
    decisions = count_of(len(votes), "decision")
    annotators = count_of(len({row["annotator"] for row in votes}), "annotator")
    versions = ", ".join(sorted({row["guidelines"] for row in votes})) or "(none)"
    steps = {
        "Collection": f"{articles}; the record sets of `articles` say where each is from.",
        "Segmentation": f"{segments} by the segmenter {contents.segmenter!r} of corpus-kit {contents.made_with}, "
        "with offsets into the article.",
        "Annotation": f"{decisions} of {annotators} under guidelines {versions}; "
        f"decisions of adjudicators: {contents.agreement.adjudicated}.",
    }
    return [{"@type": "prov:Activity", "prov:label": label, "description": text} for label, text in steps.items()]
