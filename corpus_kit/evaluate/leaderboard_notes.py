"""What the leaderboard says in words: what its numbers mean, and what they can't show."""

from corpus_kit.annotate.intervals import LEVEL_FRACTION
from corpus_kit.evaluate.board import ProtocolBoard
from corpus_kit.evaluate.differences import POWER_FRACTION, SIGNIFICANCE_FRACTION
from corpus_kit.evaluate.record import PREDICTIONS_ONLY, RERUN
from corpus_kit.evaluate.score_text import UNKNOWN
from corpus_kit.evaluate.sign_flip import EXACT_ARTICLES, count_draws, find_smallest_p
from corpus_kit.markdown import count_of, escape_inline

MIN_SUPPORT = 10
"""Labels with fewer segments are not judged."""
_APPROXIMATE = (
    "- ≈: the system was trained again for each fold. Its training articles overlap between folds, which the "
    "jackknife doesn't see: the interval is approximate and likely to be too narrow."
)
_UNKNOWN_NOTE = (
    f"- {UNKNOWN}: not known. An interval is missing where leaving out any one article changes nothing or makes the "
    "score undefined; that is not certainty."
)
FEW_ARTICLES = 10
_FEW = (
    f"- With fewer than {FEW_ARTICLES} articles an interval may be too narrow for any system: where articles are of "
    "very different kinds, so small a sample may lack a kind, and nothing in it shows that."
)
_CEILING = (
    "- Annotators are scored as if they were systems: against each other over every ordered pair of them, and against "
    "the label that holds, which was made from these same votes and adjudication. Agreement is consistency: annotators "
    "who share a blind spot agree on it, so this is no proof that the labels are right, and a system that scores less "
    "is not shown to be worse than a person."
)


_SUBMITTED = (
    f"- *{PREDICTIONS_ONLY}*: somebody submitted what the system said. That every segment has one prediction and, "
    "for a system that learnt here, that folds and training segments fit was verified; that nothing else was seen "
    f"is declared. Systems that were *{RERUN}* have their code beside the results."
)


def name_protocol(protocol: ProtocolBoard) -> str:
    """A protocol as a title: of `transfer` with what was learnt from, and with the labels that are called otherwise."""
    training = protocol.training
    if training is None:
        return f"Protocol `{protocol.protocol}`"
    renamed = "; ".join(
        f"{escape_inline(source)} left out" if target is None else f"{escape_inline(source)} → {escape_inline(target)}"
        for source, target in training.mapping.items()
        if source != target
    )
    learnt = f"learnt from {escape_inline(f'{training.dataset.name} {training.dataset.version}')}, tested here"
    return f"Protocol `{protocol.protocol}`: {learnt}" + (f" ({renamed})" if renamed else "")


def _write_transfer_notes(protocol: ProtocolBoard) -> list[str]:
    """What was learnt from, the labels that can't be said, and what training shows of what was predicted."""
    training = protocol.training
    if training is None:
        return []
    notes = [
        (
            "- Each system that learns was trained once, on the whole of the other dataset with the digest "
            f"`{training.dataset.digest}`, in that one's labels."
        )
    ]
    unsaid = [escape_inline(label) for label in protocol.supports if label not in training.mapping.values()]
    if unsaid:
        notes.append(f"- No label of the training data means {', '.join(unsaid)}: that is never predicted.")
    if protocol.counts.duplicates:
        notes.append(
            f"- {count_of(protocol.counts.duplicates, 'segment')}, "
            f"{count_of(len(training.shared_articles), 'whole article')} among them, stand in the training data, too. "
            "The columns without them leave them out."
        )
    return notes


