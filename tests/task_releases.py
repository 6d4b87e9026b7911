"""A small release with guidelines, for tasks and their logs. The golden logs are of it: changing it outdates them."""

from dataclasses import replace
from pathlib import Path

from corpus_kit.canonical import hash_text
from corpus_kit.release import GuidelinesEntry, Release
from tests.factories import make_release

GUIDELINES = """---
version: 1.0.0
---
# Guidelines {{ 7 * 7 }}

### 1. red: is it {% raw %} "warm"?
- **green**: is it like grass,
  or like a leaf?
- `blue`: $(everything) else
"""


def make_task_release(folder: Path, guidelines: str = GUIDELINES) -> Release:
    """Two articles of three and two segments, labelled red, green, blue and red, red."""
    path = folder / "release/annotations/guidelines.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(guidelines, "utf-8")
    release = make_release({"a": ["red", "green", "blue"], "b": ["red", "red"]})
    entry = GuidelinesEntry(version="1.0.0", sha256=hash_text(guidelines))
    manifest = release.manifest.model_copy(update={"guidelines": entry})
    return replace(release, path=folder / "release", manifest=manifest)
