"""`corpus-kit card`: fill in the generated parts of the card."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CheckOption, CorpusOption, open_corpus, report_differences


def card(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Markdown files with generated blocks. Default: DATASET_CARD.md."),
    ] = None,
    corpus: CorpusOption = None,
    check: CheckOption = False,
) -> None:
    """Fill the numbers into DATASET_CARD.md (or other Markdown files) between their markers."""
    from corpus_kit.build import refresh_files

    found = refresh_files(open_corpus(corpus), files, is_dry_run=check)
    if check:
        report_differences(found, fine="nothing is stale")
        return
    for line in found:
        typer.echo(f"refreshed {line}")
