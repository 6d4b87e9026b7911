"""Run an exported Inspect task with Inspect's mock model: mock_inspect.py TASK.py FORMAT LOG_DIR."""

import sys
from collections.abc import Iterator
from itertools import cycle

from inspect_ai import eval as evaluate
from inspect_ai.model import ModelOutput, ModelUsage, get_model

ANSWERS = ("ANSWER: A", "Let me see.\nANSWER: B", "ANSWER: A")


def answer() -> Iterator[ModelOutput]:
    """Answers in turn, with their usage: without it the mock model downloads a tokenizer to count."""
    for text in cycle(ANSWERS):
        output = ModelOutput.from_content("mockllm/model", text)
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        yield output


task, log_format, log_dir = sys.argv[1:]
model = get_model("mockllm/model", custom_outputs=answer())
logs = evaluate(task, model=model, log_dir=log_dir, log_format=log_format, display="none")
sys.exit([log.status for log in logs] != ["success"])
