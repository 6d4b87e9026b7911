"""`corpus-kit hydrate`: a text-free release and copies of its articles become a release with texts."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, print_dropped, print_json, read_options

_SOURCES = "Copies of the articles: a file, folder, glob or URL in any format that `segment` reads. May be repeated."
_OUT = "The release folder to write. Default: <version>-hydrated beside RELEASE."


def hydrate(
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help="A text-free release folder.")],
    articles: Annotated[list[str], typer.Option("--articles", metavar="SOURCE", help=_SOURCES)],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_OUT)] = None,
    min_coverage: Annotated[
        float, typer.Option("--min-coverage", min=0, max=1, help="Exit 3 where a smaller share of segments is found.")
    ] = 0.95,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Find each segment of a text-free release in copies of the articles, and write the release of what was found."""
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.hydrate import hydrate_release, render_hydration

    options = read_options(corpus)
    with show_progress("articles") as progress:
        found = hydrate_release(
            release,
            articles,
            out=out,
            options=options,
            on_drop=print_dropped,
            progress=lambda done: progress(done, None),
        )
    if json:
        print_json(found.to_json())
    else:
        typer.echo(render_hydration(found))
    if found.path is None or found.coverage_fraction < min_coverage:
        typer.echo(f"coverage {found.coverage_fraction:.4f} is below {min_coverage}", err=True)
        raise typer.Exit(3)
