"""How well systems do on data that they haven't learnt from, each system on each test set.

    python benchmarks/transfer.py [--data DIR] [--systems NAME,...] [--tests NAME,...] [--update] [--out FILE] [--check]

Every system of `baselines/` learns from the composed collection, and then from the five articles, and predicts each
test set, whose labels are mapped as `transfer_sets.py` says. A dataset that is learnt from is also predicted by leaving
out each of its folds, for comparison. Both releases have to be built. The public corpora are in the folder of `--data`,
or of the environment variable CORPUS_KIT_TEST_DATA; those that aren't there are left out, and so is a system that can't
run here, with the reason on standard error. Systems without training stand in the first part only.

The result has scores, supports and the digest of each system's predictions, and no text. With `--update` the cells that
were not measured now are those of the stored result, if it is of the same datasets. With `--check` nothing is
written, and the exit code is 3 where a cell differs from the stored one.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.kept import Kept, add_arguments, conclude  # noqa: E402
from benchmarks.transfer_sets import TEST_SETS, Test, measure_pages, open_corpus_test, open_test_set  # noqa: E402
from corpus_kit.canonical import hash_bytes  # noqa: E402
from corpus_kit.classify import Classifier, LoadedClassifier, load_classifier  # noqa: E402
from corpus_kit.errors import CorpusKitError  # noqa: E402
from corpus_kit.evaluate import (  # noqa: E402
    Execution,
    Interval,
    Prediction,
    evaluate_loao,
    find_shared,
    fit_classifier,
    format_predictions,
    load_dataset,
    make_mapping,
    predict_mapped,
    score_predictions,
)
from corpus_kit.markdown import count_of, escape_inline, render_table  # noqa: E402
from corpus_kit.release import Release  # noqa: E402

RESULT = ROOT / "benchmarks/results/transfer.json"
TRAINING = (ROOT / "seeds/composed", ROOT)
"""The corpora that are learnt from, and that are test sets themselves."""
DECIMALS = 6
WORKERS = 2
FEW, WEAKEST = 10, 2
"""Labels with fewer segments are not said to be weak; so many of the others are named per system."""


def measure(loaded: LoadedClassifier, training: Release, tests: Sequence[Test]) -> Iterator[dict[str, Any]]:
    """The cells of a system that learns from a dataset: each part of each test, the training dataset by its folds."""
    labels = training.scheme.labels
    classifier: Classifier | None = None
    for test in tests:
        if test.release.manifest.digest == training.manifest.digest:
            run = evaluate_loao(training, loaded, execution=Execution(workers=WORKERS))
            yield from make_cells(loaded, test, run.predictions, is_approximate=loaded.is_trained)
            continue
        classifier = classifier or fit_classifier(loaded, training.articles, labels)
        mapping = make_mapping(test.mapping, labels, test.release.scheme.labels)
        yield from make_cells(loaded, test, predict_mapped(classifier, loaded, test.release, mapping=mapping))


def make_cells(
    loaded: LoadedClassifier, test: Test, predictions: Sequence[Prediction], *, is_approximate: bool = False
) -> Iterator[dict[str, Any]]:
    """A cell per part of a test: metrics with their intervals, and the digest of all predictions for the test."""
    digest = hash_bytes(format_predictions(predictions))
    for part in test.parts:
        ids = {segment.id for one in part.release.articles for segment in one.article.segments}
        own = [one for one in predictions if one.id in ids]
        found = score_predictions(part.release, own, is_approximate=is_approximate).metrics
        yield {
            "system": f"{loaded.name} {loaded.version}",
            "test": test.name,
            "part": part.name,
            "predictions_sha256": digest,
            "metrics": {name: describe_interval(found[name]) for name in part.metrics},
        }


def describe_interval(interval: Interval) -> dict[str, Any]:
    """A score with its bounds, rounded; None is not known."""
    low, high = round(interval.low, DECIMALS), round(interval.high, DECIMALS)
    return {
        "value": None if isnan(interval.value) else round(interval.value, DECIMALS),
        "bounds": None if interval.reason else [low, high],
        "approximate": interval.is_approximate,
    }


def describe_test(test: Test, training: Sequence[Release]) -> dict[str, Any]:
    """What a test set is: its digest, its mapping, what it shares with training data, and the supports of its parts."""
    others = [one for one in training if one.manifest.digest != test.release.manifest.digest]
    return {
        "title": test.title,
        "digest": test.release.manifest.digest,
        "mapping": dict(test.mapping),
        "is_alone": test.is_alone,
        "shared": {one.manifest.name: len(find_shared(one, test.release).segments) for one in others},
        "parts": {
            part.name: {
                "articles": sum(bool(one.labels) for one in part.release.articles),
                "supports": {
                    label: sum(own.labels.count(label) for own in part.release.articles)
                    for label in part.release.scheme.labels
                },
            }
            for part in test.parts
        },
    }


def list_systems(chosen: Sequence[str]) -> Iterator[LoadedClassifier]:
    """The systems of `baselines/` by name; one that can't be loaded is left out with the reason."""
    for path in sorted((ROOT / "baselines").glob("*/classifier.py")):
        if chosen and path.parent.name not in chosen:
            continue
        try:
            yield load_classifier(path.parent.name, ROOT / "baselines")
        except CorpusKitError as e:
            print(f"left out: {path.parent.name}: {e}", file=sys.stderr)


