"""Tasks for other harnesses: what is written, what is refused, and that a corpus' words stay data."""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import ReleaseError, TargetError, UnknownName
from corpus_kit.exchange import EXPORTERS, TaskOptions, export_task, make_task
from corpus_kit.exchange.lm_eval import match_label
from corpus_kit.exchange.task import name_task
from corpus_kit.prompt import strip_front_matter, summarize_guidelines
from corpus_kit.release import FileEntry, Release
from tests.task_releases import GUIDELINES, make_task_release

TASKS = sorted(EXPORTERS.keys() - {"hub"})
LABELS = ("red", "green", "blue")


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Two articles, five segments, three labels, a fold per article."""
    return make_task_release(tmp_path)


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Loader(yaml.SafeLoader):
    """YAML with lm-eval's tag for a Python function, as the function's name."""


Loader.add_constructor("!function", lambda _, node: node.value)


def test_the_summary_has_a_line_per_label() -> None:
    """Headings and list items that begin with a label define it, in the guidelines' order, continuations included."""
    assert summarize_guidelines(GUIDELINES, LABELS) == (
        '- red: is it {% raw %} "warm"?\n- green: is it like grass, or like a leaf?\n- blue: $(everything) else'
    )


def test_the_order_is_the_guidelines() -> None:
    """Guidelines that ask in an order keep it, whatever the order of the labels."""
    text = "## 1. blue: first?\ntext\n## 2. red: then?\n\n* green: else\n  * red\n"
    assert summarize_guidelines(text, LABELS) == "- blue: first?\n- red: then?\n- green: else"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- red: a\n- green: b\n", "'blue' has 0"),
        ("- red: a\n- green: b\n- blue: c\n- blue: d\n", "'blue' has 2"),
        ("red: a\n- green: b\n- blue:\n", r"'red' has 0, 'blue' has 0"),
        ("- reddish: a\n- green: b\n- blue: c\n", "'red' has 0"),
        ("", "'red' has 0, 'green' has 0, 'blue' has 0"),
    ],
)
def test_guidelines_without_a_summary(text: str, said: str) -> None:
    """A label without one definition is named, and the message says what to do."""
    with pytest.raises(ReleaseError, match=said) as caught:
        summarize_guidelines(text, LABELS)
    assert "--guidelines whole" in caught.value.remedy


def test_front_matter_is_not_shown() -> None:
    """Only the front matter goes; a rule in the text stays."""
    assert strip_front_matter("---\nversion: 1.0.0\n---\n\nA\n---\nB\n") == "A\n---\nB"
    assert strip_front_matter("A\n---\nB\n---\n") == "A\n---\nB\n---"


def test_whole_guidelines(release: Release) -> None:
    """With `whole` a model is told everything that the annotators read."""
    task = make_task(release, TaskOptions(guidelines="whole"))
    assert strip_front_matter(GUIDELINES) in task.instructions
    assert "version: 1.0.0" not in task.instructions
    with pytest.raises(UnknownName, match="unknown part of the guidelines 'half'"):
        make_task(release, TaskOptions(guidelines="half"))


def test_the_repositorys_guidelines_have_a_summary(repository: Path) -> None:
    """The five-article corpus defines each label in one line, in the order of its four questions."""
    text = (repository / "annotations/guidelines.md").read_text("utf-8")
    lines = summarize_guidelines(text, ("fact", "quote", "opinion", "boilerplate")).split("\n")
    assert [line.split(":")[0] for line in lines] == ["- boilerplate", "- quote", "- opinion", "- fact"]


def test_documents(release: Release) -> None:
    """A document per segment with its id, its article, its label's index, and what a model is shown."""
    first, *_, last = make_task(release, TaskOptions()).documents
    assert (first["article_id"], first["label"], first["text"], first["fold"]) == ("a", 0, "a 0", 0)
    assert last["question"] == "The segment:\nb 1"


def test_context_is_of_the_same_article(release: Release) -> None:
    """The segments before a segment are shown, at most as many as asked for, never those of another article."""
    questions = [row["question"] for row in make_task(release, TaskOptions(context_segments=2)).documents]
    assert questions[0] == "The segment:\na 0"
    assert questions[2] == "Before it stands:\na 0\na 1\n\nThe segment:\na 2"
    assert questions[3] == "The segment:\nb 0"


@pytest.mark.parametrize("harness", TASKS)
def test_an_export_is_the_same_bytes_each_time(harness: str, release: Release, tmp_path: Path) -> None:
    """Two exports are equal, the same one again changes nothing, and the data are beside the file that reads them."""
    first = export_task(harness, release, tmp_path / "1")
    before = read_folder(first)
    assert before == read_folder(export_task(harness, release, tmp_path / "2"))
    assert read_folder(export_task(harness, release, first)) == before
    assert {"task.json", "data/test.jsonl"} < before.keys()
    assert json.loads(before["task.json"])["release"]["digest"] == release.manifest.digest
    assert len(before["data/test.jsonl"].splitlines()) == 5


@pytest.mark.parametrize("harness", TASKS)
def test_a_corpus_words_are_data(harness: str, release: Release, tmp_path: Path) -> None:
    """Python files parse and are the same for every corpus; guidelines and texts stand in JSON only."""
    found = read_folder(export_task(harness, release, tmp_path / "1"))
    changed = make_task_release(tmp_path, GUIDELINES.replace("warm", '"""\nimport os\n'))
    others = read_folder(export_task(harness, replace(changed, path=release.path), tmp_path / "2"))
    for name, data in found.items():
        if not name.endswith((".json", ".jsonl")):
            assert b"warm" not in data
            assert data == others[name]
        if name.endswith(".py"):
            ast.parse(data)


