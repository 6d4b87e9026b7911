"""Labelling functions: rules that vote for a label or abstain, and what their votes look like beside each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corpus_kit.errors import ClassifierError
from corpus_kit.model import SegmentedArticle

ABSTAIN = -1
"""What a function that says nothing of a segment has in a vote matrix."""

View = TypeVar("View")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingFunction(Generic[View]):
    """A rule that votes for one label where it fits, and abstains elsewhere.

    Attributes:
        name: unique in its table.
        label: what it votes for; under a scheme without that label it has no say.
        meaning: the rule in one line, for people.
        find: from what the table sees of an article to a truth value per segment, in the segments' order.
    """

    name: str
    label: str
    meaning: str
    find: Callable[[View], ArrayLike]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingTable(Generic[View]):
    """Labelling functions that look at the same view of an article, which is made once for all of them.

    Two functions of one name are a ClassifierError.
    """

    make_view: Callable[[SegmentedArticle], View]
    functions: tuple[LabellingFunction[View], ...]

    def __post_init__(self) -> None:
        names = [function.name for function in self.functions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ClassifierError(f"several labelling functions are called {twice[0]!r}", remedy="Rename one of them")

    def select(self, labels: Sequence[str]) -> "LabellingTable[View]":
        """The functions whose label is among these, in the same order."""
        own = tuple(function for function in self.functions if function.label in labels)
        return LabellingTable(make_view=self.make_view, functions=own)


class Votes(NamedTuple):
    """What functions said of segments.

    Attributes:
        matrix: integers of shape (segments, functions): the index of a label, or ABSTAIN.
        function_labels: the index of the one label that each function can vote for, of shape (functions,).
    """

    matrix: NDArray[np.int64]
    function_labels: NDArray[np.int64]


def cast_votes(table: LabellingTable[Any], articles: Iterable[SegmentedArticle], labels: Sequence[str]) -> Votes:
    """The votes of a table's functions on the segments of all articles, in their order.

    The columns are the functions whose label is in `labels`, in the table's order. Without segments or functions the
    matrix has shape (0, functions) or (segments, 0). A ClassifierError names a function whose truth values are not one
    per segment.
    """
    own = table.select(labels)
    indices = np.array([labels.index(function.label) for function in own.functions], dtype=np.int64)
    matrices = [np.empty((0, len(indices)), dtype=np.int64)]
    for article in articles:
        view = own.make_view(article)
        matrix = np.full((len(article.segments), len(indices)), ABSTAIN, dtype=np.int64)
        for column, function in enumerate(own.functions):
            matrix[_find(function, view, article), column] = indices[column]
        matrices.append(matrix)
    return Votes(np.concatenate(matrices), indices)


def _find(function: LabellingFunction[Any], view: Any, article: SegmentedArticle) -> NDArray[np.bool_]:
    found = np.asarray(function.find(view))
    if not found.size and not article.segments:
        return np.zeros(0, dtype=np.bool_)
    if found.shape != (len(article.segments),) or found.dtype != np.bool_:
        raise ClassifierError(
            f"labelling function {function.name!r}, article {article.id!r}: {found.dtype} of shape {found.shape} "
            f"instead of {len(article.segments)} truth values",
            remedy="Return a truth value per segment, in the segments' order",
        )
    return found


class VoteSummary(NamedTuple):
    """How a function votes beside the others. Fractions are of all segments; nan where there are none.

    Attributes:
        votes: the segments on which it doesn't abstain.
        coverage: the fraction on which it votes.
        overlap: the fraction on which it and at least one other vote.
        conflict: the fraction on which it and at least one other vote, for different labels.
        accuracy: the fraction of its votes that are right; nan without gold, and without votes on segments with gold.
        support: its votes on segments with gold, over which the accuracy is.
    """

    votes: int
    coverage: float
    overlap: float
    conflict: float
    accuracy: float
    support: int


def summarize_votes(votes: ArrayLike, gold: ArrayLike | None = None) -> list[VoteSummary]:
    """A summary per function of a vote matrix of shape (segments, functions) with ABSTAIN for abstention.

    `gold` has a label's index per segment, ABSTAIN where none is known. Coverage, overlap and conflict are those of
    Snorkel's `LFAnalysis` (Ratner et al. 2017, doi:10.14778/3157794.3157797), as is empirical accuracy, which leaves
    abstentions out.
    """
    matrix = np.asarray(votes, dtype=np.int64)
    is_vote = matrix != ABSTAIN
    others = is_vote.sum(axis=1, keepdims=True) - is_vote
    n_labels = int(matrix.max(initial=0)) + 1
    by_label = (matrix[:, :, None] == np.arange(n_labels)).sum(axis=1)
    same = np.take_along_axis(by_label, np.maximum(matrix, 0), axis=1) - is_vote
    known = np.full(len(matrix), ABSTAIN) if gold is None else np.asarray(gold, dtype=np.int64)
    is_judged = is_vote & (known != ABSTAIN)[:, None]
    is_right = is_judged & (matrix == known[:, None])
    return [
        VoteSummary(
            votes=int(is_vote[:, j].sum()),
            coverage=_divide(is_vote[:, j].sum(), len(matrix)),
            overlap=_divide((is_vote[:, j] & (others[:, j] > 0)).sum(), len(matrix)),
            conflict=_divide((is_vote[:, j] & (others[:, j] > same[:, j])).sum(), len(matrix)),
            accuracy=_divide(is_right[:, j].sum(), is_judged[:, j].sum()),
            support=int(is_judged[:, j].sum()),
        )
        for j in range(matrix.shape[1])
    ]


def _divide(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else float("nan")
