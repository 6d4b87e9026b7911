"""`corpus-kit export-task`: a release as a task of another harness."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, ReleaseOption, locate_release


def export_task(
    harness: Annotated[str, typer.Argument(metavar="HARNESS", help="lm-eval, inspect, lighteval, mteb or hub.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The task's folder, new or empty.")],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    context: Annotated[
        int, typer.Option("--context", min=0, help="How many segments before each one a model is shown with it.")
    ] = 0,
    guidelines: Annotated[
        str, typer.Option("--guidelines", help="What a model is told: summary (a line per label) or whole.")
    ] = "summary",
) -> None:
    """Write a release as a task that another harness runs as it is."""
    from corpus_kit import exchange
    from corpus_kit.release import load_release

    options = exchange.TaskOptions(context_segments=context, guidelines=guidelines)
    typer.echo(exchange.export_task(harness, load_release(locate_release(release, corpus)), folder, options))
