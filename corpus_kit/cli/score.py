"""`corpus-kit score`: score a prediction file from anywhere."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, DatasetOption, JsonOption, print_json, read_dataset


def score(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS.jsonl", help='One {"id": …, "label": …} a line, each segment once.')
    ],
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
    split: Annotated[
        str | None, typer.Option("--split", metavar="NAME", help="Score one split only, for instance test.")
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Count segments without a prediction as wrong and list them.")
    ] = False,
) -> None:
    """Score a prediction file; missing, duplicated or unknown ids and unknown labels are refused."""
    from corpus_kit.evaluate import score_file

    loaded = read_dataset(release, corpus)
    result = score_file(predictions, loaded, allow_missing=allow_missing, split=split)
    if json:
        print_json(result.to_json())
    else:
        typer.echo(result.to_text())
