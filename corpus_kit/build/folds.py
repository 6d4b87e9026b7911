"""The fold is the unit of splitting: an article, with its near-duplicates, is in one fold."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from corpus_kit.corpus import FoldsTable
from corpus_kit.errors import CorpusError
from corpus_kit.model import Article, Segment

SHINGLE_WORDS = 5
JACCARD_THRESHOLD = 0.5
SHARED_RUN_WORDS = 8
MAX_ARTICLE_FOLDS = 50
_WORD = re.compile(r"\w+")


class UnionFind:
    """Disjoint sets of the numbers 0 to n - 1; a set is named by its smallest member."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def find(self, i: int) -> int:
        """The smallest member of the set of `i`."""
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def union(self, i: int, j: int) -> None:
        """Merge the sets of `i` and `j`."""
        low, high = sorted((self.find(i), self.find(j)))
        self._parent[high] = low


def fold_words(text: str) -> list[str]:
    """The words of a text in lower case; typographic apostrophes read like plain ones."""
    return _WORD.findall(text.casefold().replace("’", "'"))


def group_near_duplicates(articles: Sequence[Article]) -> list[int]:
    """Per article, the index of the first article that it is, directly or through others, a near-duplicate of.

    Two articles are near-duplicates when the Jaccard similarity of their sets of five-word shingles is 0.5 or more
    (articles of fewer words have one shingle, all their words). An article without a near-duplicate is its own group.
    """
    shingles = [_shingle(fold_words(article.text), SHINGLE_WORDS) for article in articles]
    repeated = _find_repeated(shingles)
    holders: dict[str, list[int]] = defaultdict(list)
    sets = UnionFind(len(articles))
    for i, own in enumerate(shingles):
        held = own & repeated
        shared = Counter(chain.from_iterable(holders[shingle] for shingle in held))
        for shingle in held:
            holders[shingle].append(i)
        for j, common in shared.items():
            if common >= JACCARD_THRESHOLD * (len(own) + len(shingles[j]) - common):
                sets.union(i, j)
    return [sets.find(i) for i in range(len(articles))]


def _find_repeated(shingles: Sequence[set[str]]) -> set[str]:
    """What is in more than one of the sets: of long texts, a small part."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for own in shingles:
        repeated |= seen & own
        seen |= own
    return repeated


def _shingle(words: Sequence[str], size: int) -> set[str]:
    """Every run of `size` words, joined by spaces, which are in no word; all of them where there are fewer."""
    if len(words) <= size:
        return {" ".join(words)} if words else set()
    return set(map(" ".join, zip(*(words[i:] for i in range(size)), strict=False)))


def assign_folds(articles: Sequence[Article], rule: FoldsTable) -> dict[str, int]:
    """The fold of each article, by id.

    `article`: groups of near-duplicates are numbered in the order of the articles, so that new articles at the end
    of the manifest make new folds and move no old one. `hash`: the group's first article's id, hashed, modulo `count`.
    """
    groups = group_near_duplicates(articles)
    if rule.rule == "hash":
        return {
            article.id: _hash_fold(articles[group].id, rule.count)
            for article, group in zip(articles, groups, strict=True)
        }
    if len(set(groups)) > MAX_ARTICLE_FOLDS:
        raise CorpusError(
            f"[folds] rule 'article' would make {len(set(groups))} folds; it is for up to {MAX_ARTICLE_FOLDS}",
            path="corpus.toml",
            remedy='Use rule = "hash" with a count',
        )
    numbers: dict[int, int] = {}
    for group in groups:
        numbers.setdefault(group, len(numbers))
    return {article.id: numbers[group] for article, group in zip(articles, groups, strict=True)}


def _hash_fold(key: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % count


def assign_splits(folds: Sequence[int], rule: FoldsTable) -> dict[str, list[int]]:
    """Which folds make up train, validation and test; a split without folds is left out.

    What `[folds]` doesn't say: the first fold is the test, the second the validation split if three folds or more
    exist, and a single fold is all train. A CorpusError where `[folds]` names a fold that doesn't exist.
    """
    known = sorted(set(folds))
    test = list(rule.test) if rule.test is not None else known[:1] if len(known) > 1 else []
    free = [fold for fold in known if fold not in test]
    validation = list(rule.validation) if rule.validation is not None else free[:1] if len(free) > 1 else []
    missing = [fold for fold in (*test, *validation) if fold not in known]
    if missing and rule.rule == "article":
        raise CorpusError(
            f"[folds] names fold {missing[0]}, the corpus has folds 0 to {len(known) - 1}",
            path="corpus.toml",
            remedy="Correct validation and test in [folds]",
        )
    train = [fold for fold in known if fold not in test and fold not in validation]
    splits = {"train": train, "validation": sorted(validation), "test": sorted(test)}
    return {name: own for name, folds_ in splits.items() if (own := [fold for fold in folds_ if fold in known])}


def group_recurring_sentences(segments: Sequence[Segment], folds: Mapping[str, int]) -> dict[str, str]:
    """The group of each segment that recurs in another fold, by id: the id of the group's first segment.

    Two segments recur when their words are equal, or when they share a run of eight words: near-duplicate detection
    finds no common quotation, and one that stands in the training and the test fold gives its label away.
    """
    holders: dict[str, int] = {}
    sets = UnionFind(len(segments))
    for i, segment in enumerate(segments):
        for run in _shingle(fold_words(segment.text), SHARED_RUN_WORDS):
            if (first := holders.setdefault(run, i)) != i:
                sets.union(first, i)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(segments)):
        members[sets.find(i)].append(i)
    return {
        segments[i].id: segments[first].id
        for first, group in members.items()
        if len({folds[segments[i].article_id] for i in group}) > 1
        for i in group
    }
