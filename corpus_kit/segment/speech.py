"""Which segments begin inside a quotation that an earlier segment opened.

One pass over the quotation marks and line breaks of a text, with a stack of at most one open mark per
family (double, guillemet, corner, single), so the time is linear however badly the marks are balanced.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from corpus_kit.segment.contract import BREAKS

_FAMILIES: Final = {"double": '“”„‟"', "guillemet": "«»", "small": "‹›", "corner": "「」『』", "single": "‘’‚‛'"}
_FAMILY: Final = {mark: family for family, marks in _FAMILIES.items() for mark in marks}
_OPENING: Final = "“„‟‚‘‛«‹「『"
_BEFORE_OPENING: Final = "([{<—–-/:=*_>¿¡“„«‹‘‚「『\"'"
_MOST_LINES: Final = 3
"""A quotation that no line takes up again with an opening mark ends with the fourth line break at the latest."""
_BEFORE_NOTHING: Final = ".,;:!?…)]}>—–-*_<”»›’」』。、，\"'"
_PLACE: Final = re.compile(f"[{BREAKS}{''.join(_FAMILY)}]")
_SPACES: Final = re.compile(r"\s+")
_ELISION: Final = re.compile(r"(?:\d|(?:tis|twas|em|til|cause|cos|n|round|bout|[dmst]|ll|re|ve)\b)", re.IGNORECASE)


class _Event(NamedTuple):
    """A mark and what it looks like, or line breaks: one newline, two for a blank line."""

    mark: str
    family: str = ""
    opens: bool = False
    closes: bool = False
    is_possessive: bool = False


_LINE: Final = _Event("\n")
_BLANK_LINE: Final = _Event("\n\n")


class _Events(NamedTuple):
    """The marks and line breaks of a text in order, and where each stands; where line breaks end."""

    places: list[int]
    events: list[_Event]


def trace_quotations(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """For each span, whether it begins inside a quotation that opened before it and has not closed.

    Straight, curly, German and angle marks, corner brackets and single marks count; apostrophes do not.
    A blank line ends what is open unless the next paragraph begins with an opening mark of the same
    family, as a quotation of several paragraphs is set. A single line break ends it unless that holds
    or the next mark of the family, in the same paragraph, is a closing one; but no more than three line breaks are
    crossed that way, so that a stray mark doesn't claim the rest of a page.
    """
    places, states = [-1], [False]
    for at, is_open in _follow_marks(*_find_events(text)):
        places.append(at)
        states.append(is_open)
    return [states[bisect_left(places, start) - 1] for start, _ in spans]


def _find_events(text: str) -> _Events:
    """The line breaks and quotation marks; apostrophes and elisions are left out."""
    places, events = [], []
    reached = 0
    for place in _PLACE.finditer(text):
        at, mark = place.start(), place[0]
        if mark in _FAMILY:
            if event := _judge_mark(text, at, mark):
                places.append(at)
                events.append(event)
        elif at >= reached:
            reached, event = _judge_breaks(text, at)
            places.append(reached - 1)
            events.append(event)
    return _Events(places, events)


def _judge_breaks(text: str, at: int) -> tuple[int, _Event]:
    """Where the white space from a line break on ends, and whether there is a blank line in it."""
    end = at + 1
    if text[end : end + 1].isspace() and (more := _SPACES.match(text, end)):
        end = more.end()
    lines = text[at:end]
    is_blank = "\u2029" in lines or (end > at + 1 and len(f"x{lines}x".splitlines()) > 2)
    return end, _BLANK_LINE if is_blank else _LINE


def _judge_mark(text: str, at: int, mark: str) -> _Event | None:
    """What a mark looks like; None for what opens and closes nothing."""
    family = _FAMILY[mark]
    before, following = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if family == "single" and before.isalnum() and following.isalnum():
        return None
    opens = not before or before.isspace() or before in _BEFORE_OPENING
    closes = not following or following.isspace() or following in _BEFORE_NOTHING
    if family == "single" and (opens == closes or _ELISION.match(text, at + 1)):
        return None
    is_possessive = before in "sS" and text[at + 2 : at + 3].isalnum()
    return _Event(mark, family, opens, closes, is_possessive)


def _look_ahead(events: Sequence[_Event]) -> list[frozenset[str]]:
    """For each event, the families whose next mark in the same paragraph looks like a closing one."""
    ahead, closing = [], frozenset[str]()
    for event in reversed(events):
        ahead.append(closing)
        if event.family:
            closing = closing | {event.family} if event.closes and not event.opens else closing - {event.family}
        elif event is _BLANK_LINE:
            closing = frozenset()
    return ahead[::-1]


def _follow_marks(places: Sequence[int], events: Sequence[_Event]) -> Iterator[tuple[int, bool]]:
    """Each event's place, and whether a quotation is open after it; line breaks where none is are left out."""
    stack: dict[str, str] = {}
    crossed: dict[str, int] = {}
    for i, (at, event, ahead) in enumerate(zip(places, events, _look_ahead(events), strict=True)):
        if event.family:
            _apply_mark(stack, event, closes_later=event.family in ahead)
            crossed = {family: lines for family, lines in crossed.items() if family in stack}
        elif stack:
            resumed = events[i + 1].family if places[i + 1 : i + 2] == [at + 1] and not events[i + 1].closes else ""
            crossed = {family: crossed.get(family, 0) + 1 for family in stack if family != resumed}
            near = {family for family in ahead if crossed.get(family, 0) <= _MOST_LINES}
            kept = {resumed} if event is _BLANK_LINE else near | {resumed}
            stack = {family: mark for family, mark in stack.items() if family in kept}
        else:
            crossed = {}
            continue
        yield at, bool(stack)


def _apply_mark(stack: dict[str, str], event: _Event, closes_later: bool) -> None:
    """Opens or closes a quotation, a straight one inside a curly one too; closing drops what was opened inside.

    Single marks count only outside other quotations, open only what closes later in the paragraph, and
    after an s are a possessive while a closing one is still to come.
    """
    family, mark, opens, closes = event.family, event.mark, event.opens, event.closes
    is_apostrophe = not closes_later if opens else closes_later and event.is_possessive
    if family == "single" and (is_apostrophe or stack.keys() - {"single"}):
        return
    if family not in stack:
        if (opens and (not closes or mark == '"')) or (mark in _OPENING and (opens or not closes)):
            stack[family] = mark
    elif (opens and not closes) or (mark in _OPENING and opens == closes):
        if mark not in stack[family]:
            stack[family] += mark
    elif len(stack[family]) > 1 and stack[family][-1] == mark:
        stack[family] = stack[family][:-1]
    else:
        for inner in list(stack)[list(stack).index(family) :]:
            del stack[inner]
