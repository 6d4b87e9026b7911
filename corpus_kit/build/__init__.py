"""Articles, segments and annotations become a release."""

from corpus_kit.build.assemble import Assembly, assemble_corpus
from corpus_kit.build.check import check_release
from corpus_kit.build.check_croissant import has_mlcroissant
from corpus_kit.build.citation import render_companions
from corpus_kit.build.refresh import refresh_files
from corpus_kit.build.release import build_as_of, release_version
from corpus_kit.build.stream import StreamCounts, stream_segments
from corpus_kit.build.text_free import build_text_free
from corpus_kit.build.versions import read_side
from corpus_kit.build.write import BuildResult, build_release

__all__ = [
    "Assembly",
    "BuildResult",
    "StreamCounts",
    "assemble_corpus",
    "build_as_of",
    "build_release",
    "build_text_free",
    "check_release",
    "has_mlcroissant",
    "read_side",
    "refresh_files",
    "release_version",
    "render_companions",
    "stream_segments",
]
