"""`corpus-kit segment`: cut files into segments."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, JsonOption, print_json


def segment(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Plain-text articles, UTF-8.")],
    corpus: CorpusOption = None,
    json: JsonOption = False,
) -> None:
    """Cut articles into segments: sentences, and lines that are not sentences."""
    from corpus_kit.ingest import read_article_file
    from corpus_kit.segment import choose_segmenter, segment_article

    segmenter = choose_segmenter(corpus)
    for file in files:
        article = read_article_file(file)
        segments = segment_article(article, segmenter)
        if json:
            spans = [[own.start, own.end] for own in segments]
            print_json({"article": article.id, "sha256": article.sha256, "segments": spans})
        else:
            typer.echo(f"{article.id}: {len(segments)} segments")
            for own in segments:
                typer.echo(f"{own.start:7d} {own.end:7d}  {own.text}")
