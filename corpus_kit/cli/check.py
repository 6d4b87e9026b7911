"""`corpus-kit check`: is a release what it says it is?"""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, locate_release, report_differences


def check(
    release: Annotated[
        Path | None, typer.Argument(metavar="RELEASE", help="A release folder. Default: that of the corpus' version.")
    ] = None,
    corpus: CorpusOption = None,
) -> None:
    """Verify a release: bytes, digests, schema, label order, splits, rows, Croissant, and that `datasets` loads it."""
    from corpus_kit.build import check_release, has_mlcroissant
    from corpus_kit.cli.progress import show_waiting

    path = locate_release(release, corpus)
    if not has_mlcroissant():
        typer.echo("not run: the validation by mlcroissant. Install it: pip install 'corpus-kit[croissant]'", err=True)
    with show_waiting(f"checking {path.name}"):
        differences = check_release(path)
    report_differences(differences, fine=f"{path}: fine")
