"""The release of the five articles, as those who load it see it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import datasets
import pytest

from corpus_kit.build import BuildResult, build_release, check_release
from corpus_kit.corpus import load_corpus
from corpus_kit.release import load_release

LABELS = ["fact", "quote", "opinion", "boilerplate"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of the test's own: that of `datasets` goes by time stamps and would serve old rows."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_two_builds_give_equal_bytes(built: BuildResult, corpus_dir: Path, tmp_path: Path) -> None:
    """The same corpus in another folder, built into another place, gives the same files."""
    again = build_release(load_corpus(corpus_dir), out=tmp_path / "elsewhere")
    assert read_tree(again.path) == read_tree(built.path)


def test_a_rebuild_replaces_the_release_and_leaves_nothing_beside_it(corpus_dir: Path) -> None:
    """A second build stands in the first one's place."""
    first = build_release(load_corpus(corpus_dir))
    second = build_release(load_corpus(corpus_dir))
    assert first == second
    assert [path.name for path in first.path.parent.iterdir() if path.is_dir()] == ["1.0.0"]


def test_one_flipped_label_gives_another_digest(
    built: BuildResult, corpus_dir: Path, edit: Callable[[Path, str, str], None]
) -> None:
    """An adjudicator who decides otherwise makes another content."""
    edit(corpus_dir / "annotations/adjudicated.jsonl", '"label":"fact"', '"label":"opinion"')
    changed = build_release(load_corpus(corpus_dir))
    assert changed.digest != built.digest
    assert changed.counts["labels"]["opinion"] == built.counts["labels"]["opinion"] + 1
    assert check_release(changed.path) == []


def test_a_disagreement_sets_the_segment_aside(corpus_dir: Path, edit: Callable[[Path, str, str], None]) -> None:
    """A vote that differs and isn't adjudicated takes its segment out, with the reason, and the counts add up."""
    ledger = corpus_dir / "annotations/ledger/lm-1.jsonl"
    edit(ledger, '"attribution":"none"', '"attribution":"indirect"')
    result = build_release(load_corpus(corpus_dir))
    assert result.counts["set_aside"] == {"segment: annotators disagree and nobody adjudicated": 1}
    assert result.counts["labelled"] + 1 == result.counts["segments"] == 154
    assert check_release(result.path) == []


def test_a_span_that_is_no_segment_is_listed(corpus_dir: Path) -> None:
    """An annotation of half a segment is set aside and counted, not stretched."""
    ledger = corpus_dir / "annotations/ledger/lm-1.jsonl"
    event = json.loads(ledger.read_text("utf-8").splitlines()[0])
    event |= {"end": 7, "exact": "Russian", "suffix": " Troops", "event": "00000000-0000-5000-8000-000000000000"}
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
    result = build_release(load_corpus(corpus_dir))
    assert result.counts["set_aside"] == {"annotation: its span is no segment of the article": 1}


def test_a_torn_ledger_is_reported_and_the_rest_is_built(corpus_dir: Path) -> None:
    """A torn last line costs nothing that was written before it."""
    ledger = corpus_dir / "annotations/ledger/lm-2.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'{"action":"la')
    result = build_release(load_corpus(corpus_dir))
    assert [torn.path for torn in result.torn] == [ledger]
    assert result.counts["labelled"] == 154


def test_datasets_loads_train_validation_and_test(built: BuildResult) -> None:
    """The default config has the three splits, and ClassLabels with names in the scheme's order."""
    loaded = datasets.load_dataset(str(built.path))
    assert {split: data.num_rows for split, data in loaded.items()} == {"train": 90, "validation": 20, "test": 44}
    assert loaded["train"].features["label"].names == LABELS
    assert loaded["train"].features["attribution"].names == ["none", "indirect", "direct", "mixed"]
    first = loaded["train"][0]
    assert first["text"] == "Russian Troops to Withdraw From Kazakhstan This Week"
    assert loaded["train"].features["label"].int2str(first["label"]) == "fact"


@pytest.mark.parametrize("fold", range(5))
def test_a_fold_config_holds_one_article_out(built: BuildResult, fold: int) -> None:
    """The test split of `fold_<k>` is one article, which is not in its train split."""
    loaded = datasets.load_dataset(str(built.path), f"fold_{fold}")
    held_out = set(loaded["test"]["article_id"])
    assert len(held_out) == 1
    assert held_out.isdisjoint(loaded["train"]["article_id"])
    assert loaded["train"].num_rows + loaded["test"].num_rows == 154


