"""Which systems can't be told apart: p-values adjusted for the number of pairs, and groups in place of ranks."""

from collections.abc import Collection, Sequence
from itertools import count, product
from math import isnan
from string import ascii_lowercase


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p of each test, in [0, 1], in the order given: below a level, the test is rejected at that level.

    The i-th smallest of m is multiplied by m - i + 1, made no smaller than those before it, and at most 1; whatever
    the tests' dependence, the chance of any false rejection stays below the level (Holm 1979, "A simple sequentially
    rejective multiple test procedure", Scandinavian Journal of Statistics 6:65). A nan shows nothing and counts as 1.
    """
    known = [1.0 if isnan(p) else p for p in p_values]
    adjusted = [0.0] * len(known)
    so_far = 0.0
    for rank, i in enumerate(sorted(range(len(known)), key=lambda i: known[i])):
        so_far = max(so_far, min(1.0, known[i] * (len(known) - rank)))
        adjusted[i] = so_far
    return adjusted


def group_ties(size: int, separable: Collection[tuple[int, int]]) -> list[str]:
    """Per system, the letters of its groups: two systems share a letter if and only if nothing tells them apart.

    `separable` are the pairs (i, j), i < j, that are told apart. "Can't be told apart" is not transitive, so a system
    may be in several groups, as in the compact letter display (Piepho 2004, "An algorithm for a letter-based
    representation of all-pairwise comparisons", Journal of Computational and Graphical Statistics 13:456). Groups are
    grown in the systems' order: each begins with the first pair that shares no group yet and takes in every other
    system that can't be told from any of its members.
    """
    apart = {frozenset(pair) for pair in separable}
    groups: list[set[int]] = []
    for i in range(size):
        for j in range(i, size):
            is_covered = any({i, j} <= group for group in groups)
            if is_covered or frozenset((i, j)) in apart or (i == j and _has_tie(i, size, apart)):
                continue
            group = {i, j}
            for k in range(size):
                group |= set() if any(frozenset((k, member)) in apart for member in group) else {k}
            groups.append(group)
    letters = _name_groups(len(groups))
    return [" ".join(letters[g] for g, group in enumerate(groups) if i in group) for i in range(size)]


def _has_tie(i: int, size: int, apart: Collection[frozenset[int]]) -> bool:
    return any(frozenset((i, j)) not in apart for j in range(size) if j != i)


def _name_groups(number: int) -> list[str]:
    names = ("".join(letters) for length in count(1) for letters in product(ascii_lowercase, repeat=length))
    return [next(names) for _ in range(number)]
