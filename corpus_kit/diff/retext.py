"""Which rows without a counterpart are the same row with a mended text."""

from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from corpus_kit.diff.snapshot import Row

MIN_RATIO = 0.75
"""A sentence that was cut into halves is at 2/3 of its whole, so it stays a removal; a mended name or mark is above."""

WINDOW_ROWS = 3
"""How far apart two rows may stand, each counted from the unchanged neighbour before it."""

_Gap = tuple[str, str | None, str | None]


class Match(NamedTuple):
    """Two ids for one place; `ratio` is from `MIN_RATIO` up to 1."""

    old_id: str
    new_id: str
    ratio: float


def match_retexted(old: Sequence[Row], new: Sequence[Row]) -> list[Match]:
    """The rows that have other texts in the same place, in the old rows' order. Each row is matched once or not at all.

    Two rows may match where both stand between the same neighbours: the nearest row before and after whose id both
    sides have (or the article's edge), at most `WINDOW_ROWS` apart, with `measure_ratio` at `MIN_RATIO` or above. The
    most similar pair goes first and pairs don't cross. Exchanging old and new exchanges the ids and nothing else.
    """
    common = {row["id"] for row in old} & {row["id"] for row in new}
    before, after = _group_gaps(old, common), _group_gaps(new, common)
    found = {match.old_id: match for gap, rows in before.items() for match in _match_gap(rows, after.get(gap, []))}
    return [found[row["id"]] for row in old if row["id"] in found]


def _group_gaps(rows: Iterable[Row], common: Collection[str]) -> dict[_Gap, list[Row]]:
    """The rows that aren't common, by article and the common ids around them, in order."""
    articles: dict[str, list[Row]] = {}
    for row in rows:
        articles.setdefault(row["article_id"], []).append(row)
    gaps: dict[_Gap, list[Row]] = {}
    for article, own in articles.items():
        previous: str | None = None
        waiting: list[Row] = []
        for row in sorted(own, key=lambda row: int(row["position"])):
            if row["id"] not in common:
                waiting.append(row)
                continue
            if waiting:
                gaps[article, previous, row["id"]] = waiting
            previous, waiting = row["id"], []
        if waiting:
            gaps[article, previous, None] = waiting
    return gaps


def _match_gap(old: Sequence[Row], new: Sequence[Row]) -> list[Match]:
    candidates = []
    for i, left in enumerate(old):
        for j in range(max(0, i - WINDOW_ROWS), min(len(new), i + WINDOW_ROWS + 1)):
            ratio = measure_ratio(left["text"], new[j]["text"])
            if ratio >= MIN_RATIO:
                candidates.append((-ratio, abs(i - j), sorted((left["id"], new[j]["id"])), i, j))
    taken: dict[int, int] = {}
    for *_, i, j in sorted(candidates):
        if all((i < other_i) == (j < other_j) and i != other_i and j != other_j for other_i, other_j in taken.items()):
            taken[i] = j
    return [Match(old[i]["id"], new[j]["id"], measure_ratio(old[i]["text"], new[j]["text"])) for i, j in taken.items()]


def measure_ratio(a: str, b: str) -> float:
    """How similar two texts are, from 0 to 1: `difflib`'s ratio, 2M / T, taken in one order so that it is symmetric.

    Pairs that can't reach `MIN_RATIO` by its cheap upper bounds are given that bound.
    """
    first, second = sorted((a, b))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    ratio = 1.0
    for measure in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio):
        ratio = measure()
        if ratio < MIN_RATIO:
            break
    return ratio
