"""`corpus-kit pull`: get a published release."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, locate_dist, print_json


def pull(
    reference: Annotated[
        str, typer.Argument(metavar="ORG/NAME@VERSION", help="A version, or the full id of a commit.")
    ],
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where <name>/<version>/ goes. Default: the corpus' dist/, or dist/."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Download a published release, verify every digest of it, and put it where a build would."""
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.publish import pull_release

    with show_progress("bytes downloaded") as progress:
        pulled = pull_release(reference, locate_dist(corpus) if out is None else out, progress=progress)
    if json:
        print_json({**pulled._asdict(), "path": str(pulled.path)})
        return
    typer.echo(f"{pulled.name} {pulled.version}: verified" + (", was there already" if pulled.was_there else ""))
    typer.echo(f"digest {pulled.digest}")
    typer.echo(f"commit {pulled.commit}")
    typer.echo(f"release {pulled.path}")
