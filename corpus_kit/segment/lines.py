"""One segment per line, for text that has been cut already."""

import re

from corpus_kit.segment.contract import BREAKS

_LINE = re.compile(f"[^{BREAKS}]+")


def segment_lines(text: str) -> list[tuple[int, int]]:
    """The spans of the lines that hold more than white space, trimmed, in order; offsets are code points, half open."""
    spans = []
    for match in _LINE.finditer(text):
        line = match[0]
        bare = line.strip()
        if bare:
            start = match.start() + len(line) - len(line.lstrip())
            spans.append((start, start + len(bare)))
    return spans