def list_tests(training: Sequence[Release], data: Path | None, chosen: Sequence[str]) -> Iterator[Test]:
    """The test sets that are here: the training datasets themselves, then the public ones."""
    tests = [open_corpus_test(one) for one in training]
    yield from (test for test in tests if not chosen or test.name in chosen)
    for name, test_set in TEST_SETS.items():
        if chosen and name not in chosen:
            continue
        if data is None:
            print(f"left out: {name}: neither --data nor CORPUS_KIT_TEST_DATA names a folder", file=sys.stderr)
            continue
        try:
            yield open_test_set(name, test_set, data)
        except OSError as e:
            print(f"left out: {name}: {e.strerror}: {e.filename}", file=sys.stderr)


def measure_all(
    training: Sequence[Release], systems: Sequence[LoadedClassifier], tests: Sequence[Test]
) -> dict[str, Any]:
    """Every cell; a system that fails on some training data has none for them, with the reason on standard error."""
    groups = []
    for i, source in enumerate(training):
        cells: list[dict[str, Any]] = []
        for loaded in systems:
            if i and not loaded.is_trained:
                continue
            try:
                cells += list(measure(loaded, source, tests))
            except CorpusKitError as e:
                print(f"left out: {loaded.name} from {source.manifest.name}: {e}", file=sys.stderr)
        manifest = source.manifest
        learnt = {"name": manifest.name, "version": manifest.version, "digest": manifest.digest}
        groups.append({"training": learnt, "cells": cells})
    described = {test.name: describe_test(test, training) for test in tests}
    return {"tests": described, "pages": measure_pages(), "groups": groups}


def render(result: dict[str, Any]) -> str:
    """A Markdown table per training dataset: a row per test, part and metric, a column per system."""
    blocks = []
    for group in result["groups"]:
        learnt = group["training"]
        systems = sorted({cell["system"] for cell in group["cells"]})
        cells = {(cell["test"], cell["part"], cell["system"]): cell for cell in group["cells"]}
        rows = [
            [*row.titles, *(show_cell(cells.get((row.test, row.part, system)), row.metric) for system in systems)]
            for row in list_rows(result, group)
        ]
        header = ["tested on", "metric", *(escape_inline(system) for system in systems)]
        blocks.append(f"**Learnt from {learnt['name']} {learnt['version']}**")
        blocks.append(render_table(header, rows, numeric_from=2).rstrip("\n"))
        blocks.append("\n".join(filter(None, (describe_weakest(result, group, system) for system in systems))))
    shared = [
        f"{count} of {one['title']} with {name}"
        for one in result["tests"].values()
        for name, count in one["shared"].items()
        if count
    ]
    return "\n\n".join(
        [
            *filter(None, blocks),
            f"Segments that test and training share: {', '.join(shared) or 'none'}.",
            "The real pages: {pages} pages, {segments:,} segments; the two passes differ on {disputed} in label or "
            "attribution; Krippendorff's alpha of their labels is {alpha:.3f}.".format(**result["pages"]),
        ]
    )


class Row(NamedTuple):
    """What a row of a table is of, and its first two cells."""

    test: str
    part: str
    metric: str
    titles: tuple[str, str]


def list_rows(result: dict[str, Any], group: dict[str, Any]) -> Iterator[Row]:
    """The rows of a group's table."""
    for test, own in result["tests"].items():
        is_training = own["digest"] == group["training"]["digest"]
        for part, size in own["parts"].items():
            metrics: dict[str, Any] = next(
                (c["metrics"] for c in group["cells"] if (c["test"], c["part"]) == (test, part)), {}
            )
            where = "" if part == "all" else f", lines {part}"
            where += ", each fold left out" if is_training else ""
            for i, metric in enumerate(metrics):
                label = metric.removeprefix("f1[").removesuffix("]")
                n = f" (n = {size['supports'][label]})" if label in size["supports"] else ""
                alone = ", each sentence alone" if own["is_alone"] else ""
                title = f"{own['title']}{where}{alone}: {count_of(size['articles'], 'article')}" if not i else ""
                yield Row(test, part, metric, (escape_inline(title), escape_inline(metric) + n))


