"""A stored result goes out in the forms that the Hub and result databases take."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from corpus_kit.errors import PredictionError, UnknownName
from corpus_kit.evaluate import compare_run, read_predictions, read_record, recompute_run
from corpus_kit.evaluate.stored import locate_predictions
from corpus_kit.exchange.every_eval_ever import render_every_eval_ever
from corpus_kit.exchange.hub_results import render_eval_results, render_model_index
from corpus_kit.exchange.publication import Publication, Result
from corpus_kit.files import write_atomically
from corpus_kit.release import Release

RenderResult = Callable[[Result, Publication], Mapping[str, bytes]]
"""A result to the bytes of each file, by its path."""

RESULT_FORMS: Mapping[str, RenderResult] = MappingProxyType(
    {
        "eval-results": render_eval_results,
        "model-index": render_model_index,
        "every-eval-ever": render_every_eval_ever,
    }
)


def export_result(form: str, record: Path, release: Release, *, folder: Path, publication: Publication) -> list[Path]:
    """Write a stored result in another form into a folder, each file whole or not at all; what they are, sorted.

    The result is computed again first: a PredictionError where it isn't what its predictions give on this release. An
    UnknownName lists the forms; a PublicationError names what the form asks for.
    """
    if form not in RESULT_FORMS:
        raise UnknownName("form", form, RESULT_FORMS)
    contents = RESULT_FORMS[form](read_result(record, release), publication)
    for name, data in contents.items():
        write_atomically(folder / name, data)
    return sorted(folder / name for name in contents)


def read_result(path: Path, release: Release) -> Result:
    """A stored result with its predictions; a PredictionError unless the record is what they give."""
    record = read_record(path)
    differences = compare_run(record, recompute_run(path, release))
    if differences:
        more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
        raise PredictionError(
            f"the result can't be derived again: {differences[0]}{more}",
            path=path,
            remedy="Run it again: corpus-kit evaluate NAME, or name its release: --release DIR",
        )
    predictions = read_predictions(locate_predictions(path), release, allow_missing=True)
    return Result(record, sorted(predictions, key=lambda one: one.id), release)
