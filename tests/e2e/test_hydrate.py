"""From a text-free release and copies of the articles to the release with texts."""

import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from unicodedata import normalize

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_kit.build import BuildResult, build_release, build_text_free, check_release
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import ArticleError, PredictionError, ReleaseError, TargetError
from corpus_kit.evaluate import collect_runs, make_board, render_leaderboard, run_baseline, score_file
from corpus_kit.hydrate import Hydration, hydrate_release
from corpus_kit.release import load_release

Texts = dict[str, str]
ADS = ("Advertisement", "Sign up for our newsletter", "Read more: five things to know about the week", "Share this")


@pytest.fixture(scope="module")
def texts(built: BuildResult) -> Texts:
    """The articles' texts by their ids."""
    return {own.article.id: own.article.text for own in load_release(built.path).articles}


def put_between(text: str, start: int = 0) -> str:
    """A text with another line after each of its lines, and above and below it."""
    lines = [line for i, own in enumerate(text.split("\n")) for line in (own, ADS[(start + i) % len(ADS)])]
    return "\n".join(["Home | World | Politics", *lines, "© 2031 The Daily Copy"])


def make_page(text: str) -> str:
    """A page with a paragraph per line, and other blocks around and between them."""
    body = "".join(f"<p>{escape(line)}</p><div>{ADS[i % 4]}</div>" for i, line in enumerate(text.split("\n")))
    return f"<!doctype html><meta charset=utf-8><body><nav>Home</nav>{body}<footer>© 2031</footer></body>"


def write_files(folder: Path, texts: Texts, encode: Callable[[str], bytes], suffix: str = ".txt") -> None:
    """A file per article, in another order and under other names."""
    for number, text in enumerate(reversed(texts.values())):
        (folder / f"copy-{number}{suffix}").write_bytes(encode(text))


