"""Segments as rows of a sparse matrix: the bins of their features and their neighbours', and TF-IDF of their words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.features import FEATURES, Feature
from corpus_kit.classify.lexicons import read_lexicons
from corpus_kit.classify.scene import Scene, read_scene
from corpus_kit.classify.tokens import Bools, Ints, Surfaces, find_ending
from corpus_kit.model import SegmentedArticle

Floats = NDArray[np.float64]

FEATURE_WEIGHT = 0.4
WORD_WEIGHT = 2.5
"""The value of a feature's bin, and the length of a segment's row of words: how cheaply each is learnt."""
_LEAST_SEGMENTS = 2
_LEAST_WORDS = 5
"""Rare words that must have an ending in common."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """The words and pairs of words that a model knows.

    Attributes:
        words: those of at least two training segments, in the order in which they were met, then the endings that stand
            for rarer ones, sorted.
        terms: sorted keys: of a word its number, of a pair `V + first * V + second`, where V is the number of words.
        idf: per term `ln((1 + n) / (1 + df)) + 1`, as scikit-learn smooths it.
    """

    words: tuple[str, ...]
    terms: Ints
    idf: Floats

    def find_columns(self, keys: Ints) -> tuple[Ints, NDArray[np.int32]]:
        """Which of the keys are terms, by their places, and the column of each."""
        columns, is_crowded = self._slots
        slots = keys & (len(columns) - 1)
        found = columns[slots]
        crowded = np.flatnonzero(is_crowded[slots])
        found[crowded] = np.searchsorted(self.terms, keys[crowded])
        known = np.flatnonzero(np.append(self.terms, -1)[found] == keys)
        return known, found[known]

    @cached_property
    def _slots(self) -> tuple[NDArray[np.int32], Bools]:
        """By the lowest bits of a key the only column that it may have, unless that is one of several."""
        size = len(self.terms)
        slots = self.terms & ((8 << size.bit_length()) - 1)
        columns = np.full(8 << size.bit_length(), size, dtype=np.int32)
        columns[slots] = np.arange(size)
        return columns, np.bincount(slots, minlength=len(columns)) > 1


def learn_vocabulary(articles: Sequence[SegmentedArticle], language: str) -> Vocabulary:
    """The words and pairs that stand outside quotation marks in at least two segments; none without articles."""
    lexicons = read_lexicons(language)
    surfaces = Surfaces(lexicons)
    scene = read_scene(articles, surfaces)
    known = list(surfaces.numbers)
    frequencies = _count_segments(scene.tokens.words, scene.tokens.segments, len(known))
    often = [word for word, n in zip(known, frequencies.tolist(), strict=True) if n >= _LEAST_SEGMENTS]
    endings = Counter(map(find_ending, set(known).difference(often)))
    words = (*often, *sorted(ending for ending, n in endings.items() if n >= _LEAST_WORDS))
    scene = read_scene(articles, Surfaces(lexicons, words))
    keys, rows = _list_terms(scene, len(words))
    terms, numbers = np.unique(keys, return_inverse=True)
    frequencies = _count_segments(numbers, rows, len(terms))
    kept = frequencies >= _LEAST_SEGMENTS
    idf = np.log((1 + len(scene.position)) / (1 + frequencies[kept])) + 1
    return Vocabulary(words=words, terms=terms[kept], idf=idf)


def _count_segments(numbers: Ints, segments: Ints, size: int) -> Ints:
    """In how many segments each number occurs."""
    if not len(numbers):
        return np.zeros(size, dtype=np.int64)
    width = int(segments.max()) + 1
    return np.bincount(np.unique(numbers * width + segments) // width, minlength=size)


def _list_terms(scene: Scene, size: int) -> tuple[Ints, Ints]:
    """The keys of the known words and pairs outside quotation marks, and the segment of each."""
    words, segments = scene.tokens.words, scene.tokens.segments
    counts = (words < size) & ~scene.quoted_tokens
    pairs = counts[1:] & counts[:-1] & (segments[1:] == segments[:-1])
    keys = np.concatenate((words[counts], (size + words[:-1] * size + words[1:])[pairs]))
    return keys, np.concatenate((segments[counts], segments[:-1][pairs]))


def count_columns(vocabulary: Vocabulary, features: Sequence[Feature] = FEATURES) -> int:
    """The columns of a matrix."""
    return sum(_width(feature) for feature in features) + len(vocabulary.terms)


def _width(feature: Feature) -> int:
    """A feature's own bins, and those of each neighbour, with one more for a neighbour that isn't there."""
    return feature.bins + 2 * feature.reach * (feature.bins + 1)


def make_matrix(scene: Scene, vocabulary: Vocabulary, features: Sequence[Feature] = FEATURES) -> Any:
    """A scipy CSR matrix of shape (segments, columns): the features' columns first, then a column per term."""
    from scipy.sparse import csr_matrix, hstack

    columns = [*_index_bins(scene, features)]
    n, width = len(scene.position), sum(_width(feature) for feature in features)
    begins, binned = np.arange(n + 1) * len(columns), np.stack(columns, axis=1).ravel()
    own = csr_matrix((np.full(len(binned), FEATURE_WEIGHT), binned, begins), shape=(n, width))
    return hstack([own, _weigh_terms(scene, vocabulary)], format="csr")


def score_rows(scene: Scene, vocabulary: Vocabulary, weights: Floats) -> Floats:
    """The product of the matrix and weights of shape (columns, classes), without the matrix of the features."""
    of_bins, of_terms = np.split(weights, [len(weights) - len(vocabulary.terms)])
    of_bins = FEATURE_WEIGHT * of_bins
    scores = np.asarray(_weigh_terms(scene, vocabulary) @ of_terms)
    for columns in _index_bins(scene, FEATURES):
        scores += np.take(of_bins, columns, axis=0)
    return scores


def _index_bins(scene: Scene, features: Sequence[Feature]) -> Iterator[Ints]:
    """For each feature, and for each neighbour that a segment is told it of, the column per segment that is on."""
    here = np.arange(len(scene.position))
    reach = max((feature.reach for feature in features), default=0)
    around = {offset: here + offset for offset in range(-reach, reach + 1)}
    is_absent = {offset: (there < scene.firsts) | (there > scene.lasts) for offset, there in around.items()}
    begin = 0
    for feature in features:
        bins = feature.read(scene)
        for offset in range(-feature.reach, feature.reach + 1):
            columns = begin + np.roll(bins, -offset)
            columns[is_absent[offset]] = begin + feature.bins
            yield columns
            begin += feature.bins + bool(offset)


def _weigh_terms(scene: Scene, vocabulary: Vocabulary) -> Any:
    """Rows of length `WORD_WEIGHT`, or of zeros: (1 + ln tf) idf."""
    from scipy.sparse import csr_matrix

    keys, rows = _list_terms(scene, len(vocabulary.words))
    known, columns = vocabulary.find_columns(keys)
    shape = (len(scene.position), len(vocabulary.terms))
    matrix = csr_matrix((np.ones(len(known)), (rows[known].astype(np.int32), columns)), shape=shape)
    matrix.sum_duplicates()
    values = (1 + np.log(matrix.data)) * vocabulary.idf[matrix.indices]
    per_row = np.diff(matrix.indptr)
    row = np.repeat(np.arange(len(per_row)), per_row)
    norms = np.sqrt(np.bincount(row, weights=values * values, minlength=len(per_row)))
    matrix.data = WORD_WEIGHT * values / norms[row]
    return matrix
