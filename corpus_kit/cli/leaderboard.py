"""`corpus-kit leaderboard`: write the board from stored predictions."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import (
    CheckOption,
    CorpusOption,
    DatasetOption,
    open_dataset,
    report_differences,
)


def leaderboard(
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    check: CheckOption = False,
    train: Annotated[
        list[Path] | None,
        typer.Option(
            "--train", metavar="DIR|FILE.toml", help="Verify what was learnt from this; for each training set."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as one self-contained page, too.")
    ] = None,
) -> None:
    """Write baselines/LEADERBOARD.md; with --check recompute every number from the stored predictions."""
    from corpus_kit.evaluate import check_leaderboard, list_unverified, load_dataset, write_leaderboard

    opened = open_dataset(release, corpus)
    loaded, baselines, board = opened.release, opened.baselines_dir, opened.board_path
    training = [load_dataset(path) for path in train or ()]
    for line in list_unverified(baselines, loaded, training):
        typer.echo(f"not verified: {line}", err=True)
    if check:
        found = check_leaderboard(baselines, loaded, board, training=training, page_path=html)
        report_differences(found, fine=f"{board}: every number is as recomputed")
        return
    write_leaderboard(baselines, loaded, board, training=training, page_path=html)
    typer.echo("\n".join(f"wrote {path}" for path in (board, html) if path is not None))
