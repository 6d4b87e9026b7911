"""`corpus-kit leaderboard`: write the board from stored predictions."""

import typer

from corpus_kit.cli.options import (
    CheckOption,
    CorpusOption,
    DatasetOption,
    open_dataset,
    report_differences,
)


def leaderboard(release: DatasetOption = None, corpus: CorpusOption = None, check: CheckOption = False) -> None:
    """Write baselines/LEADERBOARD.md; with --check recompute every number from the stored predictions."""
    from corpus_kit.evaluate import check_leaderboard, write_leaderboard

    opened = open_dataset(release, corpus)
    loaded, baselines, board = opened.release, opened.baselines_dir, opened.board_path
    if check:
        report_differences(check_leaderboard(baselines, loaded, board), fine=f"{board}: every number is as recomputed")
        return
    write_leaderboard(baselines, loaded, board)
    typer.echo(f"wrote {board}")
