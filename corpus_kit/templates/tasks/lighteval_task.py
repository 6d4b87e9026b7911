"""The segments of a release as a lighteval task. Corpus texts are data here.

lighteval accelerate "model_name=…" "NAME" --custom-tasks THIS_FOLDER/lighteval_task.py
"""

import json
from pathlib import Path
from typing import Any

from lighteval.metrics.metrics import Metrics
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc

FOLDER = Path(__file__).resolve().parent
TASK: dict[str, Any] = json.loads((FOLDER / "task.json").read_text("utf-8"))


def make_document(row: dict[str, Any], task_name: str) -> Doc:
    """A segment with the labels as choices, which follow the prompt after a space."""
    return Doc(
        task_name=task_name,
        query=f"{TASK['instructions']} Answer with one label and nothing else.\n\n{row['question']}\n\nLabel:",
        choices=[f" {label}" for label in TASK["labels"]],
        gold_index=row["label"],
        specific={"id": row["id"], "article_id": row["article_id"], "release": TASK["release"]["digest"]},
    )


TASKS_TABLE = [
    LightevalTaskConfig(
        name=TASK["name"],
        prompt_function=make_document,
        hf_repo=str(FOLDER / "data"),
        hf_subset="default",
        hf_avail_splits=["test"],
        evaluation_splits=["test"],
        metrics=[Metrics.loglikelihood_acc, Metrics.loglikelihood_f1],
        version=0,
    )
]
