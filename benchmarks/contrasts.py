"""Whether systems see the difference within minimal pairs, by what the two versions of a pair differ in.

    python benchmarks/contrasts.py [--systems NAME,...] [--out FILE] [--check]

The pairs are those of `seeds/composed/contrasts.jsonl`. Each version is an article: the segments before it, itself and
those after it, each on a line of its own; only the segment in the middle is scored. The default model is taken as it
is, the other systems learn from the composed collection, which has to be built. The pairs are none of its articles, but
the same writers made both.

Of each kind of difference: the share of versions that are right, and contrast consistency, the share of pairs of which
both versions are (Gardner et al. 2020, Findings of EMNLP, 1307). The result has counts and the digest of each system's
predictions, and no text. With `--check` nothing is written, and the exit code is 3 where a system has other numbers
than the stored ones.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.kept import Kept, add_arguments, conclude  # noqa: E402
from benchmarks.transfer_sets import TestRow, make_article  # noqa: E402
from corpus_kit.canonical import hash_bytes, hash_text  # noqa: E402
from corpus_kit.classify import (  # noqa: E402
    LoadedClassifier,
    blame_classifier,
    check_probabilities,
    load_classifier,
)
from corpus_kit.classify.store import StoredModel  # noqa: E402
from corpus_kit.classify.train import load_default_model  # noqa: E402
from corpus_kit.evaluate import find_shared, fit_classifier, load_dataset  # noqa: E402
from corpus_kit.markdown import escape_inline, render_table  # noqa: E402
from corpus_kit.model import LabelledArticle, SegmentedArticle  # noqa: E402
from corpus_kit.release import Release  # noqa: E402

RESULT = ROOT / "benchmarks/results/contrasts.json"
COLLECTION = ROOT / "seeds/composed"
PAIRS = COLLECTION / "contrasts.jsonl"
DEFAULT = "default"
SYSTEMS = ("rules", "tfidf_logreg", "sequence")
"""The baselines that learn from the collection; the default model has done so already."""
NORMAL_QUANTILE = 1.959963984540054
DECIMALS, WORST, CONFUSIONS = 6, 3, 2
"""Of each system so many kinds are named, and of each so many ways to be wrong."""


class Version(NamedTuple):
    """A version of a pair: the segment between its neighbours, which number it is, and its label."""

    shown: LabelledArticle
    position: int
    label: str


class Pair(NamedTuple):
    """Two versions that differ in one thing."""

    id: str
    differs_in: str
    has_same_label: bool
    versions: tuple[Version, ...]


Predict = Callable[[SegmentedArticle], Sequence[str]]
"""An article to the label of each of its segments."""


class System(NamedTuple):
    """What is scored: its name, the digest of its file, and what it says of an article."""

    name: str
    sha256: str
    predict: Predict


def read_pairs(path: Path = PAIRS, *, on_one_line: bool = False) -> list[Pair]:
    """The pairs of a file in its order; neighbours stand on lines of their own, or all on the line of the segment."""
    return [
        Pair(
            row["id"],
            row["differs_in"],
            row["same_label"],
            tuple(make_version(f"{row['id']}-{own}", row[own], on_one_line=on_one_line) for own in "ab"),
        )
        for row in map(json.loads, path.read_text("utf-8").splitlines())
    ]


def make_version(name: str, row: Mapping[str, Any], *, on_one_line: bool) -> Version:
    """A version as an article; its neighbours have no label."""
    texts = [*row["before"], row["text"], *row["after"]]
    shown = make_article(name, [TestRow(text, "", name, (), on_one_line) for text in texts])
    return Version(shown, len(row["before"]), row["label"])


def open_default(stored: StoredModel) -> System:
    """The model that comes with the package, as it is."""

    def predict(article: SegmentedArticle) -> list[str]:
        return [stored.model.labels[i] for i in stored.model.judge([article]).probs.argmax(axis=1).tolist()]

    return System(f"default model ({stored.description.name})", stored.sha256, predict)


def open_baseline(loaded: LoadedClassifier, training: Release) -> System:
    """A baseline that has learnt from the collection."""
    labels = training.scheme.labels
    classifier = fit_classifier(loaded, training.articles, labels)

    def predict(article: SegmentedArticle) -> list[str]:
        with blame_classifier(loaded.path, "predicting"):
            rows = check_probabilities(classifier.predict(article), article, labels)
        return [labels[i] for i in rows.argmax(axis=1).tolist()]

    return System(f"{loaded.name} {loaded.version}", loaded.source_sha256, predict)


def measure(system: System, pairs: Sequence[Pair], joined: Sequence[Pair]) -> dict[str, Any]:
    """The scores of a system over all pairs, over parts of them, and by kind; `joined` are the pairs on one line."""
    said = predict_pairs(system.predict, pairs)
    kinds = sorted({pair.differs_in for pair in pairs})
    parts = {
        "all": score(pairs, said),
        "label changes": score([pair for pair in pairs if not pair.has_same_label], said),
        "label stays": score([pair for pair in pairs if pair.has_same_label], said),
        "all, on one line": score(joined, predict_pairs(system.predict, joined)),
    }
    return {
        "system": system.name,
        "sha256": system.sha256,
        "predictions_sha256": hash_text("".join(f"{id_} {' '.join(said[id_])}\n" for id_ in sorted(said))),
        "parts": parts,
        "kinds": {kind: score([pair for pair in pairs if pair.differs_in == kind], said) for kind in kinds},
    }


def predict_pairs(predict: Predict, pairs: Sequence[Pair]) -> dict[str, list[str]]:
    """What is said of both versions of each pair, by its id."""
    return {pair.id: [predict(own.shown.article)[own.position] for own in pair.versions] for pair in pairs}


def score(pairs: Sequence[Pair], said: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Accuracy, consistency and, by label, what was said of the versions that have it."""
    right = {
        pair.id: [own.label == label for own, label in zip(pair.versions, said[pair.id], strict=True)] for pair in pairs
    }
    confusion: dict[str, Counter[str]] = {}
    for pair in pairs:
        for own, label in zip(pair.versions, said[pair.id], strict=True):
            confusion.setdefault(own.label, Counter())[label] += 1
    versions, both = sum(map(sum, right.values())), sum(map(all, right.values()))
    return {
        "pairs": len(pairs),
        "versions_right": versions,
        "pairs_right": both,
        "accuracy": describe_share(versions / 2, len(pairs)),
        "consistency": describe_share(both, len(pairs)),
        "confusion": {label: dict(sorted(own.items())) for label, own in sorted(confusion.items())},
    }


