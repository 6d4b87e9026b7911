"""Plain text: the file's bytes are the article, decoded as UTF-8 and otherwise untouched."""

from pathlib import Path

from corpus_kit.errors import ArticleError
from corpus_kit.records import decode_utf8


def read_plain_text(data: bytes, path: Path) -> str:
    """The text of a UTF-8 file: line ends, spaces and marks as they stand; an ArticleError at the first bad byte."""
    return decode_utf8(data, path, ArticleError)
