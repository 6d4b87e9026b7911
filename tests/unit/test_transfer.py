"""Learning from one dataset and predicting another: labels, overlap, what is stored, and what a check finds."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.classify import load_classifier
from corpus_kit.errors import ClassifierError, PredictionError, TransferError, UnknownName
from corpus_kit.evaluate import (
    TrainingSet,
    check_leaderboard,
    collect_runs,
    digest_record,
    evaluate_transfer,
    find_shared,
    list_unverified,
    make_board,
    make_mapping,
    make_training_set,
    open_training_set,
    read_contender,
    read_mapping,
    read_predictions,
    render_leaderboard,
    run_baseline,
    write_leaderboard,
)
from corpus_kit.model import LabelledArticle
from corpus_kit.release import Release
from tests.factories import BASELINES, list_ids, make_article, make_release, release_of

RECORD = "transfer-news-2.0.0.json"
SENTENCE = "The council of the old town met on Monday and adjourned again."


def rename(release: Release, name: str, version: str = "2.0.0") -> Release:
    """The same release under another name, with another digest."""
    changed = {"name": name, "version": version, "digest": "sha256:" + hash_bytes(name.encode())}
    return replace(release, manifest=release.manifest.model_copy(update=changed))


def written(texts: Sequence[str], *, name: str = "news") -> Release:
    """A release of one article with these segments, all labelled fact."""
    article = LabelledArticle(article=make_article("t", texts), labels=("fact",) * len(texts), fold=0)
    return rename(release_of([article], labels=("fact", "opinion")), name)


@pytest.fixture(scope="module")
def training() -> Release:
    """Seven segments: four facts, two quotes, an opinion."""
    golds = {"t0": ["fact", "fact", "quote", "opinion"], "t1": ["fact", "fact", "quote"]}
    return rename(make_release(golds, labels=("fact", "quote", "opinion")), "news")


@pytest.fixture(scope="module")
def tested() -> Release:
    """Five articles of three segments; `chart` has no namesake in the training data."""
    return make_release({f"a{i}": ["body", "body", "aside"] for i in range(5)}, labels=("body", "aside", "chart"))


MAPPING = {"fact": "body", "quote": "aside", "opinion": None}


@pytest.fixture(scope="module")
def stored(training: Release, tested: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two baselines with their results and a board."""
    folder = tmp_path_factory.mktemp("baselines")
    for name in ("majority", "tfidf_logreg"):
        (folder / name).mkdir()
        (folder / name / "classifier.py").write_bytes((BASELINES / name / "classifier.py").read_bytes())
        run_baseline(name, tested, folder, protocol="transfer", training=make_training_set(training, tested, MAPPING))
    write_leaderboard(folder, tested, folder / "LEADERBOARD.md", training=[training])
    return folder


@pytest.fixture
def baselines(stored: Path, tmp_path: Path) -> Path:
    """A copy of them to be tampered with."""
    return Path(copytree(stored, tmp_path / "baselines"))


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored record, and give it the digest that it then has."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(to_pretty_json({**value, "digest": digest_record(value)}))


def test_probabilities_are_added_up_and_left_out() -> None:
    """Labels that mean the same are added; what is left out is shared out; a row of nothing else becomes even."""
    mapping = make_mapping({"a": "x", "b": "x", "c": None, "d": "y"}, "abcd", ("x", "y", "z"))
    rows = np.array([[0.25, 0.25, 0.25, 0.25], [0.0, 0.1, 0.5, 0.4], [0.0, 0.0, 1.0, 0.0]])
    expected = [[2 / 3, 1 / 3, 0], [0.2, 0.8, 0], [0.5, 0.5, 0]]
    np.testing.assert_allclose(mapping.map_probabilities(rows), expected, rtol=0, atol=1e-15)
    assert mapping.never_said == ("z",)
    assert mapping.map_probabilities(np.zeros((0, 4))).shape == (0, 3)


