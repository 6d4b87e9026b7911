"""`corpus-kit score`: score a prediction file from anywhere."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, ReleaseOption, locate_release, print_json


def score(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS.jsonl", help='One {"id": …, "label": …} a line, each segment once.')
    ],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Count segments without a prediction as wrong and list them.")
    ] = False,
) -> None:
    """Score a prediction file; missing, duplicated or unknown ids and unknown labels are refused."""
    from corpus_kit.evaluate import score_file
    from corpus_kit.release import load_release

    loaded = load_release(locate_release(release, corpus))
    result = score_file(predictions, loaded, allow_missing=allow_missing)
    if json:
        print_json(result.to_json())
    else:
        typer.echo(result.to_text())
