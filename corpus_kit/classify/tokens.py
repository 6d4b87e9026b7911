"""The segments of many articles as arrays of tokens, so that features are computed over all of them at once.

A Python object is made once per distinct token and not once per token: a table remembers which word a token is and
what is known about it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_kit.classify.lexicons import Lexicons
from corpus_kit.classify.quotation_marks import curl_all
from corpus_kit.classify.token_places import Places, find_tokens
from corpus_kit.segment.many import ManySegments

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SHAPES: Final = (
    "word", "capital", "capitals", "digit", "opens", "closes", "ends", "comma", "colon", "bar", "address", "exclaims",
    "asks", "dash", "bracket",
)  # fmt: skip
"""What is known of a token by its characters alone."""
_BY_MARK: Final = {
    **dict.fromkeys("“", "opens"), **dict.fromkeys("”", "closes"), **dict.fromkeys(".!?…", "ends"),
    **dict.fromkeys(",;", "comma"), ":": "colon", **dict.fromkeys("|•·»›→▶►/>©_=", "bar"),
    **dict.fromkeys("@#", "address"), **dict.fromkeys("—–-", "dash"), **dict.fromkeys("()[]{}", "bracket"),
}  # fmt: skip
_SHORT_WORD: Final = 4
_MOST_SURFACES: Final = 300_000


class Surfaces(dict[str, int]):
    """The row of each distinct token: which word it is, and as bits what is known about it.

    Args:
        lexicons: the lists whose words get a bit each, after the bits of `SHAPES`.
        words: the words that have a number, in this order; any other has that of its ending (`find_ending`), or else
            the number `len(words)`. None gives every new word the next number.
    """

    def __init__(self, lexicons: Lexicons, words: Iterable[str] | None = None) -> None:
        super().__init__()
        self.names = (*SHAPES, *sorted(lexicons))
        self.is_open = words is None
        self.numbers = {word: i for i, word in enumerate(words or ())}
        self._known = len(self.numbers)
        self._bits: dict[str, int] = {}
        for i, name in enumerate(sorted(lexicons), len(SHAPES)):
            for word in lexicons[name]:
                self._bits[word] = self._bits.get(word, 0) | 1 << i
        self._words: list[int] = []
        self._flags: list[int] = []

    def __missing__(self, surface: str) -> int:
        word = normalize_word(surface)
        if self.is_open:
            number = self.numbers.setdefault(word, len(self.numbers))
        else:
            number = self.numbers.get(word, self.numbers.get(find_ending(word), self._known))
        self[surface] = row = len(self._words)
        self._words.append(number)
        self._flags.append(self._bits.get(word, 0) | _flag_shape(surface))
        return row

    def take(self, rows: Ints) -> tuple[Ints, Ints]:
        """Per row its word's number and its bits."""
        return np.asarray(self._words, dtype=np.int64)[rows], np.asarray(self._flags, dtype=np.int64)[rows]

    def forget(self) -> None:
        """Empty the table where it has grown large; rows that were given out mean nothing afterwards."""
        if len(self) > _MOST_SURFACES:
            self.clear()
            self._words.clear()
            self._flags.clear()


def normalize_word(surface: str) -> str:
    """The word of a token: lower case, straight apostrophes, 0 for each digit."""
    word = surface.lower().replace("’", "'")
    return re.sub(r"\d", "0", word) if any(map(str.isdigit, word)) else word


def find_ending(word: str) -> str:
    """What stands for a word that is too rare to be known by itself: its last three letters, behind a star."""
    return f"*{word[-3:]}" if len(word) > _SHORT_WORD and word[0].isalpha() else "**"


def _flag_shape(surface: str) -> int:
    first = surface[0]
    shapes = set()
    if first.isalpha():
        shapes.add("word")
        if first.isupper():
            shapes.add("capital")
        if len(surface) > 1 and surface.isupper():
            shapes.add("capitals")
    elif first.isdigit():
        shapes.add("digit")
    elif first in _BY_MARK:
        shapes.add(_BY_MARK[first])
    shapes |= {name for name, mark in (("exclaims", "!"), ("asks", "?")) if surface == mark}
    return sum(1 << SHAPES.index(name) for name in shapes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of the segments of some articles, in order.

    Attributes:
        rows: per token a number that is the same for the same token.
        words: per token its word's number.
        flags: per token what is known about it, a bit per name of `names`.
        starts: per segment the index of its first token; each segment has at least one.
        segments: per token its segment.
        articles: per segment the number of its article.
    """

    rows: Ints
    words: Ints
    flags: Ints
    starts: Ints
    segments: Ints
    articles: Ints
    names: tuple[str, ...]

    @property
    def lasts(self) -> Ints:
        """Per segment the index of its last token."""
        return np.append(self.starts, len(self.flags))[1:] - 1

    def has(self, *names: str) -> Bools:
        """Per token whether any of the names holds; a name that the lexicons lack never does."""
        mask = sum(1 << self.names.index(name) for name in names if name in self.names)
        return np.asarray((self.flags & mask) != 0)

    def count(self, chosen: Bools | Ints) -> Ints:
        """Per segment how many of its tokens are chosen, which is said of all tokens or by the numbers of some."""
        return np.bincount(self.segments[chosen], minlength=len(self.starts))


def tokenize_segments(segments: ManySegments, surfaces: Surfaces) -> Tokens:
    """The tokens of all segments. A segment without any visible character counts as one mark."""
    surfaces.forget()
    texts = curl_all(segments.texts)
    places = find_tokens(texts)
    if not places.counts.all():
        places = find_tokens([text if n else b"." for text, n in zip(texts, places.counts.tolist(), strict=True)])
    rows = _look_up(places, surfaces)
    words, flags = surfaces.take(rows)
    return Tokens(
        rows=rows,
        words=words,
        flags=flags,
        starts=np.cumsum(places.counts) - places.counts,
        segments=np.repeat(np.arange(len(places.counts)), places.counts),
        articles=np.repeat(np.arange(len(segments.spans.counts)), segments.spans.counts),
        names=surfaces.names,
    )


def _look_up(places: Places, surfaces: Surfaces) -> Ints:
    """The row of each token; Arrow finds the distinct ones among all pieces, of which every other is a token."""
    cuts = np.empty(2 * len(places.begins), dtype=np.int32)
    cuts[0::2], cuts[1::2] = places.begins, places.ends
    buffers = [None, pa.py_buffer(cuts), pa.py_buffer(places.data)]
    encoded = pa.Array.from_buffers(pa.binary(), max(0, len(cuts) - 1), buffers).dictionary_encode()
    codes = np.frombuffer(encoded.indices.buffers()[1], dtype=np.int32)[0 : len(cuts) : 2]
    distinct = encoded.dictionary.to_pylist()
    rows = np.zeros(len(distinct), dtype=np.int64)
    for code in np.flatnonzero(np.bincount(codes, minlength=len(distinct))).tolist():
        rows[code] = surfaces[distinct[code].decode("utf-8", "surrogatepass")]
    return rows[codes]
