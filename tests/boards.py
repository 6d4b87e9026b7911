"""Boards made in memory from what systems say, and pages of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus_kit.evaluate import (
    Board,
    Disputes,
    Prediction,
    ResultRecord,
    Run,
    System,
    list_differing_segments,
    make_board,
    make_record,
    render_leaderboard_page,
    score_predictions,
)
from corpus_kit.evaluate.page.disputes import GOLD
from corpus_kit.evaluate.record import Origin
from corpus_kit.release import Release

Said = Mapping[str, str]
"""A label by segment id."""


def get_gold(release: Release) -> dict[str, str]:
    """The label that holds, by segment id."""
    return {
        segment.id: label
        for labelled in release.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    }


def say_in_turn(release: Release, step: int, *, until: int | None = None) -> dict[str, str]:
    """The label that holds, but of every `step`-th segment the next one; for the first `until` segments."""
    labels = release.scheme.labels
    answers = list(get_gold(release).items())[:until]
    return {
        id_: label if i % step else labels[(labels.index(label) + 1) % len(labels)]
        for i, (id_, label) in enumerate(answers)
    }


def make_run(release: Release, name: str, said: Said, *, has_probs: bool = False, protocol: str = "loao") -> Run:
    """The result of a system; one with probabilities gives its labels 0.7."""
    labels = release.scheme.labels
    rest = 0.3 / (len(labels) - 1)
    predictions = [
        Prediction(
            id=id_,
            label=label,
            probs=tuple(0.7 if one == label else rest for one in labels) if has_probs else None,
        )
        for id_, label in said.items()
    ]
    record = make_record(
        release,
        score_predictions(release, predictions, allow_missing=True),
        System(name=name, version="1", source_sha256=None, is_trained=False),
        origin=Origin(protocol, 0, {}),
        predictions_sha256="0" * 64,
    )
    return Run(Path(f"{name}.json"), ResultRecord.model_validate(record))


def make_disputes(board: Board, release: Release, answers: Mapping[str, Said]) -> tuple[Disputes, ...]:
    """What the page is given beside the board, from what each system says."""
    found = []
    for protocol in board.protocols:
        names = [one.record.system.name for one in protocol.standings]
        said = [*(answers[name] for name in names), get_gold(release)]
        segments = tuple(list_differing_segments(release, said))
        found.append(Disputes(language="en", voices=(*names, GOLD), segments=segments))
    return tuple(found)


def render_page_of(release: Release, answers: Mapping[str, Said], *, with_probs: Sequence[str] = ()) -> str:
    """The page of some systems on a release."""
    board = make_board([make_run(release, name, said, has_probs=name in with_probs) for name, said in answers.items()])
    return render_leaderboard_page(board, make_disputes(board, release, answers))
