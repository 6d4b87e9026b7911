"""`corpus-kit label`: silver labels for articles that nobody has labelled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus_kit.cli.options import (
    CorpusOption,
    JsonOption,
    SourcesArgument,
    StrictOption,
    print_dropped,
    print_dropped_counts,
    print_json,
    read_options,
)

if TYPE_CHECKING:
    from corpus_kit.classify.store import StoredModel


def label(
    sources: SourcesArgument,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FILE", help="A model of corpus-kit train. Default: the one for English news."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write a release of silver labels into this new folder.")
    ] = None,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", min=0.0, max=1.0, help="With --out: below it no label is given.")
    ] = 0.9,
    json: JsonOption = False,
    strict: StrictOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Label articles with a trained model: every segment with its probabilities, or a silver release."""
    from corpus_kit.classify.store import load_model
    from corpus_kit.classify.train import load_default_model

    loaded = load_default_model() if model is None else load_model(model)
    if out is None:
        _print_labels(sources, loaded, corpus, strict, json)
    else:
        _write(sources, loaded, corpus, strict, json, out, min_confidence)


def _write(
    sources: list[str],
    model: "StoredModel",
    corpus: Path | None,
    strict: bool,
    json: bool,
    out: Path,
    min_confidence: float,
) -> None:
    from corpus_kit.build.stream import Reading
    from corpus_kit.classify.silver import write_silver
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.segment import choose_segmenter

    with show_progress("articles") as progress:
        silver = write_silver(
            sources,
            out,
            model,
            segmenter=choose_segmenter(corpus),
            reading=Reading(read_options(corpus), strict),
            min_confidence=min_confidence,
            progress=lambda articles: progress(articles, None),
        )
    if json:
        print_json(silver.to_json())
        return
    typer.echo(f"{out}: {silver.describe()}")
    print_dropped_counts(silver.dropped, out)


def _print_labels(sources: list[str], model: "StoredModel", corpus: Path | None, strict: bool, json: bool) -> None:
    from corpus_kit.classify.label import describe_labels, label_articles, render_labels
    from corpus_kit.ingest import DropLog, read_named_sources, refuse_dropped, require_articles
    from corpus_kit.segment import choose_segmenter

    items = read_named_sources(sources, read_options(corpus))
    log = DropLog(refuse_dropped if strict or items.is_strict else print_dropped)
    for batch in label_articles(log.keep_articles(items.records), model.model, choose_segmenter(corpus)):
        for said in describe_labels(batch, model.model):
            if json:
                print_json(said)
        if not json:
            typer.echo(render_labels(batch, model.model))
    require_articles(log.counts, sources)
