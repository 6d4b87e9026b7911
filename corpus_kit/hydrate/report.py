"""What became of each segment of a text-free release."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from corpus_kit.canonical import to_canonical_json
from corpus_kit.hydrate.place import EXACT, MOVED, STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReport:
    """What became of one segment.

    Attributes:
        is_labelled: whether it is a row of the release; coverage counts only those.
        status: `exact`, `moved`, `altered` or `missing`.
        start, end: where it stands in the copy, in code points; None where it wasn't found.
        recorded_start, recorded_end: where it stood in the article.
        copy: what the copy was read from; None where no copy of the article was found.
    """

    article: str
    position: int
    is_labelled: bool
    status: str
    start: int | None
    end: int | None
    recorded_start: int
    recorded_end: int
    copy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydration:
    """What hydrating gave.

    Attributes:
        path: the release that was written; None where no labelled segment was found.
        report_path: a line of JSON per segment.
        digest: the content digest of that release, empty where there is none.
        is_whole: it is the full release, by its content digest.
        is_identical: every file of it has the bytes of the full release.
        segments: what became of each, in the articles' order.
        labelled_of: labelled segments of the full release, those of articles that were left out among them.
        restored: the articles of which every segment was found.
        dropped: records that couldn't be read, by reason.
    """

    path: Path | None
    report_path: Path
    digest: str
    is_whole: bool
    is_identical: bool
    segments: tuple[SegmentReport, ...]
    labelled_of: int
    restored: tuple[str, ...]
    dropped: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """Labelled segments by status."""
        return count_statuses(self.segments, self.labelled_of)

    @property
    def coverage_fraction(self) -> float:
        """The labelled segments that were found, as a share of those of the full release."""
        return count_found(self.counts) / self.labelled_of

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values, without the list of segments."""
        return {
            "release": None if self.path is None else str(self.path),
            "report": str(self.report_path),
            "digest": self.digest or None,
            "is_whole": self.is_whole,
            "is_identical": self.is_identical,
            "coverage": self.coverage_fraction,
            "labelled": self.labelled_of,
            "rows": self.counts,
            "articles": self.count_by_article(),
            "restored": list(self.restored),
            "dropped": dict(self.dropped),
        }

    def count_by_article(self) -> dict[str, dict[str, int]]:
        """Per article of the text-free release, its labelled segments by status."""
        own: dict[str, list[SegmentReport]] = {}
        for segment in self.segments:
            own.setdefault(segment.article, []).append(segment)
        return {article: count_statuses(segments) for article, segments in own.items()}


def count_statuses(segments: Sequence[SegmentReport], labelled_of: int | None = None) -> dict[str, int]:
    """Labelled segments by status; those up to `labelled_of` that have no report, as their articles, are missing."""
    counts = Counter(segment.status for segment in segments if segment.is_labelled)
    if labelled_of is not None:
        counts["missing"] += labelled_of - counts.total()
    return {status: counts[status] for status in STATUSES}


def count_found(counts: Mapping[str, int]) -> int:
    """How many are in the hydrated release."""
    return counts[EXACT] + counts[MOVED]


def format_report(segments: Iterable[SegmentReport]) -> bytes:
    """`hydration.jsonl`: a line of canonical JSON per segment. It holds no text."""
    names = [field.name for field in fields(SegmentReport)]
    rows = ({name: getattr(segment, name) for name in names} for segment in segments)
    return "".join(to_canonical_json(row) + "\n" for row in rows).encode("utf-8", "backslashreplace")


def render_hydration(found: Hydration) -> str:
    """The result for people: a row per article, then the sum, the coverage and what the release is."""
    table = found.count_by_article() | {"all": found.counts}
    width = max(len(article) for article in table)
    lines = [f"{'article':{width}}  {'  '.join(f'{status:>7}' for status in STATUSES)}"]
    for article, counts in table.items():
        lines.append(f"{article:{width}}  {'  '.join(f'{counts[status]:7d}' for status in STATUSES)}")
    lines.append(f"coverage {found.coverage_fraction:.4f}: {count_found(found.counts)} of {found.labelled_of} segments")
    if found.path is None:
        lines.append("no release was written: nothing was found")
    else:
        lines += [f"digest {found.digest}: {_say_what(found)}", f"release {found.path}"]
    return "\n".join([*lines, f"report {found.report_path}"])


def _say_what(found: Hydration) -> str:
    if found.is_identical:
        return "the full release, byte for byte"
    if found.is_whole:
        return "the content of the full release; its files were written by other versions of corpus-kit or pyarrow"
    return "a subset, whose scores can't be compared with scores on the whole"
