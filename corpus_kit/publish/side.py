"""A side of `corpus-kit diff`, which may be on the Hub."""

import tempfile
import time
from pathlib import Path

from corpus_kit.build import read_side as read_local_side
from corpus_kit.corpus import Corpus
from corpus_kit.diff import Snapshot, read_snapshot
from corpus_kit.publish.faults import repeat_on_fault
from corpus_kit.publish.hub import Hub
from corpus_kit.publish.names import parse_reference
from corpus_kit.publish.pull import Wait, download_release, find_release

HUB_PREFIX = "hub:"


def read_side(name: str, corpus: Corpus | None, *, hub: Hub | None = None, wait: Wait = time.sleep) -> Snapshot:
    """A release folder, `git:REV`, or `hub:ORG/NAME@VERSION`, which is downloaded, verified and forgotten."""
    if not name.startswith(HUB_PREFIX):
        return read_local_side(name, corpus)
    asked = parse_reference(name.removeprefix(HUB_PREFIX))
    client = hub or Hub(asked.repo_id)
    found = repeat_on_fault(lambda: find_release(asked, client), wait)
    with tempfile.TemporaryDirectory(prefix="corpus-kit-") as temporary:
        folder = Path(temporary, "release")
        download_release(client, found, folder, progress=lambda _done, _total: None, wait=wait)
        return read_snapshot(folder)
