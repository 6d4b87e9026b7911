"""How long scoring takes beside scikit-learn's report on the same predictions, and every pair of many systems.

    python benchmarks/score.py [--predictions 1000000] [--articles 10000] [--systems 50] [--json] [--out FILE]

- arrays: every metric with its interval from arrays of labels and probabilities, which is all that scoring is;
- report: scikit-learn's `classification_report` on the same arrays of labels, no probabilities and no intervals;
- objects: `score_predictions` on the same predictions as objects with ids, which are checked against the release first;
- report on names: `classification_report` on the labels' names, as a list, which is the form that objects have them in;
- pairs: differences with intervals and p in macro-F1 and accuracy, of every pair of systems.

Times are processor seconds with all threads, the median of rounds in which the contestants take turns; memory is the
peak of a process that does nothing else. The data is drawn with a fixed seed.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus_kit.evaluate import (
    Answers,
    Contender,
    Prediction,
    compare_pairs,
    count_answers,
    parse_metric,
    score_predictions,
    score_tally,
)
from corpus_kit.release import Release

LABELS = ("fact", "quote", "opinion", "boilerplate")
ROUNDS = 3


class Size(NamedTuple):
    """How much is scored."""

    predictions: int
    articles: int
    systems: int


def draw_answers(size: Size, *, right_fraction: float = 0.7, has_probs: bool = True, seed: int = 0) -> Answers:
    """Gold labels that are the same for each seed's system, and what a system says of them."""
    rng = np.random.default_rng(0)
    gold = rng.choice(4, size.predictions, p=[0.5, 0.2, 0.1, 0.2])
    article = np.sort(rng.integers(0, size.articles, size.predictions))
    recurs = rng.random(size.predictions) < 0.02
    own = np.random.default_rng(seed + 1)
    is_right = own.random(size.predictions) < right_fraction
    said = np.where(is_right, gold, own.integers(0, 4, size.predictions))
    probs = None
    if has_probs:
        probs = own.random((size.predictions, 4)) + 2 * np.eye(4)[said]
        probs /= probs.sum(axis=1, keepdims=True)
    return Answers(article=article, gold=gold, said=said, recurs=recurs, probs=probs)


def score_arrays(answers: Answers, size: Size) -> Any:
    """All metrics with intervals."""
    return score_tally(count_answers(answers, [f"a{i}" for i in range(size.articles)], len(LABELS)), LABELS)


def report_arrays(answers: Answers) -> Any:
    """The report of scikit-learn."""
    from sklearn.metrics import classification_report

    return classification_report(
        answers.gold, answers.said, labels=range(4), target_names=LABELS, zero_division=0, output_dict=True
    )


def report_names(answers: Answers) -> Any:
    """The same from names."""
    from sklearn.metrics import classification_report

    gold, said = ([LABELS[i] for i in values] for values in (answers.gold, answers.said))
    return classification_report(gold, said, labels=LABELS, zero_division=0, output_dict=True)


def make_objects(answers: Answers, size: Size) -> tuple[Release, list[Prediction]]:
    """A release and predictions as a caller has them."""
    from corpus_kit.model import LabelledArticle
    from tests.factories import make_article, release_of

    counts = np.bincount(answers.article, minlength=size.articles)
    names = [LABELS[i] for i in answers.gold]
    articles, begin = [], 0
    for i, count in enumerate(counts.tolist()):
        article = make_article(f"a{i}", [f"{i} {j}" for j in range(count)])
        articles.append(LabelledArticle(article=article, labels=tuple(names[begin : begin + count]), fold=i % 10))
        begin += count
    ids = [segment.id for one in articles for segment in one.article.segments]
    probs: NDArray[np.float64] | None = answers.probs
    rows = [None] * len(ids) if probs is None else [tuple(row) for row in probs.tolist()]
    predictions = [
        Prediction(id=id_, label=LABELS[label], probs=row)
        for id_, label, row in zip(ids, answers.said, rows, strict=True)
    ]
    return release_of(articles, labels=LABELS), predictions


