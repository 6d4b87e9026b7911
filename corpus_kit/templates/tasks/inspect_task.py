"""The segments of a release as an Inspect task. Corpus texts are data here; sample ids are segment ids.

inspect eval THIS_FOLDER/inspect_task.py --model …
"""

import json
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import accuracy, choice, stderr
from inspect_ai.solver import multiple_choice

FOLDER = Path(__file__).resolve().parent
TASK: dict[str, Any] = json.loads((FOLDER / "task.json").read_text("utf-8"))
TEMPLATE = """{question}

Answer the question above with one of these labels.

{choices}

The last line of your answer has the form 'ANSWER: LETTER' (without quotes), where LETTER is one of {letters}."""


def make_sample(row: dict[str, Any]) -> Sample:
    """A document as a sample; its target is a letter for as many labels as there are letters, then a number from 1."""
    index = row["label"]
    return Sample(
        id=row["id"],
        input=f"{TASK['instructions']}\n\n{row['question']}",
        choices=list(TASK["labels"]),
        target=chr(ord("A") + index) if index < 26 else str(index - 25),
        metadata={"article_id": row["article_id"], "fold": row["fold"]},
    )


@task
def label_segments() -> Task:
    """One label for each segment. The standard error is clustered by article."""
    with (FOLDER / "data" / "test.jsonl").open(encoding="utf-8") as lines:
        samples = [make_sample(json.loads(line)) for line in lines]
    return Task(
        name=TASK["name"],
        dataset=MemoryDataset(samples, name=TASK["release"]["name"]),
        solver=multiple_choice(template=TEMPLATE),
        scorer=choice(),
        metrics=[accuracy(), stderr(cluster="article_id")],
        metadata={"release": TASK["release"]["digest"]},
        version=TASK["release"]["version"],
    )
