"""Models: trained, calibrated, stored, and refused where they can't be trusted."""

import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest

from corpus_kit.canonical import hash_bytes
from corpus_kit.classify import FeatureModel, Settings, train_model
from corpus_kit.classify.reliability import Reliability, count_reliability
from corpus_kit.classify.softmax import find_temperature, fit_softmax, normalize_logits
from corpus_kit.classify.store import ARRAYS_FILE, MODEL_FILE, TrainedOn, load_model, save_model
from corpus_kit.classify.train import TRAINABLE, load_default_model, train_on_release
from corpus_kit.errors import ModelError, UnknownName
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle
from tests.conftest import REPOSITORY
from tests.embedding_models import make_static_model
from tests.factories import make_article, release_of

SCHEME = LabelScheme(
    labels=("plain", "loud", "never"),
    attributions=("none", "indirect"),
    allowed={"plain": ("none", "indirect"), "loud": (), "never": ("none",)},
    outside_prose=frozenset(),
    keys={},
)
LEARNT = TrainedOn(name="toy", version="1.0.0", digest="sha256:0", articles=6, segments=24)
ARTICLES = [
    LabelledArticle(
        article=make_article(
            f"a{i}",
            ["BUY NOW!", f"The ferry left at {i} in the morning.", "The mayor said it was late.", "SIGN UP HERE!"],
        ),
        labels=("loud", "plain", "plain", "loud"),
        fold=i,
        attributions=(None, "none", "indirect", None),
    )
    for i in range(6)
]
UNSEEN = [make_article("b", ["BUY MORE!", "The minister said it was over."]), make_article("c", [])]


@pytest.fixture(scope="module", params=(1, 2), ids=("one pass", "two passes"))
def model(request: pytest.FixtureRequest) -> FeatureModel:
    """A model of labels that are easy to tell apart."""
    return train_model(ARTICLES, SCHEME, Settings("en", request.param))


def test_what_is_easy_is_learnt(model: FeatureModel) -> None:
    """Labels and attributions of unseen segments; a label without examples has probability 0."""
    judged = model.judge(UNSEEN)
    assert [SCHEME.labels[i] for i in judged.probs.argmax(axis=1)] == ["loud", "plain"]
    assert judged.attributions == (None, "indirect")
    assert judged.probs[:, 2].tolist() == [0, 0]
    assert np.allclose(judged.probs.sum(axis=1), 1)


def test_a_stored_model_says_the_same(model: FeatureModel, tmp_path: Path) -> None:
    """Also in the bytes of its file when it is stored twice."""
    one = save_model(model, tmp_path / "one", name="linear", trained_on=LEARNT)
    two = save_model(model, tmp_path / "two", name="linear", trained_on=LEARNT)
    assert one == two == hash_bytes((tmp_path / "one").read_bytes())
    loaded = load_model(tmp_path / "one")
    assert loaded.sha256 == one
    assert loaded.description.trained_on == LEARNT
    assert np.allclose(loaded.model.judge(UNSEEN).probs, model.judge(UNSEEN).probs, atol=1e-5)
    assert loaded.model.judge(UNSEEN).attributions == model.judge(UNSEEN).attributions


