"""The benchmarks run, and what they say of intervals holds on a small scale."""

import json
import subprocess
import sys
from importlib import import_module

import numpy as np

from corpus_kit.evaluate import read_record, restore_tally
from tests.conftest import REPOSITORY

RECORD = REPOSITORY / "baselines/rules/1.0.0/loao.json"


def test_scoring() -> None:
    """The benchmark of scoring prints its ratios and peaks as JSON."""
    sizes = ["--predictions", "2000", "--articles", "20", "--systems", "3"]
    for part, name in (("arrays", "peak_mb"), ("pairs", "wall_seconds")):
        command = [sys.executable, "benchmarks/score.py", "--only", part, *sizes]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)[name] > 0


def test_coverage_on_the_stored_matrices() -> None:
    """On articles like the stored ones the jackknife covers more than the bootstraps, and that of segments least.

    The draws are seeded, so this is no matter of luck.
    """
    coverage = import_module("benchmarks.coverage")
    population = coverage.Population(restore_tally(read_record(RECORD)).confusion)
    found = coverage.cover_fixed(population, 5, 120, np.random.default_rng(0))
    for name in ("accuracy", "macro_f1"):
        shares = list(found[name].values())
        assert list(found[name]) == ["jackknife", "bootstrap of articles", "bootstrap of segments"]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] > 0.7
        assert shares[2] < 0.6


def test_drawn_articles_are_like_the_stored_ones() -> None:
    """The mean of many drawn matrices is the expected one, with which the true score is computed."""
    coverage = import_module("benchmarks.coverage")
    population = coverage.Population(restore_tally(read_record(RECORD)).confusion)
    drawn = population.draw(20_000, np.random.default_rng(0)).mean(axis=0)
    np.testing.assert_allclose(drawn, population.expect(), atol=0.3)
