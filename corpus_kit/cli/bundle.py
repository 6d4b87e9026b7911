"""`corpus-kit bundle`: a competition for a leaderboard platform."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, ReleaseOption, locate_release


def bundle(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="evalai or codabench.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The file to write, which is what one uploads.")],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Write a competition on a release for EvalAI or Codabench, with the scorer that works there."""
    from corpus_kit.evaluate import make_bundle

    for name in make_bundle(platform, locate_release(release, corpus), out):
        typer.echo(f"  {name}")
    typer.echo(f"wrote {out}; edit dates and limits in its configuration before you upload it")