@pytest.mark.parametrize("config", ["sentences", "articles", "annotations", "fold_0", "all_test"])
def test_streaming_gives_the_same_rows(built: BuildResult, config: str) -> None:
    """Every config streams, with the same features and rows as when it is loaded."""
    loaded = datasets.load_dataset(str(built.path), config)
    streamed = datasets.load_dataset(str(built.path), config, streaming=True)
    assert list(streamed) == list(loaded)
    for split, data in streamed.items():
        assert data.features == loaded[split].features
        assert list(data) == list(loaded[split])


def test_texts_stand_at_their_offsets(built: BuildResult) -> None:
    """For every sentence, the article's text at its offsets is its text."""
    articles = datasets.load_dataset(str(built.path), "articles")
    texts = {row["id"]: row["text"] for split in articles.values() for row in split}
    for row in datasets.load_dataset(str(built.path), "all_test", split="test"):
        assert texts[row["article_id"]][row["start"] : row["end"]] == row["text"]


def test_the_articles_are_the_seeds(built: BuildResult, repository: Path) -> None:
    """The text of an article is its file's bytes, decoded and nothing else."""
    articles = datasets.load_dataset(str(built.path), "articles")
    for split in articles.values():
        for row in split:
            assert row["text"].encode() == (repository / f"seeds/articles/{row['id']}.txt").read_bytes()


def test_the_fresh_release_checks_and_loads(built: BuildResult) -> None:
    """What `build` writes, `check` finds fine and evaluation reads."""
    assert check_release(built.path) == []
    release = load_release(built.path)
    assert release.manifest.digest == built.digest
    assert sum(len(article.labels) for article in release.articles) == 154


def test_a_release_is_a_data_frame(built: BuildResult) -> None:
    """`to_pandas` has a row per sentence, labels by name."""
    frame = load_release(built.path).to_pandas()
    assert len(frame) == 154
    assert frame["label"].value_counts().to_dict() == {"fact": 73, "boilerplate": 58, "quote": 21, "opinion": 2}


def test_the_example_builds_and_checks(example_dir: Path) -> None:
    """A new corpus with the example goes the same road; nothing depends on the five articles."""
    result = build_release(load_corpus(example_dir))
    assert result.counts["set_aside"] == {}
    assert check_release(result.path) == []


def test_a_corpus_of_one_article_and_two_labels_builds(example_dir: Path) -> None:
    """Other labels, no attribution, one article: one fold, which is train and all_test."""
    toml = (example_dir / "corpus.toml").read_text("utf-8")
    head = toml.split("[labels]")[0]
    (example_dir / "corpus.toml").write_text(f'{head}[labels]\nnames = ["news", "other"]\n', "utf-8")
    manifest = example_dir / "seeds/manifest.jsonl"
    manifest.write_text(manifest.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    ledger = example_dir / "annotations/ledger/author.jsonl"
    events = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    own = [e | {"label": "news", "attribution": None} for e in events if e["article"] == events[0]["article"]]
    ledger.write_text("".join(json.dumps(event) + "\n" for event in own), "utf-8")
    result = build_release(load_corpus(example_dir))
    assert check_release(result.path) == []
    loaded = datasets.load_dataset(str(result.path))
    assert list(loaded) == ["train"]
    assert loaded["train"].features["label"].names == ["news", "other"]
    assert "attribution" not in loaded["train"].features


def test_a_build_doesnt_touch_its_inputs(corpus_dir: Path, tmp_path: Path) -> None:
    """Building into another place leaves the corpus folder as it was."""
    before = read_tree(corpus_dir)
    build_release(load_corpus(corpus_dir), out=tmp_path / "out")
    assert read_tree(corpus_dir) == before


def test_what_a_killed_build_left_is_cleared(corpus_dir: Path) -> None:
    """A half-written folder beside the target is removed by the next build, and a moved-away release is put back."""
    result = build_release(load_corpus(corpus_dir))
    shutil.copytree(result.path, result.path.with_name(".1.0.0.abc.tmp"))
    result.path.rename(result.path.with_name(".1.0.0.old"))
    assert build_release(load_corpus(corpus_dir)) == result
    assert [path.name for path in result.path.parent.iterdir() if path.is_dir()] == ["1.0.0"]
