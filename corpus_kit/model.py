"""The records that travel from stage to stage. All are immutable; none knows how it is stored."""

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Offsets into an article's text, in code points, half open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as found: `text` is its bytes decoded and nothing else, `sha256` is that of its UTF-8 bytes.

    What the page doesn't state is None, never a guess. `published` and `retrieved` are ISO 8601 dates or times.
    """

    id: str
    text: str
    sha256: str
    path: str
    size_bytes: int
    publisher: str | None = None
    title: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    retrieved: str | None = None
    license_note: str | None = None


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
    """What a classifier learns from: an article and one label per segment, in the same order."""

    article: SegmentedArticle
    labels: tuple[str, ...]
    fold: int


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
