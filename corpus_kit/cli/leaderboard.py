"""`corpus-kit leaderboard`: write the board from stored predictions."""

import typer

from corpus_kit.cli.options import (
    CheckOption,
    CorpusOption,
    ReleaseOption,
    open_release,
    report_differences,
)


def leaderboard(release: ReleaseOption = None, corpus: CorpusOption = None, check: CheckOption = False) -> None:
    """Write baselines/LEADERBOARD.md; with --check recompute every number from the stored predictions."""
    from corpus_kit.evaluate import check_leaderboard, write_leaderboard

    opened, loaded = open_release(release, corpus)
    baselines = opened.baselines_dir
    board = baselines / "LEADERBOARD.md"
    if check:
        report_differences(check_leaderboard(baselines, loaded, board), fine=f"{board}: every number is as recomputed")
        return
    write_leaderboard(baselines, loaded, board)
    typer.echo(f"wrote {board}")
