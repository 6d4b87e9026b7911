"""`corpus-kit evaluate`: run classifiers on a release."""

import time
from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, DatasetOption, open_dataset


def evaluate(  # noqa: PLR0913, PLR0917 - its parameters are its options
    classifiers: Annotated[
        list[str],
        typer.Argument(metavar="NAME|FILE.py...", help="Folders of baselines/, or files that define a Classifier."),
    ],
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            help="loao: each fold is predicted by a model that learnt from the others; split: train, test; "
            "transfer: learns from --train.",
        ),
    ] = "loao",
    train: Annotated[
        Path | None,
        typer.Option(
            "--train", metavar="DIR|FILE.toml", help="What transfer learns from: a release, corpus or task file."
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="TRAINING=TEST|FILE.toml",
            help="What a training label means here; nothing after = leaves it out. Others keep their names.",
        ),
    ] = None,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Score what --train shares with the test, with and without it.")
    ] = False,
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed that every classifier is given.")] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that run folds; same predictions.")] = 1,
) -> None:
    """Run classifiers under a protocol; store predictions and result beside each baseline."""
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.evaluate import Execution, open_training_set, run_baseline

    loaded, baselines_dir = open_dataset(release, corpus)
    training = open_training_set(train, loaded, mapping or (), allow_overlap=allow_overlap)
    for name in classifiers:
        with show_progress(name) as progress:
            run = run_baseline(
                name,
                loaded,
                baselines_dir,
                protocol=protocol,
                seed=seed,
                training=training,
                execution=Execution(workers=workers, progress=progress, clock=time.perf_counter),
            )
        typer.echo(run.summary)
        typer.echo(f"  {run.record_path}")