def show_cell(cell: dict[str, Any] | None, metric: str) -> str:
    """A score with its interval."""
    if cell is None or cell["metrics"][metric]["value"] is None:
        return "–"
    found = cell["metrics"][metric]
    bounds = "–" if found["bounds"] is None else ", ".join(f"{bound:.2f}" for bound in found["bounds"])
    return f"{found['value']:.3f} [{bounds}]" + (" ≈" if found["approximate"] else "")


def describe_weakest(result: dict[str, Any], group: dict[str, Any], system: str) -> str:
    """A bullet with the labels on which a system is worst, on data that it hasn't learnt from."""
    found = []
    for cell in group["cells"]:
        own = result["tests"][cell["test"]]
        supports = own["parts"][cell["part"]]["supports"]
        if cell["system"] != system or own["digest"] == group["training"]["digest"]:
            continue
        where = own["title"] + ("" if cell["part"] == "all" else f", lines {cell['part']}")
        for metric, one in cell["metrics"].items():
            label = metric.removeprefix("f1[").removesuffix("]")
            if supports.get(label, 0) >= FEW and one["value"] is not None:
                found.append((one["value"], f"{escape_inline(label)} in {escape_inline(where)} ({one['value']:.3f})"))
    shown = "; ".join(text for _, text in sorted(found)[:WEAKEST])
    return f"- {escape_inline(system)} is weakest on {shown}." if shown else ""


def list_stale(result: dict[str, Any], stored: dict[str, Any]) -> Iterator[str]:
    """The cells and test sets of a result that the stored one has otherwise, or hasn't."""
    for test, own in result["tests"].items():
        if stored["tests"].get(test) != own:
            yield f"test set {test}"
    if stored.get("pages") != result["pages"]:
        yield "the labels of real pages"
    known = {group["training"]["digest"]: group["cells"] for group in stored["groups"]}
    for group in result["groups"]:
        for cell in group["cells"]:
            if cell not in known.get(group["training"]["digest"], []):
                yield f"{group['training']['name']}: {cell['system']} on {cell['test']}, {cell['part']}"


def list_other_data(stored: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    """The data of which the stored result is not: test sets, the labels of real pages, training datasets."""
    yield from (test for test, own in result["tests"].items() if stored["tests"].get(test, own) != own)
    if stored["pages"] != result["pages"]:
        yield "the labels of real pages"
    known = [group["training"] for group in stored["groups"]]
    yield from (group["training"]["name"] for group in result["groups"] if group["training"] not in known)


def update_result(stored: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """The stored result, of the same data, with the cells of a new one in the place of its own.

    Stored cells of another version of a system that was measured are dropped.
    """
    olds = {group["training"]["digest"]: group["cells"] for group in stored["groups"]}
    groups = []
    for group in result["groups"]:
        measured = {cell["system"].rpartition(" ")[0]: cell["system"] for cell in group["cells"]}
        cells = {
            (cell["system"], cell["test"], cell["part"]): cell
            for cell in (*olds[group["training"]["digest"]], *group["cells"])
            if measured.get(cell["system"].rpartition(" ")[0], cell["system"]) == cell["system"]
        }
        groups.append({**group, "cells": sorted(cells.values(), key=lambda cell: cell["system"])})
    return {**result, "tests": {**stored["tests"], **result["tests"]}, "groups": groups}


def main() -> int:
    """Measure, and store or compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = os.environ.get("CORPUS_KIT_TEST_DATA")
    parser.add_argument("--data", type=Path, default=Path(known) if known else None, help="the public corpora")
    parser.add_argument("--systems", default="", help="folders of baselines/; all by default")
    parser.add_argument("--tests", default="", help="test sets by name; all by default")
    parser.add_argument("--update", action="store_true", help="take what isn't measured from the stored result")
    add_arguments(parser)
    arguments = parser.parse_args()
    systems, tests = ([name for name in own.split(",") if name] for own in (arguments.systems, arguments.tests))
    training = [load_dataset(folder) for folder in TRAINING]
    opened = list(list_tests(training, arguments.data, tests))
    stored: dict[str, Any] = json.loads(RESULT.read_text("utf-8")) if arguments.update else {}
    if arguments.update and (other := list(list_other_data(stored, measure_all(training, [], opened)))):
        print(f"--update: the stored result is of other data: {', '.join(other)}", file=sys.stderr)
        return 1
    result = measure_all(training, list(list_systems(systems)), opened)
    if arguments.update:
        result = update_result(stored, result)
    return conclude(result, Kept(RESULT, render, list_stale), arguments)


if __name__ == "__main__":
    sys.exit(main())
