"""`check` finds what was planted, and names it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus_kit.arrow import make_table
from corpus_kit.build import build_release, check_release
from corpus_kit.build.check import check_content
from corpus_kit.build.check_derived import check_derived
from corpus_kit.canonical import hash_bytes
from corpus_kit.columns import define_columns
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import ReleaseError
from corpus_kit.release import digest_release, digest_table, read_manifest_file, read_rows

Edit = Callable[[Path, str, str], None]
FOLD = "data/sentences/fold_0.parquet"
MANIFEST_OWN = ("name", "language", "scheme", "counts")


def update_manifest(release: Path, **changes: Any) -> None:
    """Set keys of the manifest, and make its file hashes right again: what remains wrong is what was planted."""
    path = release / "manifest.json"
    manifest = json.loads(path.read_text("utf-8")) | changes
    for name in manifest["files"]:
        data = (release / name).read_bytes()
        manifest["files"][name] = {"sha256": hash_bytes(data), "bytes": len(data)}
    path.write_text(json.dumps(manifest), "utf-8")


def change_row(release: Path, index: int, **values: Any) -> None:
    """Change a row of the first fold's sentences; hashes are made right again."""
    rows = pq.read_table(release / FOLD).to_pylist()
    rows[index] |= values
    columns = define_columns(read_manifest_file(release).make_scheme())["sentences"]
    pq.write_table(make_table(rows, columns), release / FOLD)
    update_manifest(release)


def forge_digests(release: Path) -> None:
    """What a careful forger does: every digest and hash follows from the rows again, wherever it is stated."""
    manifest = read_manifest_file(release)
    tables = {table: digest_table(manifest, table, read_rows(release, table)) for table in manifest.tables}
    digest = digest_release(manifest.name, manifest.make_scheme(), tables, manifest.splits)
    for name in ("README.md", "CHANGELOG.md"):
        path = release / name
        path.write_text(path.read_text("utf-8").replace(manifest.digest, digest), "utf-8")
    entries = {table: {"rows": manifest.tables[table].rows, "digest": found} for table, found in tables.items()}
    rows = read_rows(release, "sentences")
    labels = {name: sum(row["label"] == i for row in rows) for i, name in enumerate(manifest.scheme.labels)}
    said = {name: sum(row["attribution"] == i for row in rows) for i, name in enumerate(manifest.scheme.attributions)}
    counts = manifest.counts.model_dump() | {"labels": labels, "attributions": said}
    update_manifest(release, digest=digest, tables=entries, counts=counts)
    document = json.loads((release / "croissant.json").read_text("utf-8"))
    for node in document["distribution"]:
        if "sha256" in node:
            node["sha256"] = hash_bytes((release / node["contentUrl"]).read_bytes())
    (release / "croissant.json").write_text(json.dumps(document), "utf-8")
    update_manifest(release)


def assert_found(release: Path, *parts: str) -> None:
    """Some finding has every part."""
    found = check_release(release)
    assert any(all(part in line for part in parts) for line in found), found


def test_a_flipped_byte_is_found(release_dir: Path) -> None:
    """One bit in a Parquet file is enough."""
    data = bytearray((release_dir / FOLD).read_bytes())
    data[len(data) // 2] ^= 1
    (release_dir / FOLD).write_bytes(data)
    assert_found(release_dir, FOLD, "sha256 differs")


def test_a_missing_file_is_found(release_dir: Path) -> None:
    """A file that the manifest lists has to be there."""
    (release_dir / FOLD).unlink()
    assert_found(release_dir, FOLD, "missing")


def test_an_extra_file_is_found(release_dir: Path) -> None:
    """A file that nobody vouches for is named."""
    shutil.copy(release_dir / FOLD, release_dir / "data/sentences/fold_9.parquet")
    assert_found(release_dir, "fold_9.parquet", "not in the manifest")


def test_swapped_names_in_the_card_are_found(release_dir: Path, edit: Edit) -> None:
    """The card's names win over the Parquet file's, so another order would permute every label."""
    edit(release_dir / "README.md", "'0': fact\n          '1': quote", "'0': quote\n          '1': fact")
    update_manifest(release_dir)
    assert_found(release_dir, "README.md", "config sentences", "order of labels")


def test_swapped_names_in_the_parquet_schema_are_found(release_dir: Path) -> None:
    """So would another order in the Parquet schema where there is no card."""
    table = pq.read_table(release_dir / FOLD)
    metadata = table.schema.metadata[b"huggingface"].replace(b'["fact", "quote"', b'["quote", "fact"')
    pq.write_table(table.replace_schema_metadata({"huggingface": metadata}), release_dir / FOLD)
    update_manifest(release_dir)
    assert_found(release_dir, FOLD, "order of labels")


def test_a_missing_column_is_found(release_dir: Path) -> None:
    """`datasets` would fill it with None."""
    table = pq.read_table(release_dir / FOLD)
    pq.write_table(table.drop_columns(["start"]), release_dir / FOLD)
    update_manifest(release_dir)
    assert_found(release_dir, FOLD, "start")


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"label": 1}, ("sentences", "content digest")),
        ({"label": 7}, ("label 7 is outside 0–3",)),
        ({"label": None}, ("label None is outside",)),
        ({"attribution": 3}, ("fact can't have the attribution mixed",)),
        ({"start": 1}, ("its text isn't at 1–52",)),
        ({"text": "Other words"}, ("the id isn't that of its text",)),
        ({"fold": 1}, ("is in 2 folds",)),
        ({"article_id": "nowhere"}, ("its text isn't at", "nowhere")),
    ],
)
def test_a_changed_row_is_found(release_dir: Path, values: dict[str, Any], parts: tuple[str, ...]) -> None:
    """A row that was changed by somebody who also mended the file hashes."""
    change_row(release_dir, 0, **values)
    assert_found(release_dir, *parts)


