"""`eval.yaml`: a release as a benchmark on the Hub, in the form that inspect-ai runs.

The Hub's name for the list of scorers is `scorers`; inspect-ai (0.3.285) refuses unknown keys. Of what it can give a
model only text and choices come from a column, so that the labels stand in the prompt and the answer is a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_kit.columns import Column
from corpus_kit.corpus import CorpusFile
from corpus_kit.errors import ReleaseError
from corpus_kit.records import decode_utf8, read_bytes
from corpus_kit.release import Manifest

EVAL_FILE, EVAL_TASK = "eval.yaml", "sentences"
"""The file, and the id of the one task in it."""
_CONFIG, _SPLIT = "all_test", "test"
_PROMPT = """Which label does this sentence have?

Labels: {labels}

Sentence:
{{prompt}}

End with a line of the form "ANSWER: N", where N is the number of the label.
"""


def has_texts(columns: Mapping[str, Sequence[Column]]) -> bool:
    """Whether the sentences have a text that a model can be asked about: a text-free release is no benchmark."""
    return any(column.name == "text" for column in columns["sentences"])


def render_eval(file: CorpusFile) -> str:
    """The file's text: who made it, and one task over everything as one test split."""
    import yaml

    document = {
        "name": file.title or file.name,
        "description": file.description or f"Labels of sentences: {', '.join(file.labels.names)}.",
        "evaluation_framework": "inspect-ai",
        "tasks": list_tasks(file.labels.names),
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)


def list_tasks(labels: Sequence[str]) -> list[dict[str, Any]]:
    """The tasks as YAML values: a sentence in, the number of its label out, scored by accuracy."""
    numbered = ", ".join(f"{i} = {label}" for i, label in enumerate(labels))
    return [
        {
            "id": EVAL_TASK,
            "config": _CONFIG,
            "split": _SPLIT,
            "field_spec": {"input": "text", "target": "label", "metadata": ["id", "article_id"]},
            "solvers": [
                {"name": "prompt_template", "args": {"template": _PROMPT.format(labels=numbered)}},
                {"name": "generate"},
            ],
            "scorers": [{"name": "answer", "args": {"pattern": "word"}}],
        }
    ]


def check_eval(root: Path, manifest: Manifest) -> Iterator[str]:
    """What `eval.yaml` says otherwise than the manifest's labels and configs; nothing where it agrees."""
    import yaml

    path = root / EVAL_FILE
    try:
        document = yaml.safe_load(decode_utf8(read_bytes(path, ReleaseError), path, ReleaseError))
    except ReleaseError as e:
        yield f"{EVAL_FILE}: {e.what}"
        return
    except (yaml.YAMLError, ValueError, RecursionError) as e:
        yield f"{EVAL_FILE}: not valid YAML ({' '.join(str(e).split())})"
        return
    if not isinstance(document, dict):
        yield f"{EVAL_FILE}: not a YAML mapping"
        return
    if document.get("evaluation_framework") != "inspect-ai":
        yield f"{EVAL_FILE}: evaluation_framework is not inspect-ai"
    if document.get("tasks") != list_tasks(manifest.scheme.labels):
        yield f"{EVAL_FILE}: the tasks differ from those that labels and configs give"
    if _SPLIT not in (manifest.configs[_CONFIG].splits if _CONFIG in manifest.configs else ()):
        yield f"{EVAL_FILE}: the manifest has no config {_CONFIG} with a split {_SPLIT}"
