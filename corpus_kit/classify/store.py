"""A trained model as one file: a zip of `model.json`, which says what it is, and `arrays.skops`, its numbers.

Nothing in it is executed: skops reads the numbers, and any type beside arrays and dictionaries is refused.
"""

import io
import json
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field

from corpus_kit import __version__
from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.classify.encoders import load_encoder
from corpus_kit.classify.feature_model import Encoding, FeatureModel
from corpus_kit.classify.features import FEATURES
from corpus_kit.classify.reliability import Reliability
from corpus_kit.classify.softmax import Softmax
from corpus_kit.classify.vectors import Vocabulary, count_columns
from corpus_kit.errors import ModelError
from corpus_kit.files import write_atomically
from corpus_kit.records import Record, check_record, parse_json, read_bytes

FORMAT: Final = "corpus-kit/model/2"
MODEL_FILE, ARRAYS_FILE = "model.json", "arrays.skops"
_MOST_BYTES = 500_000_000
_DATE = (1980, 1, 1, 0, 0, 0)
_TRAIN = "Train it again: corpus-kit train NAME --out FILE"


class TrainedOn(Record):
    """The dataset that a model learnt from."""

    name: str
    version: str
    digest: str
    articles: int
    segments: int


class ReliabilityTable(Record):
    """`classify.reliability.Reliability` as JSON."""

    counts: list[int] = Field(min_length=100, max_length=100)
    confidences: list[float] = Field(min_length=100, max_length=100)
    errors: list[int] = Field(min_length=100, max_length=100)


class FeatureEntry(Record):
    """A feature that the model's first columns are made of."""

    name: str
    bins: int
    reach: int


class EncoderEntry(Record):
    """The encoder that a model needs, which isn't in its file: the SHA-256 of its weights, and its vectors' length."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    dimensions: int = Field(gt=0)


class ModelDescription(Record):
    """`model.json`.

    Attributes:
        features: the table that it was trained with; another one means another model.
        words: the vocabulary in order.
        encoder: None, and left out of the file, where the model needs none.
        arrays_sha256: of the bytes of `arrays.skops`.
    """

    format: Literal["corpus-kit/model/2"]
    name: str
    trained_on: TrainedOn
    language: str
    labels: list[str] = Field(min_length=1)
    attributions: list[str]
    allowed: dict[str, list[str]]
    passes: Literal[1, 2]
    temperature: float = Field(gt=0)
    shares: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1)
    features: list[FeatureEntry]
    words: list[str]
    encoder: EncoderEntry | None = None
    reliability: ReliabilityTable
    versions: dict[str, str]
    arrays_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredModel:
    """A model with what is known of it. `sha256` is that of its file."""

    description: ModelDescription
    model: FeatureModel
    sha256: str


def save_model(model: FeatureModel, path: Path, *, name: str, trained_on: TrainedOn) -> str:
    """Write a model's file, whole or not at all; the same model gives the same bytes. The SHA-256 of the file."""
    arrays = _dump_arrays(model)
    description = ModelDescription(
        format=FORMAT,
        name=name,
        trained_on=trained_on,
        language=model.language,
        labels=list(model.labels),
        attributions=list(model.attributions),
        allowed={label: list(names) for label, names in model.allowed.items()},
        passes=1 if model.context is None else 2,
        temperature=model.temperature,
        shares=list(model.shares),
        features=_list_features(),
        words=list(model.vocabulary.words),
        encoder=None if model.encoding is None else _describe_encoder(model.encoding),
        reliability=ReliabilityTable(
            counts=list(model.reliability.counts),
            confidences=list(model.reliability.confidences),
            errors=list(model.reliability.errors),
        ),
        versions={"corpus-kit": __version__},
        arrays_sha256=hash_bytes(arrays),
    )
    text = to_pretty_json(description.model_dump(exclude_none=True))
    data = _zip({MODEL_FILE: text.encode(), ARRAYS_FILE: arrays})
    write_atomically(path, data)
    return hash_bytes(data)


