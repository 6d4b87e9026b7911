"""An assembly becomes a folder: whole, durable and the same bytes each time, or not there at all."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from corpus_kit import __version__
from corpus_kit.annotate.ledger import TornLine
from corpus_kit.build.assemble import Assembly, Row, assemble_corpus, make_counts
from corpus_kit.build.card import fill_card, read_card_source
from corpus_kit.build.collection import describe_collections, name_nested
from corpus_kit.build.croissant import CROISSANT_FILE, make_croissant
from corpus_kit.build.eval_task import EVAL_FILE, has_texts, render_eval
from corpus_kit.build.history import ReleaseRecord, read_history, render_changelog
from corpus_kit.build.layout import Configs, lay_out_configs, lay_out_files
from corpus_kit.build.versions import check_collections, check_version
from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.columns import Column
from corpus_kit.corpus import Corpus
from corpus_kit.diff.render import describe_bump
from corpus_kit.errors import TargetError
from corpus_kit.files import make_target_error, recover_folder, replace_folder
from corpus_kit.release import MANIFEST_FILE, CollectionEntry

ROW_GROUP_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """A finished build. `counts` and `collections` are those of the manifest.

    `torn` are ledgers whose last line was cut off, also those of collections. `since` says what changed since the
    version before; it is empty where there is none or the version is final.
    """

    path: Path
    name: str
    version: str
    digest: str
    counts: Mapping[str, Any]
    torn: tuple[TornLine, ...]
    since: str = ""
    collections: Mapping[str, CollectionEntry] = field(default_factory=dict)


def build_release(corpus: Corpus, *, out: Path | None = None) -> BuildResult:
    """Build the release of a corpus' version into `<out>/<name>/<version>/` (`out`: the corpus' `dist/`).

    The folder appears complete or not at all; a release that stood there is replaced in one step. Two builds into the
    same place wait for one another. A TargetError where the place can't be written or holds something else; a
    VersionError where the version understates what changed: see `check_version`.
    """
    target = locate_target(corpus, out)
    assembly, records = assemble_corpus(corpus), read_history(corpus)
    check_collections(assembly)
    comparison = check_version(assembly, records, target.parent)
    since = comparison.why_not and f"not compared with the version before: {comparison.why_not}"
    if comparison.diff is not None:
        since = f"since {comparison.diff.old.version}: {describe_bump(comparison.diff)}"
    return replace(write_release(assembly, records, target), since=since)


def locate_target(corpus: Corpus, out: Path | None) -> Path:
    """Where the release goes; a TargetError where something else is."""
    file = corpus.file
    return require_free(((out if out is not None else corpus.root / "dist") / file.name / file.version).resolve())


def require_free(target: Path) -> Path:
    """The place itself; a TargetError where something that is no release stands there."""
    if target.exists() and not (target / MANIFEST_FILE).is_file():
        raise TargetError("exists and is no release", path=target, remedy="Move it away, or choose another --out")
    return target


def write_release(assembly: Assembly, records: Sequence[ReleaseRecord], target: Path) -> BuildResult:
    """Write an assembly to its place; `records` are the corpus' final versions, for the changelog."""
    contents, counts = render_files(assembly, records)
    put_folder(contents, target)
    return describe_result(assembly, target, counts)


def describe_result(assembly: Assembly, target: Path, counts: Mapping[str, Any]) -> BuildResult:
    """What was built, once it stands in its place."""
    file = assembly.corpus.file
    return BuildResult(
        path=target,
        name=file.name,
        version=file.version,
        digest=assembly.digest,
        counts=counts,
        torn=(*assembly.torn, *(torn for nested in assembly.collections.values() for torn in nested.torn)),
        collections=describe_collections(assembly),
    )


