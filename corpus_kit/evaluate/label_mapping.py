"""What each label of a training corpus means in the scheme of another corpus that is predicted."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from corpus_kit.errors import TransferError, UnknownName
from corpus_kit.records import Record, read_toml

LEFT_OUT = ""
"""In a mapping that somebody writes, what a label maps to that means nothing in the scheme that is predicted."""
_FIX = "See docs/transfer.md for how labels are mapped"


class MappingFile(Record):
    """A mapping file: the table `[labels]`, a line per training label."""

    labels: dict[str, str] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMapping:
    """Every training label with the label that it means, None where its probability is left out.

    Attributes:
        names: by training label, in the training scheme's order.
        targets: the labels of the scheme that is predicted, in its order.
    """

    names: Mapping[str, str | None]
    targets: tuple[str, ...]

    @property
    def never_said(self) -> tuple[str, ...]:
        """The labels that no training label means, in their order: they get probability 0 and are never predicted."""
        return tuple(label for label in self.targets if label not in self.names.values())

    def map_probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows of shape (n, training labels) as rows of shape (n, targets), each with the sum 1 as before.

        Labels that mean the same are added up. Where labels are left out, what is left of a row is divided by its sum;
        a row that is all left out gives every label that something means the same probability.
        """
        mapped = np.zeros((len(rows), len(self.targets)))
        for column, target in enumerate(self.names.values()):
            if target is not None:
                mapped[:, self.targets.index(target)] += rows[:, column]
        if None not in self.names.values():
            return mapped
        is_said = np.array([label not in self.never_said for label in self.targets], dtype=np.float64)
        totals = mapped.sum(axis=1, keepdims=True)
        even = np.broadcast_to(is_said / is_said.sum(), mapped.shape)
        return np.where(totals > 0, np.divide(mapped, totals, out=np.zeros_like(mapped), where=totals > 0), even)


def make_mapping(given: Mapping[str, str | None], sources: Sequence[str], targets: Sequence[str]) -> LabelMapping:
    """The mapping of all training labels `sources` to the labels `targets`.

    What isn't `given` keeps its name. `given` maps to None or the empty string what is left out. An UnknownName for a
    label that is in neither scheme; a TransferError where a label that isn't given has no namesake, with what to
    write for it, and where all labels are left out.
    """
    for source, target in given.items():
        if source not in sources:
            raise UnknownName("label of the training data", source, sources)
        if target and target not in targets:
            raise UnknownName("label of what is predicted", target, targets)
    open_ = [label for label in sources if label not in given and label not in targets]
    if open_:
        lines = " ".join(f"--map {shlex.quote(f'{label}=LABEL')}" for label in open_)
        raise TransferError(
            f"{', '.join(map(repr, open_))} of the training data: no such label in what is predicted",
            remedy=f"Say what each means ({', '.join(targets)}, or nothing at all to leave it out): {lines}",
        )
    names = {label: given.get(label, label) or None for label in sources}
    if not any(names.values()):
        raise TransferError("every label of the training data is left out", remedy=_FIX)
    return LabelMapping(names=names, targets=tuple(targets))


def read_mapping(entries: Sequence[str]) -> dict[str, str]:
    """The pairs of `TRAINING=TEST` entries and of mapping files, all together; what is left out has an empty string.

    An entry with a `=` is a pair, any other the path of a TOML file; a label that has a `=` itself can only stand in a
    file. A TransferError where a file isn't one, or where a label is mapped twice.
    """
    found: dict[str, str] = {}
    for entry in entries:
        source, is_pair, target = entry.partition("=")
        pairs = {source: target} if is_pair else read_toml(Path(entry), MappingFile, TransferError, remedy=_FIX).labels
        for label, meaning in pairs.items():
            if label in found:
                raise TransferError(f"the label {label!r} is mapped twice", remedy="Say once what it means")
            found[label] = meaning
    return found
