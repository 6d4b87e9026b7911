"""The text-free release: what a corpus says about articles, without what stands in them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.annotate import measure_agreement
from corpus_kit.build.anchors import is_protectable, make_anchors, squash
from corpus_kit.build.assemble import Assembly, Row, assemble_corpus
from corpus_kit.build.card import fill_card, insert_block, read_card_source
from corpus_kit.build.contents import collect_annotations
from corpus_kit.build.history import ReleaseRecord, read_history, render_changelog
from corpus_kit.build.leaks import has_shared_run, refuse_leaks
from corpus_kit.build.replay import replay_record, require_guidelines
from corpus_kit.build.seal import make_key, seal
from corpus_kit.build.versions import check_version, find_record
from corpus_kit.build.write import (
    BuildResult,
    describe_result,
    locate_target,
    put_folder,
    render_files,
    render_release,
    require_free,
)
from corpus_kit.canonical import digest_rows, hash_bytes, to_canonical_json
from corpus_kit.columns import Column, describe_columns
from corpus_kit.corpus import Corpus
from corpus_kit.errors import CorpusError
from corpus_kit.model import Article, Segment, SetAside
from corpus_kit.release import MANIFEST_FILE, TEXT_FREE_FORMAT, digest_release
from corpus_kit.text_free import WINDOW_CHARS, WITHHELD, FullEntry, define_text_free_columns, name_row

TOO_SHORT = f"too short to be protected: fewer than {WINDOW_CHARS} characters that are no white space"
_NOT_TEXT = {"sources", "ingest", "limits", "folds", "collections"}
"""Keys of `corpus.toml` on which no file of a release depends once the articles are read and in folds."""

Segments = Mapping[str, Sequence[Segment]]
"""Per article its segments in order."""


class TextFree(NamedTuple):
    """A text-free release before it is written: what it releases, its files, and the counts of its manifest."""

    assembly: Assembly
    files: Mapping[str, bytes]
    counts: Mapping[str, Any]


def build_text_free(corpus: Corpus, *, as_of: str | None = None, out: Path | None = None) -> BuildResult:
    """Build `<out>/<name>/<version>-text-free/` (`out`: the corpus' `dist/`), of the corpus or of a final version.

    Versions are held to the same promises as by `build_release`. A CorpusError where a file would hold eight words in
    a row of an article, or where no article is long enough to be protected.
    """
    records = read_history(corpus)
    if as_of is None:
        assembly = assemble_corpus(corpus)
        check_version(assembly, records, locate_target(corpus, out).parent)
        return _write_text_free(assembly, records, out)
    record = find_record(corpus, records, as_of)
    require_guidelines(corpus, record)
    with replay_record(corpus, record) as assembly:
        return _write_text_free(assembly, records, out or corpus.root / "dist")


def _write_text_free(assembly: Assembly, records: Sequence[ReleaseRecord], out: Path | None) -> BuildResult:
    file = assembly.corpus.file
    folder = (out if out is not None else assembly.corpus.root / "dist") / file.name
    target = require_free((folder / f"{file.version}-text-free").resolve())
    made = render_text_free(assembly, records)
    put_folder(made.files, target)
    return describe_result(made.assembly, target, made.counts)


def render_text_free(assembly: Assembly, records: Sequence[ReleaseRecord] = ()) -> TextFree:
    """The text-free release of an assembly; `records` are the corpus' final versions, for the changelog.

    Collections are left out: the full release that it states, and that hydrating gives, is the one without them.
    Where an article is left out, nothing states a digest of the full release: who holds all other articles could try
    guesses of the short one with it.
    """
    assembly = replace(assembly, collections={})
    bare = strip_text(assembly)
    card = insert_block(read_card_source(assembly.corpus), "text_free")
    changelog = render_changelog(assembly, records)
    full = _describe_full(assembly, bare, records)
    if full.digest is None:
        changelog = "".join(line for line in changelog.splitlines(keepends=True) if "sha256:" not in line)
    files, counts = render_release(
        bare,
        card=fill_card(card, bare, path=assembly.corpus.card_path),
        changelog=changelog,
        stated={
            "format": TEXT_FREE_FORMAT,
            "corpus": json.loads(to_canonical_json(assembly.corpus.file.model_dump(mode="json", exclude=_NOT_TEXT))),
            "full": full.model_dump(),
        },
    )
    refuse_leaks(files, bare.rows, assembly.articles)
    return TextFree(bare, files, counts)


def _describe_full(assembly: Assembly, bare: Assembly, records: Sequence[ReleaseRecord]) -> FullEntry:
    is_whole = len(bare.articles) == len(assembly.articles)
    segments = group_segments(assembly)
    key = make_key(assembly.corpus.file.name, *(join_stream(segments[article.id]) for article in assembly.articles))
    set_aside = [[item.kind, item.id, item.reason] for item in assembly.set_aside]
    manifest = render_files(assembly, records)[0][MANIFEST_FILE] if is_whole else b""
    return FullEntry(
        digest=assembly.digest if is_whole else None,
        manifest_sha256=hash_bytes(manifest) if is_whole else None,
        labelled=len(assembly.rows["sentences"]),
        articles_of=len(assembly.articles),
        articles=[article.id for article in bare.articles],
        sealed=seal(key, {"set_aside": set_aside}) if is_whole else "",
    )


def group_segments(assembly: Assembly) -> Segments:
    """The segments of each article in order; an article without segments has an empty list."""
    found: dict[str, list[Segment]] = {article.id: [] for article in assembly.articles}
    for segment in assembly.segments:
        found[segment.article_id].append(segment)
    return found


def join_stream(segments: Sequence[Segment]) -> str:
    """All of an article that is no white space: who has every segment has it."""
    return "".join(squash(segment.text) for segment in segments)


def strip_text(assembly: Assembly) -> Assembly:
    """What a text-free release releases: the same rows without text, and anchors; too short articles are set aside.

    A CorpusError where no labelled segment remains.
    """
    segments = group_segments(assembly)
    kept = tuple(a for a in assembly.articles if is_protectable([own.text for own in segments[a.id]]))
    ids = {article.id for article in kept}
    names = {own.id: name_row(own.article_id, own.position) for own in assembly.segments if own.article_id in ids}
    scheme, columns = assembly.corpus.scheme, define_text_free_columns(assembly.corpus.scheme)
    annotations = _strip_annotations(assembly.rows["annotations"], names, columns["annotations"])
    rows = {
        "sentences": _strip_sentences(assembly.rows["sentences"], names, columns["sentences"]),
        "articles": _strip_articles(assembly, kept, segments, columns["articles"]),
        "annotations": annotations,
        "anchors": _list_anchors(assembly, kept, segments),
    }
    if not rows["sentences"]:
        raise CorpusError(f"no article with a label can be in a text-free release: {TOO_SHORT}")
    folds = {article.id: assembly.folds[article.id] for article in kept}
    splits = keep_splits(assembly.splits, set(folds.values()))
    digests = {table: digest_rows(describe_columns(columns[table]), rows[table]) for table in columns}
    return replace(
        assembly,
        articles=kept,
        segments=tuple(own for own in assembly.segments if own.article_id in ids),
        columns=columns,
        rows=rows,
        folds=folds,
        splits=splits,
        set_aside=tuple(_rename_set_aside(assembly, names, ids)),
        agreement=measure_agreement(scheme, assembly.corpus.file.annotators, collect_annotations(scheme, annotations)),
        digests=digests,
        digest=digest_release(assembly.corpus.file.name, scheme, digests, name_folds(splits)),
    )


def keep_splits(splits: Mapping[str, Sequence[int]], folds: set[int]) -> dict[str, list[int]]:
    """The splits of the folds that are left; a split without folds is left out."""
    found = {split: [fold for fold in own if fold in folds] for split, own in splits.items()}
    return {split: own for split, own in found.items() if own}


def name_folds(splits: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    """The splits with the names of their folds."""
    return {split: [f"fold_{fold}" for fold in own] for split, own in splits.items()}


def _rename_set_aside(assembly: Assembly, names: Mapping[str, str], ids: set[str]) -> list[SetAside]:
    """What was set aside without ids that are made of text, and the articles that are left out."""
    found: list[SetAside] = []
    for number, item in enumerate(assembly.set_aside):
        if item.kind == "segment":
            if item.id in names:
                found.append(replace(item, id=names[item.id]))
        else:
            found.append(item if item.kind == "record" else replace(item, id=f"{item.kind}-{number}"))
    left_out = [article.id for article in assembly.articles if article.id not in ids]
    return found + [SetAside(kind="article", id=id_, reason=TOO_SHORT) for id_ in left_out]


def _strip_sentences(rows: Sequence[Row], names: Mapping[str, str], columns: Sequence[Column]) -> list[Row]:
    return [
        {column.name: row[column.name] for column in columns} | {"id": names[row["id"]]}
        for row in rows
        if row["id"] in names
    ]


def _strip_annotations(rows: Sequence[Row], names: Mapping[str, str], columns: Sequence[Column]) -> list[Row]:
    found: list[Row] = []
    counts: dict[str, int] = {}
    for row in rows:
        if row["segment_id"] not in names:
            continue
        name = names[row["segment_id"]]
        number = counts[name] = counts.get(name, -1) + 1
        kept = {column.name: row[column.name] for column in columns}
        found.append(kept | {"id": f"{name}:{number}", "segment_id": name})
    return found


def _list_anchors(assembly: Assembly, articles: Sequence[Article], segments: Segments) -> list[Row]:
    return [
        {
            "id": name_row(article.id, own.position),
            "article_id": article.id,
            "position": own.position,
            "start": own.start,
            "end": own.end,
            **anchor._asdict(),
            "fold": assembly.folds[article.id],
        }
        for article in articles
        for own, anchor in zip(
            segments[article.id],
            make_anchors(assembly.corpus.file.name, [own.text for own in segments[article.id]]),
            strict=True,
        )
    ]


def _strip_articles(
    assembly: Assembly, articles: Sequence[Article], segments: Segments, columns: Sequence[Column]
) -> list[Row]:
    said: dict[str, list[list[str]]] = {article.id: [] for article in assembly.articles}
    for row in assembly.rows["annotations"]:
        said[row["article_id"]].append([row["id"], row["note"]])
    full = {row["id"]: row for row in assembly.rows["articles"]}
    found = []
    for article in articles:
        row, own = full[article.id], segments[article.id]
        withheld = {name: row[name] for name in WITHHELD if row[name] and has_shared_run(row[name], article)}
        secret = {
            **{name: row[name] for name in ("title", "raw_sha256", "sha256")},
            "withheld": withheld,
            "gaps": list_gaps(article.text, own),
            "annotations": said[article.id],
        }
        key = make_key(assembly.corpus.file.name, article.id, join_stream(own))
        made = row | dict.fromkeys(withheld) | {"segments": len(own), "sealed": seal(key, secret)}
        found.append({column.name: made[column.name] for column in columns})
    return found


def list_gaps(text: str, segments: Sequence[Segment]) -> list[str]:
    """What stands before, between and after an article's segments: white space, one gap more than segments."""
    ends, starts = [0, *(own.end for own in segments)], [*(own.start for own in segments), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]
