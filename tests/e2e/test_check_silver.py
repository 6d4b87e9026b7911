"""`check` finds what was planted in a folder of silver labels, and names file and row."""

import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_kit.arrow import make_table
from corpus_kit.build.stream import ARTICLE_COLUMNS
from corpus_kit.canonical import hash_bytes, make_segment_ids
from corpus_kit.classify.check_silver import check_silver
from corpus_kit.classify.check_silver_files import MOST_NAMED
from corpus_kit.classify.check_silver_texts import Copies
from corpus_kit.classify.silver import define_silver_columns, write_silver
from corpus_kit.classify.train import load_default_model
from corpus_kit.errors import ArticleError, ReleaseError
from tests.e2e.test_commands import run

SENTENCES, ARTICLES = "data/sentences/train-00000.parquet", "data/articles/train-00000.parquet"
TEXTS = {
    "crane.txt": "Crane falls\n\nA crane fell on Friday. Nobody was hurt.\n\nSign up for our newsletter\n",
    "ferry.txt": "Ferry sold\n\nThe ferry was sold.\n“We had no choice. It was old,” the mayor said.\nA pity.\n",
}
LEAST = 0.8
LOAD_ONCE = cache(load_default_model)
Row = dict[str, Any]
Rows = list[Row]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the articles in `texts` and their silver labels in `silver`. Tests only read it."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / name).write_text(text, "utf-8")
    (folder / "texts/empty.txt").write_text(" \n", "utf-8")
    write_silver([str(folder / "texts")], folder / "silver", load_default_model(), min_confidence=LEAST)
    return folder


@pytest.fixture(autouse=True)
def _load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model that comes with the package is read once for all tests."""
    monkeypatch.setattr("corpus_kit.classify.check_silver.load_default_model", LOAD_ONCE)


@pytest.fixture
def silver(labelled: Path, tmp_path: Path) -> Path:
    """A copy of the silver folder."""
    return Path(shutil.copytree(labelled / "silver", tmp_path / "silver"))


@pytest.fixture(scope="module")
def copies(labelled: Path) -> Copies:
    """The articles that were labelled."""
    return Copies([str(labelled / "texts")])


def update_manifest(folder: Path, change: Callable[[Row], object] = lambda _: None) -> None:
    """Change the manifest, and make its file hashes right again: what remains wrong is what was planted."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"] = {
        own.relative_to(folder).as_posix(): {"sha256": hash_bytes(own.read_bytes()), "bytes": own.stat().st_size}
        for own in sorted(folder.rglob("*"))
        if own.is_file() and own != path
    }
    change(manifest)
    path.write_text(json.dumps(manifest), "utf-8")


def read_rows(folder: Path, name: str = SENTENCES) -> Rows:
    """The rows of a file."""
    rows: Rows = pq.read_table(folder / name).to_pylist()
    return rows


def write_rows(folder: Path, rows: Rows, name: str = SENTENCES) -> None:
    """Write the rows of a file; hashes are made right again."""
    scheme = json.loads((folder / "manifest.json").read_text("utf-8"))["scheme"]
    own = define_silver_columns(scheme["labels"], scheme["attributions"]) if name == SENTENCES else ARTICLE_COLUMNS
    pq.write_table(make_table(rows, own), folder / name)
    update_manifest(folder)


def change_row(folder: Path, index: int, values: Mapping[str, Any], name: str = SENTENCES) -> None:
    """Change a row of a file."""
    rows = read_rows(folder, name)
    rows[index] |= values
    write_rows(folder, rows, name)


def assert_found(folder: Path, *parts: str, copies: Copies | None = None) -> None:
    """Some finding has every part."""
    found = check_silver(folder, copies)
    assert any(all(part in line for part in parts) for line in found), found


def find_row(folder: Path, label: int | None) -> int:
    """The first row with a label; None for an abstention."""
    return next(i for i, row in enumerate(read_rows(folder)) if row["label"] == label)


def test_what_label_writes_is_fine(labelled: Path, copies: Copies) -> None:
    """With the articles and without them; there are labels, quotations and abstentions in it."""
    assert check_silver(labelled / "silver") == []
    assert check_silver(labelled / "silver", copies) == []
    rows = read_rows(labelled / "silver")
    assert {row["label"] for row in rows} >= {None, 0, 1}
    assert {row["in_quotation"] for row in rows} == {True, False}


