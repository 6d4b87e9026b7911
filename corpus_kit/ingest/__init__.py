"""Raw bytes and a manifest row become an Article."""

from corpus_kit.ingest.manifest import ManifestRow, read_manifest
from corpus_kit.ingest.read import READERS, read_article_file, read_articles

__all__ = ["READERS", "ManifestRow", "read_article_file", "read_articles", "read_manifest"]