def write_notes(protocol: ProtocolBoard) -> list[str]:
    """The bullets below the table of a protocol's systems."""
    articles, few = len(protocol.articles), [label for label, n in protocol.supports.items() if n < MIN_SUPPORT]
    entries = [entry for one in protocol.standings for entry in one.record.metrics.values()]
    notes = [
        *_write_transfer_notes(protocol),
        *([_SUBMITTED] if any(one.record.system.kind != RERUN for one in protocol.standings) else []),
        (
            f"- The unit of sampling is the article; there are {articles}. In brackets: {LEVEL_FRACTION:.0%} "
            f"intervals, delete-one-article jackknife with t({max(articles - 1, 0)}), clipped to the metric's "
            "range: how far the score might be off on other articles like these."
        ),
        (
            f"- Macro-F1 is the mean of F1 over all {len(protocol.supports)} labels; one that is neither gold nor "
            "predicted counts as 0. MCC is Matthews' correlation, 0 for a system that says one label throughout."
        ),
    ]
    if articles < FEW_ARTICLES:
        notes.append(_FEW)
    if few:
        named = ", ".join(f"{escape_inline(label)}: {protocol.supports[label]}" for label in few)
        notes.append(
            f"- Macro-F1 rests to {len(few)}/{len(protocol.supports)} on labels with fewer than {MIN_SUPPORT} segments "
            f"({named}). Read it beside accuracy."
        )
    if protocol.counts.duplicates and protocol.training is None:
        notes.append(
            f"- {count_of(protocol.counts.duplicates, 'segment')} recur in another fold, so that training may have "
            "shown them. The columns without them leave them out."
        )
    retrained = [one.record for one in protocol.standings if one.record.is_approximate]
    notes += [_APPROXIMATE] if any(entry.approximate for one in retrained for entry in one.metrics.values()) else []
    notes += [_UNKNOWN_NOTE] if any(entry.low is None for entry in entries) else []
    notes += [_CEILING] if protocol.ceilings else []
    return [*notes, write_group_note(protocol)]


def write_group_note(protocol: ProtocolBoard) -> str:
    """What the groups of a protocol rest on."""
    articles, pairs = len(protocol.articles), len(protocol.pairs)
    p = find_smallest_p(articles)
    named = f"- Groups (`{protocol.protocol}`): "
    if not pairs:
        return f"{named}there is one system, so there is nothing to tell apart."
    rule = (
        "systems that share a letter can't be told apart: the difference in macro-F1 has a p above "
        f"{SIGNIFICANCE_FRACTION} after Holm's adjustment for {count_of(pairs, 'pair')}"
    )
    limit = (
        f"With {count_of(articles, 'article')} the exact sign-flip test can't give a p below 2/2^{articles} = {p:.4g}"
    )
    if p > SIGNIFICANCE_FRACTION:
        return (
            f"{named}{rule}. {limit}, which is above {SIGNIFICANCE_FRACTION}: no difference can be shown to be more "
            "than chance, so all systems are in one group. The rows are sorted and no ranks are given."
        )
    least = max(p, 1 / count_draws(articles, pairs))
    if least * pairs > SIGNIFICANCE_FRACTION:
        return (
            f"{named}{rule}. {limit}, and after the adjustment none below {min(1.0, least * pairs):.4g}: none can be "
            "shown to be more than chance. The rows are sorted and no ranks are given."
        )
    return f"{named}{rule}. The rows are sorted; groups stand in place of ranks."


def write_pair_notes(protocol: ProtocolBoard) -> list[str]:
    """The bullets below the table of pairs."""
    articles = len(protocol.articles)
    how = (
        "tried in every way"
        if articles <= EXACT_ARTICLES
        else f"swapped in {count_draws(articles, len(protocol.pairs)):,} ways drawn with a fixed seed"
    )
    return [
        (
            f"- p: the two systems' answers are swapped article by article, {how}, and the metric is computed again "
            "each time; how often the difference is as far as observed, in either direction. Least p: what it "
            "could have been with as many articles on which the two differ. It can say less than the interval, which "
            "assumes more; groups go by the test."
        ),
        f"- p (Holm): adjusted for the {count_of(len(protocol.pairs), 'pair')} of this protocol, per metric.",
        (
            f"- Detectable: the difference that would be found in {POWER_FRACTION:.0%} of such samples at the level "
            f"{SIGNIFICANCE_FRACTION}, by the standard error of the difference (t quantiles for {max(articles - 1, 0)} "
            "degrees of freedom). `corpus-kit plan` says how many articles would be enough for a smaller one."
        ),
    ]
