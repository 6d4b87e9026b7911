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
    IS_ODD_TAIL,
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
_MOST_SKIPPED = 4


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
    stops = _judge_stops(data, places[IS_STOP[found] & ~IS_STOP[before]])
    odd = _find_odd_marks(data, places[found >= 0x80])
    plain = Verdicts(*(np.sort(np.concatenate(pair)) for pair in zip(breaks, stops, strict=True)))
    asked = _ask_rules(texts, plain, np.sort(np.append(plain.doubtful, odd)))
    edges = _find_edges(texts)
    to_bytes = texts.utf8.to_bytes
    starts = np.sort(np.concatenate([plain.nexts, to_bytes(edges.starts), to_bytes(asked.starts)]))
    ends = np.sort(np.concatenate([plain.ends, to_bytes(edges.ends), to_bytes(asked.ends)]))
    is_filled = ends > starts
    return starts[is_filled], ends[is_filled]


def _find_odd_marks(data: Bytes, leads: Offsets) -> Offsets:
    """Which of these bytes begin a break or a mark that isn't ASCII."""
    maybe = leads[IS_ODD_TAIL[data[leads + 1 + (data[leads] >= 0xE0)]]]
    odd: Offsets = maybe[np.any([holds(data, maybe, char) for char in ODD_MARKS], axis=0)]
    return odd


class _Found(NamedTuple):
    """Where segments begin and end, each in order, in code points of the whole."""

    starts: Offsets
    ends: Offsets


def _find_edges(texts: JoinedTexts) -> _Found:
    """Where each text begins and ends, white space aside; one of white space alone ends before it begins."""
    leading = [len(text) - len(text.lstrip()) for text in texts.texts]
    kept = [len(text.rstrip()) for text in texts.texts]
    return _Found(texts.firsts + np.array(leading, np.int64), texts.firsts + np.array(kept, np.int64))


def _ask_rules(texts: JoinedTexts, plain: Verdicts, doubtful: Offsets) -> _Found:
    """The boundaries at places that are not plain, by the rules of `news`; a place inside a longer match is none."""
    to_chars, firsts = texts.utf8.to_chars, texts.firsts.tolist()
    chars = to_chars(doubtful)
    own = np.searchsorted(texts.firsts, chars, side="right") - 1
    latest = to_chars(np.append(0, plain.nexts)[np.searchsorted(plain.places, doubtful)])
    starts, ends = [], []
    current, text, first, start, reached = -1, "", 0, 0, 0
    for number, place, next_ in zip(own.tolist(), chars.tolist(), latest.tolist(), strict=True):
        if number != current:
            current, text, first = number, texts.texts[number], firsts[number]
            start = reached = len(text) - len(text.lstrip())
        at, known = place - first, next_ - first
        if known > start:
            start, reached = known, max(reached, known)
        if at < reached or not (match := news.CANDIDATE.match(text, at)):
            continue
        reached = match.end()
        end = news.find_end(text, start, match)
        if end >= 0:
            ends.append(first + end)
            starts.append(first + reached)
            start = reached
    return _Found(np.array(starts, np.int64), np.array(ends, np.int64))


def _judge_breaks(data: Bytes, places: Offsets) -> Verdicts:
    """Line breaks, of which none follows another: plain if a visible character precedes, and one follows soon."""
    before = data[places - 1]
    nexts = _skip(data, places + 1, IS_SPACE)
    following = data[nexts]
    is_doubtful = IS_SPACE[before] | ((before >= 0x80) & IS_SPACE_TAIL[before]) | IS_SPACE[following]
    leads = np.flatnonzero(IS_SPACE_LEAD[following])
    at = nexts[leads]
    is_doubtful[leads] |= IS_SPACE_TAIL[np.where(data[at] < 0xE0, data[at + 1], data[at + 2])]
    plain = places[~is_doubtful]
    return Verdicts(plain, plain, nexts[~is_doubtful], places[is_doubtful])


def _judge_stops(data: Bytes, places: Offsets) -> Verdicts:
    """Full stops, question and exclamation marks, of which none follows another."""
    inner = _skip(data, places + 1, IS_STOP)
    is_one = inner == places + 1
    goes_on = _GOES_ON[data[inner]] & ~(_IS_GLUED[data[inner]] & is_one & IS_LOWER[data[places - 1]])
    places, inner, is_one = places[~goes_on], inner[~goes_on], is_one[~goes_on]
    ends = _skip_closing(data, inner)
    is_spaced = data[ends] == SPACE
    nexts = ends + 1
    nexts += data[nexts] == SPACE
    begins, follows = _judge_following(data, nexts)
    rejected = ((ends > inner) & IS_BREAK[data[ends]]) | (is_spaced & follows)
    asked = np.flatnonzero(is_spaced & begins & is_one & (data[inner] != BRACKET))
    accepted = np.zeros(len(places), dtype=np.bool_)
    is_dot = data[places[asked]] == DOT
    for judge, own in ((_judge_dots, asked[is_dot]), (_judge_bangs, asked[~is_dot])):
        accepted[own], denied = judge(data, places[own], ends[own], nexts[own])
        rejected[own] |= denied
    is_doubtful = ~accepted & ~rejected
    return Verdicts(places[accepted], ends[accepted], nexts[accepted], places[is_doubtful])


def _skip(data: Bytes, places: Offsets, table: Mask) -> Offsets:
    """Each place, or behind it where up to four bytes of the table follow; moves the given places."""
    moving = np.arange(len(places))
    for _ in range(_MOST_SKIPPED):
        moving = moving[table[data[places[moving]]]]
        places[moving] += 1
    return places


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
    is_quoted = (ends > places + 1) & ~IS_UPPER[data[nexts]]
    accepted = (data[places - 1] < 0x80) & np.where(ends == places + 1, ~named, is_quoted)
    return accepted, np.zeros(len(places), dtype=np.bool_)
