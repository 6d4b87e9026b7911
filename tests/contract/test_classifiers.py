"""What every classifier keeps to: the baselines that are there, and a pipeline that was adapted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from corpus_kit.classify import Classifier, adapt_pipeline, check_probabilities, load_classifier
from corpus_kit.errors import ClassifierError, UnknownName
from corpus_kit.evaluate import evaluate_loao
from corpus_kit.model import LabelledArticle, SegmentedArticle
from tests.factories import BASELINES, make_article, make_release

LABELS = ("fact", "quote", "opinion", "boilerplate")
TRAINING = (
    LabelledArticle(
        article=make_article(
            "one",
            [
                "Ferry fares to rise",
                "By Ines Holm",
                "Fares rise by a tenth on Friday.",
                "“A disgrace,” the mayor said.",
            ],
        ),
        labels=("fact", "boilerplate", "fact", "quote"),
        fold=0,
    ),
    LabelledArticle(
        article=make_article(
            "two", ["Crane sold", "The crane was sold.", "The council should have kept it.", "Sign up for our letter"]
        ),
        labels=("fact", "fact", "opinion", "boilerplate"),
        fold=1,
    ),
    LabelledArticle(article=make_article("empty", []), labels=(), fold=2),
)
UNSEEN = make_article(
    "three",
    [
        "Herring return",
        "“They came at dawn,” she said. 🐟",
        "“They came",
        "at dawn.”",
        "*",
        "Who knew?",
        "\u202e\u0301",
    ],
)
ONE = make_article("four", ["Only this."])
NONE = make_article("five", [])

Make = Callable[[tuple[str, ...]], Classifier]
NAMES = sorted(path.parent.name for path in BASELINES.glob("*/classifier.py"))
SUBJECTS: dict[str, Make] = {
    name: lambda labels, name=name: load_classifier(name, BASELINES).make(labels, 0)  # type: ignore[misc]
    for name in NAMES
}
SUBJECTS["adapted with probabilities"] = lambda labels: adapt_pipeline(
    make_pipeline(CountVectorizer(token_pattern=r"\S+"), MultinomialNB()), labels
)
SUBJECTS["adapted without probabilities"] = lambda labels: adapt_pipeline(
    make_pipeline(CountVectorizer(token_pattern=r"\S+"), LinearSVC(random_state=0)), labels
)


def make_documented(labels: tuple[str, ...], page: str = "evaluation.md") -> Classifier:
    """The example that a page of docs/ shows."""
    text = (BASELINES.parent / "docs" / page).read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(text.split("```python\n", 1)[1].split("```", 1)[0], names)
    made: Classifier = names["Classifier"](labels, seed=0)
    return made


SUBJECTS["documented"] = make_documented
SUBJECTS["documented rules"] = lambda labels: make_documented(labels, "labelling.md")


@pytest.fixture(params=sorted(SUBJECTS))
def make(request: pytest.FixtureRequest) -> Make:
    """A maker of each classifier in turn."""
    return SUBJECTS[request.param]


def fit(make: Make, labels: tuple[str, ...] = LABELS) -> Classifier:
    """A classifier that was trained on the training articles."""
    classifier = make(labels)
    classifier.fit(TRAINING)
    return classifier


def test_the_baselines_are_there() -> None:
    """The three baselines are among the subjects."""
    assert {"majority", "rules", "tfidf_logreg"} <= set(NAMES)


@pytest.mark.parametrize("article", [UNSEEN, ONE, TRAINING[0].article], ids=lambda article: article.id)
def test_rows_are_distributions(make: Make, article: SegmentedArticle) -> None:
    """Each segment gets a row of probabilities, one per label, with the sum 1; an article may have a single segment."""
    rows = fit(make).predict(article)
    assert check_probabilities(rows, article, LABELS).shape == (len(article.segments), len(LABELS))


def test_no_segments(make: Make) -> None:
    """An article without segments gets no rows, and still as many columns as there are labels."""
    assert fit(make).predict(NONE).shape == (0, len(LABELS))


def test_same_again(make: Make) -> None:
    """Two classifiers with the same training and seed say the same, to the last bit."""
    np.testing.assert_array_equal(fit(make).predict(UNSEEN), fit(make).predict(UNSEEN))


def test_predicting_leaves_no_trace(make: Make) -> None:
    """What is said of an article doesn't depend on the articles that were predicted before."""
    fresh, used = fit(make), fit(make)
    for article in (ONE, NONE, TRAINING[1].article, UNSEEN):
        used.predict(article)
    np.testing.assert_array_equal(used.predict(UNSEEN), fresh.predict(UNSEEN))


