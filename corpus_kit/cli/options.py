"""Options and output that several commands share."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from corpus_kit.corpus import Corpus
    from corpus_kit.ingest import IngestOptions
    from corpus_kit.model import Dropped
    from corpus_kit.release import Release

CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", metavar="DIR", help="The corpus folder. Default: the nearest corpus.toml upward."),
]
ReleaseOption = Annotated[
    Path | None,
    typer.Option("--release", metavar="DIR", help="The release folder. Default: that of the corpus' version in dist/."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
CheckOption = Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 if anything would change.")]


def open_corpus(folder: Path | None) -> "Corpus":
    """The corpus of `--corpus`, or the nearest one upward."""
    from corpus_kit.corpus import find_corpus, load_corpus

    return load_corpus(find_corpus(Path.cwd()) if folder is None else folder)


def locate_release(release: Path | None, corpus: Path | None) -> Path:
    """The folder of `--release`, or where the corpus' version is built by default."""
    return open_corpus(corpus).release_dir if release is None else release


def locate_dist(corpus: Path | None) -> Path:
    """`dist/` of the corpus of `--corpus`, or of the nearest one upward; of this folder where there is none."""
    from corpus_kit.errors import CorpusError

    try:
        return open_corpus(corpus).release_dir.parents[1]
    except CorpusError:
        if corpus is not None:
            raise
        return Path("dist")


def open_release(release: Path | None, corpus: Path | None) -> "tuple[Corpus, Release]":
    """A corpus and a release of it; a ReleaseError where the release is of another corpus."""
    from corpus_kit.errors import ReleaseError
    from corpus_kit.release import load_release

    opened = open_corpus(corpus)
    loaded = load_release(opened.release_dir if release is None else release)
    if loaded.manifest.name != opened.file.name:
        raise ReleaseError(
            f"the release is of {loaded.manifest.name!r}, the corpus is {opened.file.name!r}",
            path=loaded.path,
            remedy="Name the corpus that it was built from: --corpus DIR",
        )
    return opened, loaded


def read_options(folder: Path | None) -> "IngestOptions":
    """How the corpus of `--corpus`, or the nearest one upward, reads articles; the defaults where there is none."""
    from corpus_kit.errors import CorpusError
    from corpus_kit.ingest import IngestOptions, make_options

    try:
        file = open_corpus(folder).file
    except CorpusError:
        if folder is not None:
            raise
        return IngestOptions()
    return make_options(file.ingest, file.limits, file.language)


def print_dropped(dropped: "Dropped") -> None:
    """A record that was dropped, on standard error."""
    at = "" if dropped.record_offset is None else f" at {dropped.record_offset}"
    typer.echo(f"dropped: {dropped.source}{at}: {dropped.reason} ({dropped.detail})", err=True)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def report_differences(found: list[str], *, fine: str) -> None:
    """Print what a check found; exit 3 if it found anything."""
    if not found:
        typer.echo(fine)
        return
    for line in found:
        typer.echo(line)
    typer.echo(f"{len(found)} differ", err=True)
    raise typer.Exit(3)
