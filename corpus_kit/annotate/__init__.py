"""Who said what about which span, how far they agree, and what holds in the end."""

from corpus_kit.annotate.agreement import Agreement, measure_agreement, render_agreement, to_json
from corpus_kit.annotate.decide import Decision, Undecided, decide_label
from corpus_kit.annotate.ledger import (
    AdjudicationEvent,
    LedgerEvent,
    TornLine,
    append_events,
    make_event,
    read_ledger,
)
from corpus_kit.annotate.votes import Annotations, read_annotations

__all__ = [
    "AdjudicationEvent",
    "Agreement",
    "Annotations",
    "Decision",
    "LedgerEvent",
    "TornLine",
    "Undecided",
    "append_events",
    "decide_label",
    "make_event",
    "measure_agreement",
    "read_annotations",
    "read_ledger",
    "render_agreement",
    "to_json",
]
