"""A release as a task of EleutherAI's lm-evaluation-harness, by log-likelihood of the labels and by generation."""

import json
import re
from collections.abc import Sequence

from corpus_kit.exchange.task import Task

_CHOICE = """task: {name}
custom_dataset: !function lm_eval_task.load_documents
test_split: test
output_type: multiple_choice
doc_to_text: !function lm_eval_task.write_prompt
doc_to_target: label
doc_to_choice: !function lm_eval_task.list_choices
metric_list:
  - metric: acc
  - metric: f1
    aggregation: !function lm_eval_task.average_f1
    higher_is_better: true
metadata:
  version: {version}
"""
_GENERATE = """task: {name}
custom_dataset: !function lm_eval_task.load_documents
test_split: test
output_type: generate_until
doc_to_text: !function lm_eval_task.write_prompt
doc_to_target: !function lm_eval_task.name_label
generation_kwargs:
  until: ["\\n\\n"]
  do_sample: false
  max_gen_toks: 32
filter_list:
  - name: label
    filter:
      - function: regex
        regex_pattern: {pattern}
      - function: take_first
metric_list:
  - metric: exact_match
    ignore_case: true
metadata:
  version: {version}
"""


def render_lm_eval(task: Task) -> dict[str, bytes]:
    """The YAML files of two tasks: `<name>`, and `<name>_generate` for models that give no log-likelihoods.

    What is the corpus' own stands in them as JSON strings.
    """
    version = json.dumps(task.release["version"])
    choice = _CHOICE.format(name=json.dumps(task.name), version=version)
    name, pattern = json.dumps(f"{task.name}_generate"), json.dumps(match_label(task.labels))
    generate = _GENERATE.format(name=name, version=version, pattern=pattern)
    return {
        f"{task.name}.yaml": choice.encode("utf-8"),
        f"{task.name}_generate.yaml": generate.encode("utf-8"),
    }


def match_label(labels: Sequence[str]) -> str:
    """A regular expression for an answer that begins with a label, whatever its case and marks before it."""
    longest_first = sorted(labels, key=lambda label: (-len(label), label))
    return rf"(?i)^\W*({'|'.join(map(re.escape, longest_first))})(?!\w)"