def describe_share(right: float, pairs: int) -> dict[str, Any]:
    """A share of pairs with Wilson's 95 % interval; None without pairs.

    A pair of which one version is right counts half for accuracy. The mean over two versions varies at most as much as
    a single yes or no with the same mean, so the interval is then rather too wide than too narrow.
    """
    if not pairs:
        return {"value": None, "bounds": None}
    return {
        "value": round(right / pairs, DECIMALS),
        "bounds": [round(bound, DECIMALS) for bound in find_wilson_interval(right / pairs, pairs)],
    }


def find_wilson_interval(share: float, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share of n (Wilson 1927, JASA 22:209); n is at least 1."""
    square = NORMAL_QUANTILE**2
    middle = share + square / (2 * n)
    half = NORMAL_QUANTILE * sqrt(share * (1 - share) / n + square / (4 * n * n))
    scale = 1 + square / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def list_shared(training: Release, pairs: Sequence[Pair]) -> list[str]:
    """The pairs of which a segment, or a neighbour, has eight words in a row from the collection's articles."""
    shown = tuple(own.shown for pair in pairs for own in pair.versions)
    shared = set(find_shared(training, replace(training, articles=shown)).segments)
    return [
        pair.id
        for pair in pairs
        if any(segment.id in shared for own in pair.versions for segment in own.shown.article.segments)
    ]


def measure_all(training: Release, chosen: Sequence[str]) -> dict[str, Any]:
    """The result: of the default model and the baselines, or of those that are chosen."""
    pairs, joined = read_pairs(), read_pairs(on_one_line=True)
    systems = []
    if not chosen or DEFAULT in chosen:
        systems.append(measure(open_default(load_default_model()), pairs, joined))
    for name in SYSTEMS:
        if not chosen or name in chosen:
            loaded = load_classifier(name, ROOT / "baselines")
            systems.append(measure(open_baseline(loaded, training), pairs, joined))
    manifest = training.manifest
    return {
        "pairs_sha256": hash_bytes(PAIRS.read_bytes()),
        "training": {"name": manifest.name, "version": manifest.version, "digest": manifest.digest},
        "shared": list_shared(training, pairs),
        "systems": systems,
    }


def render(result: dict[str, Any]) -> str:
    """A Markdown table, two rows for each part and each kind, a column per system; below it the worst kinds."""
    systems = result["systems"]
    rows = [
        [name if measure == "accuracy" else "", measure, *(show_share(one[measure]) for one in cells)]
        for name, cells in list_groups(systems)
        for measure in ("accuracy", "consistency")
    ]
    header = ["pairs that differ in", "", *(escape_inline(one["system"]) for one in systems)]
    shared = len(result["shared"])
    return "\n\n".join(
        [
            render_table(header, rows, numeric_from=2).rstrip("\n"),
            "\n".join(describe_worst(one) for one in systems),
            f"Pairs that have eight words in a row from the collection's articles: {shared or 'none'}.",
        ]
    )


def list_groups(systems: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The groups of pairs by their titles, each with what every system made of them; kinds from the hardest on."""
    first = systems[0]
    for part, own in first["parts"].items():
        yield f"**{part}** ({own['pairs']})", [one["parts"][part] for one in systems]
    for kind in sorted(
        first["kinds"], key=lambda kind: (sum(one["kinds"][kind]["pairs_right"] for one in systems), kind)
    ):
        pairs = first["kinds"][kind]["pairs"]
        yield f"{escape_inline(kind)} ({pairs})", [one["kinds"][kind] for one in systems]


def show_share(share: dict[str, Any]) -> str:
    """A share with its interval."""
    if share["value"] is None:
        return "–"
    low, high = share["bounds"]
    return f"{share['value']:.2f} [{low:.2f}, {high:.2f}]"


def describe_worst(system: dict[str, Any]) -> str:
    """A bullet with the kinds of which a system has the fewest pairs right, and what it takes for what in them."""
    kinds = system["kinds"]
    worst = sorted(
        kinds, key=lambda kind: (kinds[kind]["consistency"]["value"], kinds[kind]["accuracy"]["value"], kind)
    )
    shown = "; ".join(
        f"{escape_inline(kind)} ({kinds[kind]['pairs_right']} of {kinds[kind]['pairs']} pairs:"
        f" {describe_confusion(kinds[kind]['confusion'])})"
        for kind in worst[:WORST]
    )
    return f"- {escape_inline(system['system'])} is worst on {shown}."


def describe_confusion(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """The most frequent ways to be wrong."""
    wrong = [(-n, label, said) for label, own in confusion.items() for said, n in own.items() if said != label]
    named = [
        f"{escape_inline(label)} taken for {escape_inline(said)} {-n} ×"
        for n, label, said in sorted(wrong)[:CONFUSIONS]
    ]
    return ", ".join(named) or "nothing taken for anything else"


def list_stale(result: dict[str, Any], stored: dict[str, Any]) -> Iterator[str]:
    """What of a result the stored one has otherwise, or hasn't."""
    for key in ("pairs_sha256", "training", "shared"):
        if result[key] != stored[key]:
            yield key
    known = {one["system"]: one for one in stored["systems"]}
    for one in result["systems"]:
        if known.get(one["system"]) != one:
            yield one["system"]


def main() -> int:
    """Measure, and store or compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default="", help=f"of {', '.join((DEFAULT, *SYSTEMS))}; all by default")
    add_arguments(parser)
    arguments = parser.parse_args()
    chosen = [name for name in arguments.systems.split(",") if name]
    if unknown := set(chosen) - {DEFAULT, *SYSTEMS}:
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    result = json.loads(json.dumps(measure_all(load_dataset(COLLECTION), chosen)))
    return conclude(result, Kept(RESULT, render, list_stale), arguments)


if __name__ == "__main__":
    sys.exit(main())
