"""`corpus-kit compare`: two systems side by side."""

from typing import Annotated

import typer

from corpus_kit.cli.options import (
    CorpusOption,
    DatasetOption,
    JsonOption,
    ProtocolOption,
    open_dataset,
    print_json,
)

_SYSTEM = "A folder of baselines/ with a stored run, or a prediction file (.jsonl)."


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=_SYSTEM)],
    b: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    protocol: ProtocolOption = "loao",
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two systems: differences with intervals and p, articles, and the segments where they differ."""
    from corpus_kit.evaluate import (
        compare_systems,
        comparison_to_json,
        read_contender,
        render_comparison,
        select_scored,
    )

    loaded, baselines_dir = open_dataset(release, corpus)
    one, other = (read_contender(name, loaded, baselines_dir, protocol=protocol) for name in (a, b))
    comparison = compare_systems(select_scored(loaded, protocol), one, other)
    if json:
        print_json(comparison_to_json(comparison))
    else:
        typer.echo(render_comparison(comparison))