def test_without_a_mapping_labels_keep_their_names() -> None:
    """Equal schemes need no mapping, in whatever order, and probabilities are those that were given, bit by bit."""
    mapping = make_mapping({}, ("a", "b"), ("b", "c", "a"))
    assert mapping.names == {"a": "a", "b": "b"}
    rows = np.array([[0.1, 0.9], [1 / 3, 2 / 3]])
    assert mapping.map_probabilities(rows).tolist() == [[0.9, 0, 0.1], [2 / 3, 0, 1 / 3]]


def test_a_label_without_a_meaning() -> None:
    """Labels without a namesake are listed with what to write for them, quoted for a shell."""
    with pytest.raises(TransferError, match="'b', 'c d' of the training data: no such label") as caught:
        make_mapping({}, ("a", "b", "c d"), ("a", "x"))
    assert "--map b=LABEL --map 'c d=LABEL'" in str(caught.value)
    assert "(a, x, or nothing at all to leave it out)" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"fakt": "x"}, UnknownName, "unknown label of the training data 'fakt'"),
        ({"fact": "y"}, UnknownName, "unknown label of what is predicted 'y'"),
        ({"fact": "", "x": None}, TransferError, "every label of the training data is left out"),
    ],
)
def test_a_mapping_that_makes_no_sense(given: dict[str, str | None], error: type[Exception], said: str) -> None:
    """A label of neither scheme is refused, and so is a mapping that leaves nothing."""
    with pytest.raises(error, match=re.escape(said)):
        make_mapping(given, ("fact", "x"), ("x", "z"))


def test_mappings_are_written_as_pairs_or_files(tmp_path: Path) -> None:
    """Pairs and the tables of files are put together; a label that stands twice, or a file that is none, is refused."""
    path = tmp_path / "labels.toml"
    path.write_text('[labels]\n"a=b" = "x"\nc = ""\n', "utf-8")
    assert read_mapping(["d=y=z", str(path), "e="]) == {"d": "y=z", "a=b": "x", "c": "", "e": ""}
    with pytest.raises(TransferError, match="the label 'c' is mapped twice"):
        read_mapping([str(path), "c=x"])
    with pytest.raises(TransferError, match="can't be read"):
        read_mapping(["nothing.toml"])
    path.write_text('[label]\na = "b"\n', "utf-8")
    with pytest.raises(TransferError, match=r"labels\.toml: labels: Field required"):
        read_mapping([str(path)])


@pytest.mark.parametrize(
    ("learnt", "shared"),
    [
        ([SENTENCE.upper().replace(" ", "  "), "Other."], 1),
        ([f"He said: “{SENTENCE}” And left.", "Other."], 1),
        (["The council of the old town met today.", "Other."], 0),
        (["Short line.", "Other."], 0),
        ([SENTENCE, "Short line."], 2),
    ],
)
def test_what_is_shared(learnt: list[str], shared: int) -> None:
    """Eight words in a row are shared, whatever their case and marks; a whole article with its short segments, too."""
    found = find_shared(written(learnt), written([SENTENCE, "Short line."], name="test"))
    assert len(found.segments) == shared
    assert found.articles == (("t",) if shared == 2 else ())


def test_articles_without_words_are_not_shared() -> None:
    """Two empty articles have nothing in common."""
    assert find_shared(make_release({"a": []}), make_release({"b": []})) == ((), ())


def test_overlap_is_refused_or_counted(tmp_path: Path) -> None:
    """What training shows of the test is refused; where it is allowed, the scores without it are stored beside."""
    tested = written([SENTENCE, "Short line.", "Another one."], name="test")
    learnt = written([SENTENCE, "Other."])
    with pytest.raises(TransferError, match=r"share 1 segments with test 2\.0\.0 .*0 of its articles whole"):
        make_training_set(learnt, tested)
    training = make_training_set(learnt, tested, allow_overlap=True)
    (tmp_path / "mine.py").write_bytes((BASELINES / "majority" / "classifier.py").read_bytes())
    run = run_baseline(str(tmp_path / "mine.py"), tested, tmp_path, protocol="transfer", training=training)
    assert run.record["counts"]["duplicates"] == 1
    assert run.record["training"]["shared_segments"] == list(find_shared(learnt, tested).segments)
    assert run.record["training"]["shared_articles"] == []
    board = render_leaderboard(make_board(collect_runs(tmp_path, tested)))
    assert "Macro-F1 without 1 shared segment |" in board
    assert "1 segment, 0 whole articles among them, stand in the training data, too" in board
    assert "recur in another fold" not in board