def test_lm_evals_yaml(release: Release, tmp_path: Path) -> None:
    """Both files name functions that the Python file beside them defines."""
    folder = export_task("lm-eval", release, tmp_path / "task")
    choice, generate = (
        yaml.load((folder / name).read_text("utf-8"), Loader) for name in ("toy.yaml", "toy_generate.yaml")
    )
    assert (choice["task"], choice["output_type"], choice["doc_to_target"]) == ("toy", "multiple_choice", "label")
    assert (generate["task"], generate["output_type"]) == ("toy_generate", "generate_until")
    tree = ast.parse((folder / "lm_eval_task.py").read_text("utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = set(re.findall(r"lm_eval_task\.(\w+)", "".join(map(str, (choice, generate)))))
    assert named == defined


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("fact", "fact"),
        (" **Fact**.", "fact"),
        ("fact check", "fact check"),
        ("facts", None),
        ("no fact", None),
        ("A+ b", "A+"),
    ],
)
def test_an_answer_begins_with_a_label(said: str, label: str | None) -> None:
    """The filter of the generation task takes the longest label that an answer begins with, whatever its case."""
    found = re.findall(match_label(("fact", "fact check", "A+")), said)
    assert [one.casefold() for one in found] == ([] if label is None else [label.casefold()])


@pytest.mark.parametrize(("name", "task"), [("a-b.c_1", "a_b_c_1"), ("2022-x", "corpus_2022_x")])
def test_names(name: str, task: str) -> None:
    """A task's name can be a Python name."""
    assert name_task(name) == task
    assert task.isidentifier()


def test_the_hub_gets_the_releases_own_file(release: Release, tmp_path: Path) -> None:
    """`hub` writes the `eval.yaml` of the release as it is, and refuses a release without one, or with another."""
    with pytest.raises(ReleaseError, match=r"no eval\.yaml"):
        export_task("hub", release, tmp_path / "none")
    (release.path / "eval.yaml").write_bytes(b"name: x\n")
    entry = FileEntry(sha256=hash_bytes(b"name: x\n"), bytes=8)
    manifest = release.manifest.model_copy(update={"files": {"eval.yaml": entry}})
    with_file = replace(release, manifest=manifest)
    assert read_folder(export_task("hub", with_file, tmp_path / "hub")) == {"eval.yaml": b"name: x\n"}
    (release.path / "eval.yaml").write_bytes(b"name: y\n")
    with pytest.raises(ReleaseError, match="not the file of the manifest"):
        export_task("hub", with_file, tmp_path / "other")


def drop_articles(release: Release, keep: int) -> Release:
    """The release with its first articles only."""
    return replace(release, articles=release.articles[:keep])


@pytest.mark.parametrize(
    ("harness", "spoil", "said"),
    [
        ("mteb", lambda release: drop_articles(release, 1), r"1 fold\(s\)"),
        ("lm-eval", lambda release: drop_articles(release, 0), "no labelled segment"),
        ("inspect", lambda release: replace(release, path=release.path / "x"), "can't be read"),
    ],
)
def test_releases_that_make_no_task(
    harness: str, spoil: Callable[[Release], Release], said: str, release: Release, tmp_path: Path
) -> None:
    """A release that a task can't be made of is refused, and nothing is written."""
    with pytest.raises(ReleaseError, match=said):
        export_task(harness, spoil(release), tmp_path / "task")
    assert not (tmp_path / "task").exists()


def test_other_guidelines_are_refused(release: Release, tmp_path: Path) -> None:
    """Guidelines that were changed after the build are not what the labels were given under."""
    (release.path / "annotations/guidelines.md").write_text(GUIDELINES + "\n", "utf-8")
    with pytest.raises(ReleaseError, match="not those of the manifest"):
        export_task("lm-eval", release, tmp_path / "task")


def test_nothing_is_overwritten(release: Release, tmp_path: Path) -> None:
    """A folder with anything else in it, or a file, is left as it is; an empty folder is taken."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(TargetError, match="exists and is not empty"):
            export_task("lm-eval", release, tmp_path / name)
    assert (tmp_path / "full/notes.txt").read_text() == (tmp_path / "file").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert (export_task("lm-eval", release, tmp_path / "empty") / "toy.yaml").is_file()
    assert not list(tmp_path.glob(".*"))


def test_an_unknown_harness(release: Release, tmp_path: Path) -> None:
    """The message lists the harnesses and the nearest."""
    with pytest.raises(UnknownName, match=r"Did you mean 'lm-eval'\?"):
        export_task("lm_eval", release, tmp_path / "task")


def test_macro_f1_for_lm_eval_is_ours(tmp_path: Path) -> None:
    """The macro-F1 that lm-eval reports counts every label of the scheme, as here."""
    namespace: dict[str, Any] = {"TASK": {"labels": list(LABELS)}}
    source = (Path(__file__).parents[2] / "corpus_kit/templates/tasks/lm_eval_task.py").read_text("utf-8")
    function = next(node for node in ast.parse(source).body if getattr(node, "name", "") == "average_f1")
    exec(compile(ast.Module([function], []), "lm_eval_task.py", "exec"), namespace)
    assert namespace["average_f1"]([(0, 0), (0, 1), (1, 1), (1, 1)]) == pytest.approx((2 / 3 + 4 / 5 + 0) / 3)