def test_the_fine_table_is_fine_when_written_again(silver: Path) -> None:
    """What the other tests write differs from the original in nothing but what they plant."""
    write_rows(silver, read_rows(silver))
    write_rows(silver, read_rows(silver, ARTICLES), ARTICLES)
    assert check_silver(silver) == []


@pytest.mark.parametrize("name", [SENTENCES, ARTICLES, "README.md", "dropped.jsonl"])
def test_bytes_are_those_of_the_manifest(silver: Path, name: str) -> None:
    """A flipped bit, a cut file, one that is gone, and one too many."""
    data = bytearray((silver / name).read_bytes())
    data[len(data) // 2] ^= 1
    (silver / name).write_bytes(data)
    assert_found(silver, name, "sha256 differs")
    (silver / name).write_bytes(data[:9])
    assert_found(silver, name, "9 bytes, the manifest says")
    (silver / name).unlink()
    assert_found(silver, name, "missing")
    (silver / "more.txt").write_text("x", "utf-8")
    assert_found(silver, "more.txt: not in the manifest")


@pytest.mark.parametrize("name", [SENTENCES, ARTICLES])
def test_a_damaged_table_is_named(silver: Path, name: str) -> None:
    """Bytes that are no Parquet, and pages that can't be decompressed, though every hash is right."""
    data = bytearray((silver / name).read_bytes())
    data[4:400] = bytes(396)
    (silver / name).write_bytes(data)
    update_manifest(silver)
    assert_found(silver, name, "can't be read")
    (silver / name).write_bytes(data[:9])
    update_manifest(silver)
    assert_found(silver, name, "can't be read as Parquet")


def test_the_schema_is_that_of_silver_labels(silver: Path) -> None:
    """A column that is missing, one of another type, and classes in another order."""
    table = pq.read_table(silver / SENTENCES)
    pq.write_table(table.drop_columns(["p_fact"]), silver / SENTENCES)
    update_manifest(silver)
    assert_found(silver, SENTENCES, "columns or types differ", "p_fact")
    at = table.schema.get_field_index("start")
    pq.write_table(table.set_column(at, "start", table["start"].cast(pa.int64())), silver / SENTENCES)
    update_manifest(silver)
    assert_found(silver, SENTENCES, "start: int32")
    write_rows(silver, table.to_pylist())
    own = pq.read_table(silver / SENTENCES)
    swapped = own.schema.metadata[b"huggingface"].replace(b'["fact", "quote"', b'["quote", "fact"')
    pq.write_table(own.replace_schema_metadata({"huggingface": swapped}), silver / SENTENCES)
    update_manifest(silver)
    assert_found(silver, SENTENCES, "names or order of labels")


def test_files_are_numbered(silver: Path) -> None:
    """A file of rows that isn't called as one is left unread, and named."""
    (silver / SENTENCES).rename(silver / "data/sentences/train-00001.parquet")
    update_manifest(silver)
    assert_found(silver, SENTENCES, "missing, files are numbered from 0")
    assert_found(silver, "data/sentences/train-00001.parquet: no file of a silver folder has this name")
    for table in ("sentences", "articles"):
        shutil.rmtree(silver / "data" / table)
    update_manifest(silver)
    assert_found(silver, ARTICLES, "missing")
    assert_found(silver, "counts.segments is")


@pytest.mark.parametrize(
    ("given", "values", "part"),
    [
        (0, {"label": 2}, "its label is 'opinion', the likeliest is 'fact' at 0."),
        (0, {"label": None, "attribution": None}, "its label is null, the likeliest is 'fact'"),
        (0, {"label": 9}, "its label is 9, outside 0–3"),
        (0, {"label": -1}, "its label is null"),
        (None, {"label": 0, "attribution": 0}, f"below {LEAST}"),
        (None, {"attribution": 0}, "with the label null its attribution can't be 'none'"),
        (0, {"attribution": 3}, "with the label 'fact' its attribution can't be 'mixed'"),
        (0, {"attribution": None}, "with the label 'fact' its attribution can't be null"),
        (0, {"attribution": 7}, "its attribution can't be 7, outside 0–3"),
        (0, {"p_opinion": 0.5}, "are no probabilities with the sum 1"),
        (0, {"p_opinion": -0.1}, "are no probabilities with the sum 1"),
        (0, {"p_opinion": float("nan")}, "are no probabilities with the sum 1"),
        (0, {"confidence": 0.999}, "its confidence is 0.999, its probabilities give"),
        (0, {"confidence": float("nan")}, "its confidence is nan"),
        (0, {"uncertainty": 0.5}, "its uncertainty is 0.5, its probabilities give"),
        (0, {"label_source": "gold"}, "its label_source is 'gold'"),
        (0, {"position": 7}, "its position is 7, it is number"),
        (0, {"start": 90}, "is empty, or begins before"),
        (0, {"end": 900}, "has"),
        (0, {"text": "Other words"}, "its text has 11 code points"),
        (0, {"text": " x\ny"}, "white space at an end, or a line break"),
        (0, {"id": "x"}, "its id is 'x', its article and text give"),
        (
            0,
            {"article_id": "\x1b[2J"},
            f"no row of {ARTICLES} is for this one and those of '\\x1b",
        ),
        (0, {"p_quote": None}, "p_quote is null"),
        (0, {"text": None}, "text is null"),
    ],
)
def test_a_changed_row_is_named(silver: Path, given: int | None, values: Row, part: str) -> None:
    """A row that was changed by somebody who also mended the file hashes; `given` is the label that it had."""
    index = find_row(silver, given)
    change_row(silver, index, values)
    assert_found(silver, f"{SENTENCES}: row {index}: ", part)


def test_swapped_probabilities_are_found(silver: Path) -> None:
    """The label of the second likeliest: the sum, the confidence and the uncertainty are what they were."""
    index = find_row(silver, 0)
    row = read_rows(silver)[index]
    change_row(silver, index, {"p_fact": row["p_quote"], "p_quote": row["p_fact"]})
    assert_found(silver, f"row {index}: its label is 'fact', the likeliest is 'quote'")


def test_rows_that_are_gone_or_moved_are_found(silver: Path) -> None:
    """One fewer, two that changed places, one twice: the rows of an article are those that it says, in order."""
    rows = read_rows(silver)
    write_rows(silver, rows[1:])
    assert_found(silver, f"{SENTENCES}: row 0: its position is 1, it is number 0")
    assert_found(silver, f"{ARTICLES}: row 0: ", f"segments of {rows[0]['article_id']!r}")
    assert_found(silver, "manifest.json: counts.segments is")
    write_rows(silver, [rows[1], rows[0], *rows[2:]])
    assert_found(silver, f"{SENTENCES}: row 1: ", "begins before")
    write_rows(silver, [rows[0], *rows])
    assert_found(silver, f"{SENTENCES}: row 1: its id is")
    write_rows(silver, [*rows[1:], rows[0]])
    assert_found(silver, f"{SENTENCES}: row {len(rows) - 1}: no row of {ARTICLES} is for this one")


@pytest.mark.parametrize(
    ("index", "values", "part"),
    [
        (0, {"segments": 40}, "40 segments of"),
        (0, {"segments": None}, "segments is null"),
        (0, {"id": "other"}, "segments of 'other', 0 rows are of it"),
        (1, {"sha256": None}, "sha256 is null"),
    ],
)
def test_a_changed_article_is_named(silver: Path, index: int, values: Row, part: str) -> None:
    """The table of articles agrees with that of segments."""
    change_row(silver, index, values, ARTICLES)
    assert_found(silver, f"{ARTICLES}: row {index}: ", part)


def test_articles_stand_once_and_in_order(silver: Path) -> None:
    """Two rows for one article, and rows in another order than the segments'."""
    first, second = read_rows(silver, ARTICLES)
    write_rows(silver, [first, second, first], ARTICLES)
    assert_found(silver, f"{ARTICLES}: row 2: ", "stands in two rows")
    write_rows(silver, [second, first], ARTICLES)
    assert_found(silver, f"{ARTICLES}: row 1: ", "stands elsewhere")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("articles", 3), ("segments", 1), ("abstained", 0), ("dropped", {}), ("dropped", {"empty": 2})),
        *(("labels", {"fact": 40, "quote": 2, "opinion": 0, "boilerplate": 1}), ("min_confidence", 0.99)),
        *(("expected_error", 0.0001), ("held_out_error", 0.0001)),
    ],
)
def test_counts_follow_from_rows(silver: Path, key: str, value: Any) -> None:
    """What the manifest counts, and what the model that comes with the package promises at that threshold."""
    update_manifest(silver, lambda manifest: manifest["counts"].update({key: value}))
    assert_found(silver, SENTENCES if key == "min_confidence" else f"manifest.json: counts.{key}")


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("model", "name", "sequence"),
        ("model", "trained_on", {"name": "x", "version": "1.0.0", "digest": "", "articles": 1, "segments": 1}),
        ("scheme", "allowed", {"fact": ["none"], "quote": ["direct"], "opinion": ["none"], "boilerplate": []}),
    ],
)
def test_the_model_is_what_its_digest_says(silver: Path, part: str, key: str, value: Any) -> None:
    """Of the model that comes with the package the rest of the entry is known."""
    update_manifest(silver, lambda manifest: manifest[part].update({key: value}))
    assert_found(silver, f"manifest.json: {part}.{key} is", "the model with that sha256 has")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| opinion | 0 |", "| opinion | 7 |"),
        ("segments of 2 articles", "segments of 200 articles"),
        ("model `linear`", "model `gpt`"),
        (f"is at least {LEAST}", "is at least 0.99"),
        ("No person has looked", "Three people have looked"),
        ("'0': fact\n          '1': quote", "'0': quote\n          '1': fact"),
        ("data/sentences/*.parquet", "data/*/*.parquet"),
        ("an expected ", "an unexpected "),
    ],
)
def test_the_card_says_what_the_rows_say(
    silver: Path, edit: Callable[[Path, str, str], None], old: str, new: str
) -> None:
    """A number or a name that was changed in the card is named with its line."""
    edit(silver / "README.md", old, new)
    update_manifest(silver)
    number = (silver / "README.md").read_text("utf-8").split(new)[0].count("\n") + 1
    assert_found(silver, f"README.md:{number}: ", "rows and manifest give")


