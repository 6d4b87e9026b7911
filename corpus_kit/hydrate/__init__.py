"""A text-free release, put together again with somebody's copies of the articles."""

from corpus_kit.hydrate.hydrate import hydrate_release
from corpus_kit.hydrate.report import Hydration, SegmentReport, render_hydration

__all__ = ["Hydration", "SegmentReport", "hydrate_release", "render_hydration"]
