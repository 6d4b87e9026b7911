"""`corpus-kit leaderboard`: write the board from stored predictions."""

import typer

from corpus_kit.cli.options import (
    CheckOption,
    CorpusOption,
    ReleaseOption,
    locate_release,
    open_corpus,
    report_differences,
)


def leaderboard(release: ReleaseOption = None, corpus: CorpusOption = None, check: CheckOption = False) -> None:
    """Write baselines/LEADERBOARD.md; with --check recompute every number from the stored predictions."""
    from corpus_kit.evaluate import check_leaderboard, write_leaderboard
    from corpus_kit.release import load_release

    baselines = open_corpus(corpus).baselines_dir
    loaded = load_release(locate_release(release, corpus))
    board = baselines / "LEADERBOARD.md"
    if check:
        report_differences(check_leaderboard(baselines, loaded, board), fine=f"{board}: every number is as recomputed")
        return
    write_leaderboard(baselines, loaded, board)
    typer.echo(f"wrote {board}")
