"""What classifiers cost: sizes, usage, and the section of the board that no check compares."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from corpus_kit.classify import Usage, adapt_pipeline, add_usages, measure_bytes
from corpus_kit.errors import ClassifierError
from corpus_kit.evaluate import Execution, check_leaderboard, read_record, run_baseline, write_leaderboard
from corpus_kit.evaluate.record import ResultRecord
from corpus_kit.model import LabelledArticle
from corpus_kit.release import Release
from tests.factories import BASELINES, make_article, make_release


class Holder:
    """Holds whatever it is given."""

    def __init__(self, **held: object) -> None:
        self.__dict__.update(held)


class Slotted:
    """Has no `__dict__`; `unset` has no value."""

    __slots__ = ("rows", "unset")

    def __init__(self) -> None:
        self.rows = np.zeros(4)


@pytest.mark.parametrize(
    ("held", "size"),
    [
        ({}, 0),
        ({"rows": np.zeros((3, 2))}, 48),
        ({"rows": np.zeros(5, np.float32), "name": "é"}, 22),
        ({"vocabulary": {"ab": 1, "cde": 2}}, 5 + 2 * 8),
        ({"sparse": csr_matrix(np.eye(2))}, 2 * 8 + 2 * 4 + 3 * 4 + 2 * 8),
        ({"same": [rows := np.zeros(2), rows], "counts": [1, 1]}, 32),
        ({"objects": np.array(["ab", None], dtype=object)}, 16 + 2),
        ({"code": np.sin, "kind": Holder, "module": np, "none": None}, 0),
        ({"slotted": Slotted()}, 32),
        ({"parts": (1, 2.5, True, b"abc", frozenset({"x"}))}, 3 * 8 + 3 + 1),
    ],
    ids=["nothing", "array", "text", "mapping", "sparse", "shared", "objects", "code", "slots", "parts"],
)
def test_sizes_by_hand(held: dict[str, object], size: int) -> None:
    """Arrays by their bytes, once each; texts in UTF-8 and other numbers by 8 wherever they stand; code is nothing."""
    assert measure_bytes(Holder(**held)) >= size
    if "sparse" not in held:  # scipy keeps small things of its own beside the three arrays
        assert measure_bytes(Holder(**held)) == size


def test_cycles_end() -> None:
    """An object that holds itself is counted once."""
    holder = Holder(rows=np.zeros(3))
    holder.__dict__["me"] = holder
    assert measure_bytes(holder) == 24


@pytest.mark.parametrize(("said", "size"), [(7, 7), (None, None), (-1, None), (True, None), ("7", None)])
def test_a_size_of_its_own(said: object, size: int | None) -> None:
    """A classifier's own method is asked; what is no number of bytes is not known."""
    assert measure_bytes(type("Own", (), {"measure_bytes": lambda _: said})()) == size


def test_a_trained_pipeline_is_larger() -> None:
    """Learning makes a classifier larger by at least its vocabulary and its table of word counts."""
    classifier = adapt_pipeline(make_pipeline(CountVectorizer(), MultinomialNB()), ("x", "y"))
    before = measure_bytes(classifier)
    words = ["ferry", "crane", "herring"]
    article = make_article("a", words)
    classifier.fit([LabelledArticle(article=article, labels=("x", "y", "x"), fold=0)])
    after = measure_bytes(classifier)
    assert before is not None
    assert after is not None
    assert after - before >= sum(map(len, words)) + 2 * 3 * 8


def test_usages_add_up() -> None:
    """Sums of everything but the slowest request; a cost is known only where each is."""
    one = Usage(model="m", requests=2, cached=1, prompt_tokens=10, request_s=1.5, slowest_s=1.0, cost=0.5, abstained=1)
    two = Usage(model="m", requests=1, completion_tokens=4, request_s=0.5, slowest_s=0.5, cost=0.25)
    assert add_usages([one, None, two]) == Usage(
        model="m",
        requests=3,
        cached=1,
        prompt_tokens=10,
        completion_tokens=4,
        request_s=2.0,
        slowest_s=1.0,
        cost=0.75,
        abstained=1,
    )
    unpriced = add_usages([one, Usage(model="n")])
    assert unpriced is not None
    assert (unpriced.cost, unpriced.model) == (None, "m, n")
    assert add_usages([None]) is None


