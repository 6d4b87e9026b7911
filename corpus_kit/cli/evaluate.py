"""`corpus-kit evaluate`: run classifiers on a release."""

import time
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, DatasetOption, open_dataset


def evaluate(
    classifiers: Annotated[
        list[str],
        typer.Argument(metavar="NAME|FILE.py...", help="Folders of baselines/, or files that define a Classifier."),
    ],
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            help="loao: each fold is predicted by a model that learnt from the others; split: train, test.",
        ),
    ] = "loao",
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed that every classifier is given.")] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that run folds; same predictions.")] = 1,
) -> None:
    """Run classifiers under a protocol; store predictions and result beside each baseline."""
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.evaluate import Execution, run_baseline

    loaded, baselines_dir = open_dataset(release, corpus)
    for name in classifiers:
        with show_progress(name) as progress:
            run = run_baseline(
                name,
                loaded,
                baselines_dir,
                protocol=protocol,
                seed=seed,
                execution=Execution(workers=workers, progress=progress, clock=time.perf_counter),
            )
        typer.echo(run.summary)
        typer.echo(f"  {run.record_path}")
