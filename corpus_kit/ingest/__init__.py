"""Raw bytes become Articles, or dropped records with their reason."""

from corpus_kit.ingest.dropped import REASONS, DropLog, IngestCounts, refuse_dropped, write_dropped
from corpus_kit.ingest.expand import SUFFIXES, expand_source
from corpus_kit.ingest.limits import Limits
from corpus_kit.ingest.manifest import ManifestRow, read_manifest
from corpus_kit.ingest.origin import IngestOptions, Origin, Reader, make_options
from corpus_kit.ingest.read import (
    READERS,
    find_reader,
    read_articles,
    read_named_sources,
    read_sources,
    require_articles,
)

__all__ = [
    "READERS",
    "REASONS",
    "SUFFIXES",
    "DropLog",
    "IngestCounts",
    "IngestOptions",
    "Limits",
    "ManifestRow",
    "Origin",
    "Reader",
    "expand_source",
    "find_reader",
    "make_options",
    "read_articles",
    "read_manifest",
    "read_named_sources",
    "read_sources",
    "refuse_dropped",
    "require_articles",
    "write_dropped",
]