def test_training_data_without_labels(tested: Release) -> None:
    """There is nothing to learn from articles without segments."""
    with pytest.raises(TransferError, match="have no labelled segment"):
        make_training_set(make_release({"a": []}, labels=("body", "aside")), tested)


def test_a_system_learns_in_the_training_scheme(training: Release, tested: Release, tmp_path: Path) -> None:
    """The classifier gets the training labels and whole articles, and the test articles without labels or folds."""
    source = (
        "import numpy as np\nclass Classifier:\n"
        "    def __init__(self, labels, seed=0): self.seed, self.labels = seed, tuple(labels)\n"
        "    def fit(self, articles): self.n = [len(one.labels) for one in articles]; assert self.n == [4, 3]\n"
        "    def predict(self, article):\n"
        "        assert not hasattr(article, 'labels') and self.seed == 3\n"
        "        assert self.labels == ('fact', 'quote', 'opinion')\n"
        "        return np.tile([0.2, 0.3, 0.5], (len(article.segments), 1))\n"
    )
    (tmp_path / "mine.py").write_text(source)
    loaded = load_classifier(str(tmp_path / "mine.py"), tmp_path)
    run = evaluate_transfer(tested, loaded, 3, training=make_training_set(training, tested, MAPPING))
    assert [one.id for one in run.predictions] == sorted(list_ids(tested))
    assert {(one.label, one.fold, one.probs) for one in run.predictions} == {("aside", None, (0.4, 0.6, 0.0))}
    ids = "".join(f"{id_}\n" for id_ in sorted(list_ids(training)))
    assert run.train_ids_sha256 == {"test": hash_bytes(ids.encode())}


def test_a_classifier_that_fails(training: Release, tested: Release, tmp_path: Path) -> None:
    """Probabilities for another scheme than the training scheme are put down to the classifier."""
    (tmp_path / "mine.py").write_text(
        "import numpy as np\nclass Classifier:\n    def __init__(self, labels, seed=0): pass\n"
        "    def fit(self, articles): pass\n"
        "    def predict(self, article): return np.ones((len(article.segments), 1))\n"
    )
    with pytest.raises(ClassifierError, match=r"mine\.py: .*shape \(3, 1\) instead of \(3, 3\)"):
        run_baseline(
            str(tmp_path / "mine.py"),
            tested,
            tmp_path,
            protocol="transfer",
            training=make_training_set(training, tested, MAPPING),
        )


def test_what_is_stored(training: Release, tested: Release, stored: Path) -> None:
    """The record states what was learnt from and what its labels mean; intervals are not approximate."""
    value = json.loads((stored / "tfidf_logreg/1.0.0" / RECORD).read_text())
    assert value["protocol"] == "transfer"
    entry = {"name": "news", "version": "2.0.0", "digest": training.manifest.digest, "subset": None}
    expected = {"dataset": entry, "mapping": MAPPING, "shared_articles": [], "shared_segments": []}
    assert value["training"] == expected
    assert list(value["training"]["mapping"]) == list(training.scheme.labels)
    assert list(value["train_ids_sha256"]) == ["test"]
    assert not value["metrics"]["accuracy"]["approximate"]
    assert value["labels"] == ["body", "aside", "chart"]
    # Four facts and two quotes of seven segments: majority says 2/3 body, 1/3 aside once opinions are left out.
    predictions = read_predictions(stored / "majority/1.0.0" / RECORD.replace(".json", ".predictions.jsonl"), tested)
    assert {one.probs for one in predictions} == {(0.666667, 0.333333, 0.0)}