def put_folder(contents: Mapping[str, bytes], target: Path) -> None:
    """Put files, by their paths, into the place of a release: all of them or none; a TargetError where that fails."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f".{target.name}.lock"):
            recover_folder(target)
            _write_folder(contents, target)
    except OSError as e:
        raise make_target_error(target, e) from e


def _write_folder(contents: Mapping[str, bytes], target: Path) -> None:
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", suffix=".tmp", dir=target.parent, ignore_cleanup_errors=True
    ) as name:
        temporary = Path(name, "release")
        for path, data in contents.items():
            file = temporary / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        replace_folder(temporary, target)


def render_files(
    assembly: Assembly, records: Sequence[ReleaseRecord] = ()
) -> tuple[dict[str, bytes], Mapping[str, Any]]:
    """Every file of a release, by its path, and the counts of the manifest."""
    card = fill_card(read_card_source(assembly.corpus), assembly, path=assembly.corpus.card_path)
    return render_release(assembly, card=card, changelog=render_changelog(assembly, records))


def render_release(
    assembly: Assembly, *, card: str, changelog: str, stated: Mapping[str, Any] | None = None
) -> tuple[dict[str, bytes], Mapping[str, Any]]:
    """The same from a filled card and a changelog. `stated` is put over the keys of the manifest."""
    tables = lay_out_files(assembly)
    configs = lay_out_configs(assembly, tables)
    contents = {
        path: write_parquet(rows, assembly.columns[path.split("/")[1]]) for path, rows in sorted(tables.items())
    }
    hashes = {path: hash_bytes(data) for path, data in contents.items()}
    croissant = make_croissant(assembly, configs, hashes=hashes, card=card)
    contents[CROISSANT_FILE] = to_pretty_json(croissant).encode("utf-8")
    if has_texts(assembly.columns):
        contents[EVAL_FILE] = render_eval(assembly.corpus.file).encode("utf-8")
    contents["README.md"] = card.encode("utf-8")
    contents["annotations/guidelines.md"] = assembly.guidelines.text.encode("utf-8")
    contents["CHANGELOG.md"] = changelog.encode("utf-8")
    contents |= _render_collections(assembly)
    manifest = make_manifest(assembly, configs, contents) | dict(stated or {})
    contents[MANIFEST_FILE] = to_pretty_json(manifest).encode("utf-8")
    return contents, manifest["counts"]


def _render_collections(assembly: Assembly) -> dict[str, bytes]:
    """Every file of each collection's release, which is whole in itself, by its path in the outer one."""
    return {
        name_nested(name, path): data
        for name, nested in assembly.collections.items()
        for path, data in render_files(nested, read_history(nested.corpus))[0].items()
    }


def write_parquet(rows: list[Row], columns: tuple[Column, ...]) -> bytes:
    """The rows as a Parquet file: explicit schema, zstd level 1, fixed row groups; same bytes for a pyarrow version."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from corpus_kit.arrow import make_table

    sink = pa.BufferOutputStream()
    pq.write_table(
        make_table(rows, columns), sink, compression="zstd", compression_level=1, row_group_size=ROW_GROUP_ROWS
    )
    return bytes(sink.getvalue())


def make_manifest(assembly: Assembly, configs: Configs, contents: Mapping[str, bytes]) -> dict[str, Any]:
    """`manifest.json` as JSON values: a pure function of the assembly, the files and the package versions."""
    file, scheme = assembly.corpus.file, assembly.corpus.scheme
    sizes = {path: len(rows) for path, rows in lay_out_files(assembly).items()}
    return {
        "format": "corpus-kit/release/1",
        "name": file.name,
        "version": file.version,
        "language": file.language,
        "digest": assembly.digest,
        "scheme": {
            "labels": list(scheme.labels),
            "attributions": list(scheme.attributions),
            "allowed": {label: list(names) for label, names in scheme.allowed.items()},
            "outside_prose": sorted(scheme.outside_prose),
        },
        "guidelines": {"version": assembly.guidelines.version, "sha256": assembly.guidelines.sha256},
        "segmenter": file.segmenter,
        "annotators": {name: table.model_dump() for name, table in sorted(file.annotators.items())},
        "counts": make_counts(assembly),
        "tables": {
            table: {"rows": len(rows), "digest": assembly.digests[table]} for table, rows in assembly.rows.items()
        },
        "configs": {
            name: {
                "table": table,
                "splits": {split: list(paths) for split, paths in splits.items()},
                "rows": sum(sizes[path] for paths in splits.values() for path in paths),
            }
            for name, (table, splits) in configs.items()
        },
        "folds": {
            f"fold_{fold}": [article.id for article in assembly.articles if assembly.folds[article.id] == fold]
            for fold in sorted(set(assembly.folds.values()))
        },
        "splits": {split: [f"fold_{fold}" for fold in own] for split, own in assembly.splits.items()},
        "set_aside": [{"kind": item.kind, "id": item.id, "reason": item.reason} for item in assembly.set_aside],
        "licenses": {"annotations": file.license.annotations, "articles": file.license.articles},
        "versions": {"corpus-kit": __version__, "pyarrow": version("pyarrow")},
        "files": {path: {"sha256": hash_bytes(data), "bytes": len(data)} for path, data in sorted(contents.items())},
        **({} if assembly.hydrated is None else {"hydrated": assembly.hydrated.model_dump()}),
        **({"collections": _dump_collections(assembly)} if assembly.collections else {}),
    }


def _dump_collections(assembly: Assembly) -> dict[str, Any]:
    return {name: entry.model_dump() for name, entry in describe_collections(assembly).items()}
