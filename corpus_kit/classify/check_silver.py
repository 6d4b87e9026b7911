"""Is a silver folder what its manifest says? Files, schemas, rows, counts, card; and, given the articles, segments."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from math import isnan
from pathlib import Path
from typing import Any

from corpus_kit import __version__
from corpus_kit.build.card import split_front_matter
from corpus_kit.build.check import check_files, check_schemas
from corpus_kit.build.stream import ARTICLE_COLUMNS
from corpus_kit.classify.check_silver_files import Tally, check_pair
from corpus_kit.classify.check_silver_texts import Copies, check_texts
from corpus_kit.classify.silver import ARTICLES_FILE, SENTENCES_FILE, define_silver_columns
from corpus_kit.classify.silver_card import Labeller, render_silver_card
from corpus_kit.classify.silver_manifest import SilverManifest, read_silver_manifest
from corpus_kit.classify.train import load_default_model
from corpus_kit.errors import CorpusKitError, ReleaseError
from corpus_kit.records import iter_lines, parse_json, read_bytes
from corpus_kit.release import MANIFEST_FILE, list_table_files

CARD_FILE, DROPPED_FILE = "README.md", "dropped.jsonl"
_SHOWN_CHARS = 120


def check_silver(path: Path, copies: Copies | None = None) -> list[str]:
    """Check a folder that `write_silver` wrote: files, schemas, rows, counts, card.

    The folder has no texts of articles. With `copies` the segments are held against them too: each at its place, none
    left out, and where this version of corpus-kit wrote the folder, as the segmenter cuts them. Rows are counted from 0
    within their file. Where files can't be read as tables, or a column has a null that can't have one, what depends on
    rows is not looked at.

    Returns:
        What differs, one line each; empty when everything holds.

    Raises:
        ReleaseError: there is no readable manifest of silver labels. ArticleError: the copies can't be read.
    """
    root = path.resolve()
    manifest = read_silver_manifest(root)
    scheme = manifest.scheme
    found = [*check_files(root, manifest.files), *_check_names(root), *_check_model(manifest)]
    columns = {"sentences": define_silver_columns(scheme.labels, scheme.attributions), "articles": ARTICLE_COLUMNS}
    if schemas := list(check_schemas(root, columns, has_features=False)):
        return found + schemas
    tally = Tally()
    try:
        for sentences in list_table_files(root, "sentences"):
            if (root / "data/articles" / sentences.name).is_file():
                found += check_pair(root, sentences.name, manifest, tally=tally)
    except ReleaseError as e:
        return [*found, str(e)]
    if tally.has_nulls:
        return found
    counts = _count_rows(manifest, tally)
    found += [*_check_counts(manifest, counts), *_check_dropped(root, manifest), *_check_card(root, manifest, counts)]
    own_version = manifest.versions.get("corpus-kit") == __version__
    return found + (check_texts(root, tally.articles, copies, is_cut_alike=own_version) if copies else [])


def _check_names(root: Path) -> Iterator[str]:
    """The files of both tables are numbered alike, from 0."""
    there = {
        f"data/{table}/{file.name}" for table in ("sentences", "articles") for file in list_table_files(root, table)
    }
    numbers = range(max(1, len(list_table_files(root, "sentences")), len(list_table_files(root, "articles"))))
    expected = {pattern.format(number) for pattern in (SENTENCES_FILE, ARTICLES_FILE) for number in numbers}
    yield from (f"{name}: missing, files are numbered from 0" for name in sorted(expected - there))
    yield from (f"{name}: no file of a silver folder has this name" for name in sorted(there - expected))


def _check_model(manifest: SilverManifest) -> Iterator[str]:
    """What is said of the model that comes with the package is what it says; of others nothing can be known here."""
    stored = load_default_model()
    if manifest.model.sha256 != stored.sha256:
        return
    said, counts = stored.description, manifest.counts
    promise = stored.model.reliability.promise(counts.min_confidence)
    for name, found, expected in (
        ("model.name", manifest.model.name, said.name),
        ("model.trained_on", manifest.model.trained_on, said.trained_on),
        ("scheme.labels", manifest.scheme.labels, said.labels),
        ("scheme.attributions", manifest.scheme.attributions, said.attributions),
        ("scheme.allowed", manifest.scheme.allowed, said.allowed),
        ("counts.expected_error", counts.expected_error, _round(promise.expected_error)),
        ("counts.held_out_error", counts.held_out_error, _round(promise.observed_error)),
    ):
        if found != expected:
            yield f"{MANIFEST_FILE}: {name} is {found!r}, the model with that sha256 has {expected!r}"


def _round(error: float) -> float | None:
    return None if isnan(error) else round(error, 4)


def _check_counts(manifest: SilverManifest, counts: Mapping[str, Any]) -> Iterator[str]:
    stated = manifest.counts.model_dump()
    for name in ("articles", "segments", "abstained"):
        if stated[name] != counts[name]:
            yield f"{MANIFEST_FILE}: counts.{name} is {stated[name]}, the rows give {counts[name]}"
    for label in manifest.scheme.labels:
        own, found = stated["labels"][label], counts["labels"][label]
        if own != found:
            yield f"{MANIFEST_FILE}: counts.labels.{label} is {own}, the rows give {found}"


def _check_dropped(root: Path, manifest: SilverManifest) -> Iterator[str]:
    """The lines of `dropped.jsonl` by reason."""
    path = root / DROPPED_FILE
    reasons: Counter[str] = Counter()
    try:
        for line in iter_lines(path, ReleaseError):
            row = parse_json(line.data, ReleaseError, path=path, line=line.number)
            reasons[str(row.get("reason")) if isinstance(row, dict) else "no record"] += 1
    except ReleaseError as e:
        yield str(e)
        return
    if dict(reasons) != manifest.counts.dropped:
        yield f"{MANIFEST_FILE}: counts.dropped is {manifest.counts.dropped}, {DROPPED_FILE} gives {dict(reasons)}"


def _check_card(root: Path, manifest: SilverManifest, counts: Mapping[str, Any]) -> Iterator[str]:
    """The card is what the counts of the rows, and what the manifest says of the model, render to."""
    try:
        text = read_bytes(root / CARD_FILE, CorpusKitError).decode("utf-8", "replace")
    except CorpusKitError as e:
        yield f"{CARD_FILE}: {e.what}"
        return
    language = split_front_matter(text)[0].get("language")
    if not isinstance(language, list) or len(language) != 1 or not isinstance(language[0], str):
        yield f"{CARD_FILE}: its front matter doesn't name one language"
        return
    labeller = Labeller(manifest.model.name, language[0], manifest.model.trained_on)
    scheme = manifest.scheme
    columns = define_silver_columns(scheme.labels, scheme.attributions)
    expected = render_silver_card(counts, labeller, columns)
    lines = zip_longest(text.split("\n"), expected.split("\n"))
    for number, (stated, own) in enumerate(lines, start=1):
        if stated != own:
            yield f"{CARD_FILE}:{number}: {_show(stated)} stands there, rows and manifest give {_show(own)}"


def _count_rows(manifest: SilverManifest, tally: Tally) -> Mapping[str, Any]:
    """The counts as the card states them, from the rows where these tell."""
    return manifest.counts.model_dump() | {
        "articles": len(tally.articles),
        "segments": sum(tally.labels.values()),
        "abstained": tally.labels[None],
        "labels": {label: tally.labels[label] for label in manifest.counts.labels},
    }


def _show(line: str | None) -> str:
    if line is None:
        return "nothing"
    return repr(line[:_SHOWN_CHARS]) + ("…" if len(line) > _SHOWN_CHARS else "")