@pytest.mark.parametrize("text", ["", "---\nlanguage: en\n---\n", "---\n- a\n---\n", "---\na: b: c\n---\n"])
def test_any_card_is_survived(silver: Path, text: str) -> None:
    """One without front matter is a finding and not a traceback."""
    (silver / "README.md").write_text(text, "utf-8")
    update_manifest(silver)
    assert_found(silver, "README.md: its front matter doesn't name one language")


@pytest.mark.parametrize("line", ["", "[]\n", '{"reason": "wrong-type"}\n', "{\n"])
def test_dropped_records_are_counted(silver: Path, line: str) -> None:
    """Other lines in `dropped.jsonl` than the manifest counts."""
    (silver / "dropped.jsonl").write_text(line, "utf-8")
    update_manifest(silver)
    assert_found(silver, "dropped.jsonl")


def forge_segments(folder: Path, change: Callable[[Rows], Rows]) -> None:
    """What a careful forger does with the segments of the last article: ids, positions and all counts follow again."""
    rows = read_rows(folder)
    id_ = rows[-1]["article_id"]
    kept, own = [row for row in rows if row["article_id"] != id_], [row for row in rows if row["article_id"] == id_]
    own = change(own)
    for i, (row, name) in enumerate(zip(own, make_segment_ids(id_, [row["text"] for row in own]), strict=True)):
        row |= {"id": name, "position": i}
    articles = read_rows(folder, ARTICLES)
    articles[-1]["segments"] = len(own)
    write_rows(folder, articles, ARTICLES)
    write_rows(folder, kept + own)


