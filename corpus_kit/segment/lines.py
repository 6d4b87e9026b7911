"""One segment per line, for text that has been cut already."""

import re

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


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
