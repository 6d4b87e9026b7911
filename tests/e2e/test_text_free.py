"""The text-free release: what is in it, and what isn't."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus_kit.build import BuildResult, build_release, build_text_free, check_release, release_version
from corpus_kit.build.anchors import Surroundings, cut_windows, digest_window, squash
from corpus_kit.build.check import check_content
from corpus_kit.canonical import hash_text
from corpus_kit.corpus import load_corpus
from corpus_kit.diff.snapshot import read_snapshot
from corpus_kit.errors import CorpusError, ReleaseError
from corpus_kit.model import LabelledArticle
from corpus_kit.release import load_release
from corpus_kit.text_free import WINDOW_CHARS, read_text_free_manifest

Edit = Callable[[Path, str, str], None]
WORD = re.compile(r"\w+")
GUESSES = (
    "Advertisement",
    "Read more",
    "Recommended",
    "Share this article",
    "Sign up",
    "Sign up for our newsletter",
    "Subscribe",
    "Follow us on Twitter",
    "All rights reserved.",
    "Original url:",
    "Reuters",
)


def list_words(text: str) -> list[str]:
    """Words in lower case."""
    return WORD.findall(text.casefold())


def list_strings(value: Any) -> Iterator[str]:
    """Every string inside a value as Parquet gives it back."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for own in value.values():
            yield from list_strings(own)
    elif isinstance(value, list):
        for own in value:
            yield from list_strings(own)


def read_everything(release: Path) -> Iterator[tuple[str, str]]:
    """Each file's bytes as text and, of Parquet, every decoded value, column statistic and key of the metadata."""
    for file in sorted(release.rglob("*")):
        if file.is_dir():
            continue
        data = file.read_bytes()
        for encoding in ("utf-8", "latin-1", "utf-16-le"):
            yield f"{file.name} as {encoding}", data.decode(encoding, "replace")
        if file.suffix == ".parquet":
            yield from read_parquet(file)


def read_parquet(file: Path) -> Iterator[tuple[str, str]]:
    """What a Parquet file holds, decoded."""
    for row in pq.read_table(file).to_pylist():
        yield file.name, " ".join(list_strings(row))
    metadata = pq.read_metadata(file)
    yield f"{file.name}: metadata", str(metadata.metadata)
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            statistics = metadata.row_group(group).column(column).statistics
            if statistics is not None and statistics.has_min_max:
                yield f"{file.name}: statistics", f"{statistics.min} {statistics.max}"


def list_labelled(built: BuildResult) -> tuple[LabelledArticle, ...]:
    """The articles of the full release."""
    return load_release(built.path).articles


def test_no_file_holds_eight_words_in_a_row_of_an_article(built: BuildResult, text_free: Path) -> None:
    """Nor a headline, nor any segment of four words or more, in bytes, decoded columns, statistics or metadata."""
    runs: set[tuple[str, ...]] = set()
    lines: set[str] = set()
    for labelled in list_labelled(built):
        words = list_words(labelled.article.text)
        runs |= {tuple(words[i : i + 8]) for i in range(len(words) - 7)}
        lines |= {segment.text for segment in labelled.article.segments if len(segment.text.split()) >= 4}
    for where, text in read_everything(text_free):
        words = list_words(text)
        found = runs.intersection(tuple(words[i : i + 8]) for i in range(len(words) - 7))
        assert not found, where
        assert not [line for line in lines if line in text], where


def test_the_search_finds_what_is_there(built: BuildResult) -> None:
    """In the full release the same search finds eight words: it could fail above."""
    run = tuple(list_words(list_labelled(built)[0].article.text)[40:48])
    texts = [list_words(text) for _, text in read_everything(built.path)]
    assert any(run == tuple(words[i : i + 8]) for words in texts for i in range(len(words) - 7))


def test_no_id_or_bare_hash_of_a_segment_is_there(built: BuildResult, text_free: Path) -> None:
    """Neither the ids of the full release nor any digest of a text, an article or a table of it."""
    manifest = load_release(built.path).manifest
    bare = {entry.digest.removeprefix("sha256:") for entry in manifest.tables.values()}
    bare |= {entry.sha256 for name, entry in manifest.files.items() if name.endswith(".parquet")}
    for labelled in list_labelled(built):
        bare.add(hash_text(labelled.article.text))
        bare |= {hash_text(segment.text)[:12] for segment in labelled.article.segments}
    for where, text in read_everything(text_free):
        assert not [digest for digest in bare if digest in text], where