@pytest.fixture(scope="module")
def release() -> Release:
    """Two articles with five segments."""
    return make_release({"a": ["red", "green", "red"], "b": ["blue", "red"]})


METERED = """
from corpus_kit.classify import Usage
import numpy as np

class Classifier:
    is_trained = False
    def __init__(self, labels, seed=0):
        self.labels, self.usage = labels, Usage(model="<m>", requests=2, prompt_tokens=7, request_s=0.5, cost=0.125)
    def fit(self, articles): ...
    def predict(self, article): return np.full((len(article.segments), 3), 1 / 3)
    def measure_bytes(self): return 12345
"""


def run_timed(name: str, release: Release, folder: Path, source: str) -> ResultRecord:
    """The stored record of a classifier whose every step takes a second."""
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "classifier.py").write_text(source, "utf-8")
    ticks = iter(range(100))
    return read_record(run_baseline(name, release, folder, execution=Execution(clock=lambda: next(ticks))).record_path)


def test_the_board_shows_costs(release: Release, tmp_path: Path) -> None:
    """A row per system by its record; other numbers there are no difference, another system or note is."""
    majority = (BASELINES / "majority/classifier.py").read_text("utf-8")
    timing = run_timed("majority", release, tmp_path, majority).timing
    assert timing is not None
    assert timing.model_bytes is not None
    assert timing.model_bytes >= 3 * 8
    asked = run_timed("asked", release, tmp_path, METERED).timing
    assert asked is not None
    assert asked.usage is not None
    assert (asked.model_bytes, asked.usage.requests, asked.usage.cost) == (12345, 4, 0.25)
    path = tmp_path / "LEADERBOARD.md"
    write_leaderboard(tmp_path, release, path)
    text = path.read_text("utf-8")
    head, _, cost = text.partition("\n## Cost\n")
    assert "| majority 1 | 2.000 | 2 | " in cost  # five segments in two seconds
    assert "| asked 1 | 2.000 | 5 | 12.3 | 4 | 14 | 0.2500 | 0.000 | 0 |" in cost  # in one second of requests
    assert check_leaderboard(tmp_path, release, path) == []
    path.write_text(text.replace("| 0.2500 |", "| 99.9 |").replace("| 12.3 |", "| – |"), "utf-8")
    assert check_leaderboard(tmp_path, release, path) == []
    for changed in (
        text.replace("| asked 1 | 2.000", "| other 1 | 2.000"),
        text.replace("can't be computed again", "are right"),
        re.sub(r"\| majority 1 \| 2\.000.*\n", "", text),
        head.replace("[", "[9", 1) + "\n## Cost\n" + cost,
    ):
        assert changed != text
        path.write_text(changed, "utf-8")
        assert check_leaderboard(tmp_path, release, path) != []


def test_records_without_a_size(release: Release, tmp_path: Path) -> None:
    """A record from before sizes were measured is read, and the next run of the same result adds the size to it."""
    source = (BASELINES / "majority/classifier.py").read_text("utf-8")
    run_timed("majority", release, tmp_path, source)
    path = tmp_path / "majority/1.0.0/loao.json"
    text = re.sub(r',\n *"model_bytes": \d+,\n *"usage": null', "", path.read_text("utf-8"))
    assert "model_bytes" not in text
    path.write_text(text, "utf-8")
    stored = read_record(path).timing
    assert stored is not None
    assert (stored.model_bytes, stored.usage) == (None, None)
    again = run_timed("majority", release, tmp_path, source).timing
    assert again is not None
    assert again.model_bytes is not None


def test_a_size_that_fails(release: Release, tmp_path: Path) -> None:
    """What a classifier raises while it is measured is put down to it."""
    with pytest.raises(ClassifierError, match="failed while being measured: ZeroDivisionError") as caught:
        run_timed("asked", release, tmp_path, METERED.replace("return 12345", "return 1 / 0"))
    assert caught.value.line == METERED.count("\n")
