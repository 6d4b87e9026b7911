"""The ledger: tolerant of a torn last line, strict about everything else."""

import json
from pathlib import Path

import pytest

from corpus_kit.annotate import LedgerEvent, append_events, make_event, read_ledger
from corpus_kit.errors import LedgerError, TargetError
from corpus_kit.model import Article, Span

ARTICLE = Article(id="a", text="One. Two.", sha256="0" * 64, source="a.txt", raw_sha256="0" * 64, size_bytes=9)
SAID = {"annotator": "ana", "time": "2026-01-02T03:04:05Z", "action": "label", "guidelines": "1.0.0"}


def make_events() -> list[LedgerEvent]:
    """Two labels, of `One.` and `Two.`."""
    return [make_event(ARTICLE, span, **SAID, label="fact", attribution="none") for span in (Span(0, 4), Span(5, 9))]


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    """Events come back equal, in order, with their line numbers."""
    path = tmp_path / "new" / "ana.jsonl"
    append_events(path, make_events()[:1])
    append_events(path, make_events()[1:])
    assert read_ledger(path, LedgerEvent).events == list(enumerate(make_events(), start=1))


def test_a_missing_ledger_has_no_events(tmp_path: Path) -> None:
    """Nobody has to annotate before the rest works."""
    assert read_ledger(tmp_path / "none.jsonl", LedgerEvent) == ([], None)


def test_an_event_anchors_its_span_by_text_and_context() -> None:
    """Exact text, prefix and suffix are those of the article at the offsets."""
    event = make_events()[1]
    assert (event.exact, event.prefix, event.suffix) == ("Two.", "One. ", "")


def test_the_id_of_an_event_follows_from_its_content() -> None:
    """A retry is the same event; another label is another one."""
    again, other = make_events()[0], make_event(ARTICLE, Span(0, 4), **SAID, label="quote", attribution="direct")
    assert make_events()[0].event == again.event != other.event


@pytest.mark.parametrize("kept_bytes", [1, 10, -2])
def test_a_torn_last_line_is_reported_and_nothing_else_lost(tmp_path: Path, kept_bytes: int) -> None:
    """However little of the last event was written, the events before it are read."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events())
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:kept_bytes])
    read = read_ledger(path, LedgerEvent)
    assert [event for _, event in read.events] == make_events()[:1]
    assert read.torn is not None
    assert (read.torn.line, read.torn.offset) == (2, len(first))
    assert str(path) in str(read.torn)


def test_a_line_torn_inside_a_letter_is_torn(tmp_path: Path) -> None:
    """A write that was cut between the bytes of one letter is torn, not invalid UTF-8."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events()[:1])
    path.write_bytes(path.read_bytes() + '{"note":"é'.encode()[:-1])
    assert read_ledger(path, LedgerEvent).torn is not None


def test_a_complete_last_line_without_line_end_counts(tmp_path: Path) -> None:
    """An editor that leaves out the last line end tears nothing."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events())
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    read = read_ledger(path, LedgerEvent)
    assert len(read.events) == 2
    assert read.torn is None


def test_a_broken_line_before_the_last_is_an_error(tmp_path: Path) -> None:
    """Only the end of a file can be torn; elsewhere a broken line is an error with its number."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events())
    path.write_bytes(b'{"torn\n' + path.read_bytes())
    with pytest.raises(LedgerError, match=r"ana\.jsonl:1: not valid JSON"):
        read_ledger(path, LedgerEvent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"start": -1}, "start: "),
        ({"start": "0"}, "start: "),
        ({"time": "yesterday"}, "time: "),
        ({"action": "shout"}, "action: "),
        ({"annotator": "Ana Smith"}, "annotator: "),
    ],
)
def test_a_malformed_event_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """Every field is checked, unknown ones are refused, and nothing is converted."""
    path = tmp_path / "ana.jsonl"
    path.write_text(json.dumps(make_events()[0].model_dump() | change) + "\n")
    with pytest.raises(LedgerError, match=message):
        read_ledger(path, LedgerEvent)


def test_a_byte_order_mark_is_named(tmp_path: Path) -> None:
    """A ledger that an editor saved with a byte order mark is refused with that as the reason."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    with pytest.raises(LedgerError, match="byte order mark") as raised:
        read_ledger(path, LedgerEvent)
    assert raised.value.line == 1


def test_an_event_twice_is_refused(tmp_path: Path) -> None:
    """A ledger that was concatenated with itself is found."""
    path = tmp_path / "ana.jsonl"
    append_events(path, make_events() + make_events()[:1])
    with pytest.raises(LedgerError, match=r":3: event .* stands twice"):
        read_ledger(path, LedgerEvent)


def test_nothing_is_appended_to_a_torn_line(tmp_path: Path) -> None:
    """Appending to a torn line would join two events into one broken line."""
    path = tmp_path / "ana.jsonl"
    path.write_bytes(b'{"torn')
    with pytest.raises(TargetError, match="torn"):
        append_events(path, make_events())
    assert path.read_bytes() == b'{"torn'