def test_a_dictionary_of_common_lines_hits_no_digest(built: BuildResult, text_free: Path) -> None:
    """Alone, or between other common lines, a guessed line has no digest of the release, though some are in it."""
    stored = {row[side] for row in read_table(text_free, "anchors") for side in ("ahead", "behind")}
    name = load_release(built.path).manifest.name
    texts = {segment.text for labelled in list_labelled(built) for segment in labelled.article.segments}
    guesses = sorted({*GUESSES, *(text for text in texts if len(squash(text)) < 40)})
    assert texts.intersection(guesses)
    around = ["", *map(squash, guesses)]
    for text in guesses:
        for before in around:
            for after in around:
                assert digest_window(name, text, Surroundings(before, after)) not in stored
        assert hash_text(text)[:32] not in stored


def test_every_window_is_long(built: BuildResult) -> None:
    """Each has 280 or more characters that are no white space; in these articles that is 40 words or more."""
    for labelled in list_labelled(built):
        segments = labelled.article.segments
        streams = [squash(segment.text) for segment in segments]
        for i, segment in enumerate(segments):
            for window in cut_windows(streams, i):
                assert window is not None
                assert len(window.before + streams[i] + window.after) >= WINDOW_CHARS
                first = next(k for k in range(i + 1) if "".join(streams[k:i]) == window.before)
                last = next(k for k in range(i, len(streams)) if "".join(streams[i + 1 : k + 1]) == window.after)
                words = sum(len(list_words(own.text)) for own in segments[first : last + 1])
                assert words >= 40, segment.id


