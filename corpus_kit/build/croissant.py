"""`croissant.json`: what a release is, in Croissant 1.1 (JSON-LD), written as plain JSON.

A record set is a table's split, read from a file set that names the split's files; each file also stands alone with its
SHA-256. docs/decisions/0007-croissant.md says why.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from corpus_kit.build.assemble import Assembly
from corpus_kit.build.collection import describe_collections, name_nested
from corpus_kit.build.contents import describe_assembly
from corpus_kit.build.layout import Configs
from corpus_kit.build.statements import make_statements
from corpus_kit.column_meanings import describe_column
from corpus_kit.columns import Column
from corpus_kit.corpus import CorpusFile
from corpus_kit.labels import LabelScheme
from corpus_kit.release import CollectionEntry

CROISSANT_FILE = "croissant.json"
CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
PARQUET_TYPES = ["application/vnd.apache.parquet", "application/x-parquet"]
"""The registered media type, and the only one by which mlcroissant 1.1 recognises Parquet."""

Node = dict[str, Any]
TableSplits = Mapping[str, Mapping[str, Sequence[str]]]
"""Per table, the files of each split."""

_DATA_TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float64": "cr:Float64",
    "bool": "sc:Boolean",
    "class": "sc:Integer",
}
_IN_CROISSANT = [
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
]
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{name: f"cr:{name}" for name in _IN_CROISSANT},
}


def make_croissant(assembly: Assembly, configs: Configs, *, hashes: Mapping[str, str], card: str) -> Node:
    """The document as JSON values; what corpus.toml and the card don't say is left out.

    Args:
        assembly: the release.
        configs: its layout.
        hashes: per Parquet file of the release, its SHA-256.
        card: the filled card, for the statements that are its sections.
    """
    tables = select_tables({name: (table, splits) for name, (table, splits) in configs.items()})
    return {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "dct:conformsTo": CONFORMS_TO,
        **describe_dataset(assembly.corpus.file),
        **make_statements(
            describe_assembly(assembly), card, has_synthetic_text=assembly.corpus.file.has_synthetic_text
        ),
        **list_parts(describe_collections(assembly)),
        "distribution": list_resources(hashes, tables),
        "recordSet": list_record_sets(assembly.corpus.scheme, assembly.columns, tables),
    }


def list_parts(collections: Mapping[str, CollectionEntry]) -> Node:
    """`hasPart`: each collection, whose own document says what its files and records are; nothing without any."""
    parts = [
        {
            "@type": "sc:Dataset",
            "name": entry.name,
            "version": entry.version,
            "description": f"The collection {name}. Its own document stands at the URL, relative to this one.",
            "url": name_nested(name, CROISSANT_FILE),
            "license": describe_licenses(annotations=entry.licenses.annotations, articles=entry.licenses.articles),
        }
        for name, entry in sorted(collections.items())
    ]
    return {"hasPart": parts} if parts else {}


def select_tables(configs: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]]) -> TableSplits:
    """Of all configs those that are a whole table: per table, the files of each split."""
    return {table: splits for name, (table, splits) in configs.items() if name == table}


def describe_dataset(file: CorpusFile) -> Node:
    """What corpus.toml says about the dataset; keys without a value are left out."""
    title = file.title or file.name
    named = {
        "name": file.name,
        "alternateName": title if title != file.name else "",
        "description": file.description,
        "version": file.version,
        "url": file.url,
        "creator": [{"@type": "sc:Organization", "name": name} for name in file.creators],
        "datePublished": file.published,
        "license": describe_licenses(annotations=file.license.annotations, articles=file.license.articles),
        "keywords": list(file.keywords),
        "inLanguage": [file.language],
        "citeAs": _cite(file, title),
    }
    return {key: value for key, value in named.items() if value}


def describe_licenses(*, annotations: str, articles: str) -> list[Node]:
    """What holds for the labels, and what for the articles."""
    return [
        {"@type": "sc:CreativeWork", "name": annotations, "description": "Holds for the annotations."},
        {"@type": "sc:CreativeWork", "name": "The articles' text", "description": articles},
    ]


def _cite(file: CorpusFile, title: str) -> str:
    """One line of text, without what isn't known; empty without creators and date."""
    if not file.creators or not file.published:
        return ""
    where = f" {file.url}" if file.url else ""
    return f"{', '.join(file.creators)} ({file.published[:4]}). {title}, version {file.version}.{where}"


def list_resources(hashes: Mapping[str, str], tables: TableSplits) -> list[Node]:
    """A FileObject per Parquet file, then a FileSet per table and split.

    A file set has no `containedIn`: mlcroissant reads it from the document's folder, and reads nothing at all from one
    that is contained in Parquet files.
    """
    files: list[Node] = [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "encodingFormat": PARQUET_TYPES,
            "sha256": hashes[path],
        }
        for path in sorted(hashes)
    ]
    sets: list[Node] = [
        {
            "@type": "cr:FileSet",
            "@id": _name_file_set(table, split),
            "name": _name_file_set(table, split),
            "encodingFormat": PARQUET_TYPES,
            "includes": list(paths),
        }
        for table, splits in tables.items()
        for split, paths in splits.items()
    ]
    return files + sets


def _name_file_set(table: str, split: str) -> str:
    return f"files/{table}/{split}"


def list_record_sets(scheme: LabelScheme, columns: Mapping[str, Sequence[Column]], tables: TableSplits) -> list[Node]:
    """The enumerations of labels and of attributions (if there are any), then a RecordSet per table and split."""
    enumerations = [
        _make_enumeration(name, values)
        for name, values in (("labels", scheme.labels), ("attributions", scheme.attributions))
        if values
    ]
    return enumerations + [
        _make_record_set(table, split, columns[table]) for table, splits in tables.items() for split in splits
    ]


def _make_enumeration(name: str, values: Sequence[str]) -> Node:
    """The values of a class column in their order, which is that of the integers."""
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"What the integers of `{name.removesuffix('s')}` mean.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{name}/id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/id",
                "name": "id",
                "description": "The integer in the data.",
                "dataType": "sc:Integer",
            },
            {
                "@type": "cr:Field",
                "@id": f"{name}/name",
                "name": "name",
                "description": "The name that the guidelines define.",
                "dataType": "sc:Text",
            },
        ],
        "data": [{f"{name}/id": i, f"{name}/name": value} for i, value in enumerate(values)],
    }


def _make_record_set(table: str, split: str, columns: Sequence[Column]) -> Node:
    id_ = f"{table}/{split}"
    return {
        "@type": "cr:RecordSet",
        "@id": id_,
        "name": id_,
        "description": f"The {split} split of {table}.",
        "key": {"@id": f"{id_}/id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{id_}/{column.name}",
                "name": column.name,
                "description": column.meaning or describe_column(table, column.name),
                "dataType": _DATA_TYPES[column.type],
                "source": {"fileSet": {"@id": _name_file_set(table, split)}, "extract": {"column": column.name}},
                **({"references": {"field": {"@id": f"{column.name}s/id"}}} if column.type == "class" else {}),
            }
            for column in columns
        ],
    }
