"""Tokens, scenes and features: what is known of a segment before anything is learnt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.classify import FEATURES
from corpus_kit.classify.lexicons import read_lexicons
from corpus_kit.classify.quotation_marks import curl_quotation_marks
from corpus_kit.classify.scene import Scene, read_scene
from corpus_kit.classify.tokens import Surfaces, normalize_word, tokenize_segments
from corpus_kit.classify.vectors import learn_vocabulary, make_matrix
from corpus_kit.model import Article, SegmentedArticle
from corpus_kit.segment import segment_article, segment_news
from corpus_kit.segment.many import join_segments
from tests.conftest import REPOSITORY
from tests.factories import make_article

LEXICONS = read_lexicons("en")


def look_at(*texts: str) -> Scene:
    """The scene of one article with a line per segment."""
    return read_scene([make_article("a", texts)], Surfaces(LEXICONS))


def read_feature(name: str, scene: Scene) -> list[int]:
    """A feature's bins."""
    return next(own for own in FEATURES if own.name == name).read(scene).tolist()


@pytest.mark.parametrize(
    ("text", "curly"),
    [
        ('"Yes," he said.', "“Yes,” he said."),
        ("„Ja“, sagte er.", "“Ja”, sagte er."),
        ("«Oui», dit-il.", "“Oui”, dit-il."),
        ("‘No,’ she said.", "“No,” she said."),
        ("'It's late,' she said.", "“It's late,” she said."),
        ("The workers’ day isn't over.", "The workers’ day isn't over."),
        ("Plain words.", "Plain words."),
    ],
)
def test_all_quotation_marks_become_curly_ones(text: str, curly: str) -> None:
    """Apostrophes stay what they are."""
    assert curl_quotation_marks(text) == curly


def test_words_lose_case_and_digits() -> None:
    """All years are one word, and curly apostrophes are straight."""
    assert [normalize_word(word) for word in ("Don’t", "2019", "B2")] == ["don't", "0000", "b0"]


def test_a_table_with_words_knows_no_others() -> None:
    """What isn't in the vocabulary has one number more than it has words."""
    surfaces = Surfaces({}, ["ferry"])
    tokens = tokenize_segments(join_segments([make_article("a", ["The Ferry"])]), surfaces)
    assert tokens.words.tolist() == [1, 0]


def test_quoted_words_are_told_from_the_writers() -> None:
    """What stands between marks is quoted; an opening mark that never closes quotes the rest of its segment."""
    scene = look_at("“It is bad,” he said.", "He called it “bad news", "Not so.")
    assert scene.tokens.count(scene.quoted_tokens & scene.tokens.has("word")).tolist() == [3, 2, 0]
    assert scene.count_own("reporting").tolist() == [1, 1, 0]


def test_quotation_and_reporting_verb_stand_together() -> None:
    """The feature tells an utterance with its verb from quoted words, and those from none."""
    scene = look_at("“It is over,” the mayor said.", "The “scheme” began.", "It began.", "He said “no” to it.")
    bins = read_feature("reported", scene)
    assert bins[0] == max(bins) == 6
    assert (bins[1], bins[2]) == (1, 0)
    assert bins[3] >= 3


def test_titles_are_told_from_a_source_s_words() -> None:
    """Capitals inside the marks make a title, a verb of speaking makes the next bin, an open quotation the last."""
    scene = look_at(
        "He saw “The Long Way Home”.", "It was a “long way home by sea”.", "He called it a “bad idea”.", "“Go."
    )
    assert read_feature("quoting", scene) == [3, 5, 2, 3]
    assert read_feature("quoting", look_at("She left the room.")) == [0]


def test_running_prose_has_a_voice() -> None:
    """The writer's own prose, what is reported, and what quotes; a short line is none."""
    own = "The ferry across the strait was sold on Friday to a company from the south."
    said = "The mayor said the ferry across the strait had been sold to a company."
    quote = "The mayor called the sale of the ferry to a company “a very bad idea”."
    assert read_feature("voice", look_at(own, said, quote, "Menu")) == [1, 2, 3, 0]