def move_on(rows: Rows) -> Rows:
    """The last segment one place further on."""
    return [*rows[:-1], rows[-1] | {"start": rows[-1]["start"] + 1, "end": rows[-1]["end"] + 1}]


def cut_last(rows: Rows) -> Rows:
    """The last segment in two."""
    last = rows[-1]
    text, start = last["text"], last["start"]
    return [
        *rows[:-1],
        last | {"text": text[:1], "end": start + 1},
        last | {"text": text[2:], "start": start + 2},
    ]


def reword_last(rows: Rows) -> Rows:
    """The last segment in other words, as long as they were."""
    return [*rows[:-1], rows[-1] | {"text": "x" * len(rows[-1]["text"])}]


def flip_quotation(rows: Rows) -> Rows:
    """The first segment within a quotation."""
    return [rows[0] | {"in_quotation": True}, *rows[1:]]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (reword_last, "its text isn't at"),
        (move_on, "its text isn't at"),
        (lambda rows: rows[:-1], "at the end is in no segment"),
        (cut_last, "by the segmenter"),
        (flip_quotation, "its in_quotation is True, the text gives False"),
    ],
)
def test_a_careful_forger_of_segments_is_found(
    silver: Path, copies: Copies, change: Callable[[Rows], Rows], part: str
) -> None:
    """Rows that agree with one another and not with the article: only the article shows it, and does."""
    forge_segments(silver, change)
    assert not any(line.startswith("data/") for line in check_silver(silver))
    assert_found(silver, f"{SENTENCES}: row ", part, copies=copies)


