"""Which label holds for a segment: an adjudicator's decision, or else what all annotators said."""

from collections.abc import Sequence
from itertools import combinations
from math import nan
from typing import NamedTuple

from corpus_kit.model import Vote


class Decision(NamedTuple):
    """The label that holds. `agreement` is the share of annotator pairs with the same label, nan below two votes."""

    label: str
    attribution: str | None
    annotators: int
    agreement: float


class Undecided(NamedTuple):
    """No label holds, and why."""

    reason: str


def decide_label(votes: Sequence[Vote], adjudicated: Vote | None) -> Decision | Undecided:
    """What holds for one segment.

    An adjudicator's decision holds. Without one, the label and attribution that every annotator gave; nobody's vote is
    outvoted. A disagreement, a flag, or no label at all leaves the segment undecided.
    """
    labels = [vote for vote in votes if vote.action == "label"]
    agreement = share_agreeing_pairs([vote.label for vote in labels])
    if adjudicated is not None and adjudicated.label is not None:
        return Decision(adjudicated.label, adjudicated.attribution, len(labels), agreement)
    if any(vote.action == "flag" for vote in votes):
        return Undecided("flagged and not adjudicated")
    if not labels:
        return Undecided("skipped by every annotator" if votes else "not annotated")
    said = {(vote.label, vote.attribution) for vote in labels}
    if len(said) > 1:
        return Undecided("annotators disagree and nobody adjudicated")
    first = labels[0]
    return Decision(first.label or "", first.attribution, len(labels), agreement)


def share_agreeing_pairs(labels: Sequence[str | None]) -> float:
    """The share of pairs with the same label: a fraction in [0, 1], nan for fewer than two labels."""
    pairs = [a == b for a, b in combinations(labels, 2)]
    return sum(pairs) / len(pairs) if pairs else nan
