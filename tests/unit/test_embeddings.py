"""Embeddings of segments and neighbours, with a model made on the spot."""

from pathlib import Path

import numpy as np
import pytest

from corpus_kit.classify import EmbeddingClassifier
from corpus_kit.classify.embeddings import average_neighbours
from corpus_kit.classify.encoders import load_encoder
from corpus_kit.errors import ClassifierError
from corpus_kit.model import LabelledArticle
from tests.embedding_models import make_static_model
from tests.factories import LABELS, make_article

COLOURS = {"red": "rose ruby fire", "green": "leaf moss grass", "blue": "sea sky ice"}
WORDS = ["a", "the", "and", *" ".join(COLOURS.values()).split()]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of model2vec."""
    return make_static_model(tmp_path_factory.mktemp("model"), WORDS)


def write_articles(*, sees_itself: bool) -> list[LabelledArticle]:
    """Articles in which a segment's own word, or the word of the one before it, says its label."""
    random = np.random.default_rng(1)
    articles = []
    for number in range(8):
        labels = [LABELS[i] for i in random.integers(0, 3, 12)]
        said = [f"the {random.choice(COLOURS[label].split())}" for label in labels]
        texts = said if sees_itself else [text for own in said for text in (own, "and")]
        own = labels if sees_itself else [label for label in labels for label in (label, label)]
        articles.append(LabelledArticle(article=make_article(f"a{number}", texts), labels=tuple(own), fold=number))
    return articles


def measure_accuracy(classifier: EmbeddingClassifier, articles: list[LabelledArticle]) -> float:
    """The share of right labels in the last two articles after learning from the others."""
    classifier.fit(articles[:-2])
    right = [
        LABELS[int(row.argmax())] == label
        for labelled in articles[-2:]
        for row, label in zip(classifier.predict(labelled.article), labelled.labels, strict=True)
    ]
    return sum(right) / len(right)


def test_it_learns(model: Path) -> None:
    """Words that say the label are learnt, from a segment itself and from the one beside it."""
    own = write_articles(sees_itself=True)
    assert measure_accuracy(EmbeddingClassifier(LABELS, path=model), own) > 0.95
    beside = write_articles(sees_itself=False)
    assert measure_accuracy(EmbeddingClassifier(LABELS, path=model), beside) > 0.7
    assert measure_accuracy(EmbeddingClassifier(LABELS, path=model, has_neighbours=False), beside) < 0.7


def test_neighbours_by_hand() -> None:
    """The mean of the two neighbours, of the one that there is, or nothing."""
    rows = np.array([[1.0, 0.0], [3.0, 2.0], [5.0, 4.0]])
    np.testing.assert_array_equal(average_neighbours(rows), [[3, 2], [3, 2], [3, 2]])
    np.testing.assert_array_equal(average_neighbours(rows[:1]), [[0, 0]])
    assert average_neighbours(rows[:0]).shape == (0, 2)


def test_neighbours_are_of_the_same_article(model: Path) -> None:
    """No vector of one article is in the features of another, whatever stands between them."""
    classifier = EmbeddingClassifier(LABELS, path=model)
    articles = [make_article("a", ["rose", "sea"]), make_article("none", []), make_article("b", ["leaf", "ice"])]
    both = classifier._find_features(articles)
    single = np.concatenate([classifier._find_features([own]) for own in (articles[0], articles[2])])
    np.testing.assert_array_equal(both, single)


def test_its_size(model: Path) -> None:
    """The size is the table of vectors, and after learning the regression as well."""
    classifier = EmbeddingClassifier(LABELS, path=model)
    table = (len(WORDS) + 1) * 48 * 4
    assert classifier.measure_bytes() == table
    classifier.fit(write_articles(sees_itself=True))
    assert table + 3 * 96 * 8 < classifier.measure_bytes() < table + 10_000


def test_where_the_model_is(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument is first, then the variable; neither, or no folder, is an error that says what to do."""
    monkeypatch.delenv("CORPUS_KIT_EMBEDDINGS", raising=False)
    with pytest.raises(ClassifierError, match=r"no embedding model is named. Set CORPUS_KIT_EMBEDDINGS"):
        EmbeddingClassifier(LABELS)
    monkeypatch.setenv("CORPUS_KIT_EMBEDDINGS", str(model))
    assert EmbeddingClassifier(LABELS).encoder.encode(["rose"]).shape == (1, 48)
    for path in (tmp_path / "none", model / "config.json", "minishlab/potion-base-8M"):
        with pytest.raises(ClassifierError, match="the embedding model is no folder"):
            EmbeddingClassifier(LABELS, path=path)


@pytest.mark.parametrize(("absent", "extra"), [("model2vec", "embeddings"), ("safetensors", "embeddings")])
def test_an_absent_library(model: Path, absent: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error that meets an absent library names the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, absent, None)
    with pytest.raises(ClassifierError, match=rf"{absent} is not installed. pip install 'corpus-kit\[{extra}\]'"):
        load_encoder(model, {})


def test_another_kind_of_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that isn't one of model2vec is left to sentence-transformers, whose extra is named if it is absent."""
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(ClassifierError, match=r"pip install 'corpus-kit\[sentence-transformers\]'"):
        load_encoder(tmp_path, {})


def test_texts_without_a_known_word(model: Path) -> None:
    """Emptiness and unknown words are vectors of 0, and no error."""
    found = load_encoder(model, {}).encode(["", "xyzzy", "\u202e\x00"])
    np.testing.assert_array_equal(found, np.zeros((3, 48)))
