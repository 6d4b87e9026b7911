"""`corpus-kit build`: make the release."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, open_corpus, print_json


def build(
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where <name>/<version>/ goes. Default: dist/.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="VERSION", help="Build a final version again, from the ledgers as they were."),
    ] = None,
    text_free: Annotated[
        bool,
        typer.Option("--text-free", help="Build <version>-text-free/ in its place: labels and digests, no text."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Build the release: Parquet, card, Croissant and manifest under dist/<name>/<version>/."""
    from corpus_kit.build import build_as_of, build_release, build_text_free
    from corpus_kit.cli.progress import show_waiting

    opened = open_corpus(corpus)
    with show_waiting(f"building {opened.file.name}"):
        if text_free:
            result = build_text_free(opened, as_of=as_of, out=out)
        else:
            result = build_release(opened, out=out) if as_of is None else build_as_of(opened, as_of, out=out)
    for torn in result.torn:
        typer.echo(f"warning: {torn}", err=True)
    for reason, count in result.counts["set_aside"].items():
        typer.echo(f"set aside: {count} × {reason} (listed in manifest.json)", err=True)
    if result.since:
        typer.echo(result.since, err=True)
    if json:
        print_json(
            {
                "release": str(result.path),
                "name": result.name,
                "version": result.version,
                "digest": result.digest,
                "counts": result.counts,
                "since": result.since,
                "collections": {name: entry.model_dump() for name, entry in result.collections.items()},
            }
        )
        return
    counts = result.counts
    labels = ", ".join(f"{count} {label}" for label, count in counts["labels"].items())
    typer.echo(
        f"{result.name} {result.version}: {counts['articles']} articles, {counts['labelled']} sentences ({labels})"
    )
    typer.echo(f"digest {result.digest}")
    for name, entry in result.collections.items():
        counted = f"{entry.counts.articles} articles, {entry.counts.labelled} sentences"
        typer.echo(f"collection {name}: {entry.name} {entry.version}, {counted}")
    typer.echo(f"release {result.path}")
