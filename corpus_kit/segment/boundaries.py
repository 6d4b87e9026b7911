"""The sentences of many texts at once: what a few bytes decide is decided for all of them by array operations.

Most places where a sentence may end are plain: a line break after a visible character, or a full stop after a word that
is in no list, before a space and a capital. Those are found in the UTF-8 of all texts together. Whatever isn't plain
goes to the rules of `news`, one by one; what is said here follows from them.
"""

from typing import NamedTuple

import numpy as np

from corpus_kit.offsets import Offsets
from corpus_kit.segment import news
from corpus_kit.segment.byte_tables import (
    APOSTROPHE,
    BRACKET,
    DOT,
    IS_BREAK,
    IS_DIGIT,
    IS_LETTER,
    IS_LOWER,
    IS_ODD_LEAD,
    IS_SPACE,
    IS_SPACE_LEAD,
    IS_SPACE_TAIL,
    IS_STOP,
    IS_UPPER,
    ODD_MARKS,
    SPACE,
    STRAIGHT,
    Bytes,
    Mask,
    holds,
    mark,
)
from corpus_kit.segment.joined import JoinedTexts
from corpus_kit.segment.plain_words import is_unusual, judge_words

_PLACES = (IS_STOP | IS_BREAK | IS_ODD_LEAD).tobytes()
_CLOSING, _OPENING = [char.encode() for char in "”’"], [char.encode() for char in "“‘"]
_IS_CLOSING = mark("\"')")
_GOES_ON = (~(IS_SPACE | IS_STOP | mark("\"')]}>*_[")) & (np.arange(256) < 0x80)) | IS_BREAK
"""What stands right after a mark that ends nothing, unless it begins one of `news.GLUED`."""
_IS_GLUED = mark(word[0] for word in news.GLUED)
_FOLLOWS = mark(",;:)]}%/&=+|!?") | IS_BREAK
"""What stands after the space where the sentence goes on."""
_BEGINS = IS_UPPER | IS_DIGIT | mark("$")
_BANG_ENDINGS = [name[-3:].encode() for name in news.BANG_NAMES]
_MOST_SPACES, _MOST_MARKS = 4, 4


class Verdicts(NamedTuple):
    """The places at which a segment surely ends, its end, and where the next begins; and places that are not plain."""

    places: Offsets
    ends: Offsets
    nexts: Offsets
    doubtful: Offsets


def find_news_spans(texts: JoinedTexts) -> tuple[Offsets, Offsets]:
    """Starts and ends of the segments, in bytes of the whole: those of `segment_news` for each text alone."""
    data = texts.utf8.bytes
    places = np.flatnonzero(np.frombuffer(texts.utf8.data.translate(_PLACES), dtype=np.bool_))
    found, before = data[places], data[places - 1]
    breaks = _judge_breaks(data, places[IS_BREAK[found] & ~IS_BREAK[before]])
    stops = _judge_stops(data, places[IS_STOP[found] & ~IS_STOP[before]], b"](" in texts.utf8.data)
    odd = places[found >= 0x80]
    odd = odd[np.any([holds(data, odd, char) for char in ODD_MARKS], axis=0)]
    plain = Verdicts(*(np.sort(np.concatenate(pair)) for pair in zip(breaks, stops, strict=True)))
    more = _ask_rules(texts, plain, np.sort(np.append(plain.doubtful, odd)))
    ends = np.sort(np.append(plain.ends, more.ends))
    nexts = np.sort(np.append(plain.nexts, more.nexts))
    starts, ends = nexts[:-1], ends[1:]
    is_filled = ends > starts
    return starts[is_filled], ends[is_filled]


class _Asked(NamedTuple):
    """What the rules say: the end of what stands before the first segment, and those of some segments."""

    ends: Offsets
    nexts: Offsets


def _ask_rules(texts: JoinedTexts, plain: Verdicts, doubtful: Offsets) -> _Asked:
    """The boundaries at places that are not plain, by the rules of `news`; a place inside a longer match is none."""
    text, utf8 = texts.text, texts.utf8
    margin = news.CANDIDATE.match(text)
    start = reached = margin.end() if margin else 0
    ends, nexts = [0], [start]
    chars = utf8.to_chars(doubtful).tolist()
    latest = utf8.to_chars(np.append(0, plain.nexts)[np.searchsorted(plain.places, doubtful)]).tolist()
    for at, known in zip(chars, latest, strict=True):
        if known > start:
            start, reached = known, max(reached, known)
        if at < reached or not (match := news.CANDIDATE.match(text, at)):
            continue
        reached = match.end()
        end = news.find_end(text, start, match)
        if end >= 0:
            ends.append(end)
            nexts.append(reached)
            start = reached
    return _Asked(utf8.to_bytes(np.array(ends, np.int64)), utf8.to_bytes(np.array(nexts, np.int64)))


