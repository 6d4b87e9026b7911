"""How a repository on the Hub, and a revision of it, are named: `ORG/NAME` and `ORG/NAME@REVISION`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpus_kit.errors import HubError

TEXT_FREE = "-text-free"
"""The ending of the folder of a release without text."""

_REPO_ID = re.compile(r"(?!.*(?:--|\.\.))[\w-][\w.-]*/[\w-][\w.-]*(?<![.-])", re.ASCII)
_VERSION = re.compile(r"v?((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*))")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class HubReference(NamedTuple):
    """A revision of a repository: a version, whose tag is `v<version>`, or the full id of a commit (no version)."""

    repo_id: str
    version: str | None
    commit: str | None

    def __str__(self) -> str:
        return f"{self.repo_id}@{self.version or self.commit}"


def require_repo_id(name: str) -> str:
    """A name of the form `ORG/NAME`; else a HubError."""
    if len(name) > 96 or not _REPO_ID.fullmatch(name) or name.endswith(".git"):
        raise HubError(f"{name!r} names no dataset repository", remedy="Write ORG/NAME")
    return name


def parse_reference(text: str) -> HubReference:
    """`ORG/NAME@1.0.0`, `ORG/NAME@v1.0.0` or `ORG/NAME@<40 hexadecimal digits>`; else a HubError.

    A branch is refused: what it means changes.
    """
    name, _, revision = text.partition("@")
    repo_id = require_repo_id(name)
    if version := _VERSION.fullmatch(revision):
        return HubReference(repo_id, version[1], None)
    if _COMMIT.fullmatch(revision):
        return HubReference(repo_id, None, revision)
    what = f"{revision!r} is no version" if revision else f"{text!r} names no version"
    raise HubError(what, path=repo_id, remedy=f"Write {repo_id}@1.0.0, or the full id of a commit")


def show_names(names: Sequence[str]) -> str:
    """The first three names of files, whatever characters they have."""
    return ", ".join(name if name.isprintable() else repr(name) for name in names[:3]) + ", …" * (len(names) > 3)