def test_fitting_again_forgets(make: Make) -> None:
    """A second training replaces the first."""
    again = make(LABELS)
    again.fit(TRAINING[:1])
    again.fit(TRAINING)
    np.testing.assert_array_equal(again.predict(UNSEEN), fit(make).predict(UNSEEN))


@pytest.mark.parametrize(
    "training", [(), TRAINING[2:], (LabelledArticle(article=ONE, labels=("quote",), fold=0),)], ids=len
)
def test_little_training(make: Make, training: tuple[LabelledArticle, ...]) -> None:
    """No training articles, none with segments, or a single label among them are no errors."""
    classifier = make(LABELS)
    classifier.fit(training)
    check_probabilities(classifier.predict(UNSEEN), UNSEEN, LABELS)


def test_columns_follow_the_scheme(make: Make) -> None:
    """The order of the labels is the order of the columns."""
    turned = LABELS[::-1]
    np.testing.assert_allclose(fit(make, turned).predict(UNSEEN), fit(make).predict(UNSEEN)[:, ::-1])


@pytest.mark.parametrize("name", NAMES)
def test_other_labels(name: str) -> None:
    """A baseline runs on a scheme with none of the labels of news, and through the whole protocol."""
    release = make_release({"a": ["red", "red", "blue"], "b": ["red", "green"], "c": ["blue"]})
    run = evaluate_loao(release, load_classifier(name, BASELINES))
    assert len(run.predictions) == 6


def test_rules_without_some_labels() -> None:
    """The rules fall back to what the scheme has: without opinion, a judgement is a fact."""
    labels = ("fact", "quote")
    article = make_article("a", ["The council should have kept it.", "“We sail at noon,” the harbour master said."])
    rows = load_classifier("rules", BASELINES).make(labels, 0).predict(article)
    assert [labels[i] for i in rows.argmax(axis=1)] == ["fact", "quote"]


def test_rules_on_the_examples_of_the_guidelines() -> None:
    """The rules get plain examples of each label right."""
    examples = {
        "Herring return to the bay": "fact",
        "Get the Harbour Letter in your inbox every Friday": "boilerplate",
        "By Ines Holm": "boilerplate",
        "Monday 3 March, 07:10": "boilerplate",
        "“We sail at noon,” the harbour master said.": "quote",
        "Erik “the Gull” Sand sold the crane in March.": "fact",
        "The council should have seen this coming.": "opinion",
        "The port said that the ferry should sail at noon.": "fact",
        "What happens next": "boilerplate",
        "*": "boilerplate",
    }
    rows = load_classifier("rules", BASELINES).make(LABELS, 0).predict(make_article("a", list(examples)))
    assert dict(zip(examples, (LABELS[i] for i in rows.argmax(axis=1)), strict=True)) == examples


def test_rules_learn_without_labels() -> None:
    """The rules learn something from the training articles, and the same whatever the labels of those are."""
    mislabelled = [
        LabelledArticle(article=one.article, labels=("quote",) * len(one.labels), fold=one.fold) for one in TRAINING
    ]
    fresh, right, wrong = (load_classifier("rules", BASELINES).make(LABELS, 0) for _ in range(3))
    right.fit(TRAINING)
    wrong.fit(mislabelled)
    np.testing.assert_array_equal(right.predict(UNSEEN), wrong.predict(UNSEEN))
    assert not np.allclose(right.predict(UNSEEN), fresh.predict(UNSEEN))


def test_adapted_pipeline_is_cloned() -> None:
    """The pipeline that was handed over is not trained itself, and an absent label has probability 0."""
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB())
    classifier = adapt_pipeline(pipeline, LABELS)
    classifier.fit(TRAINING[:1])
    assert not hasattr(pipeline[-1], "classes_")
    assert classifier.predict(UNSEEN)[:, LABELS.index("opinion")].tolist() == [0] * len(UNSEEN.segments)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1.0, 0.0]], r"article 'two rows': probabilities of shape \(1, 2\) instead of \(2, 2\)"),
        ([[1.0, 0.0], [0.5, 0.6]], "article 'two rows', row 1: the sum is not 1"),
        ([[1.5, -0.5], [0.5, 0.5]], "row 0: a value is negative"),
        ([[1.0, 0.0], [float("nan"), 1.0]], "row 1: a value is negative or not finite"),
        ([[1.0, 0.0], [float("inf"), 0.0]], "row 1: a value is negative or not finite"),
        ([[1.0], [0.5, 0.5]], "not an array of numbers"),
        ([["a", "b"], ["c", "d"]], "not an array of numbers"),
        (None, "article 'two rows'"),
    ],
)
def test_what_is_refused(rows: object, said: str) -> None:
    """Whatever is no array of distributions is refused by article and row."""
    with pytest.raises(ClassifierError, match=said):
        check_probabilities(rows, make_article("two rows", ["a", "b"]), ("x", "y"))  # type: ignore[arg-type]


