"""Which label holds."""

from math import isnan

from corpus_kit.annotate import Decision, Undecided, decide_label
from corpus_kit.model import Span, Vote


def say(who: str, label: str | None, attribution: str | None = None, *, action: str = "label") -> Vote:
    """A vote on one span."""
    return Vote(
        id=f"{who}-{label}",
        annotator=who,
        article_id="a",
        span=Span(0, 1),
        action=action,
        label=label,
        attribution=attribution,
        guidelines="1.0.0",
        time="2026-01-02T03:04:05Z",
    )


def test_what_all_said_holds() -> None:
    """Two equal votes hold, with agreement 1."""
    assert decide_label([say("x", "fact"), say("y", "fact")], None) == Decision("fact", None, 2, 1.0)


def test_one_vote_holds_without_agreement() -> None:
    """A single annotator decides; agreement is nan, since there is no pair."""
    decision = decide_label([say("x", "fact")], None)
    assert isinstance(decision, Decision)
    assert decision.annotators == 1
    assert isnan(decision.agreement)


def test_a_majority_does_not_hold() -> None:
    """Two against one is a disagreement: nobody is outvoted."""
    votes = [say("x", "fact"), say("y", "fact"), say("z", "quote")]
    assert decide_label(votes, None) == Undecided("annotators disagree and nobody adjudicated")


def test_another_attribution_is_a_disagreement() -> None:
    """Equal labels with different attributions are not decided."""
    assert isinstance(decide_label([say("x", "fact", "none"), say("y", "fact", "indirect")], None), Undecided)


def test_the_adjudicator_decides() -> None:
    """A decision holds over votes; their agreement stays what it was (1 of 3 pairs)."""
    votes = [say("x", "fact"), say("y", "fact"), say("z", "quote")]
    assert decide_label(votes, say("judge", "quote")) == Decision("quote", None, 3, 1 / 3)


def test_a_flag_leaves_it_undecided() -> None:
    """A segment that somebody flagged waits for an adjudicator, whatever others said."""
    assert isinstance(decide_label([say("x", "fact"), say("y", None, action="flag")], None), Undecided)


def test_skips_and_nothing_are_told_apart() -> None:
    """The reason says whether anyone looked."""
    assert decide_label([say("x", None, action="skip")], None) == Undecided("skipped by every annotator")
    assert decide_label([], None) == Undecided("not annotated")
