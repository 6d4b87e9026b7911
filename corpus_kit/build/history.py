"""`releases.jsonl`: which versions of a corpus are final, where its inputs stood, and what each changed.

The file is part of the corpus, so that a changelog and a replay don't depend on what lies in somebody's `dist/`.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from corpus_kit.annotate.ledger import TornLine
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.contents import Contents, describe_assembly
from corpus_kit.canonical import hash_bytes, to_canonical_json
from corpus_kit.corpus import Corpus
from corpus_kit.diff import parse_version
from corpus_kit.errors import VersionError
from corpus_kit.files import write_atomically
from corpus_kit.markdown import count_of
from corpus_kit.records import Record, read_bytes, read_jsonl

HISTORY_FILE = "releases.jsonl"
OWN_TO_THE_PRESENT = ("version", "title", "description", "url", "license", "annotators")
"""Keys of `corpus.toml` that no digest depends on; a replay takes all others from the record."""


class Position(Record):
    """How far a file had come: its first `lines` lines, and their SHA-256, each ended by a line feed."""

    lines: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class GuidelinesState(Record):
    """Which guidelines a release was made with."""

    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReleaseRecord(Record):
    """A line of `releases.jsonl`: a version that is final.

    `digest` is the release's content digest, `changes` its section of the changelog, a line each. `inputs` has the
    position of the manifest and of every ledger, by path within the corpus; `settings` what `corpus.toml` said that
    rows depend on. `collections` has such a record of each collection, of which nobody says what changed.
    """

    version: str = Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    changes: list[str]
    guidelines: GuidelinesState
    inputs: dict[str, Position]
    settings: dict[str, Any]
    collections: dict[str, "ReleaseRecord"] = Field(default_factory=dict)


def read_history(corpus: Corpus) -> list[ReleaseRecord]:
    """The final versions, ascending; none where there is no such file. A VersionError where they don't ascend."""
    path = corpus.root / HISTORY_FILE
    records: list[ReleaseRecord] = []
    if not path.exists():
        return records
    for line, record in read_jsonl(path, ReleaseRecord, VersionError):
        if records and parse_version(record.version) <= parse_version(records[-1].version):
            raise VersionError(
                f"version {record.version} stands after {records[-1].version}",
                path=path,
                line=line,
                remedy="Versions ascend: restore the file from version control",
            )
        records.append(record)
    return records


def make_record(assembly: Assembly, changes: Sequence[str]) -> ReleaseRecord:
    """The record of what an assembly would release now. A VersionError if the last line of a ledger is torn."""
    for torn in assembly.torn:
        raise _refuse_torn(torn)
    corpus, guidelines = assembly.corpus, assembly.guidelines
    return ReleaseRecord(
        version=corpus.file.version,
        digest=assembly.digest,
        changes=[*changes, *describe_content(describe_assembly(assembly))],
        guidelines=GuidelinesState(version=guidelines.version, sha256=guidelines.sha256),
        inputs={name: measure_position(corpus.root / name) for name in list_inputs(corpus)},
        settings=corpus.file.model_dump(mode="json", exclude=set(OWN_TO_THE_PRESENT)),
        collections={name: make_record(nested, []) for name, nested in assembly.collections.items()},
    )


def _refuse_torn(torn: TornLine) -> VersionError:
    return VersionError(
        "the last line is torn, so the version can't be made final", path=torn.path, line=torn.line, remedy="Remove it"
    )


def append_record(corpus: Corpus, record: ReleaseRecord) -> None:
    """Add a record to the file, which is written whole or not at all."""
    path = corpus.root / HISTORY_FILE
    old = read_bytes(path, VersionError) if path.exists() else b""
    gap = b"\n" if old and not old.endswith(b"\n") else b""
    write_atomically(path, old + gap + to_canonical_json(record.model_dump()).encode("utf-8") + b"\n")


def list_inputs(corpus: Corpus) -> list[str]:
    """The files of lines that a release is made from, by path within the corpus, sorted; those that exist."""
    paths = [corpus.manifest_path, corpus.adjudicated_path, *corpus.ledger_dir.glob("*.jsonl")]
    return sorted(path.relative_to(corpus.root).as_posix() for path in paths if path.exists())


def measure_position(path: Path) -> Position:
    """Where a file of lines stands now."""
    lines = read_lines(path)
    return Position(lines=len(lines), sha256=hash_lines(lines))


def read_lines(path: Path) -> list[bytes]:
    """The lines of a file without their ends; a VersionError where it can't be read."""
    return [line.rstrip(b"\r\n") for line in io.BytesIO(read_bytes(path, VersionError))]


def hash_lines(lines: Sequence[bytes]) -> str:
    """The SHA-256 of lines, each ended by a line feed, whatever ended it in the file."""
    return hash_bytes(b"".join(line + b"\n" for line in lines))


def describe_content(contents: Contents) -> list[str]:
    """What a version holds, for its section of the changelog."""
    labels = ", ".join(f"{count} {label}" for label, count in contents.count_labels().items())
    sizes = f"{count_of(len(contents.rows['articles']), 'article')}, {count_of(contents.segments, 'segment')}"
    return [
        f"{sizes}, {len(contents.rows['sentences'])} of them labelled: {labels}.",
        f"Guidelines {contents.guidelines}.",
        f"Content digest `{contents.digest}`.",
        *(
            f"Collection `{name}`: {entry.name} {entry.version}, content digest `{entry.digest}`."
            for name, entry in contents.collections.items()
        ),
    ]


def render_changelog(assembly: Assembly, records: Sequence[ReleaseRecord]) -> str:
    """`CHANGELOG.md`: a section per version, newest first, from the records up to the assembly's version.

    A version without a record begins with what it holds and says that it isn't final.
    """
    file = assembly.corpus.file
    sections = {
        record.version: record.changes
        for record in records
        if parse_version(record.version) <= parse_version(file.version)
    }
    if file.version not in sections:
        said = describe_content(describe_assembly(assembly))
        sections[file.version] = ["Not final: `corpus-kit release` will say what changed.", *said]
    parts = [f"# Changes of {file.name}\n"]
    for version in reversed(sections):
        parts.append(f"## {version}\n\n" + "".join(f"- {line}\n" for line in sections[version]))
    return "\n".join(parts)
