"""Does `croissant.json` describe the release beside it, is it complete, and does mlcroissant load it?"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corpus_kit.build.card import read_sections
from corpus_kit.build.croissant import (
    CONFORMS_TO,
    CONTEXT,
    CROISSANT_FILE,
    describe_licenses,
    list_parts,
    list_record_sets,
    list_resources,
    select_tables,
)
from corpus_kit.build.statements import CARD_SECTIONS
from corpus_kit.columns import Column
from corpus_kit.errors import ReleaseError
from corpus_kit.records import parse_json, read_bytes
from corpus_kit.release import COLLECTIONS_DIR, Manifest

_IN_TOML = {
    "url": "url",
    "creator": "creators",
    "datePublished": "published",
    "description": "description",
    "rai:hasSyntheticData": "has_synthetic_text",
}
REQUIRED: Mapping[str, str] = {
    **{key: f"Set {name} in corpus.toml" for key, name in _IN_TOML.items()},
    **{key: f'Write a section "## {title}" in DATASET_CARD.md' for key, title in CARD_SECTIONS.items()},
    **dict.fromkeys(
        [
            "license",
            "rai:annotationsPerItem",
            "rai:dataAnnotationProtocol",
            "rai:dataAnnotationPlatform",
            "rai:dataAnnotationAnalysis",
            "rai:annotatorDemographics",
            "prov:wasDerivedFrom",
            "prov:wasGeneratedBy",
        ],
        "Build the release again: corpus-kit build",
    ),
}
"""Per key that Croissant 1.1 or conferences require, what to do where it is missing."""


def has_mlcroissant() -> bool:
    """Whether mlcroissant, which the extra `croissant` installs, can be imported."""
    return find_spec("mlcroissant") is not None


def check_croissant(root: Path, manifest: Manifest, columns: Mapping[str, tuple[Column, ...]]) -> list[str]:
    """What `croissant.json` lacks, or says otherwise than manifest, columns and card; empty if nothing."""
    try:
        data = read_bytes(root / CROISSANT_FILE, ReleaseError)
        document = parse_json(data, ReleaseError, path=root / CROISSANT_FILE, line=None)
    except ReleaseError as e:
        return [f"{CROISSANT_FILE}: {e.what}"]
    if not isinstance(document, dict):
        return [f"{CROISSANT_FILE}: not a JSON object"]
    found = [
        *_check_head(document, manifest),
        *_check_required(document),
        *_check_sections(document, root / "README.md"),
        *_check_structure(document, manifest, columns),
    ]
    return [f"{CROISSANT_FILE}: {line}" for line in found]


def _check_head(document: Mapping[str, Any], manifest: Manifest) -> Iterator[str]:
    head = {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "dct:conformsTo": CONFORMS_TO,
        "name": manifest.name,
        "version": manifest.version,
        "inLanguage": [manifest.language],
        "license": describe_licenses(annotations=manifest.licenses.annotations, articles=manifest.licenses.articles),
    }
    for key, value in head.items():
        if document.get(key) != value:
            yield _describe(key, document.get(key), value)
    parts = list_parts(manifest.collections).get("hasPart")
    if document.get("hasPart") != parts:
        yield _describe("hasPart", document.get("hasPart"), parts or "none")


def _check_required(document: Mapping[str, Any]) -> Iterator[str]:
    for key, remedy in REQUIRED.items():
        if document.get(key) in (None, "", [], {}):
            yield f"{key} is missing, which is required. {remedy}"


def _check_sections(document: Mapping[str, Any], card: Path) -> Iterator[str]:
    if not card.is_file():
        return
    sections = read_sections(card.read_text(encoding="utf-8", errors="replace"))
    for key, title in CARD_SECTIONS.items():
        if key in document and document[key] != sections.get(title):
            yield f"{key} is not what README.md says under {title!r}"


def _check_structure(
    document: Mapping[str, Any], manifest: Manifest, columns: Mapping[str, tuple[Column, ...]]
) -> Iterator[str]:
    """Files, hashes, file sets, record sets, fields and enumerations against those that the manifest calls for."""
    tables = select_tables({name: (entry.table, entry.splits) for name, entry in manifest.configs.items()})
    own = {name: entry for name, entry in manifest.files.items() if not name.startswith(f"{COLLECTIONS_DIR}/")}
    hashes = {name: entry.sha256 for name, entry in own.items() if name.endswith(".parquet")}
    yield from _compare_nodes("distribution", document.get("distribution"), list_resources(hashes, tables))
    sets = list_record_sets(manifest.make_scheme(), columns, tables)
    yield from _compare_nodes("recordSet", document.get("recordSet"), sets)


def _compare_nodes(where: str, found: Any, expected: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Node by node, by `@id`; a node that isn't an object counts as one that is missing."""
    nodes = [node for node in found if isinstance(node, dict)] if isinstance(found, list) else []
    theirs, ours = {str(node.get("@id")): node for node in nodes}, {node["@id"]: node for node in expected}
    if len(theirs) < len(nodes):
        yield f"{where}: an @id stands twice"
    for id_ in sorted(ours.keys() - theirs.keys()):
        yield f"{where}: {id_} is missing"
    for id_ in sorted(theirs.keys() - ours.keys()):
        yield f"{where}: {id_} is not in the release"
    for id_ in sorted(ours.keys() & theirs.keys()):
        for key in sorted(ours[id_].keys() | theirs[id_].keys()):
            theirs_, ours_ = theirs[id_].get(key), ours[id_].get(key)
            if key == "field" and ours_:
                yield from _compare_nodes(f"{where} {id_}, field", theirs_, ours_)
            elif theirs_ != ours_:
                yield f"{where} {id_}: {_describe(key, theirs_, ours_)}"


def _describe(key: str, found: Any, expected: Any) -> str:
    return f"{key} is {_shorten(found)}, the release gives {_shorten(expected)}"


def _shorten(value: Any) -> str:
    text = "missing" if value is None else repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def validate_croissant(root: Path) -> Iterator[str]:
    """Validate `croissant.json` with mlcroissant and load a record of each record set; each error is a finding.

    Texts come back from mlcroissant as bytes. Its warnings go to its own log.
    """
    import mlcroissant

    errors = (mlcroissant.ValidationError, mlcroissant.GenerationError, ValueError, TypeError, KeyError, AttributeError)
    try:
        dataset = mlcroissant.Dataset(jsonld=str(root / CROISSANT_FILE))
    except errors as e:
        yield f"{CROISSANT_FILE}: mlcroissant refuses it ({_flatten(e)})"
        return
    for record_set in dataset.metadata.record_sets:
        try:
            record = next(iter(dataset.records(record_set.uuid)), None)
        except errors as e:
            yield f"{CROISSANT_FILE}: mlcroissant can't load {record_set.uuid} ({_flatten(e.__cause__ or e)})"
            continue
        if record is None:
            yield f"{CROISSANT_FILE}: mlcroissant finds no record in {record_set.uuid}"


def _flatten(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
