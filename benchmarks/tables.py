"""The benchmarks' tables in the documentation, filled from what the benchmarks stored in `benchmarks/results/`.

    python benchmarks/tables.py [--check]

A table stands between the markers of its name, `benchmark_build` for `results/build.json`. With `--check` nothing is
written, and the exit code is 3 where a table differs from its result.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import build, contrasts, coverage, label, labelling, readers, score, segmentation, transfer  # noqa: E402
from corpus_kit.build.card import fill_blocks, list_stale_blocks  # noqa: E402
from corpus_kit.files import write_atomically  # noqa: E402

RENDERERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "build": build.render,
    "contrasts": contrasts.render,
    "coverage": coverage.render,
    "label": label.render,
    "labelling": labelling.render,
    "readers": readers.render,
    "score": score.render,
    "segmentation": segmentation.write_table,
    "transfer": transfer.render,
}
PAGES = (
    *("docs/classifiers.md", "docs/evaluation.md", "docs/ingest.md", "docs/labelling.md"),
    *("docs/segmentation.md", "docs/transfer.md"),
)


def render_result(name: str) -> str:
    """The stored result of a benchmark as Markdown."""
    return RENDERERS[name](json.loads((ROOT / f"benchmarks/results/{name}.json").read_text("utf-8")))


def refresh_pages(*, is_dry_run: bool) -> list[str]:
    """Fill the tables of all pages; what was stale, as `page: table`. With `is_dry_run` nothing is written."""
    blocks = {f"benchmark_{name}": partial(render_result, name) for name in RENDERERS}
    stale = []
    for page in PAGES:
        path = ROOT / page
        old = path.read_text("utf-8")
        fresh = fill_blocks(old, blocks, path=path)
        stale += [f"{page}: {block}" for block in list_stale_blocks(old, fresh)]
        if not is_dry_run:
            write_atomically(path, fresh.encode())
    return stale


def main() -> int:
    """Fill the tables, or say which are stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 where a table is stale")
    is_dry_run = parser.parse_args().check
    stale = refresh_pages(is_dry_run=is_dry_run)
    print("\n".join(stale))
    return 3 if is_dry_run and stale else 0


if __name__ == "__main__":
    sys.exit(main())
