"""Articles, segments and annotations become a release."""

from corpus_kit.build.assemble import Assembly, assemble_corpus
from corpus_kit.build.check import check_release
from corpus_kit.build.check_croissant import has_mlcroissant
from corpus_kit.build.refresh import refresh_files
from corpus_kit.build.stream import StreamCounts, stream_segments
from corpus_kit.build.write import BuildResult, build_release

__all__ = [
    "Assembly",
    "BuildResult",
    "StreamCounts",
    "assemble_corpus",
    "build_release",
    "check_release",
    "has_mlcroissant",
    "refresh_files",
    "stream_segments",
]
