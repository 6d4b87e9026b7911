"""The columns of a release, defined once: Parquet schema, the card's `dataset_info` and digests follow from them."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from corpus_kit.labels import LabelScheme

if TYPE_CHECKING:
    import pyarrow as pa


Type = Literal["string", "int32", "int64", "float64", "bool", "class"]


class Column(NamedTuple):
    """A column. One of type `class` holds integers that index `names`. One that `is_required` is never null.

    `meaning` is one sentence for a column that means something else than its namesake in a full release.
    """

    name: str
    type: Type
    names: tuple[str, ...] = ()
    is_required: bool = False
    meaning: str = ""


_OPTIONAL = frozenset(
    {"publisher", "title", "author", "published", "url", "retrieved", "license_note", "note"}
    | {"confidence", "agreement", "duplicate_group", "record_offset"}
)


def define_columns(scheme: LabelScheme) -> dict[str, tuple[Column, ...]]:
    """The columns of each table of a release, by the table's name, which is also its folder under `data/`."""
    judged: tuple[Column, ...] = (Column("label", "class", scheme.labels),)
    if scheme.attributions:
        judged += (Column("attribution", "class", scheme.attributions),)
    sentences = (
        *_of("string", "id", "article_id"),
        *_of("int32", "position", "start", "end"),
        *_of("string", "text"),
        *_of("bool", "in_quotation"),
        *judged,
        *_of("string", "label_source"),
        *_of("float64", "confidence"),
        *_of("int32", "annotators"),
        *_of("float64", "agreement"),
        *_of("string", "duplicate_group"),
        *_of("int32", "fold"),
    )
    articles = (
        *_of("string", "id", "publisher", "title", "author", "published", "url", "retrieved", "license_note"),
        *_of("string", "origin", "source"),
        *_of("int64", "record_offset"),
        *_of("string", "raw_sha256", "encoding", "sha256", "language", "text"),
        *_of("int32", "fold"),
    )
    annotations = (
        *_of("string", "id", "segment_id", "article_id"),
        *_of("int32", "start", "end"),
        *_of("string", "annotator", "action"),
        *judged,
        *_of("string", "guidelines", "time", "note"),
        *_of("int32", "fold"),
    )
    return {"sentences": sentences, "articles": articles, "annotations": annotations}


def _of(type_: Type, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_, is_required=name not in _OPTIONAL) for name in names)


def describe_columns(columns: Sequence[Column]) -> dict[str, Any]:
    """What a content digest covers beside the rows: the columns' names and, for classes, what the integers mean."""
    return {column.name: list(column.names) if column.type == "class" else column.type for column in columns}


def make_features(columns: Sequence[Column]) -> dict[str, Any]:
    """The features as the `huggingface` key of a Parquet schema writes them."""
    return {
        column.name: {"names": list(column.names), "_type": "ClassLabel"}
        if column.type == "class"
        else {"dtype": column.type, "_type": "Value"}
        for column in columns
    }


def make_feature_list(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The features as the `dataset_info` of a card writes them."""
    return [
        {"name": column.name, "dtype": {"class_label": {"names": {str(i): n for i, n in enumerate(column.names)}}}}
        if column.type == "class"
        else {"name": column.name, "dtype": column.type}
        for column in columns
    ]


def make_arrow_schema(columns: Sequence[Column]) -> "pa.Schema":
    """The Parquet schema, with the features in its metadata."""
    import pyarrow as pa

    types: Mapping[str, Any] = {
        "string": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "class": pa.int64(),
    }
    info = json.dumps({"info": {"features": make_features(columns)}}, ensure_ascii=False)
    return pa.schema([(column.name, types[column.type]) for column in columns], metadata={"huggingface": info})
