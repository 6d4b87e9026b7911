"""A page's text as blocks, a line each, and which of them are its main content."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import add

from corpus_kit.model import Block

_BUTTON = re.compile(r"\[ (.*) \]")
_RUN_WORDS = 4
_MAIN_SHARE = 0.5

Run = tuple[str, ...]


def list_lines(text: str) -> list[str]:
    """The lines that have something to see, trimmed; a button's text without the brackets that resiliparse adds."""
    lines = []
    for raw in text.splitlines():
        line = raw.strip()
        if line[:1] == "[" and (found := _BUTTON.fullmatch(line)):
            line = found[1].strip()
        if line and line not in ("[", "]", "[ ]"):
            lines.append(line)
    return lines


def make_blocks(lines: Sequence[str], flags: Sequence[bool | None]) -> tuple[Block, ...]:
    """The blocks of lines that are joined by line feeds."""
    lengths = [len(line) for line in lines]
    starts = [0, *accumulate(length + 1 for length in lengths)]
    return tuple(map(Block, starts, map(add, starts, lengths), flags))


def flag_main(lines: Iterable[str], main: str) -> list[bool]:
    """Per line, whether at least half of its runs of four words stand in the main content's text.

    Words are what white space separates. A line of fewer than four has to be a line of the main content.
    """
    whole = {" ".join(line.split()) for line in main.splitlines()}
    runs = set(_list_runs(main.split()))
    return [line in whole or _is_main(line.split(), whole, runs) for line in lines]


def _is_main(words: list[str], whole: set[str], runs: set[Run]) -> bool:
    if len(words) < _RUN_WORDS:
        return " ".join(words) in whole
    own = _list_runs(words)
    return sum(map(runs.__contains__, own)) >= _MAIN_SHARE * len(own)


def _list_runs(words: list[str]) -> list[Run]:
    return list(zip(words, words[1:], words[2:], words[3:], strict=False))
