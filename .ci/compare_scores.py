"""Is what lm-eval reports what its predictions are worth here? compare_scores.py RESULTS.json TASK SCORE.json."""

import json
import sys
from pathlib import Path

results, task, score = sys.argv[1:]
theirs = json.loads(Path(results).read_text("utf-8"))["results"][task]
ours = json.loads(Path(score).read_text("utf-8"))["metrics"]
pairs = [(theirs["acc,none"], ours["accuracy"]["value"]), (theirs["f1,none"], ours["macro_f1"]["value"])]
if any(abs(their - our) > 1e-12 for their, our in pairs):
    sys.exit(f"lm-eval and corpus-kit differ: {pairs}")