def load_model(path: Path) -> StoredModel:
    """Read a model's file; a ModelError where it is damaged, not trusted, or of another table of features.

    A model with an encoder gets the one that `CORPUS_KIT_EMBEDDINGS` names; a ClassifierError says that
    none is named, or that it is another one than the model learnt with.
    """
    data = read_bytes(path, ModelError, remedy=_TRAIN)
    parts = _unzip(data, path)
    said = parse_json(parts[MODEL_FILE], ModelError, path=path, line=None)
    if isinstance(said, dict) and said.get("format") != FORMAT:
        raise ModelError(f"its format isn't {FORMAT}: another version of corpus-kit made it", path=path, remedy=_TRAIN)
    description = check_record(said, ModelDescription, ModelError, path=path, line=None)
    if hash_bytes(parts[ARRAYS_FILE]) != description.arrays_sha256:
        raise ModelError(f"{ARRAYS_FILE} isn't what {MODEL_FILE} says it is", path=path, remedy=_TRAIN)
    if description.features != _list_features():
        what = "the model has another table of features than this version of corpus-kit"
        raise ModelError(what, path=path, remedy=_TRAIN)
    arrays = _load_arrays(parts[ARRAYS_FILE], path)
    return StoredModel(description=description, model=_restore(description, arrays, path), sha256=hash_bytes(data))


def _describe_encoder(encoding: Encoding) -> EncoderEntry:
    return EncoderEntry(sha256=encoding.encoder.sha256, dimensions=len(encoding.weights))


def _list_features() -> list[FeatureEntry]:
    return [FeatureEntry(name=own.name, bins=own.bins, reach=own.reach) for own in FEATURES]


def _dump_arrays(model: FeatureModel) -> bytes:
    import skops.io

    arrays: dict[str, Any] = {"terms": model.vocabulary.terms, "idf": model.vocabulary.idf.astype(np.float32)}
    for name, part in (("first", model.first), ("context", model.context), ("attributing", model.attributing)):
        if part is not None:
            arrays[f"{name}_weights"] = part.weights.astype(np.float32)
            arrays[f"{name}_bias"] = part.bias.astype(np.float32)
    if model.encoding is not None:
        arrays["encoding_weights"] = model.encoding.weights.astype(np.float32)
    return _settle_zip(skops.io.dumps(arrays))