def test_same_bytes_again(training: Release, tested: Release, baselines: Path) -> None:
    """A second run gives the same bytes."""
    files = sorted((baselines / "tfidf_logreg/1.0.0").iterdir())
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    training_set = make_training_set(training, tested, MAPPING)
    run_baseline("tfidf_logreg", tested, baselines, protocol="transfer", training=training_set)
    assert [file.read_bytes() for file in files] == before


def test_the_board_has_a_section_per_training_data(training: Release, tested: Release, baselines: Path) -> None:
    """Systems are compared where they learnt from the same data with the same mapping, and nowhere else."""
    other = rename(training, "other")
    for source, mapping in ((other, MAPPING), (training, {**MAPPING, "opinion": "chart"})):
        learnt = make_training_set(source, tested, mapping)
        run_baseline("majority", tested, baselines, protocol="transfer", training=learnt)
    run_baseline("majority", tested, baselines)
    board = make_board(collect_runs(baselines, tested))
    text = render_leaderboard(board)
    assert [(one.protocol, one.training and one.training.dataset.name) for one in board.protocols] == [
        ("loao", None),
        ("transfer", "news"),
        ("transfer", "news"),
        ("transfer", "other"),
    ]
    assert all(len(one.standings) == 1 for one in board.protocols)
    learnt_from = "**Protocol `transfer`: learnt from news 2.0.0, tested here"
    assert f"{learnt_from} (fact → body; quote → aside; opinion left out)**" in text
    assert f"{learnt_from} (fact → body; quote → aside; opinion → chart)**" in text
    assert "No label of the training data means chart: that is never predicted." in text
    assert text.count("the system was trained again for each fold") == 1
    paths = [run.path.name for run in collect_runs(baselines, tested)]
    assert paths == ["loao.json", RECORD, "transfer-other-2.0.0.json", RECORD]


def test_stored_runs_are_compared_by_the_results_name(tested: Release, baselines: Path) -> None:
    """`compare` takes a transferred run by its file's name, and a name that no run has is refused."""
    found = read_contender("tfidf_logreg", tested, baselines, protocol="transfer-news-2.0.0")
    assert len(found.said) == 15
    assert not found.contender.is_approximate
    with pytest.raises(UnknownName, match=r"unknown protocol of a stored run 'transfer-other-2\.0\.0'"):
        read_contender("tfidf_logreg", tested, baselines, protocol="transfer-other-2.0.0")


def check(baselines: Path, tested: Release, training: Sequence[Release]) -> str:
    """What a check finds, in one text."""
    return "\n".join(check_leaderboard(baselines, tested, baselines / "LEADERBOARD.md", training=training))


def test_nothing_differs(training: Release, tested: Release, baselines: Path) -> None:
    """A check of what was just written finds nothing, and says what it can't verify without the training data."""
    assert check(baselines, tested, [training]) == ""
    assert list_unverified(baselines, tested, [training]) == []
    assert check(baselines, tested, []) == ""
    [line] = list_unverified(baselines, tested, [])
    assert line.startswith(f"2 results learnt from news 2.0.0 ({training.manifest.digest}), which isn't here")


def _say_chart(value: dict[str, Any]) -> None:
    value["training"]["mapping"].update(fact="chart", quote="chart")


