"""Releases go to the Hub and come back, and become archives."""

from corpus_kit.publish.archive import Archive, archive_release
from corpus_kit.publish.hub import Hub
from corpus_kit.publish.publish import Publication, locate_text_free, publish_release
from corpus_kit.publish.pull import Pulled, pull_release
from corpus_kit.publish.side import read_side

__all__ = [
    "Archive",
    "Hub",
    "Publication",
    "Pulled",
    "archive_release",
    "locate_text_free",
    "publish_release",
    "pull_release",
    "read_side",
]
