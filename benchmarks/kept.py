"""Benchmarks whose numbers are kept and can be derived again: the last step of each."""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.files import write_atomically

Result = dict[str, Any]


class Kept(NamedTuple):
    """Where a benchmark's result is kept, how it is shown, and what of a new one the kept one has otherwise."""

    path: Path
    render: Callable[[Result], str]
    list_stale: Callable[[Result, Result], Iterable[str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--out` and `--check`, as `conclude` takes them."""
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    parser.add_argument("--check", action="store_true", help="exit 3 where a number differs from the stored one")


def conclude(result: Result, kept: Kept, arguments: argparse.Namespace) -> int:
    """Store a result if asked, and print it, or what of it differs; the exit code."""
    if arguments.out:
        write_atomically(arguments.out, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    if not arguments.check:
        print(kept.render(result))
        return 0
    stale = list(kept.list_stale(result, json.loads(kept.path.read_text("utf-8"))))
    print("\n".join(f"differs: {one}" for one in stale))
    return 3 if stale else 0
