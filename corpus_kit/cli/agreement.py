"""`corpus-kit agreement`: how far the annotators agree."""

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, open_corpus, print_json


def agreement(corpus: CorpusOption = None, json: JsonOption = False) -> None:
    """Measure the annotators' agreement: observed, Cohen's kappa, Krippendorff's alpha; all segments and prose only."""
    from corpus_kit.annotate import measure_agreement, read_annotations, render_agreement, to_json
    from corpus_kit.ingest import read_articles

    opened = open_corpus(corpus)
    annotations = read_annotations(opened, read_articles(opened))
    measured = measure_agreement(opened, annotations)
    for torn in annotations.torn:
        typer.echo(f"warning: {torn}", err=True)
    if json:
        print_json(to_json(measured))
    else:
        typer.echo(render_agreement(measured))
