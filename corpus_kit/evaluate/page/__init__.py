"""The leaderboard as one self-contained page: a board, and the segments that systems dispute, become HTML."""

from corpus_kit.evaluate.page.disputes import Disputes, collect_disputes
from corpus_kit.evaluate.page.render import render_leaderboard_page

__all__ = ["Disputes", "collect_disputes", "render_leaderboard_page"]
