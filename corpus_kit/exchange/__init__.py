"""Releases go to other harnesses as tasks, and runs and results come back and go out."""

from corpus_kit.exchange.answers import Answer, Imported, Log, join_answers
from corpus_kit.exchange.export import EXPORTERS, export_task
from corpus_kit.exchange.import_run import IMPORTERS, import_run
from corpus_kit.exchange.publication import Publication, read_publication
from corpus_kit.exchange.results import RESULT_FORMS, export_result
from corpus_kit.exchange.task import Task, TaskOptions, make_task

__all__ = [
    "EXPORTERS",
    "IMPORTERS",
    "RESULT_FORMS",
    "Answer",
    "Imported",
    "Log",
    "Publication",
    "Task",
    "TaskOptions",
    "export_result",
    "export_task",
    "import_run",
    "join_answers",
    "make_task",
    "read_publication",
]
