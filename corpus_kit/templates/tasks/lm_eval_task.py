"""What the YAML files beside this one name: the segments of a release as an lm-eval task. Corpus texts are data here.

lm_eval --include_path THIS_FOLDER --tasks NAME --model … --log_samples --output_path RUNS
"""

import json
from pathlib import Path
from typing import Any

import datasets

FOLDER = Path(__file__).resolve().parent
TASK: dict[str, Any] = json.loads((FOLDER / "task.json").read_text("utf-8"))


def load_documents(**_: object) -> dict[str, datasets.Dataset]:
    """The test split; each document states the release that it is of."""
    with (FOLDER / "data" / "test.jsonl").open(encoding="utf-8") as lines:
        rows = [{**json.loads(line), "release": TASK["release"]["digest"]} for line in lines]
    return {"test": datasets.Dataset.from_list(rows)}


def write_prompt(document: dict[str, Any]) -> str:
    """The whole prompt of a document."""
    return f"{TASK['instructions']} Answer with one label and nothing else.\n\n{document['question']}\n\nLabel:"


def list_choices(_: dict[str, Any]) -> list[str]:
    """The labels in the scheme's order."""
    return list(TASK["labels"])


def name_label(document: dict[str, Any]) -> str:
    """A document's label by its name."""
    return str(TASK["labels"][document["label"]])


def average_f1(pairs: list[tuple[int, int]]) -> float:
    """Macro-F1 over all labels of the scheme, from pairs of gold and predicted index; an undefined F1 counts as 0."""
    size, scores = len(TASK["labels"]), []
    for label in range(size):
        right = sum(gold == label == said for gold, said in pairs)
        wrong = sum((gold == label) != (said == label) for gold, said in pairs)
        scores.append(2 * right / (2 * right + wrong) if right else 0.0)
    return sum(scores) / size
