"""How often the intervals hold the true score: 95 of 100 is what they promise.

    python benchmarks/coverage.py [--draws 300] [--articles 5,10,20] [--systems NAME,...] [--json] [--out FILE]

Fixed systems: articles are drawn from the per-article matrices of this project's stored runs. A drawn article has the
size of one of the stored ones, and its segments fall into the cells of the matrix by that article's own shares, with
the pooled shares of all articles weighing as much as one segment, from a Dirichlet distribution. The true score is that
of the expected matrix. Each sample gets three intervals: corpus-kit's, and the percentiles of 400 bootstrap resamples
of its articles, and of its segments.

Systems trained again for each fold: matrices alone can't show that, so a small classifier (nearest mean of four
labels' features, each article with its own shift and mixture of labels) is trained and tested by leaving one article
out. The true score is that of the expected matrix on new articles after training on as many.

Everything is drawn with a fixed seed. With n draws and coverage c the standard error is sqrt(c (1 - c) / n).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus_kit.evaluate import Tally, estimate_metrics, parse_metric, read_record, restore_tally  # noqa: E402
from corpus_kit.evaluate.metrics import measure  # noqa: E402
from corpus_kit.evaluate.tally import BINS, SUMMED  # noqa: E402

METRICS = ("accuracy", "macro_f1")
RESAMPLES = 400
LABELS = ("0", "1", "2", "3")
Matrices = NDArray[np.int64]
Found = dict[str, dict[str, float]]
"""By metric and method, the share of intervals that hold the true score."""


class Population:
    """Articles like those of a stored run.

    Attributes:
        sizes: segments of each stored article; `weights` are the Dirichlet's, per article and cell.
    """

    def __init__(self, matrices: Matrices) -> None:
        kept = matrices[matrices.any(axis=(1, 2))]
        self.shape = kept.shape[1:]
        cells = kept.reshape(len(kept), -1)
        self.sizes = cells.sum(axis=1)
        self.weights = cells + cells.sum(axis=0) / cells.sum()

    def expect(self) -> NDArray[np.float64]:
        """The expected matrix of an article."""
        shares = self.weights / self.weights.sum(axis=1, keepdims=True)
        expected: NDArray[np.float64] = (shares * self.sizes[:, None]).mean(axis=0).reshape(self.shape)
        return expected

    def draw(self, count: int, rng: np.random.Generator) -> Matrices:
        """The matrices of some new articles."""
        chosen = rng.integers(0, len(self.sizes), count)
        gammas = rng.standard_gamma(self.weights[chosen])
        shares = gammas / gammas.sum(axis=1, keepdims=True)
        return rng.multinomial(self.sizes[chosen], shares).reshape(count, *self.shape)


def make_tally(matrices: Matrices) -> Tally:
    """The sums of some articles without probabilities."""
    calibration = np.zeros((len(matrices), BINS + 1, len(SUMMED)))
    return Tally(
        articles=tuple(map(str, range(len(matrices)))), confusion=matrices, unique=matrices, calibration=calibration
    )


def resample(matrices: Matrices, rng: np.random.Generator) -> dict[str, Matrices]:
    """Pooled matrices of bootstrap resamples, of the articles and of the segments."""
    count, pooled = len(matrices), matrices.sum(axis=0)
    times = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    by_article = np.tensordot(times, matrices, axes=1)
    total = int(pooled.sum())
    by_segment = rng.multinomial(total, pooled.ravel() / total, size=RESAMPLES).reshape(RESAMPLES, *pooled.shape)
    return {"bootstrap of articles": by_article, "bootstrap of segments": by_segment}


def cover_fixed(population: Population, count: int, draws: int, rng: np.random.Generator) -> Found:
    """Coverage for a fixed system on samples of so many articles. A sample without an interval holds nothing."""
    labels = LABELS if population.shape[0] == 4 else tuple(map(str, range(population.shape[0])))
    metrics = [parse_metric(name, labels) for name in METRICS]
    truth = {str(metric): float(measure(metric, population.expect(), labels)) for metric in metrics}
    held: Found = {name: {} for name in METRICS}
    for _ in range(draws):
        matrices = population.draw(count, rng)
        intervals = estimate_metrics(make_tally(matrices), metrics, labels)
        bounds = {name: {"jackknife": (one.low, one.high)} for name, one in intervals.items()}
        for method, pools in resample(matrices, rng).items():
            for metric in metrics:
                low, high = np.percentile(measure(metric, pools, labels), [2.5, 97.5])
                bounds[str(metric)][method] = (float(low), float(high))
        for name, by_method in bounds.items():
            for method, (low, high) in by_method.items():
                held[name][method] = held[name].get(method, 0) + (low <= truth[name] <= high) / draws
    return held


def draw_article(rng: np.random.Generator, size: int = 34) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """An article's features, of shape (size, 3), and labels: its own mixture of labels, its own shift."""
    labels = rng.choice(4, size, p=rng.dirichlet([5, 2, 1, 4]))
    centres = 1.2 * np.array([[0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 1]])
    features = centres[labels] + 0.5 * rng.standard_normal(3) + 0.7 * rng.standard_normal((size, 3))
    return features, labels


