"""`python -m corpus_kit.score RELEASE PREDICTIONS.jsonl` scores a file and prints JSON; no corpus is needed.

It is an evaluation script for leaderboard platforms, too: `evaluate` is what EvalAI calls, `score_folders` does what
Codabench's scoring program has to do. `corpus-kit bundle` makes a competition of each kind that uses them. Whatever is
wrong with a file is an error with the reason: exit code 1 here, an exception there.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus_kit.errors import CorpusKitError
from corpus_kit.evaluate.platforms import make_report, make_row, open_reference, score_against, score_folders
from corpus_kit.evaluate.run import score_file

__all__ = ["evaluate", "main", "score_folders"]
EVERYTHING = "all"
"""The phase and split codename of a competition in which every segment is scored."""


def evaluate(test_annotation_file: str, user_submission_file: str, phase_codename: str, **_: Any) -> dict[str, Any]:
    """EvalAI's entry point: scores of a submitted file under the codename of the phase.

    Args:
        test_annotation_file: the zip of a release.
        user_submission_file: a prediction file.
        phase_codename: `all`, or the split of the release that is scored. The dataset split has the same codename.
        _: what EvalAI says about the submission, which changes nothing.
    """
    split = None if phase_codename == EVERYTHING else phase_codename
    result = score_against(Path(test_annotation_file), Path(user_submission_file), split=split)
    return {"result": [{phase_codename: make_row(result)}], "submission_result": make_report(result)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code is 0, or 1 after a message on standard error."""
    parser = argparse.ArgumentParser(prog="python -m corpus_kit.score", description="Score predictions as JSON.")
    parser.add_argument("release", type=Path, help="a release folder, the zip of one, or a task file (.toml)")
    parser.add_argument("predictions", type=Path, help='one {"id": …, "label": …} a line, each segment once')
    parser.add_argument("--split", help="score one split only, for instance test")
    parser.add_argument("--allow-missing", action="store_true", help="count segments without a prediction as wrong")
    given = parser.parse_args(arguments)
    try:
        with open_reference(given.release) as release:
            result = score_file(given.predictions, release, allow_missing=given.allow_missing, split=given.split)
    except CorpusKitError as e:
        sys.stderr.write(f"error: {e}\n")
        return 1
    sys.stdout.write(json.dumps(result.to_json(), allow_nan=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