def test_lines_that_could_be_the_headline_are_counted() -> None:
    """The first line of four words is the first candidate; after running prose no line is the headline."""
    prose = "The ferry across the strait was sold on Friday to a company from the south."
    scene = look_at(
        "Menu", "Ferry sold to southern company", "Islanders see the end coming", prose, "Bridge closed for two weeks"
    )
    assert read_feature("headline", scene) == [0, 1, 2, 3, 5]


def test_turns_of_a_transcript_are_known_by_their_speakers() -> None:
    """Two names before colons, each several times; the one that mostly asks is the interviewer."""
    turns = ["Q: Why?", "A: It was late.", "Q: And then?", "A: We left.", "Note: all times are local."]
    assert read_feature("turn", look_at(*turns)) == [2, 1, 2, 1, 0]
    assert read_feature("turn", look_at("Note: one.", "Note: two.")) == [0, 0]


def test_a_question_alone_is_another_than_one_in_a_paragraph() -> None:
    """A line that is a question, and a statement."""
    assert read_feature("question", look_at("Who pays?", "Nobody pays.")) == [4, 0]


def test_a_rare_word_stands_for_its_ending() -> None:
    """A word that isn't in the vocabulary counts as its last three letters where the vocabulary has them."""
    surfaces = Surfaces({}, ["ferry", "*ing"])
    assert tokenize_segments(join_segments([make_article("a", ["Ferry docking soon"])]), surfaces).words.tolist() == [
        0,
        1,
        2,
    ]
    rare = ["docking", "mooring", "sailing", "boating", "rowing"]
    vocabulary = learn_vocabulary([make_article("a", [f"The {word}" for word in rare])], "en")
    assert vocabulary.words == ("the", "*ing")


def test_repeats_are_seen_from_both_sides() -> None:
    """The first of equal lines is marked otherwise than the later ones."""
    assert read_feature("repeats", look_at("Ferry sold", "By Ines", "FERRY  sold")) == [2, 0, 1]


def test_without_lexicons_no_list_counts() -> None:
    """A language that has no word lists gets features all the same."""
    assert read_lexicons("xx") == {}
    scene = read_scene([make_article("a", ["She said so."])], Surfaces({}))
    assert read_feature("reporting", scene) == [0]


@given(st.lists(st.text(max_size=400), max_size=4))
def test_every_bin_is_within_its_feature(texts: list[str]) -> None:
    """Whatever the text, each feature gives each segment one of its bins, and each matrix row is finite."""
    articles = [cut(f"a{i}", text) for i, text in enumerate(texts)]
    scene = read_scene(articles, Surfaces(LEXICONS))
    n = sum(len(article.segments) for article in articles)
    for feature in FEATURES:
        bins = feature.read(scene)
        assert bins.shape == (n,), feature.name
        assert ((bins >= 0) & (bins < feature.bins)).all(), feature.name
    matrix = make_matrix(scene, learn_vocabulary(articles, "en"))
    assert matrix.shape[0] == n
    assert np.isfinite(matrix.data).all()


def cut(id_: str, text: str) -> SegmentedArticle:
    """Any text as the news segmenter cuts it."""
    article = Article(id=id_, text=text, sha256="", source="", raw_sha256="", size_bytes=0)
    return SegmentedArticle(id=id_, text=text, segments=segment_article(article, segment_news))


@given(
    st.lists(st.sampled_from(["“One.", "Two.” he said.", "Menu", "Read more", "It was bad."]), min_size=1, max_size=6)
)
def test_articles_beside_one_another_change_nothing(lines: list[str]) -> None:
    """A segment's row is the same whether its article is read alone or among others."""
    own, other = make_article("a", lines), make_article("b", ["Another.", "“Open"])
    vocabulary = learn_vocabulary([own, other, own], "en")
    alone = make_matrix(read_scene([own], Surfaces(LEXICONS, vocabulary.words)), vocabulary)
    among = make_matrix(read_scene([other, own, other], Surfaces(LEXICONS, vocabulary.words)), vocabulary)
    assert np.allclose(alone.toarray(), among.toarray()[2 : 2 + len(lines)])


def test_every_feature_is_documented() -> None:
    """docs/classifiers.md has a row for each with its meaning."""
    text = (REPOSITORY / "docs/classifiers.md").read_text("utf-8")
    for feature in FEATURES:
        assert f"| `{feature.name}` | {feature.meaning} |" in text, feature.name
