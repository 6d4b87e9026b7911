"""`corpus-kit agreement`: how far the annotators agree."""

from typing import TYPE_CHECKING

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, open_corpus, print_dropped, print_json

if TYPE_CHECKING:
    from corpus_kit.model import Dropped


def agreement(corpus: CorpusOption = None, json: JsonOption = False) -> None:
    """Measure the annotators' agreement: observed, Cohen's kappa, Krippendorff's alpha; all segments and prose only."""
    from corpus_kit.annotate import measure_agreement, read_annotations, render_agreement, to_json
    from corpus_kit.ingest import read_articles

    opened = open_corpus(corpus)
    dropped: list[Dropped] = []
    annotations = read_annotations(opened, read_articles(opened, dropped.append))
    measured = measure_agreement(opened.scheme, opened.file.annotators, annotations)
    for torn in annotations.torn:
        typer.echo(f"warning: {torn}", err=True)
    for record in dropped:
        print_dropped(record)
    if json:
        print_json(to_json(measured))
    else:
        typer.echo(render_agreement(measured))
