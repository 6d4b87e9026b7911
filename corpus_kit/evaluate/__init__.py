"""Systems are run, their predictions scored, and a leaderboard made of what can be computed again."""

from corpus_kit.evaluate.bundle import PLATFORMS, make_bundle
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
from corpus_kit.evaluate.protocols import (
    PROTOCOLS,
    ProtocolRun,
    evaluate_loao,
    evaluate_split,
    hash_training,
    select_scored,
    select_split,
)
from corpus_kit.evaluate.record import ResultRecord, Run, System, make_record, read_record
from corpus_kit.evaluate.run import BaselineRun, ScoredFile, run_baseline, score_file
from corpus_kit.evaluate.score import Scores, rescore_without_duplicates, score_predictions
from corpus_kit.evaluate.submission import (
    Declaration,
    FiledSubmission,
    Submission,
    file_submission,
    read_declaration,
    read_submission,
)
from corpus_kit.evaluate.task import load_dataset, load_task

__all__ = [
    "METRICS",
    "PLATFORMS",
    "PROTOCOLS",
    "BaselineRun",
    "Classifier",
    "Declaration",
    "FiledSubmission",
    "Interval",
    "LoadedClassifier",
    "Metric",
    "Prediction",
    "ProtocolRun",
    "ResultRecord",
    "Run",
    "ScoredFile",
    "Scores",
    "Submission",
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
    "evaluate_split",
    "file_submission",
    "format_predictions",
    "hash_training",
    "jackknife_interval",
    "list_metrics",
    "load_classifier",
    "load_dataset",
    "load_task",
    "make_bundle",
    "make_record",
    "parse_metric",
    "read_declaration",
    "read_predictions",
    "read_record",
    "read_submission",
    "recompute_run",
    "render_leaderboard",
    "rescore_without_duplicates",
    "run_baseline",
    "score_file",
    "score_predictions",
    "select_scored",
    "select_split",
    "write_leaderboard",
    "write_predictions",
]