def _settle_zip(data: bytes) -> bytes:
    """What skops wrote, without the time of writing and with its addresses in memory numbered from 1."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = parts.pop("schema.json").decode()
    numbers: dict[str, str] = {}
    schema = re.sub(r"\b\d{6,}\b", lambda found: numbers.setdefault(found[0], str(len(numbers) + 1)), schema)
    named = {f"{numbers[name.partition('.')[0]]}.npy": own for name, own in parts.items()}
    return _zip({**dict(sorted(named.items())), "schema.json": schema.encode()})


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _unzip(data: bytes, path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sorted(archive.namelist()) != sorted((MODEL_FILE, ARRAYS_FILE)):
                raise ModelError("isn't a model's file", path=path, remedy=_TRAIN)
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise ModelError(f"unpacks to more than {_MOST_BYTES:,} bytes", path=path, remedy=_TRAIN)
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as e:
        raise ModelError(f"isn't a model's file ({e})", path=path, remedy=_TRAIN) from e


def _load_arrays(data: bytes, path: Path) -> dict[str, Any]:
    """The arrays by name; a ModelError for any other type in the file."""
    import skops.io

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise ModelError(f"{ARRAYS_FILE} unpacks to more than {_MOST_BYTES:,} bytes", path=path, remedy=_TRAIN)
        untrusted = skops.io.get_untrusted_types(data=data)
        if untrusted:
            what = f"{ARRAYS_FILE} holds types that are not to be trusted: {', '.join(untrusted)}"
            raise ModelError(what, path=path, remedy="Don't use it; models that corpus-kit saves hold arrays only")
        arrays = skops.io.loads(data, trusted=[])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, json.JSONDecodeError) as e:
        raise ModelError(f"{ARRAYS_FILE} can't be read ({e})", path=path, remedy=_TRAIN) from e
    if not isinstance(arrays, dict) or not all(type(own) is np.ndarray for own in arrays.values()):
        raise ModelError(f"{ARRAYS_FILE} holds something else than arrays", path=path, remedy=_TRAIN)
    return arrays


def _restore(said: ModelDescription, arrays: dict[str, Any], path: Path) -> FeatureModel:
    vocabulary = Vocabulary(
        words=tuple(said.words),
        terms=_take(arrays, "terms", (None,), path).astype(np.int64),
        idf=_take(arrays, "idf", (None,), path).astype(np.float64),
    )
    columns, labels = count_columns(vocabulary), len(said.labels)
    if vocabulary.idf.shape != vocabulary.terms.shape or (np.diff(vocabulary.terms) <= 0).any():
        raise ModelError("its terms aren't sorted, or not as many as their weights", path=path, remedy=_TRAIN)
    if len(said.shares) != labels or abs(sum(said.shares) - 1) > 1e-6:
        raise ModelError("its label shares aren't one per label, or don't sum to 1", path=path, remedy=_TRAIN)
    if len(set(said.words)) != len(said.words):
        raise ModelError("a word stands twice in its vocabulary", path=path, remedy=_TRAIN)
    if set(said.allowed) != set(said.labels) or {n for own in said.allowed.values() for n in own} - set(
        said.attributions
    ):
        raise ModelError("its labels and attributions don't fit each other", path=path, remedy=_TRAIN)

    def take_softmax(name: str, rows: int, classes: int) -> Softmax:
        weights = _take(arrays, f"{name}_weights", (rows, classes), path).astype(np.float64)
        return Softmax(weights, _take(arrays, f"{name}_bias", (classes,), path).astype(np.float64))

    encoding = None
    if said.encoder is not None:
        weights = _take(arrays, "encoding_weights", (said.encoder.dimensions, labels), path).astype(np.float64)
        encoder = load_encoder(None, os.environ, said.encoder.sha256)
        if encoder.encode(["."]).shape[1] != said.encoder.dimensions:
            raise ModelError("its encoder's vectors are not as long as it says", path=path, remedy=_TRAIN)
        encoding = Encoding(encoder, weights)
    return FeatureModel(
        labels=tuple(said.labels),
        attributions=tuple(said.attributions),
        allowed={label: tuple(names) for label, names in said.allowed.items()},
        language=said.language,
        vocabulary=vocabulary,
        first=take_softmax("first", columns, labels),
        context=take_softmax("context", labels * 10, labels) if said.passes > 1 else None,
        temperature=said.temperature,
        shares=tuple(said.shares),
        attributing=take_softmax("attributing", columns, len(said.attributions)),
        reliability=Reliability(
            counts=tuple(said.reliability.counts),
            confidences=tuple(said.reliability.confidences),
            errors=tuple(said.reliability.errors),
        ),
        encoding=encoding,
    )


def _take(arrays: dict[str, Any], name: str, shape: tuple[int | None, ...], path: Path) -> Any:
    """An array of numbers of this shape, None standing for any length; a ModelError where it is another."""
    array: Any = arrays.get(name)
    fits = array is not None and array.ndim == len(shape) and array.dtype.kind in "if"
    if not fits or any(n is not None and n != own for n, own in zip(shape, array.shape, strict=True)):
        raise ModelError(f"the array {name!r} is missing or of another shape", path=path, remedy=_TRAIN)
    if not np.isfinite(array).all():
        raise ModelError(f"the array {name!r} holds something that is no number", path=path, remedy=_TRAIN)
    return array
