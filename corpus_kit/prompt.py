"""What a language model is told of a corpus: the labels as its own guidelines define them, and one segment."""

import re
from collections.abc import Sequence

from corpus_kit.errors import ReleaseError

_LEAD = re.compile(r"(?:#{1,6}[ \t]+)?(?:[-*+][ \t]+)?(?:\d+[.)][ \t]+)?")
_HEADING = re.compile(r"#{1,6}[ \t]")


def summarize_guidelines(text: str, labels: Sequence[str]) -> str:
    """The guidelines' definitions of the labels, `- label: definition` a line each, in the guidelines' order.

    A label's definition is the heading or list item that begins with the label and a colon, as `### 1. fact: …` or
    `- **fact**: …`; a list item's goes on over the indented lines below it. A ReleaseError unless each label has
    exactly one.
    """
    found: dict[str, list[tuple[int, str]]] = {label: [] for label in labels}
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for label in labels:
            definition = _match_definition(line, label)
            if definition:
                more = [] if _HEADING.match(line) else _continue_item(lines[number + 1 :])
                found[label].append((number, " ".join([definition, *more])))
    unclear = [f"{label!r} has {len(places)}" for label, places in found.items() if len(places) != 1]
    if unclear:
        raise ReleaseError(
            f"the guidelines don't define each label in one heading or list item ({', '.join(unclear)})",
            remedy="Begin one with the label and a colon (### 1. fact: …), or use --guidelines whole",
        )
    ordered = sorted((places[0], label) for label, places in found.items())
    return "\n".join(f"- {label}: {definition}" for (_, definition), label in ordered)


def _match_definition(line: str, label: str) -> str:
    """What follows the label and its colon; empty where the line is no heading or list item that begins so."""
    lead = _LEAD.match(line)
    if lead is None or not lead[0]:
        return ""
    found = re.match(rf"[*_`]*{re.escape(label)}[*_`]*:[*_`]*[ \t]*(\S.*)", line[lead.end() :])
    return found[1].strip() if found else ""


def _continue_item(lines: Sequence[str]) -> list[str]:
    """The indented lines that a list item goes on over, up to a blank line or the next item."""
    more = []
    for line in lines:
        own = line.strip()
        if not own or line[0] not in " \t" or _LEAD.fullmatch(f"{own.split()[0]} "):
            break
        more.append(own)
    return more


def strip_front_matter(text: str) -> str:
    """Guidelines without the front matter that states their version."""
    return re.sub(r"\A\ufeff?---\r?\n(?:.*\n)*?---\r?\n", "", text).strip()


def write_instructions(definitions: str, labels: Sequence[str], *, is_whole: bool) -> str:
    """What stands before every segment."""
    lead = "Label a segment by these guidelines." if is_whole else "Give a segment one of these labels."
    return f"{lead}\n\n{definitions}\n\nThe labels are: {', '.join(labels)}."


def write_question(text: str, before: Sequence[str]) -> str:
    """The segment, after the segments before it if there are any."""
    context = ["Before it stands:", *before, ""] if before else []
    return "\n".join([*context, "The segment:", text])
