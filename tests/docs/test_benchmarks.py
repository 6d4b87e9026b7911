"""The benchmarks' tables in the documentation are those of the results that the benchmarks stored."""

import json
from pathlib import Path

import pytest

from benchmarks import tables

REPOSITORY = Path(__file__).parents[2]


def test_no_table_is_stale() -> None:
    """Each table is what its stored result renders to."""
    assert tables.refresh_pages(is_dry_run=True) == []


@pytest.mark.parametrize("name", tables.RENDERERS)
def test_every_result_is_shown_once(name: str) -> None:
    """A result has one table, and every result that is stored has a renderer."""
    pages = "".join((REPOSITORY / page).read_text("utf-8") for page in tables.PAGES)
    assert pages.count(f"<!-- corpus-kit:benchmark_{name} -->") == 1
    assert {path.stem for path in (REPOSITORY / "benchmarks/results").iterdir()} == set(tables.RENDERERS)


def test_a_stale_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another result makes its table stale, and filling it mends that."""
    for part in ("docs", "benchmarks/results"):
        (tmp_path / part).mkdir(parents=True)
        for path in (REPOSITORY / part).glob("*.*"):
            (tmp_path / part / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    path = tmp_path / "benchmarks/results/readers.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"pages": 12345}), "utf-8")
    assert tables.refresh_pages(is_dry_run=True) == ["docs/ingest.md: benchmark_readers"]
    assert tables.refresh_pages(is_dry_run=False) == ["docs/ingest.md: benchmark_readers"]
    assert tables.refresh_pages(is_dry_run=True) == []
    assert "12345 made-up pages" in (tmp_path / "docs/ingest.md").read_text("utf-8")
