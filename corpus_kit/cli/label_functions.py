"""`corpus-kit label-functions`: what a classifier's labelling functions say, one by one."""

from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, DatasetOption, JsonOption, open_dataset, print_json


def label_functions(
    classifier: Annotated[
        str, typer.Argument(metavar="NAME|FILE.py", help="A folder of baselines/, or a file that defines a Classifier.")
    ],
    release: DatasetOption = None,
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Show coverage, overlap, conflict and accuracy of each labelling function of a classifier."""
    from corpus_kit.classify import load_classifier, render_votes, report_votes, votes_to_json

    loaded, baselines_dir = open_dataset(release, corpus)
    report = report_votes(load_classifier(classifier, baselines_dir), loaded)
    if json:
        print_json(votes_to_json(report))
    else:
        typer.echo(render_votes(report))
