"""The records that travel from stage to stage. All are immutable; none knows how it is stored."""

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Offsets into an article's text, in code points, half open."""

    start: int
    end: int


class Block(NamedTuple):
    """A line of a page's visible text, as code points of the article; `is_main` is None where nobody looked."""

    start: int
    end: int
    is_main: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as found. `text` is canonical: segments, annotations and `sha256` (of its UTF-8 bytes) refer to it.

    What the page doesn't state is None, never a guess. `published` and `retrieved` are ISO 8601 dates or times.

    Attributes:
        source: path or URL of the file that it was read from.
        record_offset: where its record begins: bytes into the decompressed file (JSONL, WARC), the row from 0
            (Parquet), or None for a file that is one article.
        raw_sha256: of the record's bytes as read; `size_bytes` counts them.
        encoding: of those bytes.
        origin: `found`, or `composed` for the corpus.
        blocks: of a page, its lines in order; empty where the text has no page.
    """

    id: str
    text: str
    sha256: str
    source: str
    raw_sha256: str
    size_bytes: int
    record_offset: int | None = None
    encoding: str = "utf-8"
    blocks: tuple[Block, ...] = ()
    publisher: str | None = None
    title: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    retrieved: str | None = None
    license_note: str | None = None
    origin: str = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sentence, or a line that is not one: `article.text[start:end] == text`, with no white space at either end.

    `position` counts an article's segments from 0. `in_quotation`: it begins inside a quotation that an earlier segment
    opened and that has not closed.
    """

    id: str
    article_id: str
    position: int
    start: int
    end: int
    text: str
    in_quotation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentedArticle:
    """What a classifier is given to predict: the whole text and its segments in order, without labels."""

    id: str
    text: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """What a classifier learns from: an article and one label per segment, in the same order.

    Attributes:
        attributions: one per segment, None where its label has none; empty where the corpus has no such column.
    """

    article: SegmentedArticle
    labels: tuple[str, ...]
    fold: int
    attributions: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one annotator last said of one span, or an adjudicator decided about it (`reason` says why)."""

    id: str
    annotator: str
    article_id: str
    span: Span
    action: str
    label: str | None
    attribution: str | None
    guidelines: str
    time: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Something that was not taken over, and why. Nothing is dropped without one of these."""

    kind: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A record that became no article: `reason` is a name in `ingest.dropped.REASONS`, `detail` is for people.

    `id` is None where the record was refused before it had one.
    """

    source: str
    record_offset: int | None
    id: str | None
    reason: str
    detail: str