def test_unknown_baseline() -> None:
    """A name without a folder is refused with those that have one; a path is no name."""
    with pytest.raises(UnknownName, match="Did you mean 'majority'"):
        load_classifier("majorty", BASELINES)
    with pytest.raises(UnknownName):
        load_classifier("../baselines/majority", BASELINES)


def test_names_and_attributes(tmp_path: Path) -> None:
    """A file is named after itself or, called classifier.py, after its folder; version and is_trained have defaults."""
    source = "class Classifier:\n    def __init__(self, labels, seed=0): pass\n    fit = predict = print\n"
    (tmp_path / "mine").mkdir()
    for path, name in ((tmp_path / "mine" / "classifier.py", "mine"), (tmp_path / "other.py", "other")):
        path.write_text(source)
        loaded = load_classifier(str(path), tmp_path)
        assert (loaded.name, loaded.version, loaded.is_trained, len(loaded.source_sha256)) == (name, "1", True, 64)
    assert load_classifier("mine", tmp_path).path == tmp_path / "mine" / "classifier.py"
    untrained = tmp_path / "untrained.py"
    untrained.write_text(source + "    is_trained = False\n")
    assert not load_classifier(str(untrained), tmp_path).is_trained
    assert not list(tmp_path.rglob("*.pyc"))


HEAD = "class Classifier:\n    def __init__(self, labels, seed=0): "


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("x = 1\nimport no_such_module_at_all\n", 2, "ModuleNotFoundError: No module named"),
        ("def f():\n    return 1 / 0\nf()\n", 2, "ZeroDivisionError"),
        ("x = 1\nif x\n    pass\n", 2, "SyntaxError: expected ':'"),
        ("import sys\n\nsys.exit(3)\n", 3, "SystemExit: 3"),
        ("x = 1\n", None, "defines no class Classifier with fit and predict"),
        ("Classifier = 1\n", None, "defines no class Classifier"),
        ("class Classifier:\n    def fit(self, articles): pass\n", None, "defines no class Classifier"),
        (HEAD + "pass\n    fit = predict = print\n    version = 1\n", None, "Classifier.version is a str"),
        (HEAD + "pass\n    fit = predict = print\n    is_trained = 'no'\n", None, "is_trained a bool"),
        (HEAD + "pass\n    fit = predict = print\n    libraries = 'torch'\n", None, "libraries is a tuple of names"),
        ("x = '\udcff'".encode("utf-8", "surrogateescape").decode("latin-1"), None, "defines no class"),
    ],
)
def test_files_that_fail(tmp_path: Path, source: str, line: int | None, said: str) -> None:
    """A file that can't be executed, or defines no classifier, is refused with the line at fault."""
    path = tmp_path / "bad.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(ClassifierError, match=said) as caught:
        load_classifier(str(path), tmp_path)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_no_such_file(tmp_path: Path) -> None:
    """A file that isn't there is a ClassifierError."""
    with pytest.raises(ClassifierError, match="can't be read"):
        load_classifier(str(tmp_path / "none.py"), tmp_path)


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("1 / 0\n", 2, "while being made: ZeroDivisionError"),
        (
            "pass\n    def fit(self, a):\n        raise KeyError(1)\n    def predict(self, a): ...\n",
            4,
            "while learning",
        ),
        (
            "pass\n    def fit(self, a): ...\n    def predict(self, a):\n        return a.labels\n",
            5,
            "while predicting",
        ),
        ("pass\n    def fit(self, a): ...\n    def predict(self, a): return [[1]]\n", None, "shape"),
    ],
)
def test_classifiers_that_fail(tmp_path: Path, body: str, line: int | None, said: str) -> None:
    """What fails while it is made, learns or predicts is blamed by line; there are no labels to predict from."""
    path = tmp_path / "bad.py"
    path.write_text(HEAD + body + ("" if "def fit" in body else "    fit = predict = print\n"))
    release = make_release({"a": ["red", "red"], "b": ["blue"]})
    with pytest.raises(ClassifierError, match=said) as caught:
        evaluate_loao(release, load_classifier(str(path), tmp_path))
    assert caught.value.line == line