def write_jsonl(folder: Path, texts: Texts) -> None:
    """All articles in one file of JSON Lines, with what doesn't belong to them between."""
    rows = [{"id": f"r{i}", "text": text} for i, text in enumerate(reversed(texts.values()))]
    rows.insert(2, {"id": "other", "text": "Another article.\nIt is about herring."})
    (folder / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def write_parquet(folder: Path, texts: Texts) -> None:
    """All articles in one Parquet file."""
    pq.write_table(pa.table({"text": list(reversed(texts.values()))}), folder / "all.parquet")


WRITERS: Mapping[str, Callable[[Path, Texts], None]] = {
    "renamed": lambda folder, texts: write_files(folder, texts, str.encode),
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "utf-16": lambda folder, texts: write_files(folder, texts, lambda text: text.encode("utf-16")),
    "windows-1252": lambda folder, texts: write_files(folder, texts, lambda text: text.encode("cp1252")),
    "crlf": lambda folder, texts: write_files(folder, texts, lambda text: text.replace("\n", "\r\n").encode()),
    "mark": lambda folder, texts: write_files(folder, texts, lambda text: text.encode("utf-8-sig")),
    "decomposed": lambda folder, texts: write_files(folder, texts, lambda text: normalize("NFD", text).encode()),
    "one line": lambda folder, texts: write_files(folder, texts, lambda text: " ".join(text.split()).encode()),
    "lines between": lambda folder, texts: write_files(folder, texts, lambda text: put_between(text).encode()),
    "pages": lambda folder, texts: write_files(folder, texts, lambda text: make_page(text).encode(), ".html"),
}


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_copy_leads_back_to_the_same_bytes(
    built: BuildResult, text_free: Path, texts: Texts, tmp_path: Path, kind: str
) -> None:
    """Renamed, shuffled, re-encoded, reflowed, or with other lines between all of its own: each file is as it was."""
    (tmp_path / "copies").mkdir()
    WRITERS[kind](tmp_path / "copies", texts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that read pages
        found = hydrate_release(text_free, [str(tmp_path / "copies")], out=tmp_path / "out")
    assert (found.is_whole, found.is_identical, found.coverage_fraction) == (True, True, 1.0)
    assert read_tree(tmp_path / "out") == read_tree(built.path)


def test_the_report_tells_exact_from_moved(text_free: Path, texts: Texts, tmp_path: Path) -> None:
    """As it was: all exact. With a line above: all moved, by as much."""
    (tmp_path / "a").mkdir()
    first, *others = texts
    for id_ in others:
        (tmp_path / "a" / f"{id_}.txt").write_text(texts[id_], "utf-8")
    (tmp_path / "a/x.txt").write_text(f"Home\n{texts[first]}", "utf-8")
    found = hydrate_release(text_free, [str(tmp_path / "a")], out=tmp_path / "out")
    lines = [json.loads(line) for line in found.report_path.read_text("utf-8").splitlines()]
    assert {row["status"] for row in lines if row["article"] == first} == {"moved"}
    assert {row["start"] - row["recorded_start"] for row in lines if row["article"] == first} == {5}
    assert {row["status"] for row in lines if row["article"] != first} == {"exact"}
    assert len(lines) == 154
    assert set(lines[0]) == {
        *("article", "position", "is_labelled", "status", "start", "end"),
        *("recorded_start", "recorded_end", "copy"),
    }


@pytest.fixture(scope="module")
def subset(built: BuildResult, text_free: Path, texts: Texts, tmp_path_factory: pytest.TempPathFactory) -> Hydration:
    """A release of copies of four articles: one whole, one with a sentence edited, one cut, one among other lines."""
    folder = tmp_path_factory.mktemp("subset")
    names = list(texts)
    (folder / "copies").mkdir()
    whole, edited, cut, moved = (texts[name] for name in names[:4])
    assert "Peaceful protests began" in edited
    lines = cut.split("\n")
    copies = (whole, edited.replace("Peaceful protests began", "Protests began"), "\n".join(lines[: len(lines) // 2]))
    for number, text in enumerate((*copies, put_between(moved))):
        (folder / f"copies/{number}.txt").write_text(text, "utf-8")
    return hydrate_release(text_free, [str(folder / "copies")], out=folder / "1.0.0-hydrated")


def test_a_subset_says_which_part_it_is(built: BuildResult, subset: Hydration) -> None:
    """One altered row, the rows of the missing article and half of another missing; the rest is the articles' text."""
    assert subset.path is not None
    release, full = load_release(subset.path), load_release(built.path)
    counts = subset.counts
    assert counts["altered"] == 1
    assert counts["exact"] + counts["moved"] + counts["altered"] + counts["missing"] == 154
    texts = {s.id: s.text for own in full.articles for s in own.article.segments}
    rows = {s.id: s.text for own in release.articles for s in own.article.segments}
    assert rows == {id_: texts[id_] for id_ in rows}
    assert len(rows) == counts["exact"] + counts["moved"]
    golds = {s.id: g for own in full.articles for s, g in zip(own.article.segments, own.labels, strict=True)}
    for own in release.articles:
        for segment, label in zip(own.article.segments, own.labels, strict=True):
            assert own.article.text[segment.start : segment.end] == segment.text
            assert label == golds[segment.id]
    part = release.manifest.hydrated
    assert part is not None
    assert part.of == built.digest != release.manifest.digest
    assert (part.labelled, part.labelled_of, part.articles, part.articles_of) == (len(rows), 154, 4, 5)
    assert f"{len(rows)} of 154 labelled segments, in 4 of 5 articles" in (subset.path / "README.md").read_text("utf-8")


def test_a_subset_checks_and_loads(subset: Hydration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` finds it consistent, `datasets` loads its splits and folds."""
    assert subset.path is not None
    assert check_release(subset.path) == []
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    loaded = datasets.load_dataset(str(subset.path), "all_test")
    assert loaded["test"].num_rows == round(subset.coverage_fraction * 154)


def test_scores_on_a_subset_never_stand_among_the_wholes(
    built: BuildResult, subset: Hydration, corpus_dir: Path, tmp_path: Path
) -> None:
    """Results on it have a folder of their own and say so; predictions for the whole are refused with the reason."""
    assert subset.path is not None
    baselines = corpus_dir / "baselines"
    before = read_tree(baselines)
    part, full = load_release(subset.path), load_release(built.path)
    run = run_baseline("majority", part, baselines)
    assert {name: data for name, data in read_tree(baselines).items() if name in before} == before
    assert run.record["dataset"]["subset"]["segments_of"] == 154
    assert "not to be compared" in score_file(run.record_path.with_suffix(".predictions.jsonl"), part).to_text()
    assert [own.path for own in collect_runs(baselines, part)] == [run.record_path]
    assert run.record_path not in [own.path for own in collect_runs(baselines, full)]
    assert "**A hydrated subset: " in render_leaderboard(make_board(collect_runs(baselines, part)))
    with pytest.raises(PredictionError, match="hydrated subset"):
        score_file(baselines / "majority/1.0.0/loao.predictions.jsonl", part)
    with pytest.raises(PredictionError, match="segments without a prediction"):
        score_file(run.record_path.with_suffix(".predictions.jsonl"), full)


def test_hydrating_again_replaces_an_earlier_result_and_nothing_else(
    built: BuildResult, text_free: Path, subset: Hydration, repository: Path, tmp_path: Path
) -> None:
    """A subset or the same full release may be replaced; another release, or any other folder, may not."""
    assert subset.path is not None
    out = Path(shutil.copytree(subset.path, tmp_path / "out"))
    seeds = [str(repository / "seeds/articles")]
    for _ in range(2):
        assert hydrate_release(text_free, seeds, out=out).is_identical
    for taken in (text_free, repository / "docs"):
        with pytest.raises(TargetError):
            hydrate_release(text_free, seeds, out=taken)
    assert read_tree(out) == read_tree(built.path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]


def test_what_is_not_text_free_or_was_changed_is_refused(
    built: BuildResult, text_free: Path, repository: Path, tmp_path: Path
) -> None:
    """A full release has its texts; a damaged one is named with what differs; a source without articles too."""
    seeds = [str(repository / "seeds/articles")]
    with pytest.raises(ReleaseError, match="is not text-free"):
        hydrate_release(built.path, seeds, out=tmp_path / "out")
    broken = Path(shutil.copytree(text_free, tmp_path / "broken"))
    shutil.copy(broken / "data/anchors/fold_0.parquet", broken / "data/anchors/fold_1.parquet")
    with pytest.raises(ReleaseError, match="is not what its manifest says"):
        hydrate_release(broken, seeds, out=tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArticleError):
        hydrate_release(text_free, [str(tmp_path / "empty")], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_corpora_with_what_was_set_aside_come_back_whole(
    corpus_dir: Path, tmp_path: Path, edit: Callable[[Path, str, str], None]
) -> None:
    """A segment without a label, an annotation of no segment, another order of articles and folds by hash."""
    ledger = corpus_dir / "annotations/ledger/lm-1.jsonl"
    event = json.loads(ledger.read_text("utf-8").splitlines()[0])
    edit(ledger, '"attribution":"none"', '"attribution":"indirect"')
    event |= {"end": 7, "exact": "Russian", "suffix": " Troops", "event": "00000000-0000-5000-8000-000000000000"}
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
    edit(corpus_dir / "corpus.toml", 'rule = "article"', 'rule = "hash"')
    full = build_release(load_corpus(corpus_dir))
    assert len(full.counts["set_aside"]) == 2
    bare = build_text_free(load_corpus(corpus_dir))
    found = hydrate_release(bare.path, [str(corpus_dir / "seeds/articles")], out=tmp_path / "out")
    assert found.is_identical
    assert read_tree(tmp_path / "out") == read_tree(full.path)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def two_articles(texts: Texts, tmp_path: Path) -> Path:
    """A folder with copies of two of the five articles."""
    folder = tmp_path / "two"
    folder.mkdir()
    for number, text in enumerate(list(texts.values())[:2]):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def test_the_command_exits_3_below_the_coverage(text_free: Path, two_articles: Path, tmp_path: Path) -> None:
    """53 of 154 segments are enough for 0.3 and not for 0.95; the release is written and says what it is."""
    arguments = ("hydrate", text_free, "--articles", two_articles, "--out", tmp_path / "out")
    below = run(*arguments)
    assert below.returncode == 3
    assert "53 of 154 segments" in below.stdout
    fine = run(*arguments, "--min-coverage", "0.3", "--json")
    assert fine.returncode == 0
    said = json.loads(fine.stdout)
    assert (said["is_whole"], said["rows"]["exact"], said["rows"]["missing"]) == (False, 53, 101)
    assert load_release(tmp_path / "out").manifest.digest == said["digest"]


def test_nothing_found_writes_no_release(text_free: Path, tmp_path: Path) -> None:
    """Copies of other articles: the report, exit 3, and no folder, whatever coverage is asked for."""
    (tmp_path / "other.txt").write_text("Herring returned to the bay.\n", "utf-8")
    out = tmp_path / "out"
    done = run(*("hydrate", text_free, "--articles", tmp_path / "other.txt", "--out", out, "--min-coverage", "0"))
    assert done.returncode == 3
    assert "no release was written" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.hydration.jsonl"]