def test_a_duplicated_id_is_found(release_dir: Path) -> None:
    """An id names one row."""
    rows = pq.read_table(release_dir / FOLD).to_pylist()
    change_row(release_dir, 1, id=rows[0]["id"])
    assert_found(release_dir, "stands 2 times")


def test_a_config_that_leaks_is_found(release_dir: Path) -> None:
    """A file in train and in test."""
    manifest = json.loads((release_dir / "manifest.json").read_text("utf-8"))
    manifest["configs"]["sentences"]["splits"]["train"].append("data/sentences/fold_4.parquet")
    update_manifest(release_dir, configs=manifest["configs"])
    assert_found(release_dir, "config sentences: a file is in two splits")


def test_splits_that_moved_are_found(release_dir: Path) -> None:
    """Which folds are test is part of the release's digest."""
    update_manifest(
        release_dir, splits={"train": ["fold_0", "fold_1", "fold_3"], "validation": ["fold_2"], "test": ["fold_4"]}
    )
    assert_found(release_dir, "doesn't follow from scheme, tables and splits")


def test_a_wrong_count_is_found(release_dir: Path) -> None:
    """A manifest that promises more than there is."""
    counts = json.loads((release_dir / "manifest.json").read_text("utf-8"))["counts"]
    update_manifest(release_dir, counts=counts | {"labels": counts["labels"] | {"opinion": 20}})
    assert_found(release_dir, "label counts")


def test_a_stale_digest_in_the_card_is_found(release_dir: Path, edit: Edit) -> None:
    """The card states the digest of what it stands beside."""
    edit(release_dir / "README.md", "content digest `sha256:", "content digest `sha256:0")
    update_manifest(release_dir)
    assert_found(release_dir, "README.md", "digest")


@pytest.mark.parametrize("column", ["id", "article_id", "text", "fold"])
def test_a_null_is_found(release_dir: Path, column: str) -> None:
    """A null in a column that can't have one is named with its row."""
    change_row(release_dir, 3, **{column: None})
    assert_found(release_dir, f"row 3: {column} is null")


@pytest.mark.parametrize("front", ["configs: [a]", "dataset_info: abc", "data_files: x", "- a", "a: b: c"])
def test_any_front_matter_is_survived(release_dir: Path, front: str) -> None:
    """Front matter that is no list of configs is a finding and not a traceback."""
    (release_dir / "README.md").write_text(f"---\n{front}\n---\ntext", "utf-8")
    update_manifest(release_dir)
    assert_found(release_dir, "README.md", "front matter")


