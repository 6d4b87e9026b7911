"""`corpus-kit submit`: file a third party's predictions."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, DatasetOption, JsonOption, open_dataset, print_json


def submit(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS.jsonl", help='One {"id": …, "label": …} a line, each segment once.')
    ],
    system: Annotated[str, typer.Option("--system", metavar="NAME", help="What the system is called on the board.")],
    declaration: Annotated[
        Path, typer.Option("--declaration", metavar="FILE.toml", help="What it was trained on: docs/submissions.md.")
    ],
    protocol: Annotated[
        str, typer.Option("--protocol", help="loao: all segments, each with its fold held out; split: the test split.")
    ] = "loao",
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Check somebody's predictions and file them under baselines/submissions/, for the leaderboard."""
    from corpus_kit.evaluate import file_submission, read_declaration

    loaded, baselines_dir = open_dataset(release, corpus)
    declared = read_declaration(declaration)
    filed = file_submission(predictions, loaded, baselines_dir, name=system, declaration=declared, protocol=protocol)
    if json:
        print_json(filed.to_json())
    else:
        typer.echo(filed.to_text())
