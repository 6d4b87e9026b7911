"""Options and output that several commands share."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

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
DatasetOption = Annotated[
    Path | None,
    typer.Option(
        "--release",
        "--task",
        metavar="DIR|FILE.toml",
        help="A release folder, or a task file. Default: the corpus' task, or its version in dist/.",
    ),
]
SourcesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Files, folders, globs or URLs of text, Markdown, HTML, JSONL, Parquet or WARC; also .gz and .zst.",
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="The first record that can't be read is an error.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
ProtocolOption = Annotated[
    str,
    typer.Option(
        "--protocol", help="Of the stored runs: loao, split, or transfer-NAME-VERSION by what was learnt from."
    ),
]
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


class Dataset(NamedTuple):
    """A release or task, and the folder of systems and results that goes with it."""

    release: "Release"
    baselines_dir: Path

    @property
    def board_path(self) -> Path:
        """The file of the leaderboard."""
        return self.baselines_dir / self.release.manifest.board_name


def open_dataset(named: Path | None, corpus: Path | None) -> Dataset:
    """What `--release` or `--task` names, with the baselines of the corpus.

    A task file without a corpus has its `baselines/` beside it. A ReleaseError where a release is of another corpus.
    """
    from corpus_kit.evaluate import load_dataset

    if named is not None and named.suffix == ".toml":
        return Dataset(load_dataset(named), _locate_baselines(named, corpus))
    opened = open_corpus(corpus)
    if named is None and opened.file.task is not None:
        return Dataset(load_dataset(opened.root / "corpus.toml"), opened.baselines_dir)
    opened, loaded = open_release(named, corpus)
    return Dataset(loaded, opened.baselines_dir)


def read_dataset(named: Path | None, corpus: Path | None) -> "Release":
    """What `--release` or `--task` names; without a name the corpus' task, or its version's release."""
    from corpus_kit.evaluate import load_dataset

    if named is not None:
        return load_dataset(named)
    opened = open_corpus(corpus)
    return load_dataset(opened.release_dir if opened.file.task is None else opened.root / "corpus.toml")


def _locate_baselines(task: Path, corpus: Path | None) -> Path:
    from corpus_kit.corpus import find_corpus
    from corpus_kit.errors import CorpusError

    if corpus is None:
        try:
            corpus = find_corpus(Path.cwd())
        except CorpusError:
            return task.resolve().parent / "baselines"
    return open_corpus(corpus).baselines_dir


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


def print_dropped_counts(dropped: "Mapping[str, int]", out: Path) -> None:
    """How many records were dropped for each reason, on standard error, and where they are listed."""
    for reason, count in dropped.items():
        typer.echo(f"dropped: {count} × {reason} (listed in {out / 'dropped.jsonl'})", err=True)


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