def time_call(call: Callable[[], Any]) -> float:
    """Processor seconds of one call."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def compare_speed(size: Size) -> dict[str, Any]:
    """Seconds of each contestant, the median of rounds, and the ratios."""
    answers = draw_answers(size)
    release, predictions = make_objects(answers, size)
    small = draw_answers(Size(1000, 10, 0))
    report_arrays(small)
    score_arrays(small, Size(1000, 10, 0))
    contestants: dict[str, Callable[[], Any]] = {
        "arrays": lambda: score_arrays(answers, size),
        "report": lambda: report_arrays(answers),
        "objects": lambda: score_predictions(release, predictions),
        "report on names": lambda: report_names(answers),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, call in contestants.items():
            times[name].append(time_call(call))
    found = {name: statistics.median(values) for name, values in times.items()}
    return {
        "seconds": found,
        "arrays_to_report": found["arrays"] / found["report"],
        "objects_to_report_on_names": found["objects"] / found["report on names"],
        "objects_to_report": found["objects"] / found["report"],
    }


def compare_all_pairs(size: Size) -> dict[str, float]:
    """What every pair of systems takes, by the wall clock and in processor seconds."""
    contenders = []
    for i in range(size.systems):
        answers = draw_answers(size, right_fraction=0.6 + 0.3 * i / size.systems, has_probs=False, seed=i)
        tally = count_answers(answers, [f"a{j}" for j in range(size.articles)], len(LABELS))
        contenders.append(Contender(f"s{i}", tally, False))
    pairs = list(combinations(range(size.systems), 2))
    metrics = [parse_metric(name, LABELS) for name in ("macro_f1", "accuracy")]
    begin, begin_cpu = time.perf_counter(), time.process_time()
    compare_pairs(contenders, pairs, metrics, labels=LABELS)
    return {
        "pairs": len(pairs),
        "wall_seconds": time.perf_counter() - begin,
        "seconds": time.process_time() - begin_cpu,
    }


def run_alone(what: str, size: Size) -> dict[str, Any]:
    """A part in a process of its own, with its peak memory."""
    numbers = ["--predictions", size.predictions, "--articles", size.articles, "--systems", size.systems]
    command = [sys.executable, __file__, "--only", what, *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure_here(what: str, size: Size) -> dict[str, Any]:
    """One part in this process."""
    if what == "speed":
        return compare_speed(size)
    if what == "pairs":
        result: dict[str, Any] = dict(compare_all_pairs(size))
    else:
        answers = draw_answers(size)
        result = {"seconds": time_call(lambda: score_arrays(answers, size))}
    return {**result, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def render(result: dict[str, Any]) -> str:
    """The figures in words."""
    speed, alone, pairs = result["speed"], result["arrays"], result["pairs"]
    lines = ["| what | processor seconds |", "|---|---:|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in speed["seconds"].items()]
    lines += [
        "",
        f"arrays take {speed['arrays_to_report']:.2f} times the report, and {alone['peak_mb']:.0f} MB at most",
        (
            f"objects take {speed['objects_to_report_on_names']:.2f} times the report on names, "
            f"{speed['objects_to_report']:.2f} times the report on arrays"
        ),
        f"{pairs['pairs']} pairs take {pairs['seconds']:.1f} processor seconds and {pairs['peak_mb']:.0f} MB at most",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predictions", type=int, default=1_000_000)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--systems", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    parser.add_argument("--only", choices=("speed", "arrays", "pairs"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    size = Size(arguments.predictions, arguments.articles, arguments.systems)
    if arguments.only:
        print(json.dumps(measure_here(arguments.only, size)))
        return
    result = {what: run_alone(what, size) for what in ("speed", "arrays", "pairs")}
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result) if arguments.json else render(result))


if __name__ == "__main__":
    main()