@pytest.mark.parametrize("info", [b"[]", b'{"info": []}', b'{"info": {"features": 3}}', b"{"])
def test_any_parquet_metadata_is_survived(release_dir: Path, info: bytes) -> None:
    """So is any `huggingface` key of a Parquet schema."""
    table = pq.read_table(release_dir / FOLD)
    pq.write_table(table.replace_schema_metadata({"huggingface": info}), release_dir / FOLD)
    update_manifest(release_dir)
    assert_found(release_dir, FOLD)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "other"),
        ("segmenter", "lines"),
        ("segmenter", "nobody's"),
        ("versions", {"corpus-kit": "9.9.9"}),
        ("versions", {"pyarrow": "1.0.0"}),
        ("licenses", {"annotations": "CC0-1.0"}),
        ("guidelines", {"version": "2.0.0"}),
        ("guidelines", {"sha256": "0" * 64}),
        ("annotators", {"lm-1": {"kind": "human", "model": None, "description": "A crowd of experts."}}),
        ("language", "de"),
        ("scheme", {"outside_prose": []}),
        ("counts", {"attributions": {}}),
        ("counts", {"set_aside": {"x": 3}}),
    ],
)
def test_a_false_manifest_is_found(release_dir: Path, key: str, value: Any) -> None:
    """What the manifest says of the content follows from the content."""
    manifest = json.loads((release_dir / "manifest.json").read_text("utf-8"))
    update_manifest(release_dir, **{key: {**manifest[key], **value} if isinstance(value, dict) else value})
    assert_found(release_dir, "manifest" if key in MANIFEST_OWN else "")


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"label": 2}, ("label and support", "don't follow from the annotations", "'fact'")),
        ({"attribution": 1}, ("don't follow from the annotations",)),
        ({"annotators": 20}, ("don't follow from the annotations",)),
        ({"agreement": 0.5}, ("don't follow from the annotations",)),
        ({"position": 1}, ("is not segment 1 of the segmenter 'news'",)),
    ],
)
def test_a_careful_forger_is_found(release_dir: Path, values: dict[str, Any], parts: tuple[str, ...]) -> None:
    """A row that was changed by somebody who mended every digest still contradicts the votes or the text."""
    change_row(release_dir, 0, **values)
    forge_digests(release_dir)
    assert_found(release_dir, "sentences: ", *parts)


@pytest.mark.parametrize(
    ("name", "old", "new", "part"),
    [
        ("README.md", "| fact | 58 |", "| fact | 59 |", "the block 'counts'"),
        ("README.md", "154 segments; with", "155 segments; with", "the block 'counts'"),
        ("README.md", "| all segments | 154 | 1.000", "| all segments | 154 | 0.931", "the block 'agreement'"),
        ("README.md", "test 44", "test 45", "the block 'loading'"),
        ("README.md", "another fold: 3", "another fold: 0", "the block 'recurring'"),
        ("README.md", "| language-model | 154 |", "| human | 154 |", "the block 'annotators'"),
        ("CHANGELOG.md", "2 opinion", "20 opinion", "doesn't say under 1.0.0"),
        ("annotations/guidelines.md", "version: 1.0.0", "version: 1.0.1", "states version 1.0.1"),
        ("croissant.json", "2 labels: 154 segments", "3 labels: 154 segments", "rai:annotationsPerItem"),
        ("croissant.json", "observed agreement 1.000", "observed agreement 0.900", "rai:dataAnnotationAnalysis"),
        ("croissant.json", "segmenter 'news'", "segmenter 'olds'", "prov:wasGeneratedBy"),
    ],
)
def test_a_stale_number_is_found(release_dir: Path, edit: Edit, name: str, old: str, new: str, part: str) -> None:
    """Every generated number is made again from the rows, whatever the hashes say."""
    edit(release_dir / name, old, new)
    update_manifest(release_dir)
    assert_found(release_dir, name, part)


def test_two_files_that_changed_places_are_found(release_dir: Path) -> None:
    """The rows of one fold under the name of another."""
    other = release_dir / "data/sentences/fold_1.parquet"
    other.rename(release_dir / "aside")
    (release_dir / FOLD).rename(other)
    (release_dir / "aside").rename(release_dir / FOLD)
    update_manifest(release_dir)
    assert_found(release_dir, "data/sentences/fold_0.parquet", "fold")


@pytest.mark.parametrize("keep", [0, 4, 1000])
def test_a_truncated_file_is_found(release_dir: Path, keep: int) -> None:
    """What a full disk or a lost connection leaves of a file."""
    (release_dir / FOLD).write_bytes((release_dir / FOLD).read_bytes()[:keep])
    assert_found(release_dir, FOLD, f"{keep} bytes, the manifest says")
    update_manifest(release_dir)
    assert_found(release_dir, FOLD, "can't be read as Parquet")


def test_a_folder_without_manifest_is_no_release(tmp_path: Path) -> None:
    """There is nothing to check against."""
    with pytest.raises(ReleaseError, match="is not a release"):
        check_release(tmp_path)


def test_a_malformed_manifest_is_named(release_dir: Path) -> None:
    """An unknown key is refused."""
    update_manifest(release_dir, colour="red")
    with pytest.raises(ReleaseError, match="colour"):
        check_release(release_dir)


def test_folds_in_another_order_than_the_articles_are_fine(corpus_dir: Path, edit: Edit) -> None:
    """Folds by hash put the articles into other files' order; the card lists them by fold and agrees."""
    edit(corpus_dir / "corpus.toml", 'rule = "article"', 'rule = "hash"')
    release = build_release(load_corpus(corpus_dir)).path
    folds = [row["fold"] for row in read_rows(release, "articles")]
    assert folds == sorted(folds)
    manifest = read_manifest_file(release)
    found, tables = check_content(release, manifest)
    assert found + check_derived(release, manifest, tables) == []
