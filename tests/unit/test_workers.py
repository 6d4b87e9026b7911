"""Folds in worker processes: the same predictions, and failures that are blamed where they are."""

from pathlib import Path

import pytest

from corpus_kit.build import BuildResult
from corpus_kit.classify import load_classifier
from corpus_kit.errors import ClassifierError
from corpus_kit.evaluate import Execution, evaluate_loao, format_predictions
from corpus_kit.release import load_release
from tests.factories import BASELINES, make_release

HEAD = "import os\nclass Classifier:\n    def __init__(self, labels, seed=0): pass\n    def fit(self, articles):\n"


DRAWS = """
import numpy as np

class Classifier:
    def __init__(self, labels, seed=0):
        self.size, self.rng = len(labels), np.random.default_rng(seed)

    def fit(self, articles):
        self.weights = self.rng.random(self.size) * len(articles)

    def predict(self, article):
        rows = self.rng.random((len(article.segments), self.size)) + self.weights
        return rows / rows.sum(axis=1, keepdims=True)
"""


def test_the_same_predictions_from_one_and_two_processes(built: BuildResult, tmp_path: Path) -> None:
    """Two workers give a classifier that draws at random the same seed, and so the bytes that one process gives."""
    (tmp_path / "draws.py").write_text(DRAWS)
    release, loaded = load_release(built.path), load_classifier(str(tmp_path / "draws.py"), tmp_path)
    told: list[tuple[int, int]] = []
    execution = Execution(workers=2, progress=lambda *fold: told.append(fold))
    one, two = evaluate_loao(release, loaded, 7), evaluate_loao(release, loaded, 7, execution=execution)
    assert one == two
    assert format_predictions(one.predictions) == format_predictions(two.predictions)
    assert one != evaluate_loao(release, loaded, 8)
    assert told == [(i, 5) for i in range(1, 6)]


@pytest.mark.parametrize(("body", "said"), [("1 / 0", "failed while learning: Zero"), ("os._exit(3)", "process died")])
def test_a_worker_that_fails(tmp_path: Path, body: str, said: str) -> None:
    """What fails in a worker is blamed on its file and line as in one process; a worker's death is an error too."""
    path = tmp_path / "bad.py"
    path.write_text(f"{HEAD}        {body}\n    predict = fit\n")
    release = make_release({"a": ["red"], "b": ["blue"]})
    with pytest.raises(ClassifierError, match=said) as caught:
        evaluate_loao(release, load_classifier(str(path), tmp_path), execution=Execution(workers=2))
    assert (caught.value.path, caught.value.line) == (path, None if "died" in said else 5)


def test_a_classifier_that_is_changed_meanwhile(tmp_path: Path) -> None:
    """A worker runs no other code than what was loaded, and digested, before."""
    path = tmp_path / "mine.py"
    path.write_bytes((BASELINES / "majority/classifier.py").read_bytes())
    loaded = load_classifier(str(path), tmp_path)
    path.write_text(path.read_text() + "# changed\n")
    with pytest.raises(ClassifierError, match="was changed while it was evaluated"):
        evaluate_loao(make_release({"a": ["red"], "b": ["blue"]}), loaded, execution=Execution(workers=2))
