"""The label scheme of a corpus: which labels there are, in which order, and which attributions stand beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from corpus_kit.errors import LabelError, UnknownName


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScheme:
    """The labels of a corpus in their order, which is the order of the ClassLabel integers.

    Attributes:
        labels: at least two names.
        attributions: the names of the second column; empty where a corpus has none.
        allowed: per label, the attributions that may stand beside it; a label with none has no attribution.
        outside_prose: the labels of what is not the article's own prose.
        keys: the keyboard key of each label.
    """

    labels: tuple[str, ...]
    attributions: tuple[str, ...]
    allowed: Mapping[str, tuple[str, ...]]
    outside_prose: frozenset[str]
    keys: Mapping[str, str]

    def check(self, label: str, attribution: str | None) -> None:
        """Raise a LabelError or UnknownName unless the label exists and the attribution may stand beside it."""
        if label not in self.labels:
            raise UnknownName("label", label, self.labels)
        allowed = self.allowed[label]
        if attribution is None and not allowed:
            return
        if attribution is not None and attribution not in self.attributions:
            raise UnknownName("attribution", attribution, self.attributions)
        if attribution not in allowed:
            expected = " or ".join(map(repr, allowed)) or "no attribution (null)"
            raise LabelError(f"label {label!r} can't have the attribution {attribution!r}", remedy=f"Use {expected}")

    def index(self, label: str) -> int:
        """The ClassLabel integer of a label."""
        return self.labels.index(label)
