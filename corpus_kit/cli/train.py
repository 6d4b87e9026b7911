"""`corpus-kit train`: learn a model from a release and store it."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, ReleaseOption, locate_release


def train(
    name: Annotated[str, typer.Argument(metavar="NAME", help="linear, sequence or embeddings: docs/classifiers.md.")],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The model's file. Default: NAME.model here.")
    ] = None,
) -> None:
    """Train a model on every labelled article of a release, and store it as one file."""
    from corpus_kit.classify.train import train_on_release
    from corpus_kit.cli.progress import show_waiting
    from corpus_kit.release import load_release

    loaded = load_release(locate_release(release, corpus))
    with show_waiting(f"training {name}"):
        trained = train_on_release(name, loaded, out or Path(f"{name}.model"))
    typer.echo(f"{trained.path}: {name}, learnt from {loaded.manifest.name} {loaded.manifest.version}")
    typer.echo(f"  held out: {trained.model.reliability.describe(0.9)}")
