"""What differs between two states of a corpus, and which version that asks for."""

from corpus_kit.diff.bump import Bump, explain_bump, next_version, parse_version, require_bump
from corpus_kit.diff.compare import Diff, compare_snapshots
from corpus_kit.diff.html import render_html
from corpus_kit.diff.render import render_text, summarise_changes, to_json
from corpus_kit.diff.snapshot import Snapshot, make_snapshot, read_snapshot

__all__ = [
    "Bump",
    "Diff",
    "Snapshot",
    "compare_snapshots",
    "explain_bump",
    "make_snapshot",
    "next_version",
    "parse_version",
    "read_snapshot",
    "render_html",
    "render_text",
    "require_bump",
    "summarise_changes",
    "to_json",
]
