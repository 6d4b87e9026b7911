"""Systems are run, their predictions scored, and a leaderboard made of what can be computed again."""

from corpus_kit.evaluate.board import Board, PairResult, ProtocolBoard, Standing, collect_runs, make_board
from corpus_kit.evaluate.bundle import PLATFORMS, make_bundle
from corpus_kit.evaluate.ceiling import Ceiling, measure_ceilings
from corpus_kit.evaluate.check import (
    check_leaderboard,
    compare_run,
    recompute_run,
    write_leaderboard,
)
from corpus_kit.evaluate.check_transfer import list_unverified
from corpus_kit.evaluate.compare import (
    Comparison,
    DifferingSegment,
    compare_systems,
    comparison_to_json,
    list_differing_segments,
    render_comparison,
)
from corpus_kit.evaluate.contenders import ReadContender, read_contender
from corpus_kit.evaluate.differences import Contender, Difference, compare_pairs, find_mde
from corpus_kit.evaluate.intervals import Interval, estimate_metrics, jackknife_interval
from corpus_kit.evaluate.label_mapping import LabelMapping, make_mapping, read_mapping
from corpus_kit.evaluate.leaderboard import render_leaderboard
from corpus_kit.evaluate.metrics import METRICS, Metric, compute_metric, list_metrics, parse_metric
from corpus_kit.evaluate.overlap import Shared, find_shared
from corpus_kit.evaluate.page import Disputes, collect_disputes, render_leaderboard_page
from corpus_kit.evaluate.plan import Plan, plan_articles, plan_to_json, render_plan
from corpus_kit.evaluate.predictions import (
    Prediction,
    check_predictions,
    format_predictions,
    read_predictions,
    write_predictions,
)
from corpus_kit.evaluate.protocols import (
    PROTOCOLS,
    Execution,
    ProtocolRun,
    evaluate_loao,
    evaluate_split,
    hash_training,
    select_scored,
    select_split,
)
from corpus_kit.evaluate.record import (
    ResultRecord,
    Run,
    System,
    TrainingEntry,
    TransferRecord,
    digest_record,
    format_record,
    make_record,
    read_record,
    read_record_schema,
    restore_tally,
)
from corpus_kit.evaluate.run import BaselineRun, ScoredFile, run_baseline, score_file
from corpus_kit.evaluate.score import Scores, score_predictions, score_tally
from corpus_kit.evaluate.sign_flip import SignFlip, find_smallest_p, flip_signs
from corpus_kit.evaluate.submission import (
    Declaration,
    FiledSubmission,
    Submission,
    file_submission,
    read_declaration,
    read_submission,
)
from corpus_kit.evaluate.tally import Answers, Tally, align_predictions, count_answers, count_tally
from corpus_kit.evaluate.task import load_dataset, load_task
from corpus_kit.evaluate.ties import adjust_holm, group_ties
from corpus_kit.evaluate.transfer import (
    TrainingSet,
    evaluate_transfer,
    fit_classifier,
    make_training_set,
    open_training_set,
    predict_mapped,
)

__all__ = [
    "METRICS",
    "PLATFORMS",
    "PROTOCOLS",
    "Answers",
    "BaselineRun",
    "Board",
    "Ceiling",
    "Comparison",
    "Contender",
    "Declaration",
    "Difference",
    "DifferingSegment",
    "Disputes",
    "Execution",
    "FiledSubmission",
    "Interval",
    "LabelMapping",
    "Metric",
    "PairResult",
    "Plan",
    "Prediction",
    "ProtocolBoard",
    "ProtocolRun",
    "ReadContender",
    "ResultRecord",
    "Run",
    "ScoredFile",
    "Scores",
    "Shared",
    "SignFlip",
    "Standing",
    "Submission",
    "System",
    "Tally",
    "TrainingEntry",
    "TrainingSet",
    "TransferRecord",
    "adjust_holm",
    "align_predictions",
    "check_leaderboard",
    "check_predictions",
    "collect_disputes",
    "collect_runs",
    "compare_pairs",
    "compare_run",
    "compare_systems",
    "comparison_to_json",
    "compute_metric",
    "count_answers",
    "count_tally",
    "digest_record",
    "estimate_metrics",
    "evaluate_loao",
    "evaluate_split",
    "evaluate_transfer",
    "file_submission",
    "find_mde",
    "find_shared",
    "find_smallest_p",
    "fit_classifier",
    "flip_signs",
    "format_predictions",
    "format_record",
    "group_ties",
    "hash_training",
    "jackknife_interval",
    "list_differing_segments",
    "list_metrics",
    "list_unverified",
    "load_dataset",
    "load_task",
    "make_board",
    "make_bundle",
    "make_mapping",
    "make_record",
    "make_training_set",
    "measure_ceilings",
    "open_training_set",
    "parse_metric",
    "plan_articles",
    "plan_to_json",
    "predict_mapped",
    "read_contender",
    "read_declaration",
    "read_mapping",
    "read_predictions",
    "read_record",
    "read_record_schema",
    "read_submission",
    "recompute_run",
    "render_comparison",
    "render_leaderboard",
    "render_leaderboard_page",
    "render_plan",
    "restore_tally",
    "run_baseline",
    "score_file",
    "score_predictions",
    "score_tally",
    "select_scored",
    "select_split",
    "write_leaderboard",
    "write_predictions",
]
