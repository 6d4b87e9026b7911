"""A version becomes final: it is written down, and can be built again later."""

from pathlib import Path

from filelock import FileLock

from corpus_kit.build.assemble import assemble_corpus
from corpus_kit.build.history import HISTORY_FILE, append_record, make_record, read_history
from corpus_kit.build.replay import replay_record, require_guidelines
from corpus_kit.build.versions import check_collections, check_version, find_record
from corpus_kit.build.write import BuildResult, locate_target, write_release
from corpus_kit.corpus import Corpus
from corpus_kit.diff import summarise_changes
from corpus_kit.errors import VersionError
from corpus_kit.files import make_target_error


def release_version(corpus: Corpus, *, out: Path | None = None) -> BuildResult:
    """Make the corpus' version final: a line in `releases.jsonl` with what changed since the last one, then the build.

    A version that is final already, with the same content, is built again and nothing is written down; two runs wait
    for one another. A VersionError where the version understates what changed, where the version before it can't be
    had for comparison, or where a ledger is torn.
    """
    try:
        with FileLock(corpus.root / f".{HISTORY_FILE}.lock"):
            return _release_alone(corpus, out)
    except OSError as e:
        raise make_target_error(corpus.root / HISTORY_FILE, e) from e


def _release_alone(corpus: Corpus, out: Path | None) -> BuildResult:
    assembly, records = assemble_corpus(corpus), read_history(corpus)
    target = locate_target(corpus, out)
    check_collections(assembly)
    comparison = check_version(assembly, records, target.parent)
    if comparison.why_not:
        raise VersionError(f"what changed can't be told: {comparison.why_not}")
    if corpus.file.version not in {record.version for record in records}:
        changes = ["The first final version."]
        if records and comparison.diff is not None:
            same = [f"The content is that of {comparison.diff.old.version}."]
            changes = summarise_changes(comparison.diff) or same
        append_record(corpus, make_record(assembly, changes))
    return write_release(assembly, read_history(corpus), target)


def build_as_of(corpus: Corpus, version: str, *, out: Path | None = None) -> BuildResult:
    """Build a final version again from the corpus as it is now; the card's prose is today's.

    An UnknownName for a version that isn't final, a VersionError that names the input that isn't as it was.
    """
    records = read_history(corpus)
    record = find_record(corpus, records, version)
    require_guidelines(corpus, record)
    with replay_record(corpus, record) as assembly:
        return write_release(assembly, records, locate_target(assembly.corpus, out or corpus.root / "dist"))
