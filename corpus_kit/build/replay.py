"""A corpus as it stood before: at a recorded version, or at a revision of the git repository that holds it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from corpus_kit.build.assemble import Assembly, assemble_corpus
from corpus_kit.build.history import (
    HISTORY_FILE,
    OWN_TO_THE_PRESENT,
    ReleaseRecord,
    hash_lines,
    read_lines,
)
from corpus_kit.corpus import Corpus, CorpusFile, load_corpus
from corpus_kit.errors import CorpusKitError, VersionError
from corpus_kit.records import describe_invalid


@contextmanager
def replay_record(corpus: Corpus, record: ReleaseRecord) -> Iterator[Assembly]:
    """The corpus at a recorded version, assembled in a temporary folder that lasts as long as the `with` block.

    Ledgers and manifest are cut to the recorded lines, the settings are the recorded ones; articles, guidelines and
    card are those of today. A VersionError names the input that isn't as recorded any more.
    """
    heads = {name: _cut(corpus, record, name) for name in record.inputs}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name).resolve()
        file = _restore_settings(corpus, record)
        collections = {
            own: stack.enter_context(_replay_collection(corpus, record, own, file)) for own in record.collections
        }
        _copy_inputs(corpus.root, root, [corpus.card_path.name, HISTORY_FILE, file.labels.guidelines])
        for path, lines in heads.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).unlink(missing_ok=True)  # it may be a link to the corpus' own file
            (root / path).write_bytes(b"".join(line + b"\n" for line in lines))
        try:
            alone = file.model_copy(update={"collections": {}})
            assembly = assemble_corpus(replace(corpus, root=root, file=alone))
        except CorpusKitError as e:
            raise _refuse(corpus, record, str(e).replace(f"{root}/", "")) from e
        if assembly.digest != record.digest:
            raise _refuse(
                corpus,
                record,
                f"the segmenter or corpus-kit changed: the digest is {assembly.digest}, not {record.digest}",
            )
        yield replace(assembly, collections=collections)


@contextmanager
def _replay_collection(corpus: Corpus, record: ReleaseRecord, name: str, file: CorpusFile) -> Iterator[Assembly]:
    """A collection at the state that a recorded version had it in."""
    folder = (corpus.root / file.collections.get(name, "..")).resolve()
    if not folder.is_relative_to(corpus.root):
        raise _refuse(corpus, record, f"collection {name} is recorded without a folder in the corpus")
    with ExitStack() as stack:
        try:
            nested = load_corpus(folder)
            require_guidelines(nested, record.collections[name])
            assembly = stack.enter_context(replay_record(nested, record.collections[name]))
        except CorpusKitError as e:
            raise _refuse(corpus, record, f"collection {name}: {e.what}") from e
        yield assembly


def require_guidelines(corpus: Corpus, record: ReleaseRecord) -> None:
    """Raise a VersionError unless the guidelines are those that a recorded version was made with."""
    found = corpus.read_guidelines()
    if found.sha256 != record.guidelines.sha256:
        raise _refuse(
            corpus,
            record,
            f"{corpus.file.labels.guidelines} isn't what it was ({record.guidelines.version}; now {found.version})",
        )


def _refuse(corpus: Corpus, record: ReleaseRecord, why: str) -> VersionError:
    return VersionError(
        f"{record.version} can't be built from what the corpus holds now: {why}",
        path=corpus.root / HISTORY_FILE,
        remedy=f"Build it at the commit that released it and put it into dist/{corpus.file.name}/{record.version}",
    )


def _cut(corpus: Corpus, record: ReleaseRecord, name: str) -> list[bytes]:
    path, position = corpus.root / name, record.inputs[name]
    if PurePosixPath(name).is_absolute() or not path.resolve().is_relative_to(corpus.root):
        raise _refuse(corpus, record, f"{name} is outside the corpus")
    if not path.exists():
        raise _refuse(corpus, record, f"{name} is missing")
    lines = read_lines(path)[: position.lines]
    if len(lines) != position.lines or hash_lines(lines) != position.sha256:
        raise _refuse(corpus, record, f"the first {position.lines} lines of {name} aren't what they were")
    return lines


def _copy_inputs(source: Path, target: Path, files: Sequence[str]) -> None:
    """Seeds without the manifest, annotations without ledgers, and some files; linked where the system can link."""
    for folder, skip in (("seeds", ("manifest.jsonl",)), ("annotations", ("ledger", "adjudicated.jsonl"))):
        if (source / folder).is_dir():
            shutil.copytree(
                source / folder, target / folder, ignore=shutil.ignore_patterns(*skip), copy_function=_link_or_copy
            )
    for name in files:
        new = target / name
        if (source / name).is_file() and new.resolve().is_relative_to(target) and not new.exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(str(source / name), str(new))


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _restore_settings(corpus: Corpus, record: ReleaseRecord) -> CorpusFile:
    own = corpus.file.model_dump(mode="json", include=set(OWN_TO_THE_PRESENT))
    try:
        return CorpusFile.model_validate({**own, **record.settings, "version": record.version}, strict=False)
    except ValidationError as e:
        raise _refuse(corpus, record, f"the recorded settings aren't valid: {describe_invalid(e)}") from e


@contextmanager
def checkout_revision(corpus: Corpus, revision: str) -> Iterator[Corpus]:
    """The corpus at a git revision, in a temporary folder that lasts as long as the `with` block.

    Neither the work tree nor the index of the repository is touched. A VersionError where the corpus is in no git
    repository, git isn't there, the revision is unknown, or the corpus wasn't there yet.
    """
    top = Path(_run_git(corpus.root, ["rev-parse", "--show-toplevel"], "is in no git repository"))
    prefix = _run_git(corpus.root, ["rev-parse", "--show-prefix"], "is in no git repository")
    commit = _run_git(
        corpus.root,
        ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        f"there is no revision {revision!r} in this repository",
    )
    tree = f"{commit}:{prefix}" if prefix else commit
    with tempfile.TemporaryDirectory() as name:
        index, folder = Path(name, "index").resolve(), Path(name, "corpus").resolve()
        missing = f"the corpus isn't in revision {revision!r}"
        _run_git(top, ["read-tree", tree], missing, index=index)
        _run_git(top, ["checkout-index", "--all", f"--prefix={folder}/"], missing, index=index)
        folder.mkdir(exist_ok=True)
        try:
            yield load_corpus(folder)
        except CorpusKitError as e:
            said = str(e).replace(f"{folder}/", "").replace(f"{folder}: ", "")
            raise VersionError(f"revision {revision!r} can't be built: {said}", path=corpus.root) from e


def _run_git(folder: Path, arguments: list[str], failure: str, *, index: Path | None = None) -> str:
    git = shutil.which("git")
    if git is None:
        raise VersionError("git isn't installed", path=folder, remedy="Install it, or name release folders")
    environment = {**os.environ, **({"GIT_INDEX_FILE": str(index)} if index else {})}
    done = subprocess.run(  # noqa: S603 - no shell, and a revision can't be an option
        [git, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise VersionError(
            failure + (f" ({said[0]})" if said else ""), path=folder, remedy="Name a release folder, or git:REVISION"
        )
    return done.stdout.strip()
