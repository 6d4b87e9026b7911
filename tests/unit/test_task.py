"""Tasks: any dataset as a release in memory; what is kept, set aside and refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_kit.classify import load_classifier
from corpus_kit.errors import CorpusKitError, TaskError, UnknownName
from corpus_kit.evaluate import (
    evaluate_split,
    hash_training,
    load_dataset,
    score_predictions,
    select_scored,
    select_split,
)
from corpus_kit.evaluate.task import assign_task_folds
from corpus_kit.release import Release
from tests.factories import BASELINES, make_article

ROWS: list[dict[str, Any]] = [
    {"id": "r1", "text": "The ferry left at nine.", "label": "OBJ", "doc": "a", "part": "train"},
    {"id": "r2", "text": " It was a lovely day.\n", "label": "SUBJ", "doc": "b", "part": "train"},
    {"id": "r3", "text": "The fare is two crowns.", "label": "OBJ", "doc": "a", "part": "train"},
    {"id": "r4", "text": "", "label": "OBJ", "doc": "b", "part": "train"},
    {"id": "r5", "text": "Nobody agreed on this.", "label": None, "doc": "b", "part": "train"},
    {"id": "r6", "text": "The crane was sold.", "label": "OBJ", "doc": "c", "part": "dev"},
    {"id": "r7", "text": "They should have kept it.", "label": "SUBJ", "doc": "d", "part": "test"},
    {"id": "r8", "text": "The crane was sold.", "label": "OBJ", "doc": "d", "part": "test"},
]
COLUMNS = {"id": "id", "group": "doc", "split": "part"}


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as CSV, every value quoted and None as nothing."""
    lines = [list(rows[0]), *([row[key] for key in rows[0]] for row in rows)]
    quoted = [",".join('"' + str("" if v is None else v).replace('"', '""') + '"' for v in line) for line in lines]
    path.write_text("\n".join(quoted) + "\n", "utf-8")
    return path


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_task(target: Path, /, columns: dict[str, str] | None = None, **keys: Any) -> Path:
    """A task file; a key that is None is left out."""
    stated: dict[str, Any] = {
        "name": "toy-task",
        "version": "1.0.0",
        "labels": ["fact", "opinion"],
        "label_names": {"OBJ": "fact", "SUBJ": "opinion"},
        "splits": {"validation": ["dev"]},
        **keys,
    }
    stated = {key: value for key, value in stated.items() if value is not None}
    tables = {key: value for key, value in stated.items() if isinstance(value, dict)}
    tables["columns"] = COLUMNS if columns is None else columns
    lines = ["[task]", *(f"{key} = {json.dumps(value)}" for key, value in stated.items() if key not in tables)]
    for name, table in tables.items():
        lines += [f"[task.{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    target.write_text("\n".join(lines) + "\n", "utf-8")
    return target


def load(folder: Path, rows: list[dict[str, Any]] | None = None, **task: Any) -> Release:
    """The task of some rows in JSON Lines."""
    write_jsonl(folder / "rows.jsonl", ROWS if rows is None else rows)
    return load_dataset(write_task(folder / "task.toml", **({"path": "rows.jsonl"} | task)))


def list_rows(release: Release) -> list[tuple[str, str, str, str]]:
    """Article, id, text and label of every segment."""
    return [
        (labelled.article.id, segment.id, segment.text, label)
        for labelled in release.articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    ]


def test_rows_become_articles(tmp_path: Path) -> None:
    """A group is an article in the order of its rows, its segments lie where they say, and the counts add up."""
    release = load(tmp_path)
    assert list_rows(release) == [
        ("a", "r1", "The ferry left at nine.", "fact"),
        ("a", "r3", "The fare is two crowns.", "fact"),
        ("b", "r2", "It was a lovely day.", "opinion"),
        ("c", "r6", "The crane was sold.", "fact"),
        ("d", "r7", "They should have kept it.", "opinion"),
        ("d", "r8", "The crane was sold.", "fact"),
    ]
    for labelled in release.articles:
        for segment in labelled.article.segments:
            assert labelled.article.text[segment.start : segment.end] == segment.text
    counts = release.manifest.counts
    assert (counts.segments, counts.labelled, counts.set_aside) == (8, 6, {"no label": 1, "no text": 1})
    assert [(one.id, one.reason) for one in release.manifest.set_aside] == [("r4", "no text"), ("r5", "no label")]
    assert counts.labels == {"fact": 4, "opinion": 2}
    assert sorted(release.duplicate_groups) == ["r6", "r8"]


def test_splits_are_sets_of_folds(tmp_path: Path) -> None:
    """Each split has folds of its own, the given splits are honoured, and `split` learns from train alone."""
    release = load(tmp_path)
    assert {
        name: [a.article.id for a in select_split(release, name).articles] for name in ("train", "validation", "test")
    } == {
        "train": ["a", "b"],
        "validation": ["c"],
        "test": ["d"],
    }
    run = evaluate_split(release, load_classifier("majority", BASELINES))
    assert [(one.id, one.label) for one in run.predictions] == [("r7", "fact"), ("r8", "fact")]
    assert run.train_ids_sha256 == hash_training(release, "split")
    scored = select_scored(release, "split")
    assert score_predictions(scored, run.predictions).metrics["accuracy"].value == 0.5
    assert scored.duplicate_groups.keys() == {"r8"}
    with pytest.raises(UnknownName, match="Valid: test, train, validation"):
        select_split(release, "dev")


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_formats_agree(tmp_path: Path, write: Callable[[Path, list[dict[str, Any]]], Path]) -> None:
    """CSV and Parquet give the release, and the digest, that JSON Lines give."""
    path = write(tmp_path / f"rows.{write.__name__.split('_')[1]}", ROWS)
    release = load_dataset(write_task(tmp_path / "other.toml", path=path.name))
    assert release.articles == load(tmp_path).articles
    assert release.manifest.digest == load(tmp_path).manifest.digest


def test_a_folder_that_datasets_reads(tmp_path: Path) -> None:
    """A folder with a file per split is read by `datasets`; its splits are the task's."""
    folder = tmp_path / "data"
    folder.mkdir()
    for split, part in (("train", "train"), ("test", "test")):
        write_csv(folder / f"{split}.csv", [row for row in ROWS if row["part"] == part])
    release = load_dataset(write_task(tmp_path / "task.toml", {"id": "id", "group": "doc"}, path="data"))
    assert {name: len(folds) for name, folds in release.manifest.splits.items()} == {"train": 2, "test": 1}
    assert [row[1] for row in list_rows(select_split(release, "test"))] == ["r7", "r8"]
    assert release.manifest.counts.set_aside == {"no label": 1, "no text": 1}
    (tmp_path / "empty").mkdir()
    with pytest.raises(TaskError, match="`datasets` can't read it"):
        load_dataset(write_task(tmp_path / "task.toml", path="empty"))


def test_without_groups_each_row_is_its_own(tmp_path: Path) -> None:
    """Without a group column a row is an article; with neither id nor group its id follows from its text."""
    release = load(tmp_path, columns={"id": "id"})
    assert [row[0] for row in list_rows(release)] == ["r1", "r2", "r3", "r6", "r7", "r8"]
    unnamed = load(tmp_path, columns={})
    ids = [row[1] for row in list_rows(unnamed)]
    assert all(id_.startswith("toy-task:") for id_ in ids)
    assert ids[3].removesuffix("1") == ids[5].removesuffix("2")
    again = load(tmp_path, columns={}, rows=[ROWS[5], *ROWS[:5]])
    assert set(ids[:4]) == {row[1] for row in list_rows(again)}
    folds = {labelled.article.id: labelled.fold for labelled in unnamed.articles}
    assert folds[ids[3]] == folds[ids[5]]


def test_folds(tmp_path: Path) -> None:
    """Few groups are a fold each; many are hashed; those with the same words share one; an order changes nothing."""
    articles = [make_article(f"g{i}", [f"Text {i % 40}."]) for i in range(60)]
    splits: dict[str, str | None] = dict.fromkeys((article.id for article in articles), None)
    folds = assign_task_folds(articles, splits, 10)
    assert set(folds.values()) <= set(range(10))
    assert len(set(folds.values())) > 5
    assert all(folds[f"g{i}"] == folds[f"g{i + 40}"] for i in range(20))
    assert assign_task_folds(articles[:5], splits, 10) == {f"g{i}": i for i in range(5)}
    grown = [*articles, make_article("g60", ["Another."])]
    assert {**assign_task_folds(grown, {**splits, "g60": None}, 10), "g60": 0} == {**folds, "g60": 0}


def test_labels_that_the_task_sets_aside(tmp_path: Path) -> None:
    """A label that the task names as set aside is counted with its reason; another unknown one is refused."""
    rows = [*ROWS, {**ROWS[0], "id": "r9", "label": "No agreement"}]
    release = load(tmp_path, rows, set_aside_labels=["No agreement"])
    assert release.manifest.counts.set_aside["label that the task sets aside"] == 1
    with pytest.raises(TaskError, match="1 rows have a label that the task doesn't name: 1 × 'No agreement'") as caught:
        load(tmp_path, rows)
    assert caught.value.line == 9


def change(index: int, **cells: Any) -> list[dict[str, Any]]:
    """The rows with some cells of one of them changed; a cell that is `...` is left out."""
    row = {key: value for key, value in {**ROWS[index], **cells}.items() if value is not ...}
    return [*ROWS[:index], row, *ROWS[index + 1 :]]


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        (change(2, text=...), 3, "unknown column 'text'"),
        (change(2, part=...), 3, "unknown column 'part'"),
        (change(2, text=7), 3, "column 'text' is no text: 7"),
        (change(2, label=0.5), 3, "column 'label' is neither text nor a whole number: 0.5"),
        (change(2, label=True), 3, "column 'label' is neither text nor a whole number: True"),
        (change(2, label="obj"), 3, "1 rows have a label that the task doesn't name: 1 × 'obj'"),
        (change(2, id="\x1b[2J"), 3, "column 'id' has a name with control characters"),
        (change(2, part="holdout"), 3, "split 'holdout' is none of the task's"),
        (change(2, part=None), 3, "split None is none of the task's"),
        (change(2, id="r1"), 3, "the id 'r1' stands twice (first: row or line 1)"),
        (change(2, part="test"), 3, "group 'a' is in the splits train and test"),
        (change(2, doc=None, id="b"), 3, "'b' stands twice as a row's id or group"),
        ([{**row, "label": None} for row in ROWS], None, "no row has a text and a label (8 set aside)"),
        ([], None, "no row has a text and a label (0 set aside)"),
    ],
)
def test_rows_that_do_not_fit(tmp_path: Path, rows: list[dict[str, Any]], line: int | None, said: str) -> None:
    """Whatever a task can't mean is refused with the line that it stands in."""
    with pytest.raises(CorpusKitError) as caught:
        load(tmp_path, rows)
    assert said in caught.value.what
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("text,label\na,OBJ\nb\n", 3, "1 fields instead of 2"),
        ("text,label\na,OBJ,x\n", 2, "3 fields instead of 2"),
        ('text,label\n"a\nb",OBJ\nc\n', 4, "1 fields instead of 2"),
        ('text,label\n"a"b,OBJ\n', 2, "not valid CSV"),
        ('text,label\n"a,OBJ\n', 2, "not valid CSV"),
        ("text,text\na,OBJ\n", 1, "doesn't name each column once"),
        ("", 1, "doesn't name each column once"),
        ("text,lable\na,OBJ\n", 2, "unknown column 'label'"),
    ],
)
def test_malformed_csv(tmp_path: Path, text: str, line: int, said: str) -> None:
    """A row of another length, an open quotation mark and a missing header are named with their line."""
    (tmp_path / "rows.csv").write_text(text)
    with pytest.raises(CorpusKitError) as caught:
        load_dataset(write_task(tmp_path / "task.toml", {}, path="rows.csv"))
    assert said in caught.value.what
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("rows.parquet", b"no Parquet", "can't be read"),
        ("rows.jsonl", b"[1]\n", "not a JSON object"),
        ("rows.jsonl", b'{"text": "\\ud800"}\n', "not valid JSON"),
        ("rows.csv", b"text,label\n\xff,OBJ\n", "not valid UTF-8"),
        ("rows.csv", b"text,label\n" + b"x" * 200_000 + b",OBJ\n", "field larger than field limit"),
        ("rows.xlsx", b"", "unknown format 'xlsx'"),
        ("rows.pkl", b"cos\nsystem\n(S'true'\ntR.", "unknown format 'pkl'"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    """A file that isn't what its ending says, or has an ending that nothing reads, is an error with its name."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusKitError) as caught:
        load_dataset(write_task(tmp_path / "task.toml", {}, path=name))
    assert said in caught.value.what
    assert caught.value.path == tmp_path / name


def test_a_dataset_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is an error with its name."""
    with pytest.raises(TaskError, match="can't be read"):
        load_dataset(write_task(tmp_path / "task.toml", path="none.csv"))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"path": None}, "by either path or hub"),
        ({"hub": "a/b", "revision": "1"}, "by either path or hub"),
        ({"path": None, "hub": "a/b"}, "hub and revision go together"),
        ({"path": None, "hub": "../b", "revision": "1"}, "hub: "),
        ({"path": None, "hub": "a/b", "revision": "../x"}, "revision: "),
        ({"labels": ["fact"]}, "labels: "),
        ({"labels": ["fact", "\x1b[2J"]}, "labels.1: "),
        ({"labels": ["fact", "fact"], "label_names": {}}, "a name stands twice"),
        ({"labels": ["fact", "quote"]}, "'opinion' is not among the labels"),
        ({"labels": None}, "[task] lacks labels"),
        ({"name": None}, "[task] lacks name"),
        ({"name": "../x"}, "name: "),
        ({"version": "one"}, "version: "),
        ({"folds": 1}, "folds: "),
        ({"splits": {"validation": ["test"]}}, "a value stands for two splits"),
        ({"splits": {"dev": ["dev"]}}, "splits.dev"),
        ({"set_aside_labels": ["OBJ"]}, "both set aside and a label"),
        ({"format": "xml"}, "format: "),
        ({"colums": {}}, "colums: Extra inputs"),
    ],
)
def test_malformed_task_files(tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    """A task file that leaves something out, contradicts itself or has an unknown key is refused by its key."""
    path = write_task(tmp_path / "task.toml", **({"path": "rows.jsonl"} | keys))
    with pytest.raises(TaskError) as caught:
        load_dataset(path)
    assert said in caught.value.what
    assert caught.value.path == path


def test_a_digest_holds_the_dataset(tmp_path: Path) -> None:
    """A task that states its digest refuses another dataset; what is set aside is not in the digest."""
    digest = load(tmp_path).manifest.digest
    assert load(tmp_path, digest=digest).manifest.digest == digest
    assert load(tmp_path, [*ROWS, {**ROWS[3], "id": "r10"}], digest=digest).manifest.digest == digest
    with pytest.raises(TaskError, match="the dataset has the digest"):
        load(tmp_path, change(0, text="The ferry left at ten."), digest=digest)
    with pytest.raises(TaskError, match="the dataset has the digest"):
        load(tmp_path, change(0, label="SUBJ"), digest=digest)


def test_a_task_in_corpus_toml(tmp_path: Path, repository: Path) -> None:
    """`[task]` in a corpus.toml takes what it leaves open from the corpus."""
    write_jsonl(tmp_path / "rows.jsonl", [{"text": "One.", "label": "fact"}, {"text": "Two?", "label": "quote"}])
    text = (repository / "corpus.toml").read_text("utf-8")
    (tmp_path / "corpus.toml").write_text(text + '\n[task]\npath = "rows.jsonl"\n', "utf-8")
    release = load_dataset(tmp_path / "corpus.toml")
    manifest = release.manifest
    assert (manifest.name, manifest.version, manifest.language) == ("kazakhstan-withdrawal-2022", "1.0.0", "en")
    assert release.scheme.labels == ("fact", "quote", "opinion", "boilerplate")
    assert manifest.results_name == "kazakhstan-withdrawal-2022-1.0.0"
    with pytest.raises(TaskError, match=r"has no table \[task\]"):
        load_dataset(repository / "corpus.toml")