@pytest.mark.parametrize(
    ("change", "named", "needs_training"),
    [
        (
            lambda value: value["training"]["dataset"].update(digest=f"sha256:{'1' * 64}"),
            "training.dataset.digest",
            True,
        ),
        (lambda value: value["training"]["dataset"].update(name="best"), "the result of transfer-best-2.0.0", False),
        (
            lambda value: value["training"]["mapping"].update(quote=None),
            "that training.mapping gives no meaning",
            False,
        ),
        (_say_chart, "15 predictions give a label that training.mapping gives no meaning", False),
        (lambda value: value["training"]["mapping"].pop("opinion"), "training.mapping.opinion: stored nothing", True),
        (lambda value: value["training"]["mapping"].update(x="body"), "training.mapping.x: stored 'body'", True),
        (lambda value: value["training"]["shared_segments"].append("a0"), "training.shared_segments[0]: stored", True),
        (lambda value: value["training"]["shared_articles"].append("a0"), "training.shared_articles[0]: stored", True),
        (lambda value: value["train_ids_sha256"].update(test="2" * 64), "train_ids_sha256.test: stored '222", True),
        (lambda value: value["confusion"]["a1"][0].reverse(), "confusion.a1[0][0]", False),
        (lambda value: value.update(protocol="loao"), "training: Extra inputs", False),
        (lambda value: value.pop("training"), "training: Field required", False),
        (lambda value: value["training"]["mapping"].update(fact="bodies"), "training.mapping: 'bodies' not", False),
    ],
)
def test_a_record_that_was_edited(
    training: Release,
    tested: Release,
    baselines: Path,
    change: Callable[[dict[str, Any]], None],
    named: str,
    needs_training: bool,
) -> None:
    """Whatever an edited record says is named, though its digest fits; some of it by the training data."""
    edit(baselines / "tfidf_logreg/1.0.0" / RECORD, change)
    assert f"{RECORD}: " in check(baselines, tested, [training])
    assert named in check(baselines, tested, [training])
    assert (named in check(baselines, tested, [])) == (not needs_training)


def test_predictions_that_were_edited(training: Release, tested: Release, baselines: Path) -> None:
    """Another label and a fold that was never held out are both named."""
    path = baselines / "majority/1.0.0" / RECORD.replace(".json", ".predictions.jsonl")
    path.write_text(path.read_text().replace('"fold":null', '"fold":0', 1).replace('"body"', '"chart"', 1))
    found = check(baselines, tested, [training])
    assert "1 predictions give a label that training.mapping gives no meaning" in found
    assert "1 predictions state a fold" in found
    assert "predictions_sha256: stored" in found
    with pytest.raises(PredictionError, match="can't be derived again"):
        write_leaderboard(baselines, tested, baselines / "LEADERBOARD.md", training=[training])


def test_a_result_under_another_name(training: Release, tested: Release, baselines: Path) -> None:
    """A transferred result that is filed as another protocol's or as another training set's is named."""
    folder = baselines / "majority/1.0.0"
    for name in ("loao", "transfer-other-2.0.0"):
        copytree(folder, folder.with_name("kept"), dirs_exist_ok=True)
        for path in list(folder.iterdir()):
            path.rename(folder / path.name.replace(RECORD.removesuffix(".json"), name))
        found = check(baselines, tested, [training])
        assert ("training: stored" if name == "loao" else "is stored as transfer-other-2.0.0") in found
        for path in list(folder.iterdir()):
            path.rename(folder / path.name.replace(name, RECORD.removesuffix(".json")))
    (folder / RECORD).write_bytes(b"{}")
    assert "Field required" in check(baselines, tested, [training])
    [line] = list_unverified(baselines, tested, [])
    assert line.startswith("1 result learnt from news 2.0.0")


@pytest.mark.parametrize(
    ("protocol", "is_given", "said"),
    [
        ("transfer", False, "needs data to learn from. Name them: --train DIR"),
        ("loao", True, "learns from what is predicted"),
    ],
)
def test_training_goes_with_transfer(
    training: Release, tested: Release, baselines: Path, protocol: str, is_given: bool, said: str
) -> None:
    """`transfer` needs a training set, and no other protocol takes one."""
    training_set: TrainingSet | None = make_training_set(training, tested, MAPPING) if is_given else None
    with pytest.raises(TransferError, match=re.escape(said)):
        run_baseline("majority", tested, baselines, protocol=protocol, training=training_set)


def test_a_mapping_without_training_data(tested: Release) -> None:
    """A mapping or an allowed overlap without training data is a mistake; without any of them there is no training."""
    assert open_training_set(None, tested) is None
    for options in ({"entries": ["a=b"]}, {"allow_overlap": True}):
        with pytest.raises(TransferError, match="no training data to map"):
            open_training_set(None, tested, **options)  # type: ignore[arg-type]
