"""A transformer that is really fine-tuned: a tiny one, made on the spot."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus_kit.classify import TransformerClassifier, check_probabilities
from corpus_kit.classify.training import Batch, TrainingOptions, make_schedule
from corpus_kit.errors import ClassifierError
from corpus_kit.model import LabelledArticle
from tests.factories import LABELS, make_article
from tests.transformer_models import HAS_TORCH, WITHOUT_TORCH, make_transformer

needs_torch = pytest.mark.skipif(not HAS_TORCH, reason=WITHOUT_TORCH)
COLOURS = {"red": "rose ruby fire", "green": "leaf moss grass", "blue": "sea sky ice"}
WORDS = ["a", "the", "and", *" ".join(COLOURS.values()).split()]
FAST = TrainingOptions(epochs=10, learning_rate=3e-3, max_tokens=16)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers and 32 dimensions with random weights."""
    return make_transformer(tmp_path_factory.mktemp("model"), WORDS)


def write_articles(*, is_beside: bool = False, count: int = 12) -> list[LabelledArticle]:
    """Articles in which a segment's own word says its label or, beside every other segment, the segment after it."""
    random = np.random.default_rng(1)
    articles = []
    for number in range(count):
        labels = [LABELS[i] for i in random.choice(3, 8, p=[0.5, 0.25, 0.25])]
        said = [f"the {random.choice(COLOURS[label].split())}" for label in labels]
        texts = [text for own in said for text in ("and", own)] if is_beside else said
        own = [label for label in labels for label in (label, label)] if is_beside else labels
        articles.append(LabelledArticle(article=make_article(f"a{number}", texts), labels=tuple(own), fold=number))
    return articles


def measure_accuracy(classifier: TransformerClassifier, articles: list[LabelledArticle]) -> float:
    """The share of right labels in the last three articles after learning from the others."""
    classifier.fit(articles[:-3])
    right = [
        LABELS[int(row.argmax())] == label
        for labelled in articles[-3:]
        for row, label in zip(classifier.predict(labelled.article), labelled.labels, strict=True)
    ]
    return sum(right) / len(right)


@needs_torch
def test_it_learns(model: Path) -> None:
    """Words that say the label are learnt, where always the most frequent label is right half of the time."""
    assert measure_accuracy(TransformerClassifier(LABELS, path=model, options=FAST), write_articles(count=30)) > 0.9


@needs_torch
def test_it_reads_the_neighbours(model: Path) -> None:
    """A segment that says nothing itself gets its label from those beside it, better than by chance."""
    articles = write_articles(is_beside=True, count=30)
    assert measure_accuracy(TransformerClassifier(LABELS, path=model, options=FAST), articles) > 0.65


@needs_torch
def test_the_same_seed_says_the_same(model: Path) -> None:
    """The same seed gives the same probabilities to the last bit, another seed others; torch's own state is let be."""
    import torch

    articles = write_articles()
    options = TrainingOptions(epochs=1)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    rows = []
    for seed in (1, 1, 2):
        classifier = TransformerClassifier(LABELS, seed, path=model, options=options)
        classifier.fit(articles[:3])
        rows.append(classifier.predict(articles[4].article))
    np.testing.assert_array_equal(rows[0], rows[1])
    assert np.abs(rows[0] - rows[2]).max() > 1e-6
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.are_deterministic_algorithms_enabled()


@needs_torch
def test_a_label_that_training_lacks(model: Path) -> None:
    """A label without a training segment has probability 0; one label alone has 1; nothing at all makes all alike."""
    articles = write_articles()
    classifier = TransformerClassifier(LABELS, path=model, options=TrainingOptions(epochs=1))
    without = [
        LabelledArticle(
            article=own.article, fold=own.fold, labels=tuple("red" if one == "blue" else one for one in own.labels)
        )
        for own in articles
    ]
    classifier.fit(without[:3])
    article = articles[5].article
    rows = check_probabilities(classifier.predict(article), article, LABELS)
    assert rows[:, LABELS.index("blue")].tolist() == [0] * len(rows)
    assert rows[:, LABELS.index("red")].min() > 0
    classifier.fit([])
    np.testing.assert_array_equal(classifier.predict(article), np.full((8, 3), 1 / 3))
    assert classifier.measure_bytes() == 0
    with pytest.raises(ClassifierError, match="there is no model to save"):
        classifier.save(model)


@needs_torch
def test_saved_and_loaded(model: Path, tmp_path: Path) -> None:
    """A model comes back from safetensors and JSON with the same probabilities; no file in between is a pickle."""
    articles = write_articles()
    classifier = TransformerClassifier(LABELS, path=model, options=TrainingOptions(epochs=1))
    classifier.fit(articles[:3])
    classifier.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} <= {".safetensors", ".json", ".txt"}
    assert (tmp_path / "model.safetensors").stat().st_size > classifier.measure_bytes() > 4 * 32 * len(WORDS)
    again = TransformerClassifier.load(LABELS[::-1], tmp_path)
    article = articles[5].article
    np.testing.assert_array_equal(again.predict(article)[:, ::-1], classifier.predict(article))
    with pytest.raises(ClassifierError, match="the model's labels are 'blue', 'green', 'red'"):
        TransformerClassifier.load(("red", "green"), tmp_path)
    continued = TransformerClassifier(("x", "y"), path=tmp_path, options=TrainingOptions(epochs=1))
    continued.fit([LabelledArticle(article=make_article("a", ["rose", "sea"]), labels=("x", "y"), fold=0)])
    assert continued.predict(make_article("b", ["sea"])).shape == (1, 2)


