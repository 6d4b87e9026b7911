"""Systems are run, their predictions scored, and a leaderboard made of what can be computed again."""

from corpus_kit.evaluate.check import check_leaderboard, compare_run, recompute_run, write_leaderboard
from corpus_kit.evaluate.classifier import (
    Classifier,
    LoadedClassifier,
    adapt_pipeline,
    check_probabilities,
    load_classifier,
)
from corpus_kit.evaluate.confusion import count_confusion
from corpus_kit.evaluate.intervals import Interval, jackknife_interval
from corpus_kit.evaluate.leaderboard import collect_runs, render_leaderboard
from corpus_kit.evaluate.metrics import METRICS, Metric, compute_metric, list_metrics, parse_metric
from corpus_kit.evaluate.predictions import (
    Prediction,
    check_predictions,
    format_predictions,
    read_predictions,
    write_predictions,
)
from corpus_kit.evaluate.protocols import PROTOCOLS, ProtocolRun, evaluate_loao
from corpus_kit.evaluate.record import ResultRecord, Run, System, make_record, read_record
from corpus_kit.evaluate.run import BaselineRun, ScoredFile, run_baseline, score_file
from corpus_kit.evaluate.score import Scores, rescore_without_duplicates, score_predictions

__all__ = [
    "METRICS",
    "PROTOCOLS",
    "BaselineRun",
    "Classifier",
    "Interval",
    "LoadedClassifier",
    "Metric",
    "Prediction",
    "ProtocolRun",
    "ResultRecord",
    "Run",
    "ScoredFile",
    "Scores",
    "System",
    "adapt_pipeline",
    "check_leaderboard",
    "check_predictions",
    "check_probabilities",
    "collect_runs",
    "compare_run",
    "compute_metric",
    "count_confusion",
    "evaluate_loao",
    "format_predictions",
    "jackknife_interval",
    "list_metrics",
    "load_classifier",
    "make_record",
    "parse_metric",
    "read_predictions",
    "read_record",
    "recompute_run",
    "render_leaderboard",
    "rescore_without_duplicates",
    "run_baseline",
    "score_file",
    "score_predictions",
    "write_leaderboard",
    "write_predictions",
]
