"""The vectors of segments beside their features, with an encoder made on the spot."""

import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from corpus_kit.canonical import hash_bytes
from corpus_kit.classify import EmbeddingClassifier
from corpus_kit.classify.encoders import find_directions, load_encoder
from corpus_kit.classify.extras import hash_weights, import_extra
from corpus_kit.classify.store import load_model, save_model
from corpus_kit.classify.train import train_on_release
from corpus_kit.errors import ClassifierError, ModelError
from corpus_kit.model import LabelledArticle
from tests.embedding_models import make_static_model
from tests.factories import LABELS, make_article, release_of
from tests.transformer_models import WITHOUT_TORCH, make_transformer

COLOURS = dict(zip(LABELS, ("rose ruby fire", "leaf moss grass", "sea sky ice"), strict=False))
WORDS = ["a", "the", "and", *" ".join(COLOURS.values()).split()]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of model2vec."""
    return make_static_model(tmp_path_factory.mktemp("model"), WORDS)


def write_articles(words: dict[str, str], count: int = 8) -> list[LabelledArticle]:
    """Articles of twelve segments that have one word each, which says the label."""
    random = np.random.default_rng(1)
    articles = []
    for number in range(count):
        labels = tuple(LABELS[i] for i in random.integers(0, 3, 12))
        texts = [f"the {random.choice(words[label].split())}" for label in labels]
        articles.append(LabelledArticle(article=make_article(f"a{number}", texts), labels=labels, fold=number))
    return articles


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder in which words of one colour have one vector, so that it knows what no training article says."""
    units = 5 * np.eye(3)
    vectors = {
        word: row.tolist() for colour, row in zip(COLOURS.values(), units, strict=True) for word in colour.split()
    }
    texts = ["the", *COLOURS.values()]
    return make_static_model(
        tmp_path_factory.mktemp("near"), texts, dimensions=3, vectors={"the": [0, 0, 0], **vectors}
    )


def test_vectors_know_words_that_training_lacks(near: Path) -> None:
    """What only the encoder knows of unseen words decides; features and words alone can't."""
    first = {label: colour.split()[0] for label, colour in COLOURS.items()}
    unseen = {label: " ".join(colour.split()[1:]) for label, colour in COLOURS.items()}
    classifier = EmbeddingClassifier(LABELS, path=near)
    classifier.fit(write_articles(first))
    said: list[str] = []
    right: list[str] = []
    for labelled in write_articles(unseen, 2):
        said += [LABELS[i] for i in classifier.predict(labelled.article).argmax(axis=1)]
        right += labelled.labels
    assert said == right
    assert classifier.model
    plain = replace(classifier.model, encoding=None).judge([labelled.article for labelled in write_articles(unseen, 2)])
    assert np.mean([LABELS[i] == label for i, label in zip(plain.probs.argmax(axis=1), right, strict=True)]) < 0.7


def test_directions(model: Path) -> None:
    """Vectors of length 1 in the order of the texts, however often one comes; what has none is 0."""
    encoder = load_encoder(model, {})
    found = find_directions(encoder, ["rose sea", "", "rose sea", "leaf"])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 0, 1, 1])
    np.testing.assert_array_equal(found[0], found[2])


def test_halves_of_surrogates(model: Path) -> None:
    """Such a text is judged like any other."""
    classifier = EmbeddingClassifier(LABELS, path=model)
    classifier.fit(write_articles(COLOURS))
    plain = make_article("t", ["the rose x"])
    (own,) = plain.segments
    text = "the rose \ud800"
    odd = replace(plain, text=text, segments=(replace(own, text=text),))
    assert classifier.predict(odd).argmax() == classifier.predict(plain).argmax()


