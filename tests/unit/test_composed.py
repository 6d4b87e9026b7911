"""The composed collection: what it promises about its size, its variety and its contrast sets."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus_kit.corpus import load_corpus
from corpus_kit.ingest import read_articles
from corpus_kit.segment import segment_news

GENRES = (
    *("wire report", "local", "courts", "politics", "analysis", "column", "editorial", "review", "live blog"),
    *("obituary", "science", "business", "sport", "explainer", "interview", "travel"),
)
MIN_FURNITURES, MIN_ARTICLES_A_GENRE, RUN_WORDS, MAX_SHARED_RUNS = 20, 3, 8, 0.02


@pytest.fixture(scope="module")
def collection(repository: Path) -> Path:
    """Its folder, which is a corpus."""
    return repository / "seeds/composed"


@pytest.fixture(scope="module")
def contrasts(collection: Path) -> list[dict[str, Any]]:
    """The minimal pairs."""
    return [json.loads(line) for line in (collection / "contrasts.jsonl").read_text("utf-8").splitlines()]


def read_tags(collection: Path, kind: str) -> Counter[str]:
    """How many articles have each tag of a kind."""
    rows = [json.loads(line) for line in (collection / "seeds/manifest.jsonl").read_text("utf-8").splitlines()]
    tags = (tag for row in rows for tag in row["tags"])
    return Counter(tag.removeprefix(f"{kind}:") for tag in tags if tag.startswith(f"{kind}:"))


def test_its_guidelines_are_those_of_the_corpus(collection: Path, repository: Path) -> None:
    """Labels of both mean the same."""
    name = "annotations/guidelines.md"
    assert (collection / name).read_bytes() == (repository / name).read_bytes()
    assert load_corpus(collection).scheme == load_corpus(repository).scheme


def test_every_article_says_that_it_was_composed(collection: Path) -> None:
    """Nobody can take one for news: origin and licence stand in every row."""
    articles = list(read_articles(load_corpus(collection)))
    assert {article.origin for article in articles} == {"composed"}
    assert all((article.license_note or "").startswith("CC BY 4.0") for article in articles)


def test_genres_and_furniture_are_many(collection: Path) -> None:
    """Each genre has several articles, and pages have many kinds of furniture."""
    genres = read_tags(collection, "genre")
    assert [genre for genre in GENRES if genres[genre] < MIN_ARTICLES_A_GENRE] == []
    assert len([kind for kind, count in read_tags(collection, "furniture").items() if count > 1]) >= MIN_FURNITURES
    assert set(read_tags(collection, "marks")) >= {"curly", "straight", "single", "german"}
    assert set(read_tags(collection, "spelling")) == {"british", "american"}


def test_no_two_articles_are_from_one_mould(collection: Path) -> None:
    """Of eight words in a row, no two articles share more than one in fifty."""
    runs = {}
    for article in read_articles(load_corpus(collection)):
        words = article.text.lower().split()
        runs[article.id] = {tuple(words[i : i + RUN_WORDS]) for i in range(len(words) - RUN_WORDS + 1)}
    names = sorted(runs)
    for i, name in enumerate(names):
        for other in names[:i]:
            shared = len(runs[name] & runs[other]) / max(1, min(len(runs[name]), len(runs[other])))
            assert shared <= MAX_SHARED_RUNS, (name, other, shared)


def test_contrasts_are_pairs_of_single_segments(contrasts: list[dict[str, Any]], collection: Path) -> None:
    """At least a hundred pairs with ids of their own; each text is one segment, and its label one of the scheme's."""
    scheme = load_corpus(collection).scheme
    assert len({pair["id"] for pair in contrasts}) == len(contrasts) >= 100
    for pair in contrasts:
        for version in (pair["a"], pair["b"]):
            assert segment_news(version["text"]) == [(0, len(version["text"]))], version["text"]
            for said in (version, version["second"]):
                scheme.check(said["label"], said["attribution"])


def test_contrasts_differ_as_they_say(contrasts: list[dict[str, Any]]) -> None:
    """The versions are not equal, and their labels are equal where the pair says so."""
    for pair in contrasts:
        a, b = pair["a"], pair["b"]
        assert (a["before"], a["text"], a["after"]) != (b["before"], b["text"], b["after"]), pair["id"]
        assert (a["label"] == b["label"]) is pair["same_label"], pair["id"]
    kinds = Counter(pair["differs_in"] for pair in contrasts)
    assert min(kinds.values()) >= 10
