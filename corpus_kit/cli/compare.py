"""`corpus-kit compare`: two systems side by side."""

from typing import Annotated

import typer

from corpus_kit.cli.options import (
    CorpusOption,
    JsonOption,
    ProtocolOption,
    ReleaseOption,
    open_release,
    print_json,
)

_SYSTEM = "A folder of baselines/ with a stored run, or a prediction file (.jsonl)."


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=_SYSTEM)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    protocol: ProtocolOption = "loao",
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two systems: differences with intervals and p, articles, and the segments where they differ."""
    from corpus_kit.evaluate import compare_systems, comparison_to_json, read_contender, render_comparison

    opened, loaded = open_release(release, corpus)
    one, other = (read_contender(name, loaded, opened.baselines_dir, protocol=protocol) for name in (a, b))
    comparison = compare_systems(loaded, one, other)
    if json:
        print_json(comparison_to_json(comparison))
    else:
        typer.echo(render_comparison(comparison))