def read_table(release: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    return [
        row for file in sorted((release / "data" / table).glob("*.parquet")) for row in pq.read_table(file).to_pylist()
    ]


def test_a_text_free_release_checks(text_free: Path) -> None:
    """Bytes, digests, schema, rows, card, Croissant, and `datasets` loads its configs."""
    assert check_release(text_free) == []


def test_two_builds_give_equal_bytes(text_free: Path, corpus_dir: Path, tmp_path: Path) -> None:
    """Sealed values too: nothing is drawn at random."""
    again = build_text_free(load_corpus(corpus_dir), out=tmp_path / "out").path
    for file in text_free.rglob("*"):
        if file.is_file():
            assert (again / file.relative_to(text_free)).read_bytes() == file.read_bytes()


def test_who_wants_texts_is_told_to_hydrate(text_free: Path) -> None:
    """Loading it for evaluation or comparing it is an error that names the command."""
    for read in (load_release, read_snapshot):
        with pytest.raises(ReleaseError, match="corpus-kit hydrate"):
            read(text_free)


def test_a_changed_anchor_is_found(corpus_dir: Path, text_free: Path, tmp_path: Path) -> None:
    """A label moved to another segment differs from its anchor, whatever hashes say."""
    path = build_text_free(load_corpus(corpus_dir), out=tmp_path / "out").path
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    manifest["full"]["labelled"] = "many"
    (path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ReleaseError, match=r"full\.labelled"):
        check_release(path)
    (path / "manifest.json").write_bytes((text_free / "manifest.json").read_bytes())
    file = path / "data/anchors/fold_0.parquet"
    file.write_bytes((path / "data/anchors/fold_1.parquet").read_bytes())
    assert any("content digest" in line for line in check_release(path))
    assert any("is missing" in line for line in check_release(path))


@pytest.mark.parametrize("where", ["DATASET_CARD.md", "annotations/guidelines.md", "corpus.toml"])
def test_prose_that_quotes_an_article_is_refused(corpus_dir: Path, where: str, edit: Edit) -> None:
    """Card, guidelines and description go out with the release: eight words of an article in them are an error."""
    text = (corpus_dir / "seeds/articles/abc-news-troops-begin-leaving.txt").read_text("utf-8")
    quoted = " ".join(text.split()[24:34])
    if where == "corpus.toml":
        edit(corpus_dir / where, 'description = "', f'description = "{quoted} ')
    else:
        (corpus_dir / where).write_bytes((corpus_dir / where).read_bytes() + f"\n## More\n\n{quoted}\n".encode())
    with pytest.raises(CorpusError, match="would hold words of the article 'abc-news-troops-begin-leaving'"):
        build_text_free(load_corpus(corpus_dir))
    assert not list((corpus_dir / "dist").rglob("manifest.json"))


def test_a_url_that_spells_a_long_headline_is_withheld(corpus_dir: Path) -> None:
    """It is null and sealed; another one stays, as it is where the article can be had."""
    manifest = corpus_dir / "seeds/manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    slug = "-".join(list_words(rows[1]["title"]))
    rows[0]["url"], rows[1]["url"] = "https://news.example/troops-to-withdraw", f"https://news.example/{slug}"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    path = build_text_free(load_corpus(corpus_dir)).path
    urls = {row["id"]: row["url"] for row in read_table(path, "articles")}
    assert urls[rows[1]["id"]] is None
    assert urls[rows[0]["id"]] == rows[0]["url"]


def test_a_short_article_is_left_out_with_its_reason(example_dir: Path, edit: Edit) -> None:
    """It is listed, counted in the whole, and no digest of the whole remains by which it could be guessed."""
    short = example_dir / "seeds/articles/short.txt"
    short.write_text("Ferry sails again\n", "utf-8")
    row = json.loads((example_dir / "seeds/manifest.jsonl").read_text("utf-8").splitlines()[0])
    row |= {"id": "short", "path": "articles/short.txt", "sha256": hash_text("Ferry sails again\n"), "size_bytes": 18}
    with (example_dir / "seeds/manifest.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    full = build_release(load_corpus(example_dir))
    result = build_text_free(load_corpus(example_dir))
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    left_out = [item for item in manifest["set_aside"] if item["kind"] == "article"]
    assert [item["id"] for item in left_out] == ["short"]
    assert "too short" in left_out[0]["reason"]
    assert manifest["full"]["articles_of"] == 4
    assert manifest["counts"]["articles"] == 3
    assert check_content(result.path, read_text_free_manifest(result.path))[0] == []
    for where, text in read_everything(result.path):
        assert full.digest.removeprefix("sha256:") not in text, where


def test_a_corpus_of_short_articles_has_no_text_free_release(example_dir: Path) -> None:
    """Where no labelled article can be protected, the build says so and writes nothing."""
    manifest = example_dir / "seeds/manifest.jsonl"
    row = json.loads(manifest.read_text("utf-8").splitlines()[0])
    text = (example_dir / "seeds" / row["path"]).read_text("utf-8").split("\n")[0]
    (example_dir / "seeds" / row["path"]).write_text(text, "utf-8")
    row |= {"sha256": hash_text(text), "size_bytes": len(text.encode())}
    manifest.write_text(json.dumps(row) + "\n", "utf-8")
    ledger = example_dir / "annotations/ledger/author.jsonl"
    events = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    own = [event for event in events if event["article"] == row["id"] and event["end"] <= len(text)]
    for event in own:
        event |= {"article_sha256": hash_text(text), "suffix": ""}
    ledger.write_text("".join(json.dumps(event) + "\n" for event in own), "utf-8")
    with pytest.raises(CorpusError, match="too short to be protected"):
        build_text_free(load_corpus(example_dir))
    assert not (example_dir / "dist").exists()


def test_a_final_version_can_be_had_without_text(example_dir: Path, edit: Edit) -> None:
    """`--as-of` builds the text-free release of a version that the corpus has left behind."""
    release_version(load_corpus(example_dir))
    before = build_text_free(load_corpus(example_dir)).path
    kept = {file.relative_to(before): file.read_bytes() for file in before.rglob("*") if file.is_file()}
    edit(example_dir / "corpus.toml", 'version = "1.0.0"', 'version = "2.0.0"')
    again = build_text_free(load_corpus(example_dir), as_of="1.0.0").path
    assert again == before
    assert {file.relative_to(again): file.read_bytes() for file in again.rglob("*") if file.is_file()} == kept
