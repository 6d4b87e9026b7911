"""Figures as inline SVG; their colours are the style sheet's, and what they show stands beside them in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from corpus_kit.evaluate.record import MetricEntry

BAR_WIDTH, BAR_HEIGHT, BAR_MARGIN = 180, 22, 6
"""Of an interval's bar, in CSS pixels; the axis is the width less a margin on each side."""
CURVE_SIDE, CURVE_LEFT, CURVE_TOP, COUNTS_HEIGHT = 200, 42, 8, 40
"""Of a reliability curve, in CSS pixels: the square, what is left of it and above, and the strip of counts below."""
MOST_DIGITS = 3
"""Counts with more digits are not written below a curve; its table has them."""


class Axis(NamedTuple):
    """The values at the two ends of a bar."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value is, in CSS pixels from the left."""
        return BAR_MARGIN + (value - self.low) / (self.high - self.low) * (BAR_WIDTH - 2 * BAR_MARGIN)


class Span(NamedTuple):
    """A value with its interval; None is not known."""

    value: float | None
    low: float | None
    high: float | None
    is_approximate: bool = False


def make_span(entry: MetricEntry) -> Span:
    """A score as it is drawn."""
    return Span(entry.value, entry.low, entry.high, entry.approximate)


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def draw_scale(axis: Axis, marks: Sequence[tuple[float, str]]) -> str:
    """The numbers of an axis, as a heading of bars; the first mark is at its left end and the last at its right."""
    texts = []
    for i, (value, text) in enumerate(marks):
        anchor = "start" if i == 0 else "end" if i == len(marks) - 1 else "middle"
        x = {"start": 0.0, "end": float(BAR_WIDTH)}.get(anchor, axis.place(value))
        texts.append(f'<text x="{_number(x)}" y="11" text-anchor="{anchor}">{text}</text>')
    return _wrap("scale", 14, texts)


def _wrap(kind: str, height: int, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {BAR_WIDTH} {height}" width="{BAR_WIDTH}" height="{height}"'
    return f'<svg class="{kind}" {size} aria-hidden="true">{"".join(parts)}</svg>'


def draw_interval(span: Span, axis: Axis, *, ticks: Sequence[float] = (), ceilings: Sequence[Span] = ()) -> str:
    """A dot at the value on a bar from low to high, an open bar where it is approximate; behind it the ceilings."""
    parts = [_draw_line("tick", axis.place(tick)) for tick in ticks]
    for ceiling in ceilings:
        if ceiling.low is not None and ceiling.high is not None:
            parts.append(_draw_bar("ceiling", axis.place(ceiling.low), axis.place(ceiling.high), BAR_HEIGHT))
        if ceiling.value is not None:
            parts.append(_draw_line("ceiling", axis.place(ceiling.value)))
    if span.low is not None and span.high is not None:
        kind = "interval approximate" if span.is_approximate else "interval"
        parts.append(_draw_bar(kind, axis.place(span.low), axis.place(span.high), 7))
    if span.value is not None:
        parts.append(f'<circle class="score" cx="{_number(axis.place(span.value))}" cy="{BAR_HEIGHT // 2}" r="4.5"/>')
    return _wrap("bar", BAR_HEIGHT, parts)


def _draw_line(kind: str, x: float) -> str:
    return f'<path class="{kind}" d="M{_number(x)} 0V{BAR_HEIGHT}"/>'


def _draw_bar(kind: str, left: float, right: float, height: int) -> str:
    radius = 2 if height < BAR_HEIGHT else 0
    y = (BAR_HEIGHT - height) / 2
    return (
        f'<rect class="{kind}" x="{_number(left)}" y="{_number(y)}" width="{_number(max(right - left, 1))}" '
        f'height="{height}" rx="{radius}"/>'
    )


class Bin(NamedTuple):
    """Segments of like confidence: how many, their mean confidence, and the share of right answers; 0 to 1."""

    segments: int
    confidence: float
    right: float


def draw_reliability(bins: Sequence[Bin], label: str) -> str:
    """A point per bin that has segments, the larger the more; on the diagonal confidence is what comes true.

    Below are the numbers of segments. `label` is HTML.
    """
    most = max((one.segments for one in bins), default=0)
    known = [one for one in bins if one.segments]
    points = [(CURVE_LEFT + one.confidence * CURVE_SIDE, CURVE_TOP + (1 - one.right) * CURVE_SIDE) for one in known]
    line = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    radii = [2.5 + 4.5 * (one.segments / most) ** 0.5 for one in known]
    dots = "".join(
        f'<circle class="score" cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"/>'
        for (x, y), radius in zip(points, radii, strict=True)
    )
    width, height = CURVE_LEFT + CURVE_SIDE + 8, CURVE_TOP + CURVE_SIDE + 36 + COUNTS_HEIGHT
    return (
        f'<svg class="curve" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{label}">{_draw_frame()}<polyline class="line" points="{line}"/>{dots}'
        f"{_draw_counts(bins, most)}</svg>"
    )


def _draw_frame() -> str:
    left, top, side = CURVE_LEFT, CURVE_TOP, CURVE_SIDE
    bottom, right = top + side, left + side
    parts = [f'<rect class="frame" x="{left}" y="{top}" width="{side}" height="{side}"/>']
    parts.append(f'<path class="diagonal" d="M{left} {bottom}L{right} {top}"/>')
    for share, text in ((0.0, "0"), (0.5, "0.5"), (1.0, "1")):
        x, y = left + share * side, bottom - share * side
        parts.append(f'<text x="{_number(x)}" y="{bottom + 14}" text-anchor="middle">{text}</text>')
        parts.append(f'<text x="{left - 6}" y="{_number(y + 4)}" text-anchor="end">{text}</text>')
    parts.append(f'<text x="{left + side // 2}" y="{bottom + 28}" text-anchor="middle">confidence</text>')
    turned = f"translate(10 {bottom - side // 2}) rotate(-90)"
    parts.append(f'<text transform="{turned}" text-anchor="middle">share right</text>')
    return "".join(parts)


def _draw_counts(bins: Sequence[Bin], most: int) -> str:
    base, step = CURVE_TOP + CURVE_SIDE + 34 + COUNTS_HEIGHT, CURVE_SIDE / max(len(bins), 1)
    parts = []
    for i, one in enumerate(bins):
        if not one.segments:
            continue
        height = max(1.0, (COUNTS_HEIGHT - 14) * one.segments / most)
        x, y = CURVE_LEFT + i * step + 1, base - height
        parts.append(
            f'<rect class="count" x="{_number(x)}" y="{_number(y)}" width="{_number(step - 2)}" '
            f'height="{_number(height)}"/>'
        )
        if len(str(most)) <= MOST_DIGITS:
            middle = CURVE_LEFT + (i + 0.5) * step
            parts.append(f'<text x="{_number(middle)}" y="{_number(y - 3)}" text-anchor="middle">{one.segments}</text>')
    return "".join(parts)
