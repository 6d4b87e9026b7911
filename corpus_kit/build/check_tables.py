"""Do the rows of a release agree with its manifest and with one another?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from corpus_kit.build.anchors import read_spaces
from corpus_kit.canonical import hash_bytes, make_segment_ids
from corpus_kit.columns import Column
from corpus_kit.release import MANIFEST_FILE, Manifest, digest_release, digest_table
from corpus_kit.text_free import TextFreeManifest, name_row

_PLACE = ("article_id", "position", "start", "end")
Row = Mapping[str, Any]
Tables = Mapping[str, list[Row]]


def check_tables(manifest: Manifest, tables: Tables, columns: Mapping[str, tuple[Column, ...]]) -> list[str]:
    """What differs in the rows: digests, counts, ids, classes, texts, attributions, folds; empty if nothing does.

    Where a column that can't be null is, nothing else is looked at.
    """
    nulls = [
        f"{table}: row {i}: {column.name} is null"
        for table, rows in tables.items()
        for column in columns[table]
        if column.is_required
        for i, row in enumerate(rows)
        if row[column.name] is None
    ]
    return nulls or [
        *_check_digests(manifest, tables),
        *_check_configs(manifest, tables),
        *_check_counts(manifest, tables),
        *_check_ids(tables, columns),
        *(_check_anchors(tables) if isinstance(manifest, TextFreeManifest) else _check_texts(tables)),
        *_check_languages(manifest, tables),
        *_check_said(manifest, tables),
        *_check_folds(manifest, tables),
    ]


def _check_digests(manifest: Manifest, tables: Tables) -> Iterator[str]:
    for table, rows in tables.items():
        entry = manifest.tables.get(table)
        if entry is None:
            yield f"{MANIFEST_FILE}: table {table} is missing"
            continue
        digest = digest_table(manifest, table, rows)
        if digest != entry.digest:
            yield f"{table}: content digest {digest}, the manifest says {entry.digest}"
        if len(rows) != entry.rows:
            yield f"{table}: {len(rows)} rows, the manifest says {entry.rows}"
    digests = {name: entry.digest for name, entry in manifest.tables.items()}
    digest = digest_release(manifest.name, manifest.make_scheme(), digests, manifest.splits)
    if digest != manifest.digest:
        yield f"{MANIFEST_FILE}: digest {manifest.digest} doesn't follow from scheme, tables and splits ({digest})"


def _check_configs(manifest: Manifest, tables: Tables) -> Iterator[str]:
    sizes = Counter(f"data/{table}/fold_{row['fold']}.parquet" for table, rows in tables.items() for row in rows)
    for name, entry in manifest.configs.items():
        paths = [path for own in entry.splits.values() for path in own]
        if len(set(paths)) < len(paths):
            yield f"config {name}: a file is in two splits"
        if sum(sizes[path] for path in paths) != entry.rows:
            yield f"config {name}: {sum(sizes[path] for path in paths)} rows, the manifest says {entry.rows}"


def _check_counts(manifest: Manifest, tables: Tables) -> Iterator[str]:
    labels = Counter(row["label"] for row in tables["sentences"])
    names = manifest.scheme.labels
    counts = {name: labels[i] for i, name in enumerate(names)}
    if counts != manifest.counts.labels or sum(counts.values()) != manifest.counts.labelled:
        yield f"{MANIFEST_FILE}: label counts {manifest.counts.labels}, the rows give {counts}"
    if len(tables["articles"]) != manifest.counts.articles:
        yield f"{MANIFEST_FILE}: {manifest.counts.articles} articles, the rows give {len(tables['articles'])}"
    said = Counter(row.get("attribution") for row in tables["sentences"])
    attributions = {name: said[i] for i, name in enumerate(manifest.scheme.attributions)}
    if attributions != manifest.counts.attributions:
        yield f"{MANIFEST_FILE}: attribution counts {manifest.counts.attributions}, the rows give {attributions}"
    reasons = Counter(f"{item.kind}: {item.reason}" for item in manifest.set_aside)
    if reasons != manifest.counts.set_aside:
        yield f"{MANIFEST_FILE}: set aside {manifest.counts.set_aside}, the list of it gives {dict(reasons)}"
    part = manifest.hydrated
    if part and (part.labelled, part.articles) != (manifest.counts.labelled, manifest.counts.articles):
        yield f"{MANIFEST_FILE}: hydrated states {part.describe()}, the counts differ"
    aside = sum(item.kind == "segment" for item in manifest.set_aside)
    if manifest.counts.labelled + aside != manifest.counts.segments:
        yield f"{MANIFEST_FILE}: labelled and set-aside segments don't add up to {manifest.counts.segments}"


def _check_ids(tables: Tables, columns: Mapping[str, tuple[Column, ...]]) -> Iterator[str]:
    for table, rows in tables.items():
        for id_, count in Counter(row["id"] for row in rows).items():
            if count > 1:
                yield f"{table}: id {id_!r} stands {count} times"
        for column in columns[table]:
            if column.type == "class":
                yield from _check_class(table, rows, column)


def _check_languages(manifest: Manifest, tables: Tables) -> Iterator[str]:
    for row in tables["articles"]:
        if row["language"] != manifest.language:
            yield f"articles: {row['id']}: its language is {row['language']}, the manifest says {manifest.language}"


def _check_anchors(tables: Tables) -> Iterator[str]:
    """Each segment of an article has an anchor, and a labelled one stands where its anchor does."""
    places = {row["id"]: [row[name] for name in _PLACE] for row in tables["anchors"]}
    for row in tables["articles"]:
        for position in range(row["segments"]):
            if name_row(row["id"], position) not in places:
                yield f"anchors: {name_row(row['id'], position)} is missing"
    if sum(row["segments"] for row in tables["articles"]) != len(tables["anchors"]):
        yield f"anchors: {len(tables['anchors'])} rows are not one per segment"
    yield from _check_anchor_rows(tables)
    for row in tables["sentences"]:
        if places.get(row["id"]) != [row[name] for name in _PLACE]:
            yield f"sentences: {row['id']}: its place isn't that of its anchor"


def _check_anchor_rows(tables: Tables) -> Iterator[str]:
    for row in tables["anchors"]:
        if row["id"] != name_row(row["article_id"], row["position"]) or not 0 <= row["start"] < row["end"]:
            yield f"anchors: {row['id']}: is not segment {row['position']} at {row['start']}–{row['end']}"
        try:
            read_spaces(row["spaces"])
        except ValueError:
            yield f"anchors: {row['id']}: {row['spaces']!r} is no list of white space"


def _check_texts(tables: Tables) -> Iterator[str]:
    for row in tables["articles"]:
        if hash_bytes(row["text"].encode()) != row["sha256"]:
            yield f"articles: {row['id']}: the text doesn't have the sha256 of its row"
    texts = {row["id"]: row["text"] for row in tables["articles"]}
    for row in tables["sentences"]:
        if texts.get(row["article_id"], "")[row["start"] : row["end"]] != row["text"]:
            yield f"sentences: {row['id']}: its text isn't at {row['start']}–{row['end']} of {row['article_id']}"
        if row["id"].rsplit(":", 1)[0] != make_segment_ids(row["article_id"], [row["text"]])[0].rsplit(":", 1)[0]:
            yield f"sentences: {row['id']}: the id isn't that of its text"


def _check_said(manifest: Manifest, tables: Tables) -> Iterator[str]:
    for row in tables["sentences"]:
        yield from _check_attribution(row, manifest)
    known = {row["id"] for row in tables["sentences"]} | {item.id for item in manifest.set_aside}
    for row in tables["annotations"]:
        if row["segment_id"] not in known:
            yield f"annotations: {row['id']}: there is no segment {row['segment_id']!r}"


def _check_class(table: str, rows: list[Row], column: Column) -> Iterator[str]:
    is_optional = column.name == "attribution" or table == "annotations"
    for row in rows:
        value = row[column.name]
        if value is None and is_optional:
            continue
        if not isinstance(value, int) or not 0 <= value < len(column.names):
            yield f"{table}: {row['id']}: {column.name} {value} is outside 0–{len(column.names) - 1}"


def _check_attribution(row: Row, manifest: Manifest) -> Iterator[str]:
    allowed = manifest.scheme.allowed
    labels, attributions = manifest.scheme.labels, manifest.scheme.attributions
    label, value = row["label"], row.get("attribution")
    if not attributions or not isinstance(label, int) or not 0 <= label < len(labels):
        return
    name = None if value is None or not 0 <= value < len(attributions) else attributions[value]
    if (name is None) == bool(allowed[labels[label]]) or (name is not None and name not in allowed[labels[label]]):
        yield f"sentences: {row['id']}: {labels[label]} can't have the attribution {name}"


def _check_folds(manifest: Manifest, tables: Tables) -> Iterator[str]:
    fold_of = {article: fold for fold, own in manifest.folds.items() for article in own}
    for table, rows in tables.items():
        key = "id" if table == "articles" else "article_id"
        for article, folds in _group(rows, key).items():
            if len(folds) > 1:
                yield f"{table}: {article} is in {len(folds)} folds: {sorted(folds)}"
            elif fold_of.get(article) != f"fold_{next(iter(folds))}":
                yield f"{table}: {article} is in fold_{next(iter(folds))}, the manifest says {fold_of.get(article)}"
    used = Counter(fold for folds in manifest.splits.values() for fold in folds)
    for fold, count in used.items():
        if count > 1:
            yield f"{MANIFEST_FILE}: {fold} is in {count} splits"
    if used.keys() != manifest.folds.keys():
        yield f"{MANIFEST_FILE}: the splits don't hold each fold once"


def _group(rows: list[Row], key: str) -> dict[str, set[int]]:
    groups: dict[str, set[int]] = {}
    for row in rows:
        groups.setdefault(row[key], set()).add(row["fold"])
    return groups
