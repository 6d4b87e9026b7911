"""`corpus-kit release`: make a version final."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, open_corpus


def release(
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where <name>/<version>/ goes. Default: dist/.")
    ] = None,
) -> None:
    """Make the corpus' version final: write down in releases.jsonl what it is and what changed, and build it."""
    from corpus_kit.build import release_version

    result = release_version(open_corpus(corpus), out=out)
    typer.echo((result.path / "CHANGELOG.md").read_text(encoding="utf-8"))
    typer.echo(f"{result.name} {result.version} is final: {result.digest}")
    typer.echo(f"release {result.path}")
