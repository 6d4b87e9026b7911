"""`corpus-kit export-result`: a stored result in the forms of others."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_kit.cli.options import CorpusOption, ReleaseOption, locate_release


def export_result(
    form: Annotated[str, typer.Argument(metavar="FORM", help="eval-results, model-index or every-eval-ever.")],
    record: Annotated[Path, typer.Argument(metavar="RESULT.json", help="A stored result, its predictions beside it.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the form's files go.")],
    about: Annotated[
        Path, typer.Option("--about", metavar="FILE.toml", help="Whose result it is, and where its dataset is.")
    ],
    release: ReleaseOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Compute a stored result again and write it as the Hub or a result database takes it."""
    from corpus_kit import exchange
    from corpus_kit.release import load_release

    loaded, publication = load_release(locate_release(release, corpus)), exchange.read_publication(about)
    for path in exchange.export_result(form, record, loaded, folder=folder, publication=publication):
        typer.echo(path)