@needs_torch
def test_a_pickle_is_not_read(model: Path, tmp_path: Path) -> None:
    """Weights that are a pickle are refused without being opened."""
    for path in model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").unlink()
    marker = tmp_path / "opened"
    attack = f"cos\nsystem\n(S'touch {marker}'\ntR."
    (tmp_path / "pytorch_model.bin").write_bytes(attack.encode())
    with pytest.raises(ClassifierError, match="weights are not in safetensors"):
        TransformerClassifier(LABELS, path=tmp_path)
    assert not marker.exists()


@needs_torch
def test_an_early_stop(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training ends after so many epochs that are no better on what is held out, and the best epoch is kept."""
    articles, seen = write_articles(), []
    losses = iter([1.0, 0.5, 0.7, 0.6, 0.1])

    def measure(trained: Any, watched: Batch, _: TrainingOptions) -> float:
        seen.append(trained.classifier.weight.detach().clone())
        assert len(watched.inputs) == 4 * 8  # four folds of twelve
        return next(losses)

    monkeypatch.setattr("corpus_kit.classify.training._measure_loss", measure)
    options = TrainingOptions(epochs=30, learning_rate=3e-3, max_tokens=16, held_out_fraction=0.3, patience=2)
    classifier = TransformerClassifier(LABELS, path=model, options=options)
    classifier.fit(articles)
    assert len(seen) == 4
    assert classifier.loaded is not None
    kept = classifier.loaded.model.classifier.weight
    assert [bool((kept == own).all()) for own in seen] == [False, True, False, False]


@needs_torch
def test_one_fold_can_not_be_parted(model: Path) -> None:
    """A single fold is learnt from as a whole, also where a part of the folds was to be held out."""
    articles = write_articles()
    one_fold = [LabelledArticle(article=own.article, labels=own.labels, fold=0) for own in articles[:2]]
    rows = []
    for fraction in (0.0, 0.5):
        options = TrainingOptions(epochs=1, held_out_fraction=fraction)
        classifier = TransformerClassifier(LABELS, path=model, options=options)
        classifier.fit(one_fold)
        rows.append(classifier.predict(articles[3].article))
    np.testing.assert_array_equal(*rows)


@needs_torch
def test_what_is_held_out_is_measured(model: Path) -> None:
    """With folds held out and a real loss, training still learns."""
    options = TrainingOptions(epochs=10, learning_rate=3e-3, max_tokens=16, held_out_fraction=0.2, patience=3)
    classifier = TransformerClassifier(LABELS, path=model, options=options)
    assert measure_accuracy(classifier, write_articles(count=30)) > 0.75


@needs_torch
def test_long_texts_are_cut(model: Path) -> None:
    """A segment that is longer than the model has positions for is cut, and no error."""
    classifier = TransformerClassifier(LABELS, path=model, options=TrainingOptions(epochs=1, max_tokens=4096))
    long = make_article("long", ["rose " * 500, "sea " * 500, ""])
    classifier.fit([LabelledArticle(article=long, labels=("red", "blue", "green"), fold=0)])
    check_probabilities(classifier.predict(long), long, LABELS)


def test_the_rate_by_hand() -> None:
    """With ten steps and two of them rising: a third, two thirds, one, and then down by eighths."""
    factors = [make_schedule(10, 0.2)(step) for step in range(10)]
    np.testing.assert_allclose(factors, [1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])
    assert make_schedule(1, 0.0)(0) == 1
    assert make_schedule(1, 0.0)(1) == 0


def test_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model, no folder or no library is an error that says what to set or install."""
    monkeypatch.delenv("CORPUS_KIT_TRANSFORMER", raising=False)
    with pytest.raises(ClassifierError, match="Set CORPUS_KIT_TRANSFORMER"):
        TransformerClassifier(LABELS)
    monkeypatch.setenv("CORPUS_KIT_TRANSFORMER", "org/model")
    with pytest.raises(ClassifierError, match="the transformer is no folder"):
        TransformerClassifier(LABELS)
    with pytest.raises(ClassifierError, match="no weights in safetensors"):
        TransformerClassifier(LABELS, path=tmp_path)
    (tmp_path / "model.safetensors").touch()
    for absent in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, absent, None)
        with pytest.raises(ClassifierError, match=r"pip install 'corpus-kit\[transformers\]'"):
            TransformerClassifier(LABELS, path=tmp_path)


@pytest.mark.parametrize(
    ("option", "value"), [("epochs", 0), ("batch_segments", 0), ("held_out_fraction", 1.0), ("warmup_fraction", -0.1)]
)
def test_options_that_train_nothing(option: str, value: float) -> None:
    """Options that can't be are refused by name."""
    with pytest.raises(ClassifierError, match=option):
        TrainingOptions(**{option: value})  # type: ignore[arg-type]


def test_the_package_does_not_import_it() -> None:
    """Importing classifiers imports neither torch nor transformers, and none of the other extras' libraries."""
    script = "import sys, corpus_kit.classify, corpus_kit.evaluate; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    for name in ("torch", "transformers", "model2vec", "httpx2", "tokenizers"):
        assert f"'{name}'" not in done.stdout
