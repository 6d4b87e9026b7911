"""Labelling functions: their votes, summaries worked by hand, and the report of a classifier's functions."""

import json
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from corpus_kit import LabellingFunction, LabellingTable, cast_votes
from corpus_kit.build import BuildResult
from corpus_kit.classify import ABSTAIN, load_classifier, render_votes, report_votes, summarize_votes, votes_to_json
from corpus_kit.cli import app
from corpus_kit.errors import ClassifierError
from corpus_kit.model import SegmentedArticle
from tests.conftest import REPOSITORY
from tests.factories import make_article, make_release

A = ABSTAIN
LABELS = ("red", "green", "blue")


def make_function(name: str, label: str, word: str) -> LabellingFunction[SegmentedArticle]:
    """A function that votes where a segment has a word."""
    return LabellingFunction(
        name=name, label=label, meaning=f"has {word}", find=lambda article: [word in s.text for s in article.segments]
    )


def make_table(*functions: LabellingFunction[SegmentedArticle]) -> LabellingTable[SegmentedArticle]:
    """A table whose functions see the article itself."""
    return LabellingTable(make_view=lambda article: article, functions=functions)


TABLE = make_table(make_function("a", "blue", "a"), make_function("b", "red", "b"), make_function("x", "gone", "a"))


def test_votes_are_labels_or_abstentions() -> None:
    """A column per function whose label the scheme has, in the table's order; rows follow articles and segments."""
    articles = [make_article("one", ["a", "ab"]), make_article("none", []), make_article("two", ["c"])]
    votes = cast_votes(TABLE, articles, LABELS)
    assert votes.matrix.tolist() == [[2, A], [2, 0], [A, A]]
    assert votes.function_labels.tolist() == [2, 0]


def test_nothing_to_vote_on() -> None:
    """Without segments there are no rows, and without functions no columns."""
    assert cast_votes(TABLE, [], LABELS).matrix.shape == (0, 2)
    assert cast_votes(TABLE, [make_article("one", [])], LABELS).matrix.shape == (0, 2)
    assert cast_votes(make_table(), [make_article("one", ["a"])], LABELS).matrix.shape == (1, 0)


@pytest.mark.parametrize("found", [[True], [1, 0], [[True, False]], None, "no"])
def test_wrong_truth_values_are_refused(found: object) -> None:
    """What isn't a truth value per segment is refused by the function's name and the article's."""
    table = make_table(LabellingFunction(name="odd", label="red", meaning="odd", find=lambda _: found))  # type: ignore[arg-type, return-value]
    with pytest.raises(ClassifierError, match=r"'odd', article 'one': .* instead of 2 truth values"):
        cast_votes(table, [make_article("one", ["a", "b"])], LABELS)


def test_two_functions_of_one_name_are_refused() -> None:
    """A name means one function."""
    with pytest.raises(ClassifierError, match="several labelling functions are called 'a'"):
        make_table(make_function("a", "red", "a"), make_function("a", "blue", "b"))


def test_summaries_by_hand() -> None:
    """Of 4 segments: function 0 votes on 3, with another on 2, against another on 1, and is right on 2 of 2 known."""
    votes = [[0, 0, A], [0, 1, A], [0, A, A], [A, 1, A]]
    first, second, third = summarize_votes(votes, [0, 0, A, 1])
    assert first == (3, 3 / 4, 2 / 4, 1 / 4, 1.0, 2)
    assert second == (3, 3 / 4, 2 / 4, 1 / 4, 2 / 3, 3)
    assert third[:4] == (0, 0.0, 0.0, 0.0)
    assert isnan(third.accuracy)
    assert third.support == 0


def test_agreement_and_conflict_at_once() -> None:
    """A vote that one function shares and another contradicts counts as a conflict of all three."""
    assert [one.conflict for one in summarize_votes([[0, 0, 1]])] == [1.0, 1.0, 1.0]
    assert [one.conflict for one in summarize_votes([[0, 0, 0]])] == [0.0, 0.0, 0.0]


