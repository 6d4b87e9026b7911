"""The append-only ledger: one event per decision of an annotator or adjudicator, never overwritten.

A span is anchored by the W3C Web Annotation selectors: offsets (TextPositionSelector) and the exact text with
what stands before and after it (TextQuoteSelector), beside the digest of the article's text.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID, uuid5

from pydantic import AfterValidator, Field

from corpus_kit.canonical import to_canonical_json
from corpus_kit.errors import CorpusKitError, LedgerError, TargetError
from corpus_kit.model import Article, Span, Vote
from corpus_kit.records import NumberedLine, Record, iter_lines, parse_json, parse_record, require_iso_time

CONTEXT_CHARS = 32
ADJUDICATE = "adjudicate"
"""The action of an adjudicator's decision; every other action is a vote's."""
_NAMESPACE = UUID("6f1b1c4e-6a5c-5c0b-9d57-0c4f0a7f3a11")


class _Anchored(Record):
    event: str = Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
    time: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"), AfterValidator(require_iso_time)]
    article: str
    article_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    exact: str = Field(min_length=1)
    prefix: str
    suffix: str
    label: str | None
    attribution: str | None
    guidelines: str = Field(pattern=r"^\d+\.\d+\.\d+$")

    @property
    def span(self) -> Span:
        """The offsets in the article's text."""
        return Span(self.start, self.end)

    def _make_vote(self, who: str, action: str, why: str) -> Vote:
        return Vote(
            id=self.event,
            annotator=who,
            article_id=self.article,
            span=self.span,
            action=action,
            label=self.label,
            attribution=self.attribution,
            guidelines=self.guidelines,
            time=self.time,
            reason=why,
        )


class LedgerEvent(_Anchored):
    """A line of `annotations/ledger/<annotator>.jsonl`.

    `label` and `attribution` are null unless the action is `label`. A `flag` says that the segment itself is at fault.
    `retract` takes back whatever its annotator said of the span. `seconds` is the time that the decision took.
    """

    annotator: str = Field(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")
    action: Literal["label", "skip", "flag", "retract"]
    note: str
    seconds: float | None = Field(ge=0)
    suggestion_shown: bool

    def to_vote(self) -> Vote:
        """What was said, without its anchor."""
        return self._make_vote(self.annotator, self.action, self.note)


class AdjudicationEvent(_Anchored):
    """A line of `annotations/adjudicated.jsonl`: what holds, by whom and why. The last decision on a span holds."""

    adjudicator: str = Field(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")
    label: str
    reason: str = Field(min_length=1)

    def to_vote(self) -> Vote:
        """What was decided, without its anchor."""
        return self._make_vote(self.adjudicator, ADJUDICATE, self.reason)


EventType = TypeVar("EventType", LedgerEvent, AdjudicationEvent)


class TornLine(NamedTuple):
    """The end of a ledger whose last write was cut off: `line` from 1, `offset` and `size` in bytes."""

    path: Path
    line: int
    offset: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: the last line is torn and was ignored ({self.size} bytes from offset "
            f"{self.offset}, no line end). Everything before it was read"
        )


class LedgerRead(NamedTuple, Generic[EventType]):
    """The events of a file with their line numbers, and the torn line at its end, if there is one."""

    events: list[tuple[int, EventType]]
    torn: TornLine | None


def read_ledger(path: Path, model: type[EventType]) -> LedgerRead[EventType]:
    """The events of a ledger in order. A missing file has none.

    A last line without a line end that is no complete JSON is what a killed writer leaves: it is reported as torn and
    nothing else is lost. Every other fault is a LedgerError with file and line.
    """
    if not path.exists():
        return LedgerRead([], None)
    events: list[tuple[int, EventType]] = []
    seen: set[str] = set()
    for line in iter_lines(path, LedgerError):
        if _is_torn(line, path):
            return LedgerRead(events, TornLine(path, line.number, line.offset, len(line.data)))
        event = parse_record(line.data, model, LedgerError, path=path, line=line.number)
        if event.event in seen:
            raise LedgerError(
                f"event {event.event} stands twice", path=path, line=line.number, remedy="Remove one of the two lines"
            )
        seen.add(event.event)
        events.append((line.number, event))
    return LedgerRead(events, None)


def _is_torn(line: NumberedLine, path: Path) -> bool:
    if line.is_terminated:
        return False
    try:
        parse_json(line.data, LedgerError, path=path, line=line.number)
    except CorpusKitError:
        return True
    return False


def make_event(article: Article, span: Span, **said: object) -> LedgerEvent:
    """An event about a span of an article; its id is derived from all that it says, so a retry is the same event."""
    start, end = span
    known = {
        "article": article.id,
        "article_sha256": article.sha256,
        "start": start,
        "end": end,
        "exact": article.text[start:end],
        "prefix": article.text[max(0, start - CONTEXT_CHARS) : start],
        "suffix": article.text[end : end + CONTEXT_CHARS],
    }
    content = {"note": "", "seconds": None, "suggestion_shown": False, **known, **said}
    event = str(uuid5(_NAMESPACE, to_canonical_json(content)))
    return LedgerEvent.model_validate({"event": event, **content})


def append_events(path: Path, events: Iterable[LedgerEvent] | Iterable[AdjudicationEvent]) -> None:
    """Add events to a ledger in one write that is on disk when this returns.

    A ledger whose last line is torn is not appended to (the two lines would become one): TargetError.
    """
    data = "".join(to_canonical_json(event.model_dump()) + "\n" for event in events).encode("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            if file.tell() and _last_byte(file.fileno(), file.tell()) != b"\n":
                raise TargetError(
                    "the last line is torn, so nothing can be appended", path=path, remedy="Remove that line first"
                )
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:
        raise TargetError(f"can't be written ({e.strerror or e})", path=path) from e


def _last_byte(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, 1, size - 1)
