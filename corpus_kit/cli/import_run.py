"""`corpus-kit import-run`: a run of another harness as predictions."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, ReleaseOption, locate_release


def import_run(
    harness: Annotated[str, typer.Argument(metavar="HARNESS", help="lm-eval or inspect.")],
    log: Annotated[
        Path,
        typer.Argument(metavar="LOG", help="What lm-eval writes with --log_samples, or a log of Inspect."),
    ],
    out: Annotated[Path, typer.Argument(metavar="PREDICTIONS.jsonl", help="The prediction file to write.")],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Leave out answers that are no label and segments without one.")
    ] = False,
) -> None:
    """Turn the log of a run into predictions; logs of another release or of other labels are refused."""
    from corpus_kit import exchange
    from corpus_kit.release import load_release

    loaded = load_release(locate_release(release, corpus))
    imported = exchange.import_run(harness, log, loaded, out=out, allow_missing=allow_missing)
    if imported.to_text():
        typer.echo(imported.to_text(), err=True)
    typer.echo(f"{out}: {len(imported.predictions)} predictions")