def test_a_stored_model_needs_its_encoder(
    model: Path, near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says the same with its encoder, names it by its weights' digest, and refuses another one and none."""
    release = release_of(write_articles(COLOURS), labels=tuple(LABELS))
    monkeypatch.setenv("CORPUS_KIT_EMBEDDINGS", str(near))
    trained = train_on_release("embeddings", release, tmp_path / "m")
    loaded = load_model(trained.path)
    assert loaded.description.encoder
    assert (
        loaded.description.encoder.sha256 == hash_weights(near) == hash_bytes((near / "model.safetensors").read_bytes())
    )
    articles = [labelled.article for labelled in write_articles(COLOURS, 2)]
    np.testing.assert_allclose(loaded.model.judge(articles).probs, trained.model.judge(articles).probs, atol=1e-5)
    assert train_on_release("embeddings", release, tmp_path / "again").sha256 == trained.sha256
    monkeypatch.setenv("CORPUS_KIT_EMBEDDINGS", str(model))
    with pytest.raises(ClassifierError, match=f"SHA-256 {hash_weights(model)}, not {hash_weights(near)}"):
        load_model(trained.path)
    monkeypatch.delenv("CORPUS_KIT_EMBEDDINGS")
    with pytest.raises(ClassifierError, match="no embedding model is named"):
        load_model(trained.path)


def test_a_model_without_encoder_says_nothing_of_one(tmp_path: Path) -> None:
    """Its file has no such entry."""
    release = release_of(write_articles(COLOURS), labels=tuple(LABELS))
    assert (
        "encoder"
        not in load_model(train_on_release("linear", release, tmp_path / "m").path).description.model_fields_set
    )


def test_a_stored_models_vectors_have_the_encoders_length(
    near: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that says otherwise is refused when it is read."""
    monkeypatch.setenv("CORPUS_KIT_EMBEDDINGS", str(near))
    release = release_of(write_articles(COLOURS), labels=tuple(LABELS))
    model = train_on_release("embeddings", release, tmp_path / "m").model
    assert model.encoding
    short = replace(model, encoding=model.encoding._replace(weights=model.encoding.weights[:2]))
    save_model(short, tmp_path / "m", name="embeddings", trained_on=load_model(tmp_path / "m").description.trained_on)
    with pytest.raises(ModelError, match="vectors are not as long as it says"):
        load_model(tmp_path / "m")


def test_a_folder_without_a_model(model: Path, tmp_path: Path) -> None:
    """No weights, damaged ones, pickled ones, no tokenizer: an error names the folder, and nothing is unpickled."""
    for name in ("none", "damaged", "pickled", "untold"):
        (tmp_path / name).mkdir()
    (tmp_path / "damaged/model.safetensors").write_bytes(b"no tensors")
    shutil.copy(model / "model.safetensors", tmp_path / "untold")
    shutil.copytree(model, tmp_path / "pickled", dirs_exist_ok=True)
    (tmp_path / "pickled/2_Dense").mkdir()
    (tmp_path / "pickled/2_Dense/pytorch_model.bin").write_bytes(b"pickle")
    for name, what in (
        ("none", "no weights in safetensors"),
        ("damaged", "can't be loaded"),
        ("pickled", "weights are not in safetensors"),
        ("untold", "can't be loaded"),
    ):
        with pytest.raises(ClassifierError, match=what) as caught:
            load_encoder(tmp_path / name, {})
        assert caught.value.path
        assert caught.value.path.is_relative_to(tmp_path / name)


def test_a_broken_library(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is there and can't be imported is not said to be absent."""
    (tmp_path / "broken.py").write_text("raise ImportError('libsomething.so: no such file')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ClassifierError, match=r"broken can't be imported: libsomething.so"):
        import_extra("broken", "embeddings")


@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason=WITHOUT_TORCH)
def test_a_model_of_sentence_transformers(tmp_path: Path) -> None:
    """A transformer's folder is read by that library; its vectors have the model's length."""
    texts = ["the rose", "the sea and the sky"]
    folder = make_transformer(tmp_path / "model", texts)
    encoder = load_encoder(folder, {}, hash_bytes((folder / "model.safetensors").read_bytes()))
    found = find_directions(encoder, [*texts, texts[0]])
    assert found.shape == (3, 32)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    np.testing.assert_array_equal(found[0], found[2])
    assert encoder.measure_bytes() > 32 * 4
    with pytest.raises(ClassifierError, match=f"SHA-256 {encoder.sha256}, not 0"):
        load_encoder(folder, {}, "0" * 64)


def test_several_files_of_weights(tmp_path: Path) -> None:
    """They count together, whatever the order in which they were written."""
    for folder, names in (("x", "ab"), ("y", "ba")):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.safetensors").write_bytes(name.encode())
    assert hash_weights(tmp_path / "x") == hash_weights(tmp_path / "y") != hash_bytes(b"a")


def test_its_size(model: Path) -> None:
    """The size is the table of vectors, and after learning the regression as well."""
    classifier = EmbeddingClassifier(LABELS, path=model)
    table = (len(WORDS) + 1) * 48 * 4
    assert classifier.measure_bytes() == table
    classifier.fit(write_articles(COLOURS))
    assert table + 3 * 48 * 8 < classifier.measure_bytes() < table + 100_000


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
def test_an_absent_library(
    model: Path, tmp_path: Path, absent: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error that meets an absent library names the command that installs it."""
    folder = shutil.copytree(model, tmp_path / "not read yet")
    monkeypatch.setitem(__import__("sys").modules, absent, None)
    with pytest.raises(ClassifierError, match=rf"{absent} is not installed. pip install 'corpus-kit\[{extra}\]'"):
        load_encoder(folder, {})


def test_another_kind_of_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that isn't one of model2vec is left to sentence-transformers, whose extra is named if it is absent."""
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    save_file({"layer.weight": np.zeros((1, 1))}, tmp_path / "model.safetensors")
    with pytest.raises(ClassifierError, match=r"pip install 'corpus-kit\[sentence-transformers\]'"):
        load_encoder(tmp_path, {})


def test_texts_without_a_known_word(model: Path) -> None:
    """Emptiness and unknown words are vectors of 0, and no error."""
    found = load_encoder(model, {}).encode(["", "xyzzy", "\u202e\x00"])
    np.testing.assert_array_equal(found, np.zeros((3, 48)))
