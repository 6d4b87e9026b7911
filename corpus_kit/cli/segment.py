"""`corpus-kit segment`: cut articles into segments."""

from contextlib import nullcontext
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
    from corpus_kit.model import Article
    from corpus_kit.segment import Segmenter


def segment(
    sources: SourcesArgument,
    corpus: CorpusOption = None,
    json: JsonOption = False,
    strict: StrictOption = False,
    dropped: Annotated[
        Path | None, typer.Option("--dropped", metavar="FILE", help="Write what can't be read to this JSONL file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write Parquet and dropped.jsonl into this new folder.")
    ] = None,
) -> None:
    """Cut articles into segments: sentences, and lines that are not sentences."""
    if out is not None:
        _stream(sources, out, corpus, strict, json)
        return
    from corpus_kit.ingest import DropLog, read_named_sources, refuse_dropped, require_articles, write_dropped
    from corpus_kit.segment import choose_segmenter

    segmenter = choose_segmenter(corpus)
    items = read_named_sources(sources, read_options(corpus))
    with nullcontext(print_dropped) if dropped is None else write_dropped(dropped) as on_drop:
        log = DropLog(refuse_dropped if strict or items.is_strict else on_drop)
        for article in log.keep_articles(items.records):
            _print_segments(article, segmenter, json)
        require_articles(log.counts, sources)


def _stream(sources: list[str], out: Path, corpus: Path | None, strict: bool, json: bool) -> None:
    from corpus_kit.build import stream_segments
    from corpus_kit.cli.progress import show_progress
    from corpus_kit.segment import choose_segmenter

    with show_progress("articles") as progress:
        counts = stream_segments(
            sources,
            out,
            segmenter=choose_segmenter(corpus),
            options=read_options(corpus),
            is_strict=strict,
            progress=lambda articles: progress(articles, None),
        )
    if json:
        print_json(counts.to_json())
        return
    typer.echo(f"{out}: {counts.articles} articles, {counts.segments} segments")
    print_dropped_counts(counts.dropped, out)


def _print_segments(article: "Article", segmenter: "Segmenter", json: bool) -> None:
    from corpus_kit.segment import flag_main_content, segment_article

    segments = segment_article(article, segmenter)
    if json:
        spans = [(own.start, own.end) for own in segments]
        flags = flag_main_content(article, spans)
        print_json({"article": article.id, "sha256": article.sha256, "segments": spans, "is_main": flags})
        return
    typer.echo(f"{article.id}: {len(segments)} segments")
    for own in segments:
        typer.echo(f"{own.start:7d} {own.end:7d}  {own.text}")
