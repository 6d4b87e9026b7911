"""Do the rows of silver labels agree with one another: labels with probabilities, ids with texts, places in order?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from corpus_kit.canonical import name_segment
from corpus_kit.classify.label import PROBABILITY_DECIMALS
from corpus_kit.classify.silver import measure_entropy
from corpus_kit.classify.silver_manifest import SilverManifest
from corpus_kit.classify.tokens import Bools, Ints
from corpus_kit.classify.vectors import Floats
from corpus_kit.columns import Column
from corpus_kit.segment.contract import BREAK

_STEP: float = 10**-PROBABILITY_DECIMALS
_ROUNDING = 1e-9
_NO_CLASS = -1
_PLACES = ("id", "article_id", "position", "start", "end", "text")


class RowFault(NamedTuple):
    """What is wrong with a row of a file, counted from 0."""

    row: int
    what: str


class Run(NamedTuple):
    """Rows of one article that follow one another."""

    article_id: str
    first: int
    rows: int


def list_nulls(table: pa.Table, columns: Sequence[Column], first: int) -> Iterator[RowFault]:
    """The nulls in columns that can't have any; `first` is the number of the table's first row in its file."""
    for column in columns:
        values = table.column(column.name)
        if column.is_required and values.null_count:
            rows = np.flatnonzero(values.is_null().to_numpy())
            yield from (RowFault(first + row, f"{column.name} is null") for row in rows.tolist())


class _Judgements(NamedTuple):
    """What is said of some rows; labels and attributions as indices, -1 for none."""

    labels: Ints
    attributions: Ints
    probs: Floats
    confidence: Floats
    uncertainty: Floats


def check_judgements(table: pa.Table, manifest: SilverManifest, first: int) -> Iterator[RowFault]:
    """Whether labels, attributions, confidence and uncertainty follow from the probabilities and the threshold.

    The table has no null in a column that can't have one.
    """
    said = _read_judgements(table, manifest)
    for row in np.flatnonzero(table.column("label_source").to_numpy() != "silver").tolist():
        yield RowFault(first + row, f"its label_source is {table.column('label_source')[row].as_py()!r}")
    is_proper = _find_proper(said.probs)
    for row in np.flatnonzero(~is_proper).tolist():
        yield RowFault(first + row, f"{said.probs[row].tolist()} are no probabilities with the sum 1")
    for name, found, expected, tolerance in (
        ("confidence", said.confidence, said.probs.max(axis=1), 0.0),
        ("uncertainty", said.uncertainty, measure_entropy(np.where(is_proper[:, None], said.probs, 0.0)), 1.5 * _STEP),
    ):
        is_wrong = is_proper & ~(np.abs(found - expected) <= tolerance)
        for row in np.flatnonzero(is_wrong).tolist():
            yield RowFault(first + row, f"its {name} is {found[row]}, its probabilities give {expected[row]}")
    yield from _check_labels(said, is_proper, manifest, first)
    yield from _check_attributions(said, manifest, first)


def _read_judgements(table: pa.Table, manifest: SilverManifest) -> _Judgements:
    def take(name: str) -> Any:
        return table.column(name).to_numpy()

    def take_classes(name: str) -> Ints:
        return np.asarray(table.column(name).fill_null(_NO_CLASS).to_numpy(), dtype=np.int64)

    has_attributions = bool(manifest.scheme.attributions)
    return _Judgements(
        labels=take_classes("label"),
        attributions=take_classes("attribution") if has_attributions else np.full(table.num_rows, _NO_CLASS),
        probs=np.column_stack([take(f"p_{label}") for label in manifest.scheme.labels]),
        confidence=take("confidence"),
        uncertainty=take("uncertainty"),
    )


def _find_proper(probs: Floats) -> Bools:
    """Per row whether its values are probabilities; each was rounded, so that the sum is 1 up to half a step each."""
    is_within = ((probs >= 0) & (probs <= 1)).all(axis=1)
    slack = probs.shape[1] * _STEP / 2 + _ROUNDING
    with np.errstate(invalid="ignore"):
        return np.asarray(is_within & (np.abs(probs.sum(axis=1) - 1) <= slack))


def _check_labels(said: _Judgements, is_proper: Bools, manifest: SilverManifest, first: int) -> Iterator[RowFault]:
    least, names = manifest.counts.min_confidence, manifest.scheme.labels
    best = said.probs.argmax(axis=1)
    expected = np.where(said.probs.max(axis=1) >= least, best, _NO_CLASS)
    for row in np.flatnonzero(is_proper & (said.labels != expected)).tolist():
        found, likeliest = _name(names, int(said.labels[row])), names[best[row]]
        at = f"{likeliest!r} at {said.probs[row].max()}"
        if expected[row] == _NO_CLASS:
            yield RowFault(first + row, f"its label is {found}, and not null: the likeliest is {at}, below {least}")
        else:
            yield RowFault(first + row, f"its label is {found}, the likeliest is {at}")


def _check_attributions(said: _Judgements, manifest: SilverManifest, first: int) -> Iterator[RowFault]:
    """An attribution stands beside each label that may have one, and beside no other."""
    scheme = manifest.scheme
    names = scheme.attributions
    may = np.zeros((len(scheme.labels) + 1, len(names) + 1), dtype=np.bool_)
    for i, label in enumerate(scheme.labels):
        may[i, [names.index(name) for name in scheme.allowed[label]] or [_NO_CLASS]] = True
    may[_NO_CLASS, _NO_CLASS] = True
    is_known = (said.labels >= _NO_CLASS) & (said.labels < len(scheme.labels))
    is_named = (said.attributions >= _NO_CLASS) & (said.attributions < len(names))
    is_fine = is_named & may[np.where(is_known, said.labels, 0), np.where(is_named, said.attributions, 0)]
    for row in np.flatnonzero(is_known & ~is_fine).tolist():
        label = _name(scheme.labels, int(said.labels[row]))
        attribution = _name(names, int(said.attributions[row]))
        yield RowFault(first + row, f"with the label {label} its attribution can't be {attribution}")


def _name(names: Sequence[str], index: int) -> str:
    if index == _NO_CLASS:
        return "null"
    return repr(names[index]) if 0 <= index < len(names) else f"{index}, outside 0–{len(names) - 1}"


def count_labels(table: pa.Table, labels: Sequence[str]) -> Counter[str | None]:
    """How often each label stands in a table, None where there is none; what is outside the scheme isn't counted."""
    found = Counter(table.column("label").to_pylist())
    counts: Counter[str | None] = Counter({label: found[i] for i, label in enumerate(labels)})
    counts[None] = found[None]
    return counts


