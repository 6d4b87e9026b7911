"""The label scheme."""

import pytest

from corpus_kit.errors import LabelError, UnknownName
from corpus_kit.labels import LabelScheme

SCHEME = LabelScheme(
    labels=("fact", "quote", "boilerplate"),
    attributions=("none", "direct"),
    allowed={"fact": ("none",), "quote": ("direct",), "boilerplate": ()},
    outside_prose=frozenset({"boilerplate"}),
    keys={},
)


@pytest.mark.parametrize(("label", "attribution"), [("fact", "none"), ("quote", "direct"), ("boilerplate", None)])
def test_allowed_pairs_pass(label: str, attribution: str | None) -> None:
    """A label with an attribution that may stand beside it is accepted."""
    SCHEME.check(label, attribution)


@pytest.mark.parametrize(("label", "attribution"), [("fact", "direct"), ("quote", None), ("boilerplate", "none")])
def test_other_pairs_are_refused(label: str, attribution: str | None) -> None:
    """A pair outside the table is a LabelError that says what is allowed."""
    with pytest.raises(LabelError, match="Use "):
        SCHEME.check(label, attribution)


def test_an_unknown_label_names_the_nearest() -> None:
    """A misspelt label is met with the one that was meant."""
    with pytest.raises(UnknownName, match="Did you mean 'quote'"):
        SCHEME.check("quotes", "direct")
