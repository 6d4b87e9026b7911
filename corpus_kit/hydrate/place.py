"""Where the segments of an article stand in a copy: proved by a window's digest, never guessed.

Windows that stand in the copy as they stood in the article come first. From there on what was found is context for its
neighbours, so that they are found across whatever was put between.
"""

from bisect import bisect_left
from collections.abc import Sequence

from corpus_kit.build.anchors import cut_windows, digest_window, read_spaces, space_words, squash
from corpus_kit.hydrate.anchored import AnchorRow, Hits
from corpus_kit.hydrate.copies import Copy
from corpus_kit.model import Span

MAX_TRIES = 40
"""How many places on either side of a segment that was found are tried for its neighbour."""
MAX_SWEEPS = 8

EXACT, MOVED, ALTERED, MISSING = STATUSES = ("exact", "moved", "altered", "missing")
"""`exact`: at the recorded offsets; `moved`: elsewhere; `altered`: between its neighbours stands something else, which
may be its edited text; `missing`: nothing says where it was."""


class Placement:
    """The places of an article's segments in one copy, as far as they are proved."""

    def __init__(self, name: str, anchors: Sequence[AnchorRow], copy: Copy) -> None:
        self.copy, self._name, self._anchors = copy, name, anchors
        self.spans: list[Span | None] = [None] * len(anchors)
        self.streams: list[str | None] = [None] * len(anchors)
        self.texts: list[str] = [""] * len(anchors)
        self._spaces = [read_spaces(anchor.spaces) for anchor in anchors]
        self._text = copy.article.text
        self._starts = [span.start for span in copy.spans]
        self._ends = [span.end for span in copy.spans]
        self._taken: set[int] = set()

    def is_verbatim(self, i: int) -> bool:
        """Whether segment i, which is placed, stands in the copy with the article's own white space."""
        span = self.spans[i]
        return span is not None and self._text[span.start : span.end] == self.texts[i]

    def count(self) -> int:
        """How many segments are placed."""
        return sum(span is not None for span in self.spans)

    def put(self, i: int, span: Span) -> None:
        """Segment i stands at a span."""
        self.spans[i] = span
        found = self._text[span.start : span.end]
        self.streams[i] = squash(found)
        self.texts[i] = space_words(found, self._spaces[i])
        self._taken.add(span.start)

    def put_hits(self, hits: Hits) -> None:
        """What windows of the copy say; of several places the next one in the article's order."""
        last = 0
        for i in sorted(hits):
            free = [span for j in hits[i] if (span := self.copy.spans[j]).start not in self._taken]
            if free:
                span = min(free, key=lambda span: (span.start < last, span))
                self.put(i, span)
                last = span.end

    def sweep(self, *, forward: bool) -> bool:
        """Look for the neighbours of what is placed, in one direction; whether any was found."""
        is_changed = False
        step = 1 if forward else -1
        order = range(1, len(self.spans)) if forward else range(len(self.spans) - 2, -1, -1)
        for i in order:
            beside = self.spans[i - step]
            if self.spans[i] is None and beside is not None:
                is_changed |= self._try(i, self._list_after(i, beside) if forward else self._list_before(i, beside))
        return is_changed

    def _list_after(self, i: int, beside: Span) -> list[Span]:
        """Where segment i might stand: right after its neighbour, or where the copy's next segments do."""
        at = bisect_left(self._starts, beside.end)
        gap = self._text[beside.end : beside.end + 64]
        adjacent = beside.end + len(gap) - len(gap.lstrip())
        starts = [adjacent, *self._starts[at : at + MAX_TRIES]]
        return [Span(start, start + chars) for start in starts for chars in self._measure(i)]

    def _list_before(self, i: int, beside: Span) -> list[Span]:
        at = bisect_left(self._ends, beside.start + 1)
        gap = self._text[max(0, beside.start - 64) : beside.start]
        adjacent = beside.start - (len(gap) - len(gap.rstrip()))
        ends = [adjacent, *reversed(self._ends[max(0, at - MAX_TRIES) : at])]
        return [Span(end - chars, end) for end in ends for chars in self._measure(i) if end >= chars]

    def _measure(self, i: int) -> set[int]:
        """How long segment i may be: as it was, and with single spaces."""
        chars = self._anchors[i].end - self._anchors[i].start
        return {chars, chars - sum(len(own) - 1 for own in self._spaces[i].values())}

    def _try(self, i: int, spans: Sequence[Span]) -> bool:
        anchor = self._anchors[i]
        for span in dict.fromkeys(spans):
            text = self._text[span.start : span.end]
            if span.start in self._taken or span.end > len(self._text) or text != text.strip():
                continue
            self.streams[i] = squash(text)
            for window, digest in zip(cut_windows(self.streams, i), (anchor.ahead, anchor.behind), strict=True):
                if window is not None and digest_window(self._name, text, window) == digest:
                    self.put(i, span)
                    return True
        self.streams[i] = None
        return False

    def list_statuses(self) -> list[str]:
        """What became of each segment, in order. Other white space inside one is undone where the whole was found."""
        statuses = []
        between, is_all = self._list_gaps(), self.count() == len(self.spans)
        for i, span in enumerate(self.spans):
            if span is None:
                statuses.append(ALTERED if between[i] else MISSING)
            elif not is_all and not self.is_verbatim(i):
                statuses.append(ALTERED)
            else:
                recorded = (self._anchors[i].start, self._anchors[i].end)
                statuses.append(EXACT if span == recorded else MOVED)
        return statuses

    def _list_gaps(self) -> list[bool]:
        """Per segment that isn't placed, whether there is text between the nearest placed ones on both sides."""
        found = [False] * len(self.spans)
        left: int | None = None
        for i, span in enumerate(self.spans):
            if span is None:
                continue
            before = None if left is None else self.spans[left]
            if left is not None and before is not None and i - left > 1:
                found[left + 1 : i] = [bool(self._text[before.end : span.start].strip())] * (i - left - 1)
            left = i
        return found


def place_segments(name: str, anchors: Sequence[AnchorRow], copy: Copy, hits: Hits) -> Placement:
    """Place an article's segments in a copy. Segments that aren't proved have no place.

    Time is linear in the segments: each is tried at no more than `MAX_TRIES` places a sweep.
    """
    placement = Placement(name, anchors, copy)
    placement.put_hits(hits)
    for _ in range(MAX_SWEEPS):
        is_changed = placement.sweep(forward=True)
        if not placement.sweep(forward=False) and not is_changed:
            break
    return placement
