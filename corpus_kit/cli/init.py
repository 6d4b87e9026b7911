"""`corpus-kit init`: make a corpus folder."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must be new or empty.")],
    example: Annotated[
        bool, typer.Option("--example", help="With three invented, labelled articles, ready to build.")
    ] = False,
) -> None:
    """Make a new corpus: corpus.toml, seeds, annotations, baselines and a card."""
    from corpus_kit.init import make_corpus

    made = make_corpus(folder, with_example=example)
    typer.echo(f"made {made}")
    if example:
        typer.echo(f"next: corpus-kit build --corpus {folder}")
    else:
        typer.echo("next: put articles into seeds/articles and a row for each into seeds/manifest.jsonl, then annotate")
