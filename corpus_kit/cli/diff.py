"""`corpus-kit diff`: what changed between two releases."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, open_corpus, print_json

_SIDE = "A release folder, git:REV (the corpus at that revision, built in memory) or hub:ORG/NAME@VERSION."


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_SIDE)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.")],
    corpus: CorpusOption = None,
    json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as one self-contained page, too.")
    ] = None,
) -> None:
    """Say what changed between two releases, row by row, and which version that requires."""
    from corpus_kit.diff import compare_snapshots, render_html, render_text, to_json
    from corpus_kit.files import write_atomically
    from corpus_kit.publish import read_side

    opened = open_corpus(corpus) if old.startswith("git:") or new.startswith("git:") else None
    found = compare_snapshots(read_side(old, opened), read_side(new, opened))
    if html is not None:
        write_atomically(html, render_html(found).encode("utf-8"))
        typer.echo(f"wrote {html}", err=True)
    if json:
        print_json(to_json(found))
    else:
        typer.echo(render_text(found))
