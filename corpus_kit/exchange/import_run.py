"""A run of another harness becomes a prediction file."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from corpus_kit.errors import TargetError, UnknownName
from corpus_kit.evaluate.predictions import write_predictions
from corpus_kit.exchange.answers import Imported, ReadLog, join_answers
from corpus_kit.exchange.inspect_log import read_inspect_log
from corpus_kit.exchange.lm_eval_log import read_lm_eval_log
from corpus_kit.release import Release

IMPORTERS: Mapping[str, ReadLog] = MappingProxyType({"lm-eval": read_lm_eval_log, "inspect": read_inspect_log})


def import_run(harness: str, log: Path, release: Release, *, out: Path, allow_missing: bool = False) -> Imported:
    """Write the predictions of a log, whole or not at all; a PredictionError where it doesn't fit the release.

    `allow_missing` leaves out answers that are no label, and segments that the log lacks; both are listed and count as
    wrong when the file is scored. An UnknownName lists the harnesses; a TargetError
    says where the file can't be written, as over the log.
    """
    if harness not in IMPORTERS:
        raise UnknownName("harness", harness, IMPORTERS)
    if out.exists() and log.exists() and out.samefile(log):
        raise TargetError("is the log itself", path=out, remedy="Write the predictions elsewhere")
    found = IMPORTERS[harness](log, release.scheme.labels)
    imported = join_answers(release, found, path=log, allow_missing=allow_missing)
    write_predictions(out, imported.predictions)
    return imported
