"""A record's text and what it says of itself become an Article, or are dropped with the reason."""

import re
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import CorpusKitError
from corpus_kit.ingest.limits import find_long_line
from corpus_kit.ingest.origin import IngestOptions, Metadata, Origin, RawRecord
from corpus_kit.model import Article, Block, Dropped

_BIDI = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")  # U+202A to U+202E, U+2066 to U+2069 in UTF-8
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_MAX_METADATA_CHARS = 2_000
_LANGUAGE_CHARS = 2_000
_SURE = 0.9


def make_article(
    text: str,
    raw: RawRecord,
    origin: Origin,
    options: IngestOptions,
    known: Metadata,
    *,
    encoding: str = "utf-8",
    blocks: tuple[Block, ...] = (),
) -> Article | Dropped:
    """An article, unless its text is empty, unsafe, past a limit or in another language."""
    id_ = origin.name_record(raw.number, known.id)
    encoded = encode_safely(text, options)
    refused = _refuse(text, encoded.unsafe, options)
    if refused:
        return origin.drop(*refused, offset=raw.offset, id_=id_)
    for name, value in zip(known._fields, known, strict=True):
        if value and (unsafe := find_unsafe(value, options)):
            return origin.drop("unsafe-text", f"{name}: {unsafe}", offset=raw.offset, id_=id_)
    return Article(
        id=id_,
        text=text,
        sha256=hash_bytes(encoded.data),
        source=origin.source,
        record_offset=raw.offset,
        raw_sha256=raw.sha256,
        size_bytes=raw.size_bytes,
        encoding=encoding,
        blocks=blocks,
        publisher=known.publisher or origin.publisher,
        title=known.title,
        author=known.author,
        published=known.published,
        url=known.url,
        retrieved=known.retrieved,
        license_note=origin.license_note,
    )


def _refuse(text: str, unsafe: str | None, options: IngestOptions) -> tuple[str, str] | None:
    if not text or text.isspace():
        return "empty", "no text, or white space only"
    if unsafe:
        return "unsafe-text", unsafe
    at = find_long_line(text, options.limits.max_line_chars)
    if at is not None:
        return "too-large", f"the line at offset {at} has more than {options.limits.max_line_chars} characters"
    if options.language is not None:
        language, confidence = classify_language(text)
        if confidence >= _SURE and language != options.language.partition("-")[0]:
            return "other-language", f"{language} with confidence {confidence:.2f}, not {options.language}"
    return None


class Encoded(NamedTuple):
    """A text's UTF-8 bytes, or what in it would deceive a reader or break a writer."""

    data: bytes
    unsafe: str | None


def encode_safely(text: str, options: IngestOptions) -> Encoded:
    """Encode a text once, and find in it NULs, halves of surrogate pairs and, unless they are kept, bidi controls.

    What is found is named with its offset in code points; then there are no bytes.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as e:
        half = f"half a surrogate pair (U+{ord(text[e.start]):04X}) at offset {e.start}"
        return Encoded(b"", half if "\0" not in text else _name_nul(text))
    if b"\0" in data:
        return Encoded(b"", _name_nul(text))
    if len(data) == len(text) or options.keep_bidi_controls:
        return Encoded(data, None)
    found = _BIDI.search(data)
    if found is None:
        return Encoded(data, None)
    control, offset = found[0].decode(), len(data[: found.start()].decode())
    return Encoded(b"", f"bidirectional control U+{ord(control):04X} at offset {offset}")


def _name_nul(text: str) -> str:
    return f"NUL at offset {text.index(chr(0))}"


def find_unsafe(text: str, options: IngestOptions) -> str | None:
    """What in a text would deceive a reader or break a writer, and at which code point; None if nothing does."""
    if text.isascii() and "\0" not in text:
        return None
    return encode_safely(text, options).unsafe


def read_iso_date(value: Any) -> str | None:
    """A date or time as ISO 8601 if it is one already, else None: nothing is parsed from prose."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value := value.strip()):
        return None
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def read_stated(value: Any) -> str | None:
    """A string, number or list of strings as one line of at most 2,000 characters; None for anything else."""
    if value is None:
        return None
    if isinstance(value, list | tuple) and value and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _MAX_METADATA_CHARS:
        return None
    return " ".join(value.split()) or None


def classify_language(text: str) -> tuple[str, float]:
    """The likeliest language of a text's first 2,000 characters, and how certain that is from 0 to 1."""
    language, confidence = _load_identifier().classify(text[:_LANGUAGE_CHARS])
    return str(language), float(confidence)


@cache
def _load_identifier() -> Any:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as e:
        raise CorpusKitError(
            "check_language is on, and what it needs is not installed", remedy="pip install 'corpus-kit[lang]'"
        ) from e
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
