"""Scores as people read them, the same on every page."""

from math import isnan

from corpus_kit.evaluate.intervals import Interval
from corpus_kit.evaluate.record import MetricEntry

UNKNOWN = "–"
_APPROXIMATE = " ≈"


def format_score(value: float | None) -> str:
    """A score to three decimals; a dash where it is not known."""
    return UNKNOWN if value is None or isnan(value) else f"{value:.3f}"


def format_bounds(entry: MetricEntry) -> str:
    """The interval of a score in brackets, marked where it is approximate."""
    if entry.low is None or entry.high is None:
        return f"[{UNKNOWN}]"
    return f"[{entry.low:.3f}, {entry.high:.3f}]{_APPROXIMATE if entry.approximate else ''}"


def format_signed(value: float) -> str:
    """A difference to three decimals, with its sign; a dash where it is not known."""
    return UNKNOWN if isnan(value) else f"{value:+.3f}"


def format_signed_bounds(interval: Interval) -> str:
    """The interval of a difference in brackets, marked where it is approximate."""
    if interval.reason:
        return f"[{UNKNOWN}]"
    return f"[{interval.low:+.3f}, {interval.high:+.3f}]{_APPROXIMATE if interval.is_approximate else ''}"


def format_p(p: float) -> str:
    """A p-value to four decimals; a dash where it is not known."""
    return UNKNOWN if isnan(p) else f"{p:.4f}"