class PlaceWalk:
    """Goes through the segments of a file in order, in as many tables as it likes, and remembers the runs of articles.

    Within an article positions count from 0, places follow one another, and ids are those of the texts.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._end = 0
        self._seen: Counter[str] = Counter()

    def check(self, table: pa.Table, first: int) -> Iterator[RowFault]:
        """What is wrong with the places, texts and ids of the next rows; `first` is the number of the first of them."""
        columns = [table.column(name).to_pylist() for name in _PLACES]
        for row, values in enumerate(zip(*columns, strict=True), start=first):
            own = dict(zip(_PLACES, values, strict=True))
            for what in self._judge(own, row):
                yield RowFault(row, what)

    def _judge(self, own: Mapping[str, Any], row: int) -> Iterator[str]:
        if not self.runs or self.runs[-1].article_id != own["article_id"]:
            self.runs.append(Run(own["article_id"], row, 0))
            self._end = 0
            self._seen.clear()
        run = self.runs[-1]
        self.runs[-1] = run._replace(rows=run.rows + 1)
        start, end, text = own["start"], own["end"], own["text"]
        if own["position"] != run.rows:
            yield f"its position is {own['position']}, it is number {run.rows} of {run.article_id!r}"
        if not self._end <= start < end:
            yield f"{start}–{end} is empty, or begins before {self._end}, where the segment before it ends"
        self._end = max(self._end, end)
        if len(text) != end - start:
            yield f"its text has {len(text)} code points, {start}–{end} has {end - start}"
        if text != text.strip() or BREAK.search(text):
            yield "its text has white space at an end, or a line break"
        expected = name_segment(run.article_id, text.encode(), self._seen)
        if own["id"] != expected:
            yield f"its id is {own['id']!r}, its article and text give {expected!r}"
