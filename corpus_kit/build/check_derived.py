"""Does what a release derives from its rows follow from them: labels, segments, the card's numbers, statements?"""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from corpus_kit import __version__
from corpus_kit.annotate import Undecided, decide_label
from corpus_kit.build.card import fill_blocks, list_stale_blocks, make_blocks, read_markdown, read_sections
from corpus_kit.build.contents import Contents, collect_annotations, describe_release
from corpus_kit.build.croissant import CROISSANT_FILE
from corpus_kit.build.history import describe_content
from corpus_kit.build.statements import make_statements
from corpus_kit.canonical import hash_bytes
from corpus_kit.corpus import find_guidelines_version
from corpus_kit.errors import CorpusKitError, UnknownName
from corpus_kit.model import Span
from corpus_kit.records import decode_utf8, parse_json, read_bytes
from corpus_kit.release import MANIFEST_FILE, Manifest, list_table_files
from corpus_kit.segment import find_segmenter
from corpus_kit.text_free import TextFreeManifest

CHANGELOG_FILE = "CHANGELOG.md"
GUIDELINES_FILE = "annotations/guidelines.md"
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def check_derived(root: Path, manifest: Manifest, tables: Tables) -> list[str]:
    """What isn't derived from a release's rows, which must be sound in themselves; empty if everything is."""
    contents = describe_release(manifest, tables)
    return [
        *_check_labels(manifest, tables),
        *_check_segments(manifest, tables),
        *_check_guidelines(root, manifest),
        *_check_writer(root, manifest),
        *_check_blocks(root, contents),
        *(() if isinstance(manifest, TextFreeManifest) else _check_changelog(root, contents)),
        *_check_statements(root, contents),
    ]


def _check_labels(manifest: Manifest, tables: Tables) -> Iterator[str]:
    """A label is what the votes and decisions of the table `annotations` make hold."""
    scheme = manifest.make_scheme()
    annotations = collect_annotations(scheme, tables["annotations"])
    for row in tables["sentences"]:
        if row["label_source"] != "gold":
            continue
        place = (row["article_id"], Span(row["start"], row["end"]))
        held = decide_label(annotations.votes.get(place, ()), annotations.adjudicated.get(place))
        if isinstance(held, Undecided):
            yield f"sentences: {row['id']}: no label holds by the annotations ({held.reason})"
            continue
        number = row.get("attribution")
        attribution = None if number is None else scheme.attributions[number]
        found = (scheme.labels[row["label"]], attribution, row["annotators"], row["agreement"])
        expected = (held.label, held.attribution, held.annotators, None if isnan(held.agreement) else held.agreement)
        if found != expected:
            yield f"sentences: {row['id']}: label and support {found} don't follow from the annotations: {expected}"


def _check_segments(manifest: Manifest, tables: Tables) -> Iterator[str]:
    """Segments are those that the named segmenter makes; one that isn't installed, or of another version, can't say.

    Nor can a text-free release, or a subset, whose articles are as somebody else had them.
    """
    if (
        manifest.versions.get("corpus-kit") != __version__
        or manifest.hydrated
        or isinstance(manifest, TextFreeManifest)
    ):
        return
    try:
        segmenter = find_segmenter(manifest.segmenter)
    except UnknownName:
        return
    spans = {row["id"]: {span: i for i, span in enumerate(segmenter(row["text"]))} for row in tables["articles"]}
    if (count := sum(map(len, spans.values()))) != manifest.counts.segments:
        yield f"{MANIFEST_FILE}: {manifest.counts.segments} segments, {manifest.segmenter!r} makes {count}"
    for row in tables["sentences"]:
        if spans[row["article_id"]].get((row["start"], row["end"])) != row["position"]:
            yield f"sentences: {row['id']}: is not segment {row['position']} of the segmenter {manifest.segmenter!r}"


def _check_guidelines(root: Path, manifest: Manifest) -> Iterator[str]:
    path = root / GUIDELINES_FILE
    data = read_bytes(path, CorpusKitError)
    if hash_bytes(data) != manifest.guidelines.sha256:
        yield f"{GUIDELINES_FILE}: its sha256 isn't that of the manifest's guidelines"
    version = find_guidelines_version(decode_utf8(data, path, CorpusKitError))
    if version != manifest.guidelines.version:
        yield f"{GUIDELINES_FILE}: states version {version}, the manifest {manifest.guidelines.version}"


def _check_writer(root: Path, manifest: Manifest) -> Iterator[str]:
    """Parquet files name the library that wrote them."""
    import pyarrow.parquet as pq

    stated = manifest.versions.get("pyarrow")
    for table in manifest.tables:
        for file in list_table_files(root, table):
            writer = pq.read_metadata(file).created_by
            if writer.rpartition(" ")[2] != stated:
                yield f"{file.relative_to(root)}: written by {writer}, the manifest says pyarrow {stated}"


def _check_blocks(root: Path, contents: Contents) -> Iterator[str]:
    """The generated blocks of the card, made again from the rows."""
    path = root / "README.md"
    try:
        text = read_markdown(path)
        stale = list_stale_blocks(text, fill_blocks(text, make_blocks(contents), path=path))
    except CorpusKitError as e:
        yield f"README.md: {e.what}"
        return
    yield from (f"README.md: the block {name!r} is not what the rows give" for name in stale)


def _check_changelog(root: Path, contents: Contents) -> Iterator[str]:
    """The section of this version states what the version holds."""
    sections = read_sections(read_markdown(root / CHANGELOG_FILE))
    stated = sections.get(contents.version, "")
    for line in describe_content(contents):
        if line not in stated:
            yield f"{CHANGELOG_FILE}: doesn't say under {contents.version}: {line}"


def _check_statements(root: Path, contents: Contents) -> Iterator[str]:
    path = root / CROISSANT_FILE
    document = parse_json(read_bytes(path, CorpusKitError), CorpusKitError, path=path, line=None)
    for key, value in make_statements(contents, "", has_synthetic_text=None).items():
        if document.get(key) != value:
            yield f"{CROISSANT_FILE}: {key} is not what the rows give"
