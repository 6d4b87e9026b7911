"""`corpus-kit archive`: a release as one file."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, ReleaseOption, locate_release, print_json


def archive(
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Default: <name>-<version>.tar.zst beside the release.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a release as .tar.zst, the same bytes on any day, with CITATION.cff and metadata for Zenodo."""
    from corpus_kit.publish import archive_release

    made = archive_release(locate_release(release, corpus), out)
    if json:
        print_json({**made._asdict(), "path": str(made.path)})
        return
    typer.echo(f"{made.name} {made.version}: {made.bytes} bytes, sha256 {made.sha256}")
    typer.echo(f"archive {made.path}")
