"""`corpus-kit plan`: how many articles it takes."""

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


def plan(
    resolve: Annotated[
        tuple[str, str],
        typer.Option("--resolve", metavar="A B", help="Two systems: folders of baselines/, or prediction files."),
    ],
    metric: Annotated[str, typer.Option("--metric", help="The metric in which to tell them apart.")] = "macro_f1",
    comparisons: Annotated[
        int, typer.Option("--comparisons", min=1, help="How many pairs are tested; the level is divided by it.")
    ] = 1,
    protocol: ProtocolOption = "loao",
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Say how many more articles would tell two systems apart, if they differ as much as observed."""
    from corpus_kit.evaluate import parse_metric, plan_articles, plan_to_json, read_contender, render_plan

    loaded, baselines_dir = open_dataset(release, corpus)
    labels = loaded.scheme.labels
    a, b = (read_contender(name, loaded, baselines_dir, protocol=protocol).contender for name in resolve)
    planned = plan_articles(a, b, parse_metric(metric, labels), labels=labels, comparisons=comparisons)
    if json:
        print_json(plan_to_json(planned))
    else:
        typer.echo(render_plan(planned))
