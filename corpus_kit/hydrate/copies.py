"""Somebody's copy of an article: its text as read or tidied, cut into segments."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus_kit.build.anchors import squash
from corpus_kit.canonical import hash_text
from corpus_kit.model import Article, Span
from corpus_kit.segment import Segmenter

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of some article.

    Attributes:
        article: as it was read; its text is the one that offsets refer to.
        spans: of its segments, by the segmenter of the release.
        streams: the segments without white space.
        line_chars: per segment, how many characters its line has, white space not counted.
    """

    article: Article
    spans: tuple[Span, ...]
    streams: tuple[str, ...]
    line_chars: tuple[int, ...]


def tidy_text(text: str) -> str:
    """A text without what re-encoding and reformatting do: NFC, no byte order mark, single spaces in trimmed lines.

    Quotation marks, dashes and letters stay: another one is another text.
    """
    composed = unicodedata.normalize("NFC", text.removeprefix(_BYTE_ORDER_MARK))
    return "\n".join(" ".join(line.split()) for line in composed.splitlines())


def make_copies(article: Article, segmenter: Segmenter) -> Iterator[Copy]:
    """The copy as it was read, then the tidied one if that is another text."""
    yield _cut(article, segmenter)
    tidied = tidy_text(article.text)
    if tidied != article.text:
        yield _cut(replace(article, text=tidied, sha256=hash_text(tidied)), segmenter)


def _cut(article: Article, segmenter: Segmenter) -> Copy:
    spans = tuple(Span(start, end) for start, end in segmenter(article.text))
    streams = tuple(squash(article.text[start:end]) for start, end in spans)
    return Copy(article=article, spans=spans, streams=streams, line_chars=_measure_lines(article.text, spans, streams))


def _measure_lines(text: str, spans: tuple[Span, ...], streams: tuple[str, ...]) -> tuple[int, ...]:
    lines: list[int] = []
    line = -1
    for i, span in enumerate(spans):
        gap = text[spans[i - 1].end if i else 0 : span.start]
        line += i == 0 or len(f"{gap}.".splitlines()) > 1
        lines.append(line)
    chars = [0] * (line + 1)
    for own, stream in zip(lines, streams, strict=True):
        chars[own] += len(stream)
    return tuple(chars[own] for own in lines)
