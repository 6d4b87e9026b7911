"""What the votes of `rules` are worth under each label model, learnt without labels.

    python benchmarks/labelling.py [--out FILE]

The composed collection and the five articles have to be built. Each fold is held out once: a label model learns from
the votes on all other articles and predicts those of the fold. Beside the models of `corpus_kit.classify`: Dawid and
Skene's without iteration, which takes for granted what it believes before it has seen votes, and plain majority.
The result has scores and counts, and no text.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus_kit.classify import (  # noqa: E402
    LabellingTable,
    LabelModel,
    Votes,
    WeightedVote,
    cast_votes,
    fit_dawid_skene,
    fit_weighted_vote,
    load_classifier,
)
from corpus_kit.evaluate import load_dataset, score_predictions  # noqa: E402
from corpus_kit.evaluate.protocols import make_predictions, split_folds  # noqa: E402
from corpus_kit.files import write_atomically  # noqa: E402
from corpus_kit.markdown import escape_inline, render_table  # noqa: E402
from corpus_kit.release import Release  # noqa: E402

CORPORA = (ROOT / "seeds/composed", ROOT)
DECIMALS = 6


def count_equally(votes: Votes, n_labels: int) -> WeightedVote:
    """Every vote weighs the same: plain majority."""
    ones = np.ones(len(votes.function_labels))
    return WeightedVote(weights=ones, function_labels=votes.function_labels, n_labels=n_labels)


MODELS: Mapping[str, Callable[[Votes, int], LabelModel]] = {
    "Dawid and Skene": fit_dawid_skene,
    "the same, not iterated": partial(fit_dawid_skene, max_iterations=0),
    "weighted vote": fit_weighted_vote,
    "majority of votes": count_equally,
}


def vote_on_articles(release: Release, table: LabellingTable[Any]) -> dict[str, Votes]:
    """The votes on each article, by its id."""
    labels = release.scheme.labels
    return {one.article.id: cast_votes(table, [one.article], labels) for one in release.articles}


def measure(release: Release, votes: Mapping[str, Votes], fit: Callable[[Votes, int], LabelModel]) -> dict[str, Any]:
    """The scores of a label model on a release, each fold held out once."""
    labels = release.scheme.labels
    predictions = []
    for fold in split_folds(release):
        seen = [votes[one.article.id] for one in fold.training]
        together = Votes(np.concatenate([one.matrix for one in seen]), seen[0].function_labels)
        model = fit(together, len(labels))
        for one in fold.held_out:
            rows = model.predict(votes[one.article.id].matrix)
            predictions += make_predictions(one.article, rows, labels, fold=one.fold)
    metrics = score_predictions(release, predictions, is_approximate=True).metrics
    return {name: round(metrics[name].value, DECIMALS) for name in ("macro_f1", "accuracy", "log_loss")}


def render(result: dict[str, Any]) -> str:
    """A row per dataset and label model."""
    rows = [
        [escape_inline(dataset), escape_inline(model), *(f"{one[name]:.3f}" for name in one)]
        for dataset, models in result["datasets"].items()
        for model, one in models.items()
    ]
    header = ["dataset", "label model", "macro-F1", "accuracy", "log loss"]
    return render_table(header, rows, numeric_from=2).rstrip("\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the result to this file too")
    arguments = parser.parse_args()
    loaded = load_classifier("rules", ROOT / "baselines")
    result: dict[str, Any] = {"source_sha256": loaded.source_sha256, "datasets": {}}
    for folder in CORPORA:
        release = load_dataset(folder)
        labels = release.scheme.labels
        table = loaded.make(labels, 0).labelling  # type: ignore[attr-defined]
        name = f"{release.manifest.name} {release.manifest.version}"
        votes = vote_on_articles(release, table)
        result["datasets"][name] = {model: measure(release, votes, fit) for model, fit in MODELS.items()}
    if arguments.out:
        write_atomically(arguments.out, (json.dumps(result, indent=1) + "\n").encode())
    print(render(result))


if __name__ == "__main__":
    main()
