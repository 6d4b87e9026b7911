"""A version may not say less than what changed, and a final one doesn't change."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from corpus_kit.build.assemble import Assembly, assemble_corpus
from corpus_kit.build.history import HISTORY_FILE, ReleaseRecord, read_history
from corpus_kit.build.replay import checkout_revision, replay_record
from corpus_kit.corpus import CORPUS_FILE, Corpus
from corpus_kit.diff import (
    Bump,
    Diff,
    Snapshot,
    compare_snapshots,
    explain_bump,
    next_version,
    parse_version,
    read_snapshot,
    require_bump,
)
from corpus_kit.diff.snapshot import name_classes
from corpus_kit.errors import UnknownName, VersionError
from corpus_kit.release import MANIFEST_FILE, CollectionEntry, Manifest, read_manifest_file

_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Comparison(NamedTuple):
    """What came of holding an assembly against the version before it.

    `diff` is None where there is no earlier version, where the version is final already, or (`why_not` says so) where
    the earlier one can't be had.
    """

    diff: Diff | None
    why_not: str = ""


def take_snapshot(assembly: Assembly) -> Snapshot:
    """What an assembly would release, as it is compared."""
    file, scheme = assembly.corpus.file, assembly.corpus.scheme
    return Snapshot(
        name=file.name,
        version=file.version,
        digest=assembly.digest,
        guidelines=assembly.guidelines.version,
        scheme=scheme,
        tables={name: tuple(name_classes(row, scheme) for row in rows) for name, rows in assembly.rows.items()},
        splits={fold: split for split, folds in assembly.splits.items() for fold in folds},
        set_aside={item.id: item.reason for item in assembly.set_aside},
        collections={name: take_snapshot(nested) for name, nested in assembly.collections.items()},
    )


def read_side(name: str, corpus: Corpus | None) -> Snapshot:
    """A side of `corpus-kit diff`: a release folder, or `git:REV` for the corpus as it stood there."""
    if corpus is None or not name.startswith("git:"):
        return read_snapshot(Path(name))
    with checkout_revision(corpus, name.removeprefix("git:")) as there:
        return take_snapshot(assemble_corpus(there))


def check_version(assembly: Assembly, records: Sequence[ReleaseRecord], beside: Path) -> Comparison:
    """Hold an assembly against what is final and against the version before it; a VersionError if its version lies.

    The version before it is the last recorded one; in a corpus without records it is the highest lower one that lies
    in `beside`, the folder of the corpus' releases. A recorded version that isn't there is replayed.
    """
    version = assembly.corpus.file.version
    recorded = {record.version: record for record in records}
    if version in recorded:
        if _list_digests(recorded[version]) != _list_assembled(assembly):
            raise _refuse_final(assembly, records, beside)
        return Comparison(None)
    if records and parse_version(version) < parse_version(records[-1].version):
        raise VersionError(
            f"version {version} would come after {records[-1].version}, which is final",
            path=assembly.corpus.root / CORPUS_FILE,
            remedy=f'Write version = "{next_version(records[-1].version, Bump.PATCH)}" or higher',
        )
    if records:
        comparison = compare_with_record(assembly, records[-1], beside)
    else:
        earlier = _find_earlier(beside, version)
        if earlier is None:
            return Comparison(None)
        comparison = Comparison(_compare(earlier, assembly))
    if comparison.diff is not None:
        _refuse_understatement(comparison.diff, assembly)
    return comparison


def check_collections(assembly: Assembly) -> None:
    """Hold each collection against its own final versions; a VersionError where one that is final has changed."""
    for nested in assembly.collections.values():
        records = read_history(nested.corpus)
        if nested.corpus.file.version in {record.version for record in records}:
            check_version(nested, records, nested.corpus.release_dir.parent)


def _list_digests(state: ReleaseRecord | Manifest) -> list[str]:
    """The content digest, then name, version and digest of each collection: what a final version may not change."""
    entries: Mapping[str, ReleaseRecord | CollectionEntry] = state.collections
    own = ([name, entry.version, entry.digest] for name, entry in sorted(entries.items()))
    return [state.digest, *chain.from_iterable(own)]


def _list_assembled(assembly: Assembly) -> list[str]:
    """The same of what is about to be released."""
    own = ([name, nested.corpus.file.version, nested.digest] for name, nested in sorted(assembly.collections.items()))
    return [assembly.digest, *chain.from_iterable(own)]


def find_record(corpus: Corpus, records: Sequence[ReleaseRecord], version: str) -> ReleaseRecord:
    """The record of a version; an UnknownName lists the versions that have one."""
    for record in records:
        if record.version == version:
            return record
    names = [record.version for record in records]
    raise UnknownName("final version", version, names, path=corpus.root / HISTORY_FILE)


def compare_with_record(assembly: Assembly, record: ReleaseRecord, beside: Path) -> Comparison:
    """Compare with a recorded version: its release in `beside` if that has the recorded digest, else a replay."""
    folder = beside / record.version
    if (folder / MANIFEST_FILE).is_file() and _list_digests(read_manifest_file(folder)) == _list_digests(record):
        return Comparison(_compare(folder, assembly))
    try:
        with replay_record(assembly.corpus, record) as earlier:
            return Comparison(compare_snapshots(take_snapshot(earlier), take_snapshot(assembly)))
    except VersionError as e:
        return Comparison(None, why_not=str(e))


def _compare(folder: Path, assembly: Assembly) -> Diff:
    return compare_snapshots(read_snapshot(folder), take_snapshot(assembly))


def _find_earlier(beside: Path, version: str) -> Path | None:
    """The highest version below `version` that lies in a folder, or None."""
    if not beside.is_dir():
        return None
    found = [path for path in beside.iterdir() if _SEMVER.fullmatch(path.name) and (path / MANIFEST_FILE).is_file()]
    lower = [path for path in found if parse_version(path.name) < parse_version(version)]
    return max(lower, key=lambda path: parse_version(path.name), default=None)


def _refuse_understatement(diff: Diff, assembly: Assembly) -> None:
    """A VersionError where the version, or that of a collection, is below what the difference asks for."""
    for change in diff.collections:
        if change.diff is not None and change.diff.old.name == change.diff.new.name:
            _refuse_understatement(change.diff, assembly.collections[change.name])
    bump = require_bump(diff)
    needed = next_version(diff.old.version, bump)
    if parse_version(diff.new.version) < parse_version(needed):
        raise VersionError(
            f"version {diff.new.version} understates what changed since {diff.old.version}: {_say_why(diff)}. "
            f"That is {bump.name}",
            path=assembly.corpus.root / CORPUS_FILE,
            remedy=f'Write version = "{needed}"',
        )


def _refuse_final(assembly: Assembly, records: Sequence[ReleaseRecord], beside: Path) -> VersionError:
    """The error for a final version whose content differs now; it names the version to write."""
    corpus = assembly.corpus
    version, last = corpus.file.version, records[-1]
    diff = compare_with_record(assembly, last, beside).diff
    if diff is None:
        what, remedy = "the content digest differs", f"Raise the version above {last.version}"
    else:
        bump = require_bump(diff)
        what = f"{_say_why(diff)}. That is {bump.name}" if bump else f"the corpus is as in {last.version}"
        remedy = f'Write version = "{next_version(last.version, bump)}"'
    if version != last.version:
        remedy += f", or have the old one again: corpus-kit build --as-of {version}"
    return VersionError(
        f"version {version} is final ({HISTORY_FILE}) and the corpus has changed since {last.version}: {what}",
        path=corpus.root / CORPUS_FILE,
        remedy=remedy,
    )


def _say_why(diff: Diff) -> str:
    return "; ".join(reason for _, reason in explain_bump(diff))
