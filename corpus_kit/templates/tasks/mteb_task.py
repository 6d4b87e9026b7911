"""The segments of a release as an MTEB classification task with a subset per fold. Corpus texts are data here.

    import mteb, mteb_task
    mteb.evaluate(model, [mteb_task.LabelSegments()])

Each subset holds one fold out: MTEB trains its classifier on embeddings of the other folds' articles. The score is the
mean over the subsets.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from mteb.abstasks.classification import AbsTaskClassification
from mteb.abstasks.task_metadata import TaskMetadata

FOLDER = Path(__file__).resolve().parent
TASK: dict[str, Any] = json.loads((FOLDER / "task.json").read_text("utf-8"))
ROWS: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "data" / "test.jsonl").open(encoding="utf-8")]
FOLDS: list[int] = sorted({row["fold"] for row in ROWS})


def name_language(tag: str) -> str:
    """A BCP 47 tag in MTEB's form: ISO 639-3, a hyphen, ISO 15924 (`en` is `eng-Latn`)."""
    tables = files("mteb.languages")
    main, *more = tag.split("-")
    language = json.loads(tables.joinpath("iso_639_1_to_3.json").read_text("utf-8")).get(main, main)
    scripts = json.loads(tables.joinpath("iso_639_3_to_default_script.json").read_text("utf-8"))
    script = next((part.title() for part in more if len(part) == 4 and part.isalpha()), scripts.get(language))
    return f"{language}-{script}" if script else language


class LabelSegments(AbsTaskClassification):
    """Which label a segment has."""

    metadata = TaskMetadata(
        name=TASK["name"],
        description=f"Segments of {TASK['release']['name']} {TASK['release']['version']}, each fold held out once.",
        dataset={"path": TASK["release"]["name"], "revision": TASK["release"]["digest"]},
        type="Classification",
        category="t2c",
        eval_splits=["test"],
        eval_langs={f"fold_{fold}": [name_language(TASK["language"])] for fold in FOLDS},
        main_score="f1",
    )

    def load_data(self, *_: object, **__: object) -> None:
        """Split the documents beside this file; nothing is downloaded."""
        self.dataset = {
            f"fold_{fold}": DatasetDict(
                train=Dataset.from_list([row for row in ROWS if row["fold"] != fold]),
                test=Dataset.from_list([row for row in ROWS if row["fold"] == fold]),
            )
            for fold in FOLDS
        }
        self.data_loaded = True