def test_summaries_of_nothing() -> None:
    """Without segments no fraction is known, without gold no accuracy, without functions there is no summary."""
    [empty] = summarize_votes(np.empty((0, 1), dtype=int))
    assert (empty.votes, empty.support) == (0, 0)
    assert all(isnan(value) for value in (empty.coverage, empty.overlap, empty.conflict, empty.accuracy))
    [one] = summarize_votes([[0]])
    assert (one.coverage, one.support) == (1.0, 0)
    assert isnan(one.accuracy)
    assert summarize_votes(np.empty((3, 0), dtype=int), [0, 1, 2]) == []


CLASSIFIER = """
from corpus_kit import LabellingFunction, LabellingTable

def find(number):
    return lambda article: [s.text.endswith(number) for s in article.segments]

class Classifier:
    labelling = LabellingTable(make_view=lambda article: article, functions=(
        LabellingFunction(name="zero|", label="red", meaning="ends in <b>0", find=find("0")),
        LabellingFunction(name="one", label="blue", meaning="ends in 1", find=find("1")),
        LabellingFunction(name="lost", label="opinion", meaning="has no label here", find=find("1")),
    ))
    def __init__(self, labels, seed=0): pass
    def fit(self, articles): pass
    def predict(self, article): pass
"""


def test_the_report_of_a_classifier(tmp_path: Path) -> None:
    """Each function is held against the labels; those without a label are named, markup is escaped, nan is null."""
    path = tmp_path / "mine.py"
    path.write_text(CLASSIFIER)
    release = make_release({"a": ["red", "red", "blue"], "b": ["red"]})
    report = report_votes(load_classifier(str(path), tmp_path), release)
    zero, one = report.functions
    assert zero.summary == (2, 2 / 4, 0.0, 0.0, 1.0, 2)
    assert one.summary[:5] == (1, 1 / 4, 0.0, 0.0, 0.0)
    assert 0.5 < zero.estimate < 1
    assert (report.segments, report.silent, report.without_label) == (4, 1, ("lost",))
    text = render_votes(report)
    assert "| zero\\| | red | ends in &lt;b>0 | 2 | 0.500 | 0.000 | 0.000 | 1.000 |" in text
    assert "the scheme lacks their label: lost." in text
    empty = votes_to_json(report_votes(load_classifier(str(path), tmp_path), make_release({"a": []})))
    assert json.loads(json.dumps(empty, allow_nan=False))["functions"][0]["coverage"] is None


def test_failures_are_blamed_on_the_file(tmp_path: Path) -> None:
    """A function that fails is an error with its file and line, and so is a classifier without functions."""
    path = tmp_path / "mine.py"
    path.write_text(CLASSIFIER.replace("s.text.endswith(number)", "s.nothing"))
    release = make_release({"a": ["red"], "b": ["red"]})
    with pytest.raises(ClassifierError, match="while voting: AttributeError") as caught:
        report_votes(load_classifier(str(path), tmp_path), release)
    assert (caught.value.path, caught.value.line) == (path, 5)
    path.write_text(CLASSIFIER.replace("labelling =", "other ="))
    with pytest.raises(ClassifierError, match="has no labelling functions"):
        report_votes(load_classifier(str(path), tmp_path), release)


def test_the_command(built: BuildResult) -> None:
    """`label-functions` prints a row per function of the rules, as text or JSON; other classifiers are refused."""
    given = ["--release", str(built.path), "--corpus", str(REPOSITORY)]
    runner = CliRunner()
    text, found, other = (
        runner.invoke(app, ["label-functions", *arguments, *given])
        for arguments in (["rules"], ["rules", "--json"], ["majority"])
    )
    assert text.exit_code == found.exit_code == 0
    functions = json.loads(found.stdout)["functions"]
    assert len(functions) == text.stdout.count("\n| ") - 2 > 30
    assert all(0 <= one["conflict"] <= one["overlap"] <= one["coverage"] <= 1 for one in functions)
    assert isinstance(other.exception, ClassifierError)
