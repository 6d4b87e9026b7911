"""`corpus-kit check`: is a release, or a folder of silver labels, what it says it is?"""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, locate_release, read_options, report_differences

_RELEASE = "A release folder, or one of label --out. Default: that of the corpus' version."
_ARTICLES = "For silver labels: the articles that were labelled, as label read them. May be repeated."


def check(
    release: Annotated[Path | None, typer.Argument(metavar="RELEASE", help=_RELEASE)] = None,
    articles: Annotated[list[str] | None, typer.Option("--articles", metavar="SOURCE", help=_ARTICLES)] = None,
    corpus: CorpusOption = None,
) -> None:
    """Verify a release: bytes, digests, schema, label order, splits, rows, Croissant, and that `datasets` loads it.

    Of silver labels: bytes, schema, rows, labels against probabilities, counts, card; with --articles the segments too.
    """
    from corpus_kit.classify.silver_manifest import is_silver
    from corpus_kit.cli.progress import show_waiting

    path = locate_release(release, corpus)
    find_differences = _check_silver if is_silver(path) else _check_release
    with show_waiting(f"checking {path.name}"):
        differences = find_differences(path, articles or [], corpus)
    report_differences(differences, fine=f"{path}: fine")


def _check_release(path: Path, articles: list[str], corpus: Path | None) -> list[str]:  # noqa: ARG001
    from corpus_kit.build import check_release, has_mlcroissant

    if articles:
        raise typer.BadParameter(f"{path} has its texts, or none to be compared", param_hint="--articles")
    if not has_mlcroissant():
        typer.echo("not run: the validation by mlcroissant. Install it: pip install 'corpus-kit[croissant]'", err=True)
    return check_release(path)


def _check_silver(path: Path, articles: list[str], corpus: Path | None) -> list[str]:
    from corpus_kit.build.stream import Reading
    from corpus_kit.classify.check_silver import check_silver
    from corpus_kit.classify.check_silver_texts import Copies
    from corpus_kit.segment import choose_segmenter

    if not articles:
        typer.echo("not checked: segments against the articles' texts. Name them: --articles SOURCE", err=True)
        return check_silver(path)
    return check_silver(path, Copies(articles, choose_segmenter(corpus), Reading(read_options(corpus))))
