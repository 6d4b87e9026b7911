"""Word lists per language, which features count: `templates/lexicons/<language>.toml`, data that anyone can read."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Lexicons = Mapping[str, frozenset[str]]
"""The words of each list, in lower case, by the list's name."""


@cache
def read_lexicons(language: str) -> Lexicons:
    """The word lists of a language by its code, of which only the part before the first hyphen counts.

    A language that has no lists has none: the mapping is empty, and features that count their words are never on.
    """
    file = files("corpus_kit.templates") / "lexicons" / f"{language.partition('-')[0]}.toml"
    if not file.is_file():
        return {}
    return {name: frozenset(words.split()) for name, words in tomllib.loads(file.read_text("utf-8")).items()}