def train_and_test(training: list[Any], tested: list[Any]) -> Matrices:
    """The matrix of each tested article, by the nearest mean of the labels that the training articles have."""
    features = np.concatenate([own for own, _ in training])
    labels = np.concatenate([own for _, own in training])
    present = np.unique(labels)
    means = np.stack([features[labels == label].mean(axis=0) for label in present])
    found = np.zeros((len(tested), 4, 5), dtype=np.int64)
    for matrix, (own, gold) in zip(found, tested, strict=True):
        nearest = present[np.square(own[:, None] - means).sum(axis=2).argmin(axis=1)]
        np.add.at(matrix, (gold, nearest), 1)
    return found


def cover_retrained(count: int, draws: int, rng: np.random.Generator) -> Found:
    """Coverage for a system that is trained again for each of so many articles, with what it is trained on left out."""
    metrics = [parse_metric(name, LABELS) for name in METRICS]
    expected = np.zeros((4, 5))
    for _ in range(400):
        articles = [draw_article(rng) for _ in range(count + 20)]
        expected += train_and_test(articles[:count], articles[count:]).sum(axis=0)
    truth = {str(metric): float(measure(metric, expected, LABELS)) for metric in metrics}
    held: Found = {name: {"jackknife": 0.0} for name in METRICS}
    for _ in range(draws):
        articles = [draw_article(rng) for _ in range(count)]
        folds = [train_and_test(articles[:i] + articles[i + 1 :], articles[i : i + 1])[0] for i in range(count)]
        for name, one in estimate_metrics(make_tally(np.stack(folds)), metrics, LABELS).items():
            held[name]["jackknife"] += (one.low <= truth[name] <= one.high) / draws
    return held


def simulate(draws: int, sizes: list[int], systems: list[str]) -> dict[str, Any]:
    """Every coverage, by system and number of articles."""
    result: dict[str, Any] = {"draws": draws, "nominal": 0.95, "fixed": {}, "retrained": {}}
    paths = sorted((ROOT / "baselines").glob("*/*/loao.json"))
    for path in paths:
        name = path.parent.parent.name
        if systems and name not in systems:
            continue
        population = Population(restore_tally(read_record(path)).confusion)
        rng = np.random.default_rng(0)
        result["fixed"][name] = {str(count): cover_fixed(population, count, draws, rng) for count in sizes}
    rng = np.random.default_rng(1)
    result["retrained"] = {str(count): cover_retrained(count, draws, rng) for count in sizes}
    return result


def render(result: dict[str, Any]) -> str:
    """The coverages as a Markdown table."""
    counts = list(result["retrained"])
    lines = ["| system | metric | interval |" + "".join(f" {count} articles |" for count in counts)]
    lines.append("|---|---|---|" + "---:|" * len(counts))
    blocks = {**{f"matrices of {name}": one for name, one in result["fixed"].items()}}
    blocks["trained again for each fold"] = result["retrained"]
    for name, by_count in blocks.items():
        for metric in METRICS:
            for method in by_count[counts[0]][metric]:
                cells = "".join(f" {by_count[count][metric][method]:.3f} |" for count in counts)
                lines.append(f"| {name} | {metric} | {method} |{cells}")
    return "\n".join(lines)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--articles", default="5,10,20", help="the numbers of articles of a sample")
    parser.add_argument("--systems", default="", help="stored runs by name; all by default")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    arguments = parser.parse_args()
    sizes = [int(count) for count in arguments.articles.split(",")]
    result = simulate(arguments.draws, sizes, [name for name in arguments.systems.split(",") if name])
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result) if arguments.json else render(result))


if __name__ == "__main__":
    main()
