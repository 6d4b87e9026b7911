"""What was dropped is kept: counted by reason, and written as a line of `dropped.jsonl`."""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from corpus_kit.canonical import to_canonical_json
from corpus_kit.errors import ArticleError
from corpus_kit.files import make_target_error, sync_folder
from corpus_kit.model import Article, Dropped

REASONS: Mapping[str, str] = {
    "bad-encoding": "the bytes are no text in UTF-8, in what they declare, or in anything that is likely enough",
    "duplicate-id": "another record of the same run has this id",
    "empty": "there is no text, or white space only",
    "http-error": "a WARC response whose HTTP status is not 200",
    "other-language": "the text is in another language than the corpus, and that is certain enough",
    "parse-error": "the record is not what its format asks for",
    "read-error": "the system or the network gave up while the file was read",
    "too-large": "a limit was reached",
    "truncated": "the file is cut short or corrupt from here on, or the crawler cut the record",
    "unsafe-text": "a NUL, half a surrogate pair, or a control that reorders what is seen",
    "wrong-type": "the content is of a type that has no reader",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestCounts:
    """How many records were seen: `articles` + `dropped`, the latter by reason too. What is skipped is no record."""

    articles: int
    dropped: int
    by_reason: Mapping[str, int]
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """All records."""
        return self.articles + self.dropped


class DropLog:
    """Separates articles from what was dropped, counts both, and hands each dropped record to `on_drop`."""

    def __init__(self, on_drop: Callable[[Dropped], object]) -> None:
        self._on_drop = on_drop
        self._articles = 0
        self._by_reason: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def keep_articles(self, items: Iterable[Article | Dropped]) -> Iterator[Article]:
        """The articles in their order, one at a time."""
        for item in items:
            if isinstance(item, Dropped):
                self._by_reason[item.reason] += 1
                self._on_drop(item)
            else:
                self._articles += 1
                yield item

    @property
    def counts(self) -> IngestCounts:
        """What went through so far."""
        return IngestCounts(
            articles=self._articles,
            dropped=self._by_reason.total(),
            by_reason=dict(sorted(self._by_reason.items())),
            skipped=dict(sorted(self.skipped.items())),
        )


@contextmanager
def write_dropped(path: Path) -> Iterator[Callable[[Dropped], None]]:
    """A `dropped.jsonl`: call what this gives with each record; the file is there when the block ends without error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    except OSError as e:
        raise make_target_error(path, e) from e
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield lambda dropped: _write_line(path, file.write, dropped)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    sync_folder(path.parent)


def _write_line(path: Path, write: Callable[[bytes], object], dropped: Dropped) -> None:
    try:
        write(to_canonical_json(asdict(dropped)).encode("utf-8", "backslashreplace") + b"\n")
    except OSError as e:
        raise make_target_error(path, e) from e


def refuse_dropped(dropped: Dropped) -> None:
    """Raise an ArticleError for a dropped record: what `--strict` does with the first one."""
    at = "" if dropped.record_offset is None else f" at {dropped.record_offset}"
    raise ArticleError(f"{dropped.reason}{at}: {dropped.detail}", path=dropped.source)