def _judge_breaks(data: Bytes, places: Offsets) -> Verdicts:
    """Line breaks, of which none follows another: plain if a visible character precedes, and one follows soon."""
    before = data[places - 1]
    nexts = places + 1
    for _ in range(_MOST_SPACES):
        nexts = nexts + IS_SPACE[data[nexts]]
    following = data[nexts]
    is_doubtful = IS_SPACE[before] | ((before >= 0x80) & IS_SPACE_TAIL[before]) | IS_SPACE[following]
    leads = np.flatnonzero(IS_SPACE_LEAD[following])
    at = nexts[leads]
    is_doubtful[leads] |= IS_SPACE_TAIL[np.where(data[at] < 0xE0, data[at + 1], data[at + 2])]
    plain = places[~is_doubtful]
    return Verdicts(plain, plain, nexts[~is_doubtful], places[is_doubtful])


def _judge_stops(data: Bytes, places: Offsets, has_links: bool) -> Verdicts:
    """Full stops, question and exclamation marks, of which none follows another."""
    inner = places + 1
    for _ in range(_MOST_MARKS):
        inner = inner + IS_STOP[data[inner]]
    is_one = inner == places + 1
    goes_on = _GOES_ON[data[inner]] & ~(_IS_GLUED[data[inner]] & is_one & IS_LOWER[data[places - 1]])
    places, inner, is_one = places[~goes_on], inner[~goes_on], is_one[~goes_on]
    ends = _skip_closing(data, inner)
    is_spaced = data[ends] == SPACE
    nexts = ends + 1
    nexts += data[nexts] == SPACE
    begins, follows = _judge_following(data, nexts)
    rejected = ((ends > inner) & IS_BREAK[data[ends]]) | (is_spaced & follows)
    asked = np.flatnonzero(is_spaced & begins & is_one & ~((data[inner] == BRACKET) & has_links))
    accepted = np.zeros(len(places), dtype=np.bool_)
    is_dot = data[places[asked]] == DOT
    for judge, own in ((_judge_dots, asked[is_dot]), (_judge_bangs, asked[~is_dot])):
        accepted[own], denied = judge(data, places[own], ends[own], nexts[own])
        rejected[own] |= denied
    is_doubtful = ~accepted & ~rejected
    return Verdicts(places[accepted], ends[accepted], nexts[accepted], places[is_doubtful])


def _skip_closing(data: Bytes, places: Offsets) -> Offsets:
    """Where each place's closing mark ends, if there is one."""
    first = data[places]
    ends = places + _IS_CLOSING[first]
    curly = np.flatnonzero(first == _CLOSING[0][0])
    for char in _CLOSING:
        ends[curly] += len(char) * holds(data, places[curly], char)
    return ends


def _judge_following(data: Bytes, nexts: Offsets) -> tuple[Mask, Mask]:
    """Whether a sentence may begin with what follows the space, and whether none can."""
    first = data[nexts]
    begins, follows = _BEGINS[first], _FOLLOWS[first]
    inner = nexts + ((first == STRAIGHT) | (first == APOSTROPHE))
    curly = np.flatnonzero(first == _OPENING[0][0])
    for char in _OPENING:
        inner[curly] += len(char) * holds(data, nexts[curly], char)
    begins |= (inner > nexts) & (IS_LETTER[data[inner]] | IS_DIGIT[data[inner]])
    lower = np.flatnonzero(IS_LOWER[first])
    at = nexts[lower]
    follows[lower] = ~(IS_UPPER[data[at[:, None] + np.arange(1, 5)]].any(axis=1) | holds(data, at + 1, b"tt"))
    return begins, follows


def _judge_dots(data: Bytes, places: Offsets, ends: Offsets, nexts: Offsets) -> tuple[Mask, Mask]:
    """Whether a full stop before what may begin a sentence surely ends one, and whether it surely doesn't."""
    words = judge_words(data, places)
    is_bare = words.is_loose & (ends == places + 1)
    first = data[nexts]
    abbreviates = is_bare & IS_DIGIT[first]
    maybe = np.flatnonzero(is_bare & IS_UPPER[first])
    abbreviates[maybe] = is_unusual(data, nexts[maybe])
    return words.is_plain, words.is_bound | abbreviates


def _judge_bangs(data: Bytes, places: Offsets, ends: Offsets, nexts: Offsets) -> tuple[Mask, Mask]:
    """Whether a question or exclamation mark before what may begin a sentence surely ends one; none surely doesn't."""
    named = np.any([holds(data, places - len(ending), ending) for ending in _BANG_ENDINGS], axis=0)
    is_quoted = (ends > places + 1) & (data[places + 1] != BRACKET) & ~IS_UPPER[data[nexts]]
    accepted = (data[places - 1] < 0x80) & np.where(ends == places + 1, ~named, is_quoted)
    return accepted, np.zeros(len(places), dtype=np.bool_)
