"""Segments of any number of articles: the same as cutting each alone, in the same bytes, whatever happens."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.build import stream, stream_segments
from corpus_kit.errors import ArticleError, TargetError
from corpus_kit.ingest.blocks import make_blocks
from corpus_kit.model import Article
from corpus_kit.segment import segment_news
from corpus_kit.segment.many import find_spans

TEXTS = st.lists(st.text(st.sampled_from("aB. \n“é😀”一?!"), max_size=40), min_size=1, max_size=5)


def make_article(id_: str, text: str) -> Article:
    """An article with this text."""
    return Article(id=id_, text=text, sha256="0" * 64, source="x", raw_sha256="0" * 64, size_bytes=0)


def write_jsonl(path: Path, texts: list[str]) -> Path:
    """A JSON Lines file of articles."""
    path.write_text("".join(json.dumps({"id": f"a{i}", "text": text}) + "\n" for i, text in enumerate(texts)), "utf-8")
    return path


@given(TEXTS)
def test_texts_are_picked_from_the_bytes(texts: list[str]) -> None:
    """Each row is its article's text at its offsets, for characters of one to four bytes."""
    batch = [(make_article(f"a{i}", text), segment_news(text)) for i, text in enumerate(texts)]
    table = stream.make_segment_table([article for article, _ in batch], find_spans(texts, segment_news))
    table.validate(full=True)
    expected = [
        {"article_id": article.id, "position": i, "start": start, "end": end, "text": article.text[start:end]}
        | {"is_main": None}
        for article, spans in batch
        for i, (start, end) in enumerate(spans)
    ]
    assert table.to_pylist() == expected


def test_segments_of_pages_say_whether_they_are_main(tmp_path: Path) -> None:
    """Each row has the flag of its line; rows of an article without blocks in the same batch have none."""
    lines = ["Menu.", "One in Malmö. Two.", "Three."]
    page = replace(make_article("a", "\n".join(lines)), blocks=make_blocks(lines, [False, True, None]))
    articles = [make_article("b", "Four. Five."), page, make_article("c", "Six.")]
    spans = find_spans([article.text for article in articles], segment_news)
    table = stream.make_segment_table(articles, spans)
    table.validate(full=True)
    assert table["is_main"].to_pylist() == [None, None, False, True, True, None, None]
    stream.write_segments(articles, segment_news, tmp_path)
    assert pq.read_table(tmp_path / "segments-00000.parquet").to_pylist() == table.to_pylist()


def test_batches_and_files_are_cut_by_the_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches give the same rows in more files, and each run the same bytes."""
    texts = [f"One {i}. Two “{i}.” Three é." for i in range(20)]
    source = write_jsonl(tmp_path / "in.jsonl", texts)
    whole = stream_segments([str(source)], tmp_path / "whole")
    monkeypatch.setattr(stream, "BATCH_CHARS", 50)
    monkeypatch.setattr(stream, "BATCHES_PER_FILE", 3)
    for name in ("a", "b"):
        assert stream_segments([str(source)], tmp_path / name) == whole
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert len([name for name in files if name.startswith("segments-")]) > 1
    rows = [
        row for path in sorted((tmp_path / "a").glob("segments-*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    assert rows == pq.read_table(tmp_path / "whole/segments-00000.parquet").to_pylist()
    assert whole.segments == len(rows) == 60


def test_what_is_dropped_is_listed_and_counts_add_up(tmp_path: Path) -> None:
    """Records without text stand in dropped.jsonl, and articles and dropped are all records."""
    source = write_jsonl(tmp_path / "in.jsonl", ["One.", " ", "Two.", "a\0b"])
    counts = stream_segments([str(source)], tmp_path / "out")
    assert (counts.articles, dict(counts.dropped)) == (2, {"empty": 1, "unsafe-text": 1})
    dropped = [json.loads(line) for line in (tmp_path / "out/dropped.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["reason"]) for row in dropped] == [("a1", "empty"), ("a3", "unsafe-text")]
    articles = pq.read_table(tmp_path / "out/articles-00000.parquet").to_pylist()
    assert [(row["id"], row["segments"]) for row in articles] == [("a0", 1), ("a2", 1)]
    assert articles[0]["record_offset"] == 0


@pytest.mark.parametrize(("texts", "is_strict"), [(["", " "], False), (["One.", ""], True)])
def test_a_failed_run_leaves_nothing(tmp_path: Path, texts: list[str], is_strict: bool) -> None:
    """Where nothing can be read, or anything can't and that is an error, no folder is left."""
    source = write_jsonl(tmp_path / "in.jsonl", texts)
    with pytest.raises(ArticleError):
        stream_segments([str(source)], tmp_path / "out", is_strict=is_strict)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there is refused before anything is read."""
    (tmp_path / "out").mkdir()
    with pytest.raises(TargetError, match="exists"):
        stream_segments(["missing.jsonl"], tmp_path / "out")
