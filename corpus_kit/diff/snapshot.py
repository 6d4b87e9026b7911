"""One state of a corpus as it is compared: rows with names in place of class integers, wherever they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import ReleaseError
from corpus_kit.labels import LabelScheme
from corpus_kit.records import read_bytes
from corpus_kit.release import COLLECTIONS_DIR, TABLES, Manifest, locate_collection, read_manifest_file, read_rows

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A release, or what a corpus would release.

    Attributes:
        tables: `sentences`, `articles` and `annotations`, each in its order; labels and attributions are names or None.
        splits: per fold, the split that it belongs to.
        set_aside: per id of what is not a row, the reason.
        guidelines: the version of the guidelines.
        collections: the releases that go with it, by name.
    """

    name: str
    version: str
    digest: str
    guidelines: str
    scheme: LabelScheme
    tables: Mapping[str, tuple[Row, ...]]
    splits: Mapping[int, str]
    set_aside: Mapping[str, str]
    collections: Mapping[str, "Snapshot"] = field(default_factory=dict)


def make_snapshot(manifest: Manifest, tables: Mapping[str, Sequence[Row]]) -> Snapshot:
    """A snapshot from a manifest and its tables, classes as integers."""
    scheme = manifest.make_scheme()
    return Snapshot(
        name=manifest.name,
        version=manifest.version,
        digest=manifest.digest,
        guidelines=manifest.guidelines.version,
        scheme=scheme,
        tables={name: tuple(name_classes(row, scheme) for row in rows) for name, rows in tables.items()},
        splits={int(fold.removeprefix("fold_")): split for split, folds in manifest.splits.items() for fold in folds},
        set_aside={item.id: item.reason for item in manifest.set_aside},
    )


def name_classes(row: Row, scheme: LabelScheme) -> dict[str, Any]:
    """A row with its label and attribution as names; None stays None."""
    named = dict(row)
    for column, names in (("label", scheme.labels), ("attribution", scheme.attributions)):
        if named.get(column) is not None:
            named[column] = names[named[column]]
    return named


def read_snapshot(path: Path) -> Snapshot:
    """A release folder as a snapshot; a ReleaseError where it is none or a Parquet file is not as the manifest says.

    The files are held against the manifest by their bytes, so that a release of another version of corpus-kit, which
    may have other columns, can be read too.
    """
    root = path.resolve()
    manifest = read_manifest_file(root)
    for name, entry in manifest.files.items():
        is_data = name.startswith(("data/", f"{COLLECTIONS_DIR}/"))
        if is_data and hash_bytes(read_bytes(root / name, ReleaseError)) != entry.sha256:
            raise ReleaseError(
                "sha256 differs from the manifest's",
                path=root / name,
                remedy=f"See what differs: corpus-kit check {root}",
            )
    snapshot = make_snapshot(manifest, {table: read_rows(root, table) for table in TABLES})
    collections = {name: read_snapshot(locate_collection(root, name)) for name in manifest.collections}
    return replace(snapshot, collections=collections)
