"""Windows, white space and seals: what a text-free release stores of a segment."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_kit.build.anchors import (
    Surroundings,
    cut_known_windows,
    cut_windows,
    describe_spaces,
    digest_window,
    is_protectable,
    make_anchors,
    read_spaces,
    space_words,
    squash,
)
from corpus_kit.build.seal import make_key, seal, unseal
from corpus_kit.text_free import WINDOW_CHARS

LONG = "x" * WINDOW_CHARS


def test_a_window_takes_whole_segments_until_it_is_long_enough() -> None:
    """100 characters with 100 and then 90 more make 290, which is 280 or more; the fourth segment is not in it."""
    streams = ["a" * 100, "b" * 100, "c" * 90, "d" * 100]
    ahead, behind = cut_windows(streams, 0)
    assert ahead == Surroundings("", "b" * 100 + "c" * 90)
    assert behind == Surroundings("", "b" * 100 + "c" * 90)  # nothing stands before: the other side makes up for it
    assert cut_windows(streams, 3) == (Surroundings("b" * 100 + "c" * 90, ""),) * 2


def test_a_long_segment_is_its_own_window() -> None:
    """280 characters need no surroundings, known or not."""
    assert cut_windows([None, LONG, None], 1) == (Surroundings("", ""), Surroundings("", ""))


def test_a_window_over_an_unknown_segment_is_not_known() -> None:
    """No window is made of less than it was made of at first."""
    assert cut_windows(["a" * 279, "b", None], 1) == (None, Surroundings("a" * 279, ""))


@given(sizes=st.lists(st.integers(1, 330), min_size=1, max_size=30))
def test_both_ways_of_cutting_agree(sizes: list[int]) -> None:
    """Segment by segment and all at once give the same windows, at edges and in articles that are too short."""
    streams = [chr(97 + i % 26) * size for i, size in enumerate(sizes)]
    assert list(cut_known_windows(streams)) == [cut_windows(streams, i) for i in range(len(streams))]


def test_the_digest_is_of_name_surroundings_and_words() -> None:
    """The digest's definition, written out: another one would orphan every text-free release."""
    value = ["corpus-kit/anchor/1", "toy", "before", "the words", "after"]
    by_hand = hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()[:32]
    assert digest_window("toy", "the\xa0 words", Surroundings("before", "after")) == by_hand
    assert by_hand == "ee6e4cfc6b782743e4d2261f0edf8857"


@pytest.mark.parametrize(("text", "spaces"), [("a b", ""), ("a\xa0b  c", "1:a0 3:20,20"), ("ab", ""), ("", "")])
def test_odd_spaces_are_described_and_put_back(text: str, spaces: str) -> None:
    """Words and the description make the text again, whatever white space the words came with."""
    assert describe_spaces(text) == spaces
    assert space_words("\t".join(text.split()), read_spaces(spaces)) == text


@pytest.mark.parametrize("spaces", ["1:61", "1", "x:20", "1:20,,20", "1:110000", "1:fffffffff", "-1:20", "1:20 "])
def test_what_is_no_list_of_white_space_is_refused(spaces: str) -> None:
    """A release from elsewhere can't put letters into a segment."""
    with pytest.raises(ValueError, match=r".+"):
        read_spaces(spaces)


def test_equal_segments_are_told_apart_by_their_surroundings() -> None:
    """The same line twice has two occurrences and four digests."""
    texts = ["Sign up", "a" * 300, "Sign up", "b" * 300]
    anchors = make_anchors("toy", texts)
    assert [anchor.occurrence for anchor in anchors] == [1, 1, 2, 1]
    first, second = anchors[0], anchors[2]
    assert len({first.ahead, second.ahead, second.behind}) == 3


def test_an_article_below_a_window_cannot_be_protected() -> None:
    """White space doesn't count: 279 characters and any number of spaces are too few, 280 are enough."""
    assert not is_protectable(["a " * 279, ""])
    assert is_protectable(["a" * 200, "b " * 80])
    assert squash(" a\u2009b\r\n") == "ab"


def test_a_sealed_value_opens_with_its_key_only() -> None:
    """Another key, a changed byte and what is no base64 give nothing."""
    key = make_key("toy", "the whole text")
    sealed = seal(key, {"title": "A headline", "gaps": [" "]})
    assert unseal(key, sealed) == {"title": "A headline", "gaps": [" "]}
    assert unseal(make_key("toy", "the whole texts"), sealed) is None
    assert unseal(key, sealed[:-8] + "AAAAAAA=") is None
    assert unseal(key, "?") is None
    assert unseal(key, "") is None


def test_a_seal_hides_length_and_repeats_no_stream() -> None:
    """Short values have one length; two values under one key differ from their first byte on."""
    key = make_key("toy", "text")
    one, two = seal(key, ["a"]), seal(key, ["b" * 90])
    assert len(one) == len(two)
    assert one[:16] != two[:16]
    assert seal(key, ["a"]) == one
