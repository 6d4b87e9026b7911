"""Is a release what its manifest says, and does it load? Every check returns what differs; none stops at the first."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from corpus_kit.build.card import split_front_matter
from corpus_kit.build.check_collection import compare_collection
from corpus_kit.build.check_croissant import check_croissant, has_mlcroissant, validate_croissant
from corpus_kit.build.check_derived import check_derived
from corpus_kit.build.check_tables import Tables, check_tables
from corpus_kit.build.citation import COMPANIONS, check_companions
from corpus_kit.build.eval_task import check_eval, has_texts
from corpus_kit.canonical import hash_bytes
from corpus_kit.columns import Column, make_arrow_schema, make_feature_list, make_features
from corpus_kit.errors import CorpusKitError
from corpus_kit.records import describe_invalid
from corpus_kit.release import (
    COLLECTIONS_DIR,
    MANIFEST_FILE,
    CollectionConfig,
    ConfigEntry,
    FileEntry,
    Manifest,
    list_table_files,
    locate_collection,
    read_manifest_file,
    read_rows,
)
from corpus_kit.text_free import read_either_manifest


class CardFiles(BaseModel):
    """The files of a split, as a card lists them."""

    split: str
    path: list[str]


class CardConfig(BaseModel):
    """A config, as a card lists it."""

    config_name: str
    version: str | None = None
    data_files: list[CardFiles]


class CardInfo(BaseModel):
    """The features of a config, as a card lists them."""

    config_name: str
    features: list[Any]


class CardFront(BaseModel):
    """What a card's front matter has to hold for `datasets`; other keys are nobody's business here."""

    configs: list[CardConfig]
    dataset_info: list[CardInfo]


def check_release(path: Path) -> list[str]:
    """Check a release folder: bytes, schema, labels' order, digests, rows, splits, what follows from rows, loading.

    Its collections are checked in the same way. It may be a full release, a hydrated subset or a text-free one.

    Returns:
        What differs, one line each; empty when everything holds. Where files can't be read as tables, what depends on
        them is not looked at. mlcroissant is asked only where it is installed (`has_mlcroissant`).

    Raises:
        ReleaseError: there is no readable manifest to check against.
    """
    root = path.resolve()
    manifest = read_either_manifest(root).manifest
    found, tables = check_content(root, manifest)
    found += _check_collections(root, manifest)
    described = [*check_croissant(root, manifest, manifest.define_columns()), *check_companions(root, manifest)]
    if not found:
        found += check_derived(root, manifest, tables)
    if not found:
        found += _check_loading(root, manifest)
        found += validate_croissant(root) if has_mlcroissant() else ()
    return described + found


def _check_collections(root: Path, manifest: Manifest) -> list[str]:
    """What differs in each collection, which is a release and checked as one, and in what the manifest says of it."""
    listed = {name.split("/")[1] for name in manifest.files if name.startswith(f"{COLLECTIONS_DIR}/")}
    unknown = sorted(listed - manifest.collections.keys())
    found = [f"{COLLECTIONS_DIR}/{name}: is no collection of the manifest" for name in unknown]
    for name, entry in manifest.collections.items():
        folder = locate_collection(root, name)
        try:
            nested = read_manifest_file(folder)
        except CorpusKitError as e:
            found.append(f"collection {name}: {e}")
            continue
        own = list(compare_collection(name, entry, nested, manifest))
        own += [] if nested.collections else check_release(folder)
        found += [f"collection {name}: {line}" for line in own]
    return found


def check_content(root: Path, manifest: Manifest) -> tuple[list[str], Tables]:
    """What differs in a release's files, schemas and rows, and the rows; no rows where they can't be read as such."""
    columns = manifest.define_columns()
    own = (name for name in COMPANIONS if name not in manifest.files)
    found = [*check_files(root, manifest.files, ignored=tuple(own)), *_check_card(root, manifest, columns)]
    found += check_eval(root, manifest) if has_texts(columns) else ()
    schemas = list(check_schemas(root, columns))
    if schemas:
        return found + schemas, {}
    try:
        tables: Tables = {table: [*read_rows(root, table)] for table in columns}
    except CorpusKitError as e:
        return [*found, str(e)], {}
    return found + check_tables(manifest, tables, columns), tables


def check_files(root: Path, files: Mapping[str, FileEntry], *, ignored: Sequence[str] = ()) -> Iterator[str]:
    """What differs between a folder and the files that its manifest lists; those that are ignored may be there."""
    there = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_symlink() or not file.is_dir()}
    there -= {MANIFEST_FILE, *ignored}
    empty = [folder for folder in root.rglob("*") if folder.is_dir() and not any(folder.iterdir())]
    yield from (f"{folder.relative_to(root)}: an empty folder" for folder in sorted(empty))
    for name in sorted(there - files.keys()):
        yield f"{name}: not in the manifest"
    for name, entry in files.items():
        if name in there:
            yield from _check_file(root / name, name, entry)
        else:
            yield f"{name}: missing"


def _check_file(path: Path, name: str, entry: FileEntry) -> Iterator[str]:
    try:
        data = path.read_bytes()
    except OSError as e:
        yield f"{name}: can't be read ({e.strerror or e})"
        return
    if len(data) != entry.bytes:
        yield f"{name}: {len(data)} bytes, the manifest says {entry.bytes}"
    if hash_bytes(data) != entry.sha256:
        yield f"{name}: sha256 differs from the manifest's"


def check_schemas(root: Path, columns: Mapping[str, tuple[Column, ...]], *, has_features: bool = True) -> Iterator[str]:
    """What differs between the Parquet files of tables and their columns: readable at all, types, names of classes.

    Without `has_features` a file may leave the names of classes to the card.
    """
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    for table, own in columns.items():
        expected = make_arrow_schema(own)
        for file in list_table_files(root, table):
            name = file.relative_to(root)
            features = None
            try:
                schema = pq.read_schema(file)
                metadata = schema.metadata or {}
                info = json.loads(metadata.get(b"huggingface", b"{}"))
                features = info["info"]["features"]
            except (KeyError, TypeError):
                pass
            except (OSError, ValueError, pa.ArrowInvalid) as e:
                yield f"{name}: can't be read as Parquet ({str(e).splitlines()[0]})"
                continue
            if not schema.equals(expected, check_metadata=False):
                yield f"{name}: columns or types differ: {_describe_schema_change(schema, expected)}"
            if features != make_features(own) and (has_features or b"huggingface" in metadata):
                yield f"{name}: the features in the Parquet schema differ from the scheme (names or order of labels)"


def _describe_schema_change(found: Any, expected: Any) -> str:
    def fields(schema: Any) -> set[str]:
        return {f"{field.name}: {field.type}" for field in schema}

    missing, extra = fields(expected) - fields(found), fields(found) - fields(expected)
    return f"missing {sorted(missing) or 'none'}, extra {sorted(extra) or 'none'}"


def _check_card(root: Path, manifest: Manifest, columns: Mapping[str, tuple[Column, ...]]) -> Iterator[str]:
    card = root / "README.md"
    try:
        text = card.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if "<!-- corpus-kit:identity -->" in text and manifest.digest not in text:
        yield "README.md: doesn't state the release's digest"
    front, _ = split_front_matter(text)
    try:
        card_front = CardFront.model_validate(front)
    except ValidationError as e:
        yield f"README.md: front matter: {describe_invalid(e)}"
        return
    yield from _check_configs(card_front, manifest, columns)


def _check_configs(front: "CardFront", manifest: Manifest, columns: Mapping[str, tuple[Column, ...]]) -> Iterator[str]:
    infos = {info.config_name: info.features for info in front.dataset_info}
    configs = {config.config_name: config for config in front.configs}
    stated = _list_configs(manifest)
    for name in sorted(configs.keys() - stated.keys()):
        yield f"README.md: config {name} is not in the manifest"
    for name, (version, entry) in stated.items():
        if infos.get(name) != make_feature_list(columns[entry.table]):
            yield f"README.md: the features of config {name} differ from the scheme (names or order of labels)"
        config = configs.get(name)
        if config is None or {item.split: item.path for item in config.data_files} != entry.splits:
            yield f"README.md: the files of config {name} differ from the manifest"
        if config is not None and config.version != version:
            yield f"README.md: config {name} has version {config.version}, the manifest {version}"


def _list_configs(manifest: Manifest) -> dict[str, tuple[str, ConfigEntry | CollectionConfig]]:
    """Every config with its version: those of the release and those of its collections."""
    own: dict[str, tuple[str, ConfigEntry | CollectionConfig]] = {
        name: (manifest.version, entry) for name, entry in manifest.configs.items()
    }
    for collection in manifest.collections.values():
        own |= {name: (collection.version, config) for name, config in collection.configs.items()}
    return own


def _choose_configs(manifest: Manifest) -> list[str]:
    """Every config but all folds after the first: they are lists of files that `sentences` and `all_test` load."""
    folds = [name for name in manifest.configs if name in manifest.folds]
    return [name for name in _list_configs(manifest) if name not in folds[1:]]


def _check_loading(root: Path, manifest: Manifest) -> Iterator[str]:
    """Load the configs with `datasets`, in a cache of its own, since that library's cache goes by time stamps."""
    import datasets

    was_enabled = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        with tempfile.TemporaryDirectory() as cache:
            for name in _choose_configs(manifest):
                stated = _list_configs(manifest)[name][1].rows
                try:
                    loaded = datasets.load_dataset(str(root), name, cache_dir=cache)
                except (OSError, ValueError, datasets.exceptions.DatasetsError) as e:
                    yield f"config {name}: datasets can't load it ({str(e).splitlines()[0]})"
                    continue
                rows = {split: data.num_rows for split, data in loaded.items()}
                if stated not in (rows, sum(rows.values())):
                    yield f"config {name}: datasets loads {rows} rows, the manifest says {stated}"
                for split, data in loaded.items():
                    if "label" in data.features and data.features["label"].names != manifest.scheme.labels:
                        yield f"config {name}, {split}: datasets loads the labels as {data.features['label'].names}"
    finally:
        if was_enabled:
            datasets.enable_progress_bars()
