"""The command line: one module per verb. A command parses, makes one library call and prints.

Exit codes: 0 fine, 1 our error, 2 usage, 3 a check found a difference.
"""

import io
import sys
from collections.abc import Callable

import typer

from corpus_kit.cli import (
    agreement,
    archive,
    build,
    bundle,
    card,
    check,
    compare,
    diff,
    evaluate,
    export_result,
    export_task,
    hydrate,
    import_run,
    init,
    label,
    label_functions,
    leaderboard,
    plan,
    publish,
    pull,
    release,
    score,
    segment,
    submit,
    train,
)
from corpus_kit.errors import CorpusKitError

app = typer.Typer(
    name="corpus-kit",
    help="From raw news articles to a versioned, annotated, sentence-level dataset and a benchmark.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich doubles the time of --help
)

COMMANDS: tuple[Callable[..., None], ...] = (
    init.init,
    segment.segment,
    agreement.agreement,
    build.build,
    diff.diff,
    release.release,
    check.check,
    hydrate.hydrate,
    publish.publish,
    pull.pull,
    archive.archive,
    card.card,
    train.train,
    label.label,
    evaluate.evaluate,
    label_functions.label_functions,
    score.score,
    submit.submit,
    bundle.bundle,
    compare.compare,
    plan.plan,
    leaderboard.leaderboard,
    export_task.export_task,
    import_run.import_run,
    export_result.export_result,
)
for command in COMMANDS:
    app.command()(command)


@app.callback(invoke_without_command=True)
def show_version(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """From raw news articles to a versioned, annotated, sentence-level dataset and a benchmark."""
    if version:
        from corpus_kit import __version__

        typer.echo(f"corpus-kit {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a CorpusKitError becomes one message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except CorpusKitError as e:
        sys.exit(_fail(str(e)))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as e:
        sys.exit(_fail(f"{e.filename or 'the system'}: {e.strerror or e}"))


def _fail(message: str) -> int:
    typer.echo(f"error: {message}", err=True)
    return 1
