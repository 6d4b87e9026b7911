"""What a release states about itself for responsible use: Croissant's RAI vocabulary and PROV provenance.

Each statement is measured from the assembly, declared in corpus.toml, or a section of the card; none is made up.
"""

from collections import Counter
from collections.abc import Mapping
from math import isnan
from typing import Any

from corpus_kit import __version__
from corpus_kit.annotate.agreement import describe_agreement
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.card import read_sections
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


def make_statements(assembly: Assembly, card: str) -> dict[str, Any]:
    """The statements by their keys; one that nothing backs (an absent section, an undeclared kind) is left out."""
    sections = read_sections(card)
    stated = {key: sections.get(title) for key, title in CARD_SECTIONS.items()}
    return {
        **{key: text for key, text in stated.items() if text},
        **_state_synthesis(assembly),
        "rai:annotationsPerItem": _count_annotations(assembly),
        "rai:dataAnnotationProtocol": _state_protocol(assembly),
        "rai:dataAnnotationPlatform": [_LEDGER],
        "rai:dataAnnotationAnalysis": _analyse(assembly),
        "rai:annotatorDemographics": _list_annotators(assembly),
        **_state_tools(assembly),
        "prov:wasDerivedFrom": _list_sources(assembly),
        "prov:wasGeneratedBy": _list_activities(assembly),
    }


def _state_synthesis(assembly: Assembly) -> dict[str, bool]:
    value = assembly.corpus.file.has_synthetic_text
    return {} if value is None else {"rai:hasSyntheticData": value}


def _count_annotations(assembly: Assembly) -> str:
    counts = Counter(row["annotators"] for row in assembly.rows["sentences"])
    return "; ".join(f"{count_of(n, 'label')}: {count_of(count, 'segment')}" for n, count in sorted(counts.items()))


def _state_protocol(assembly: Assembly) -> list[str]:
    guidelines = assembly.guidelines
    labelled = len(assembly.rows["sentences"])
    return [
        f"Guidelines {guidelines.version}: annotations/guidelines.md, sha256 {guidelines.sha256}.",
        _HOLDS.format(segments=len(assembly.segments), labelled=labelled),
    ]


def _analyse(assembly: Assembly) -> list[str]:
    """The coefficients of each scope with their units, then what they can't show."""

    def say(value: float) -> str:
        return "not defined" if isnan(value) else f"{value:.3f}"

    figures = [
        f"{name if name == 'attribution' else f'Label, {name} segments'}: {c.units} units, observed agreement "
        f"{say(c.observed)}, Cohen's kappa {say(c.kappa)}, Krippendorff's alpha {say(c.alpha)}."
        for name, c in assembly.agreement.scopes.items()
    ]
    return [line[0].upper() + line[1:] for line in figures] + describe_agreement(assembly.agreement)


def _list_annotators(assembly: Assembly) -> list[str]:
    known = assembly.corpus.file.annotators
    kinds = {"human": "a person", "language-model": "a language model, no person"}
    voted = {row["annotator"] for row in assembly.rows["annotations"]}
    return [
        f"{name}: {kinds[known[name].kind]}. {known[name].description}".strip()
        if name in known
        else f"{name}: not described."
        for name in sorted({*voted, *known})
    ]


def _state_tools(assembly: Assembly) -> dict[str, list[str]]:
    """Nothing where no annotator is declared to be a language model."""
    tools = [
        f"{name} (language model{f' {table.model!r}' if table.model else ''}): {table.description}".strip()
        for name, table in sorted(assembly.corpus.file.annotators.items())
        if table.kind == "language-model"
    ]
    return {"rai:machineAnnotationTools": tools} if tools else {}


def _list_sources(assembly: Assembly) -> list[dict[str, str]]:
    """An entity per publisher with the number of its articles; the table `articles` names each one."""
    counts = Counter(article.publisher or "" for article in assembly.articles)
    return [
        {
            "@type": "prov:Entity",
            "prov:label": publisher or "Publisher not stated",
            "description": f"Articles: {count}; each is a row of the record sets of `articles`.",
        }
        for publisher, count in sorted(counts.items())
    ]


def _list_activities(assembly: Assembly) -> list[dict[str, str]]:
    votes = assembly.rows["annotations"]
    articles, segments = count_of(len(assembly.articles), "article"), count_of(len(assembly.segments), "segment")
    decisions = count_of(len(votes), "decision")
    annotators = count_of(len({row["annotator"] for row in votes}), "annotator")
    versions = ", ".join(sorted({row["guidelines"] for row in votes})) or "(none)"
    steps = {
        "Collection": f"{articles}; the record sets of `articles` say where each is from.",
        "Segmentation": f"{segments} by the segmenter {assembly.corpus.file.segmenter!r} of corpus-kit {__version__}, "
        "with offsets into the article.",
        "Annotation": f"{decisions} of {annotators} under guidelines {versions}; "
        f"decisions of adjudicators: {assembly.agreement.adjudicated}.",
    }
    return [{"@type": "prov:Activity", "prov:label": label, "description": text} for label, text in steps.items()]
