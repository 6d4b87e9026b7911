"""`corpus-kit train` and `corpus-kit label` from the outside: any articles in, labels or a silver release out."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.e2e.test_commands import run

TEXT = (
    "Ferry sold\n\nThe ferry was sold on Friday.\n“We had no choice,” the mayor said.\n\nSign up for our newsletter\n"
)
PAGE = "<html><body><nav>Home</nav><h1>Crane falls</h1><p>A crane fell. Nobody was hurt, police said.</p></body></html>"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of unseen articles: text, a page, and something that is neither."""
    folder = tmp_path / "unseen"
    folder.mkdir()
    (folder / "ferry.txt").write_text(TEXT, "utf-8")
    (folder / "crane.html").write_text(PAGE, "utf-8")
    (folder / "empty.txt").write_text(" \n", "utf-8")
    return folder


def test_labels_are_printed_for_machines(sources: Path, tmp_path: Path) -> None:
    """A line per article: spans that cover the text, a label with its attribution, probabilities that sum to one."""
    done = run("label", sources, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = {row["article"]: row["segments"] for row in map(json.loads, done.stdout.splitlines())}
    assert len(found) == 2
    ferry = next(rows for name, rows in found.items() if "ferry" in name)
    assert [TEXT[row["start"] : row["end"]] for row in ferry] == [line for line in TEXT.split("\n") if line]
    assert [row["label"] for row in ferry][1:] == ["fact", "quote", "boilerplate"]
    assert [row["attribution"] for row in ferry][1:] == ["none", "direct", None]
    for row in ferry:
        assert set(row) == {"start", "end", "label", "attribution", "probs"}
        assert row["label"] == max(row["probs"], key=row["probs"].__getitem__)
        assert sum(row["probs"].values()) == pytest.approx(1, abs=1e-5)
    assert "empty" in done.stderr


def test_labels_are_printed_for_people(sources: Path, tmp_path: Path) -> None:
    """Label, attribution and confidence beside each segment."""
    done = run("label", sources / "ferry.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "quote (direct)" in done.stdout


def test_a_silver_release_is_loaded_by_datasets(sources: Path, tmp_path: Path) -> None:
    """Label and attribution are classes, null where the model abstains; counts add up; a second run gives the same."""
    from datasets import load_dataset

    for name in ("one", "two"):
        done = run("label", sources, "--out", tmp_path / name, "--min-confidence", "0.8", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert sum(said["labels"].values()) + said["abstained"] == said["segments"]
    assert said["dropped"] == {"empty": 1}
    assert 0 < said["expected_error"] < 0.2
    assert digest_folder(tmp_path / "one") == digest_folder(tmp_path / "two")
    rows = load_dataset(str(tmp_path / "one"), split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.features["label"].names == ["fact", "quote", "opinion", "boilerplate"]
    assert len(rows) == said["segments"]
    for row in rows:
        assert row["label_source"] == "silver"
        assert (row["label"] is None) == (row["confidence"] < 0.8)
        assert 0 <= row["uncertainty"] <= 1
    articles = load_dataset(str(tmp_path / "one"), "articles", split="train", cache_dir=str(tmp_path / "cache"))
    assert sorted(articles["segments"]) == sorted([4, said["segments"] - 4])


def digest_folder(folder: Path) -> dict[str, str]:
    """Every file's digest."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_model_of_ones_own_labels(example_dir: Path, tmp_path: Path) -> None:
    """Train on a built corpus, label with the file; a file that is no model is refused, and nothing is left."""
    for command in (["build"], ["train", "sequence", "--out", tmp_path / "own.model"]):
        done = run(*command, cwd=example_dir)
        assert done.returncode == 0, done.stderr
    done = run("label", example_dir / "seeds/articles", "--model", tmp_path / "own.model", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    for command in (
        ["label", example_dir / "seeds/articles", "--model", example_dir / "corpus.toml", "--out", tmp_path / "out"],
        ["label", tmp_path / "nowhere", "--out", tmp_path / "out"],
        ["label", example_dir / "seeds/articles", "--out", example_dir],
        ["train", "tfidf", "--corpus", example_dir],
    ):
        done = run(*command, cwd=tmp_path)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        assert done.stderr.startswith("error: ")
    assert not (tmp_path / "out").exists()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_hostile_text_is_labelled_like_any_other(tmp_path: Path) -> None:
    """Marks without end, one long line, characters from everywhere: an answer, no crash."""
    (tmp_path / "bad.txt").write_text(
        "“" * 20_000 + "\n" + "a" * 200_000 + "\n" + "🐟\u0301\u2028é ' ' ' \" \" ‘s", "utf-8"
    )
    done = run("label", "bad.txt", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["segments"]