def repack(path: Path, **parts: bytes) -> Path:
    """A model's file with other parts."""
    with zipfile.ZipFile(path) as archive:
        own = {name: archive.read(name) for name in archive.namelist()}
    own |= {MODEL_FILE if name == "description" else ARRAYS_FILE: data for name, data in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in own.items():
            archive.writestr(name, data)
    return path


def describe_arrays(path: Path, arrays: object) -> dict[str, bytes]:
    """The parts of a model whose arrays are something else, with a digest that fits."""
    import skops.io

    data = skops.io.dumps(arrays)
    with zipfile.ZipFile(path) as archive:
        said = json.loads(archive.read(MODEL_FILE))
    said["arrays_sha256"] = hash_bytes(data)
    return {"arrays": data, "description": json.dumps(said).encode()}


class Hostile:
    """Something that a careless loader would call."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """What unpickling would run."""
        return (print, ("executed",))


def test_a_damaged_model_is_refused(model: FeatureModel, tmp_path: Path) -> None:
    """Other bytes, other types, other shapes, another table of features, no zip: each is named and nothing is run."""
    path = tmp_path / "m"

    def save() -> Path:
        save_model(model, path, name="linear", trained_on=LEARNT)
        return path

    with zipfile.ZipFile(save()) as archive:
        said = json.loads(archive.read(MODEL_FILE))
        arrays = archive.read(ARRAYS_FILE)
    other = {**said, "features": said["features"][:-1]}
    wrong = {**said, "allowed": {}}
    for parts, what in (
        ({"arrays": arrays[:-9]}, "isn't what"),
        ({"description": json.dumps(other).encode()}, "another table of features"),
        ({"description": json.dumps(wrong).encode()}, "don't fit each other"),
        ({"description": json.dumps({"format": said["format"]}).encode()}, "Field required"),
        ({"description": json.dumps({**said, "format": "corpus-kit/model/1"}).encode()}, "another version"),
        ({"description": json.dumps({**said, "shares": [1.0]}).encode()}, "label shares"),
        ({"description": json.dumps({**said, "words": [*said["words"], said["words"][0]]}).encode()}, "twice"),
        (describe_arrays(path, {"terms": np.zeros(3)}), "missing or of another shape"),
        (describe_arrays(path, {"terms": [1]}), "something else than arrays"),
        (describe_arrays(path, {"terms": Hostile()}), "not to be trusted"),
    ):
        with pytest.raises(ModelError, match=what):
            load_model(repack(save(), **parts))
    path.write_bytes(b"no zip")
    with pytest.raises(ModelError, match="isn't a model's file"):
        load_model(path)


def test_a_bomb_is_refused(model: FeatureModel, tmp_path: Path) -> None:
    """A file that unpacks to more than the limit isn't unpacked."""
    path = tmp_path / "m"
    save_model(model, path, name="linear", trained_on=LEARNT)
    with zipfile.ZipFile(path) as archive:
        arrays = archive.read(ARRAYS_FILE)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(MODEL_FILE, "w", force_zip64=True) as file:
            for _ in range(51):
                file.write(bytes(10_000_000))
        archive.writestr(ARRAYS_FILE, arrays)
    path.write_bytes(out.getvalue())
    with pytest.raises(ModelError, match="unpacks to more"):
        load_model(path)


def test_training_needs_a_name_and_labels(tmp_path: Path) -> None:
    """An unknown model and an empty release are refused; no file is left."""
    with pytest.raises(UnknownName, match="linear"):
        train_on_release("nonsense", release_of(ARTICLES, labels=SCHEME.labels), tmp_path / "m")
    with pytest.raises(ModelError, match="nothing to learn"):
        train_on_release("linear", release_of([], labels=SCHEME.labels), tmp_path / "m")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", TRAINABLE)
def test_the_same_articles_give_the_same_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training has no chance in it."""
    monkeypatch.setenv("CORPUS_KIT_EMBEDDINGS", str(make_static_model(tmp_path / "encoder", ["the ferry left"])))
    release = release_of(ARTICLES, labels=SCHEME.labels)
    digests = {train_on_release(name, release, tmp_path / f"{i}").sha256 for i in range(2)}
    assert len(digests) == 1


def test_one_article_gives_a_model_without_promises() -> None:
    """Nothing can be held out: no second pass, no temperature, and the expected error isn't known."""
    model = train_model(ARTICLES[:1], SCHEME, Settings("en", 2))
    assert (model.context, model.temperature) == (None, 1.0)
    assert math.isnan(model.reliability.promise(0.5).expected_error)
    assert "nothing was held out" in model.reliability.describe(0.5)


def test_softmax_of_two_classes_is_that_of_scikit_learn() -> None:
    """And a class without examples has probability 0, also beside two others."""
    from sklearn.linear_model import LogisticRegression

    generator = np.random.default_rng(0)
    rows = generator.normal(size=(60, 3))
    targets = (rows[:, 0] + generator.normal(size=60) > 0).astype(np.int64) * 2
    ours = normalize_logits(fit_softmax(rows, targets, 3, penalty=2.0).score(rows))
    theirs = LogisticRegression(C=0.5, max_iter=2000).fit(rows, targets).predict_proba(rows)
    assert np.allclose(ours[:, [0, 2]], theirs, atol=1e-6)
    assert ours[:, 1].max() == 0


def test_temperature_undoes_what_sharpened_the_logits() -> None:
    """Logits of calibrated probabilities, multiplied by three, are divided by three again."""
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(20_000, 3)) * 2
    probs = normalize_logits(logits)
    targets = (probs.cumsum(axis=1) > generator.random((20_000, 1))).argmax(axis=1)
    assert find_temperature(logits * 3, targets) == pytest.approx(3, rel=0.05)
    assert find_temperature(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == 1


def test_reliability_counts_what_a_threshold_accepts() -> None:
    """Against sums over the rows."""
    probs = np.array([[0.95, 0.05], [0.91, 0.09], [0.6, 0.4], [0.2, 0.8]])
    reliability = count_reliability(probs, np.array([0, 1, 0, 0]))
    promise = reliability.promise(0.9)
    assert (promise.accepted, promise.segments, promise.observed_error) == (2, 4, 0.5)
    assert promise.expected_error == pytest.approx(1 - (0.95 + 0.91) / 2)
    assert reliability.promise(0).observed_error == 0.5
    assert math.isnan(Reliability.empty().measure_ece())


def test_the_default_model_is_of_the_composed_collection() -> None:
    """It is small enough for the wheel, has the corpus's scheme, and learnt from what is in the repository now."""
    from corpus_kit.build import assemble_corpus
    from corpus_kit.corpus import load_corpus

    stored = load_default_model()
    collection = load_corpus(REPOSITORY / "seeds/composed")
    assert (REPOSITORY / "corpus_kit/templates/models/default.model").stat().st_size < 5_000_000
    assert stored.model.labels == collection.scheme.labels
    assert stored.model.attributions == collection.scheme.attributions
    assert stored.description.trained_on.digest == assemble_corpus(collection).digest
