"""`check` finds what was planted, and names it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus_kit.arrow import make_table
from corpus_kit.build import check_release
from corpus_kit.canonical import hash_bytes
from corpus_kit.columns import define_columns
from corpus_kit.errors import ReleaseError
from corpus_kit.release import read_manifest_file

Edit = Callable[[Path, str, str], None]
FOLD = "data/sentences/fold_0.parquet"


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
    assert_found(release_dir, "manifest")


def test_a_folder_without_manifest_is_no_release(tmp_path: Path) -> None:
    """There is nothing to check against."""
    with pytest.raises(ReleaseError, match="is not a release"):
        check_release(tmp_path)


def test_a_malformed_manifest_is_named(release_dir: Path) -> None:
    """An unknown key is refused."""
    update_manifest(release_dir, colour="red")
    with pytest.raises(ReleaseError, match="colour"):
        check_release(release_dir)
