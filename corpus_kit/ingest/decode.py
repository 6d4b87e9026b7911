"""Bytes become text: strictly, in an encoding that is stated, declared or likely enough, and never a silent guess."""

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from corpus_kit.errors import CorpusKitError
from corpus_kit.ingest.origin import IngestOptions

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT = {"iso2022_jp", "hz"}
_SUPERSETS: Mapping[str, str] = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What pages mean by an old label, as browsers read it (WHATWG Encoding)."""

_KNOWN = {
    *_SUPERSETS, *_SUPERSETS.values(), *_SEVEN_BIT,
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
    "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850", "cp852", "cp855", "cp866",
    "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10",
    "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
    "mac-latin2", "euc_jp", "johab",
}  # fmt: skip
"""Codecs of text that cost linear time; Python has others, such as punycode, that a page must not choose."""

_TYPOGRAPHIC = re.compile(rb"[\x00-\x7f\x85\x91-\x94\x96\x97\x99\xa0\xa9\xae]*")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE_BYTES = 100_000


class Decoded(NamedTuple):
    """Text and the name of the codec that made it."""

    text: str
    encoding: str


class BadEncoding(NamedTuple):
    """Why bytes are no text."""

    detail: str


def decode_record(
    data: bytes, options: IngestOptions, *, declared: Sequence[str] = (), how: Literal["detect", "declared"] = "detect"
) -> Decoded | BadEncoding:
    """Bytes as text: by their byte order mark, else as UTF-8, else as declared, else as detected with confidence.

    A byte order mark is not part of the text. `how="declared"` stops before detection.
    """
    codecs_stated = [codec for codec in map(_find_codec, declared) if codec]
    certain = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _find_seven_bit(
        data, codecs_stated
    )
    if certain:
        return _decode(data, certain) or BadEncoding(f"says that it is {certain} and is not")
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as e:
        wrong = f"not valid UTF-8: byte 0x{data[e.start]:02x} at offset {e.start}"
    found = next((found for codec in codecs_stated if (found := _decode(data, codec))), None)
    if found:
        return found
    if declared:
        wrong += f", nor what it declares ({', '.join(label[:40] for label in declared)})"
    return _detect(data, options, wrong) if how == "detect" else BadEncoding(wrong)


def _find_seven_bit(data: bytes, codecs_stated: Sequence[str]) -> str | None:
    """A declared encoding whose bytes are valid UTF-8 and mean something else."""
    found = next((codec for codec in codecs_stated if codec in _SEVEN_BIT), None)
    return found if found and (b"\x1b" in data or b"~{" in data) else None


def _detect(data: bytes, options: IngestOptions, wrong: str) -> Decoded | BadEncoding:
    if _TYPOGRAPHIC.fullmatch(data) and (found := _decode_printable(data, "cp1252")):
        return found  # English with curly quotes: each Windows code page reads it alike
    guess = _load_detector()(data[:_SAMPLE_BYTES])
    name, confidence = guess.get("encoding"), guess.get("confidence") or 0.0
    if name is None or confidence < options.min_encoding_confidence:
        likely = "nothing" if name is None else f"{name} with confidence {confidence:.2f}"
        return BadEncoding(f"{wrong}; detected: {likely}, {options.min_encoding_confidence:.2f} is asked for")
    codec = _find_codec({"maccentraleurope": "mac-latin2"}.get(name.lower(), name))
    found = None if codec is None or codec == "utf-8" else _decode_printable(data, codec)
    return found or BadEncoding(f"{wrong}; detected: {name}, which doesn't decode it")


def _decode_printable(data: bytes, codec: str) -> Decoded | None:
    found = _decode(data, codec)
    return None if found is None or _CONTROL.search(found.text) else found


def _decode(data: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(data.decode(codec), codec)
    except UnicodeError:
        return None


def _find_codec(label: str) -> str | None:
    if len(label) > 40 or not label.isascii() or "\0" in label:
        return None
    try:
        name = codecs.lookup(label.strip()).name
    except LookupError:
        return None
    return _SUPERSETS.get(name, name) if name in _KNOWN else None


def _load_detector() -> Callable[[bytes], Mapping[str, Any]]:
    try:
        import cchardet
    except ImportError as e:
        raise CorpusKitError(
            "some text is not UTF-8, and what detects encodings is not installed",
            remedy="pip install 'corpus-kit[charset]'",
        ) from e
    return cast("Callable[[bytes], Mapping[str, Any]]", cchardet.detect)