def test_segments_of_another_version_may_be_cut_otherwise(silver: Path, copies: Copies) -> None:
    """They are held against the text all the same."""
    forge_segments(silver, cut_last)
    update_manifest(silver, lambda manifest: manifest["versions"].update({"corpus-kit": "0.0.1"}))
    assert not any("by the segmenter" in line for line in check_silver(silver, copies))
    forge_segments(silver, reword_last)
    assert_found(silver, "its text isn't at", copies=copies)


def test_articles_that_are_others_or_missing_are_named(silver: Path, labelled: Path, tmp_path: Path) -> None:
    """Another text than was labelled, and none at all; sources of which nothing can be read are an error."""
    change_row(silver, 1, {"sha256": "0" * 64}, ARTICLES)
    assert_found(silver, f"{ARTICLES}: row 1: ", "has the sha256", copies=Copies([str(labelled / "texts")]))
    own = Copies([str(labelled / "texts/crane.txt")])
    assert_found(labelled / "silver", f"{ARTICLES}: row ", "the sources have no article", copies=own)
    with pytest.raises(ArticleError):
        check_silver(labelled / "silver", Copies([str(tmp_path / "nowhere")]))


def test_many_faults_are_counted(silver: Path) -> None:
    """Of one file the first are named and the others counted, so that a wrong column doesn't print a million lines."""
    rows = read_rows(silver) * MOST_NAMED
    write_rows(silver, rows)
    found = [line for line in check_silver(silver) if line.startswith(SENTENCES)]
    assert len(found) == MOST_NAMED + 1
    assert found[-1].startswith(f"{SENTENCES}: and ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("format", "corpus-kit/silver/9"), ("label_source", "gold"), ("colour", "red"), ("files", {"x": 1})),
        ("counts", {"expected_error": None, "held_out_error": 0.1}),
        ("counts", {"expected_error": float("nan")}),
        ("counts", {"segments": -1}),
        ("scheme", {"labels": ["a", "a"], "attributions": [], "allowed": {"a": []}}),
        ("scheme", {"labels": ["a"], "attributions": [], "allowed": {"a": ["b"]}}),
    ],
)
def test_a_malformed_manifest_is_refused(silver: Path, key: str, value: Any) -> None:
    """There is nothing to check against."""
    whole = json.loads((silver / "manifest.json").read_text("utf-8"))
    own = whole["counts"] | value if key == "counts" else value
    update_manifest(silver, lambda manifest: manifest.update({key: own}))
    with pytest.raises(ReleaseError, match=r"manifest\.json: "):
        check_silver(silver)


def test_the_command_tells_the_two_apart(silver: Path, labelled: Path, release_dir: Path, tmp_path: Path) -> None:
    """0 for what is fine, 3 with the differences, 1 for no manifest, 2 for articles where nobody asks for them."""
    done = run("check", silver, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{silver}: fine\n"), done.stderr
    assert "not checked: segments against the articles' texts" in done.stderr
    done = run("check", silver, "--articles", labelled / "texts", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    change_row(silver, find_row(silver, 0), {"label": 2})
    done = run("check", silver, "--articles", labelled / "texts", cwd=tmp_path)
    assert (done.returncode, "its label is 'opinion'" in done.stdout) == (3, True), done.stderr
    assert "differ" in done.stderr
    (silver / "manifest.json").write_text("{}", "utf-8")
    assert run("check", silver, cwd=tmp_path).returncode == 1
    done = run("check", release_dir, "--articles", labelled / "texts", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
