"""The features of a segment, each a small number of bins: a table of names, meanings and functions over arrays."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from corpus_kit.classify.scene import Scene
from corpus_kit.classify.tokens import Bools, Ints


class Feature(NamedTuple):
    """A feature: `read` gives each segment a bin from 0 to `bins` - 1. `meaning` is one sentence for the docs.

    `reach`: how many neighbours on either side a segment is told this feature of, beside its own.
    """

    name: str
    meaning: str
    bins: int
    read: Callable[[Scene], Ints]
    reach: int = 0


def put_in_bins(values: ArrayLike, edges: Sequence[float]) -> Ints:
    """The bin of each value: how many of the edges are no greater than it."""
    return np.asarray(np.searchsorted(np.asarray(edges, dtype=np.float64), np.asarray(values), side="right"))


def _divide(a: Ints, b: Ints) -> np.ndarray:
    return a / np.maximum(1, b)


def _flags(*bits: Bools) -> Ints:
    """Several yes-or-no answers as one bin, the first the lowest bit."""
    return np.asarray(sum(bit.astype(np.int64) << i for i, bit in enumerate(bits)))


def _firsts(scene: Scene, *names: str) -> Bools:
    return scene.tokens.has(*names)[scene.tokens.starts]


def _read_end(scene: Scene) -> Ints:
    """The mark at the end, behind closing quotation marks and brackets."""
    last = scene.tokens.lasts
    skipped = scene.tokens.has("closes", "bracket")
    for _ in range(2):
        last = np.where(skipped[last] & (last > scene.tokens.starts), last - 1, last)
    bins = np.zeros(len(last), dtype=np.int64)
    for i, name in enumerate(("ends", "exclaims", "asks", "comma", "colon", "bar", "digit", "dash"), 1):
        bins[scene.tokens.has(name)[last]] = i
    return bins


def _read_begin(scene: Scene) -> Ints:
    bins = np.zeros(len(scene.position), dtype=np.int64)
    names = ("word", "capital", "capitals", "digit", "opens", "closes", "bar", "address", "dash", "bracket", "ends")
    for i, name in enumerate(names, 1):
        bins[_firsts(scene, name)] = i
    return bins


def _read_capitals(scene: Scene) -> Ints:
    """Capital letters at the beginning of words other than the first."""
    capital = scene.tokens.has("capital")
    capital[scene.tokens.starts] = False
    word = scene.tokens.has("word")
    word[scene.tokens.starts] = False
    return put_in_bins(_divide(scene.tokens.count(capital), scene.tokens.count(word)), (0.01, 0.2, 0.4, 0.6, 0.8, 1.0))


def _read_quoted(scene: Scene) -> Ints:
    return put_in_bins(scene.quoted_words, (1, 2, 4, 6, 9, 15))


def _read_quoted_share(scene: Scene) -> Ints:
    return put_in_bins(_divide(scene.quoted_words, scene.words), (0.001, 0.15, 0.3, 0.5, 0.7, 0.9, 1.0))


def _read_marks(scene: Scene) -> Ints:
    opens, closes = (scene.tokens.count(scene.tokens.has(name)) for name in ("opens", "closes"))
    return np.minimum(opens, 2) * 3 + np.minimum(closes, 2)


def _look_around(scene: Scene, places: Ints, values: Bools, *distances: int) -> Bools:
    """Whether a value holds that many tokens behind each place (or before it), in the same segment."""
    own = scene.tokens.segments
    there = places[:, None] + np.asarray(distances)
    within = np.clip(there, 0, max(0, len(values) - 1))
    return np.asarray((values[within] & (there == within) & (own[within] == own[places][:, None])).any(axis=1))


def _read_reported(scene: Scene) -> Ints:
    """How quotation and reporting verb stand together, the strongest sign last."""
    has, count = scene.tokens.has, scene.tokens.count
    verb = has("reporting") & ~scene.quoted_tokens
    closes, opens = np.flatnonzero(has("closes")), np.flatnonzero(has("opens"))
    spoken = _look_around(scene, closes, has("comma", "ends"), -1) | _look_around(scene, closes, has("comma"), 1)
    soon = _look_around(scene, closes, verb, 1, 2, 3, 4, 5)
    lately = _look_around(scene, opens, verb, -1, -2, -3, -4, -5)
    bins = np.zeros(len(scene.position), dtype=np.int64)
    any_quoted = scene.quoted_words > 0
    bins[any_quoted] = 1
    bins[any_quoted & (count(verb) > 0)] = 2
    bins[count(opens[lately]) > 0] = 3
    bins[count(closes[spoken]) > 0] = 4
    bins[count(closes[soon]) > 0] = 5
    bins[count(closes[spoken & soon]) > 0] = 6
    return bins


def _read_quoting(scene: Scene) -> Ints:
    """Quoted words: few, a title's, or many, each without and with a reporting verb; or within a quotation."""
    count, reports = scene.quoted_words, scene.count_own("reporting") > 0
    words = scene.quoted_tokens & scene.tokens.has("word")
    capitals = scene.tokens.count(words & scene.tokens.has("capital"))
    is_title = capitals >= np.maximum(1, 0.6 * scene.tokens.count(words))
    kind = np.where(count == 0, 0, np.where(is_title, 2, np.where(count > 3, 3, 1)))
    return np.where(scene.in_quotation, 7, np.where(kind > 0, 2 * kind - 1 + reports, 0))


def _read_outside(scene: Scene) -> Ints:
    """Words outside quotation marks, 0 for a segment without any inside."""
    quoted = scene.quoted_words
    return np.where(quoted > 0, 1 + put_in_bins(scene.words - quoted, (1, 3, 6, 10, 16)), 0)


def _read_voice(scene: Scene) -> Ints:
    """Running prose by whose words it has: the writer's, reported ones, quoted ones; 0 for what is no prose."""
    is_quoting = (scene.quoted_words > 0) | scene.in_quotation
    voice = np.where(is_quoting, 3, np.where(scene.count_own("reporting") > 0, 2, 1))
    return np.where(scene.is_prose, voice, 0)


def _read_headline(scene: Scene) -> Ints:
    """Lines that could be the headline: the first, second, … before the running prose, or one within it."""
    furniture = scene.count_own("furniture") * 4 > scene.words
    could_be = scene.begins_line & scene.ends_line & (scene.words >= 4) & ~furniture
    rank = np.where(scene.count_before(scene.is_prose) > 0, 5, 1 + np.minimum(scene.count_before(could_be), 3))
    return np.where(could_be, rank, 0)


def _read_turn(scene: Scene) -> Ints:
    """Turns of a transcript: 1 in a line that begins with a speaker and a colon, 2 where that speaker mostly asks.

    A speaker is known by the first of up to three words before the colon, which has a capital, and by their number; two
    have several turns each in the article. Whether one asks is seen by the end of the segment with the colon.
    """
    tokens, here = scene.tokens, np.arange(len(scene.position))
    if not len(here):
        return here
    length = np.zeros_like(here)
    for words in (3, 2, 1):
        length[_look_around(scene, tokens.starts, tokens.has("colon"), words)] = words
    tags = np.flatnonzero((length > 0) & scene.begins_line & tokens.has("capital")[tokens.starts])
    surfaces = int(tokens.rows.max()) + 1
    names = (tokens.articles[tags] * surfaces + tokens.rows[tokens.starts[tags]]) * 4 + length[tags]
    names, speaker, turns = np.unique(names, return_inverse=True, return_counts=True)
    article = names // (4 * surfaces)
    asks = np.bincount(speaker, weights=tokens.has("asks")[tokens.lasts[tags]], minlength=len(names))
    speakers = np.bincount(article[turns > 1], minlength=int(tokens.articles.max()) + 1)
    kinds = np.where((turns > 1) & (speakers[article] > 1), 1 + (asks * 2 > turns), 0)
    bins = np.zeros_like(here)
    bins[tags] = kinds[speaker]
    return bins[np.maximum.accumulate(np.where(scene.begins_line, here, 0))]


def _read_question(scene: Scene) -> Ints:
    """A question, by whether it begins and ends a line; 0 for anything else."""
    asks = scene.tokens.has("asks")[scene.tokens.lasts]
    return np.where(asks, 1 + _flags(scene.begins_line, scene.ends_line), 0)


def _read_prose_around(scene: Scene) -> Ints:
    prose = scene.is_prose.astype(np.int64)
    others = scene.sum_around(prose, 4) - prose
    return put_in_bins(others / np.maximum(1, scene.sum_around(np.ones_like(prose), 4) - 1), (0.01, 0.2, 0.4, 0.6, 0.8))


def _read_zone(scene: Scene) -> Ints:
    """Before the article's first running prose, from its first to its last, or after it; 3 where it has none."""
    prose = scene.is_prose.astype(np.int64)
    before, whole = scene.count_before(scene.is_prose), scene.sum_articles(prose)
    return np.where(whole == 0, 3, np.where(before + prose == 0, 0, np.where(before == whole, 2, 1)))


def _read_lines_to_prose(scene: Scene) -> Ints:
    """How far the nearest running prose before and after is."""
    here = np.arange(len(scene.position))
    back = np.maximum.accumulate(np.where(scene.is_prose, here, -(10**6))) if len(here) else here
    ahead = np.minimum.accumulate(np.where(scene.is_prose, here, 10**6)[::-1])[::-1] if len(here) else here
    back, ahead = np.where(back < scene.firsts, -(10**6), back), np.where(ahead > scene.lasts, 10**6, ahead)
    edges = (1, 2, 3, 6, 12)
    return put_in_bins(here - back, edges) * 6 + put_in_bins(ahead - here, edges)


def _read_tense(scene: Scene) -> Ints:
    past, present = scene.count_own("past") > 0, scene.count_own("present") > 0
    return _flags(past, present)


def _count(*names: str, edges: Sequence[float] = (1, 2, 3)) -> Callable[[Scene], Ints]:
    def read(scene: Scene) -> Ints:
        return put_in_bins(scene.count_own(*names), edges)

    return read


def _rate(*names: str, edges: Sequence[float]) -> Callable[[Scene], Ints]:
    """Tokens of a kind per segment over the whole article."""

    def read(scene: Scene) -> Ints:
        return put_in_bins(scene.sum_articles(scene.count_own(*names)) / np.maximum(1, scene.size), edges)

    return read


def _read_furniture_share(scene: Scene) -> Ints:
    found = scene.tokens.count(scene.tokens.has("furniture"))
    return put_in_bins(_divide(found, scene.words), (0.01, 0.1, 0.25, 0.5, 0.8))


def _read_length_alone(scene: Scene) -> Ints:
    """Length of a segment that is a line, by whether it ends like a sentence; 0 for one that shares its line."""
    ends = scene.tokens.has("ends", "closes")[scene.tokens.lasts]
    length = put_in_bins(scene.words, (2, 4, 6, 9, 14))
    return np.where(scene.begins_line & scene.ends_line, 1 + length * 2 + ends, 0)


FEATURES: tuple[Feature, ...] = (
    Feature("line", "Begins and ends a line.", 4, lambda s: _flags(s.begins_line, s.ends_line), 1),
    Feature(
        "words", "Words and numbers in it.", 10, lambda s: put_in_bins(s.words, (2, 3, 4, 6, 9, 13, 18, 25, 35)), 2
    ),
    Feature("line_words", "Words and end mark of a line of its own.", 13, _read_length_alone, 1),
    Feature("begin", "What its first token is.", 12, _read_begin, 1),
    Feature("end", "The mark that it ends with.", 9, _read_end, 1),
    Feature("capitals", "Share of capitalised words.", 7, _read_capitals, 1),
    Feature(
        "shouts",
        "All words are in capitals.",
        2,
        lambda s: _flags(s.tokens.count(s.tokens.has("capitals")) * 2 > s.words),
    ),
    Feature("in_quotation", "Begins inside an open quotation.", 2, lambda s: _flags(s.in_quotation), 1),
    Feature("marks", "Opening and closing quotation marks.", 9, _read_marks, 1),
    Feature("quoted", "Words between quotation marks.", 7, _read_quoted, 1),
    Feature("quoted_share", "Share of words between quotation marks.", 8, _read_quoted_share, 1),
    Feature("reported", "How quotation and reporting verb stand together.", 7, _read_reported, 1),
    Feature(
        "quoting", "Quoted words: few, many, or a title's; without and with a reporting verb.", 8, _read_quoting, 1
    ),
    Feature("outside", "Words outside quotation marks, beside quoted ones.", 7, _read_outside),
    Feature("voice", "Running prose of the writer, reported, or quoting.", 4, _read_voice, 1),
    Feature("headline", "Whether it could be the headline, and lines before it that could.", 6, _read_headline, 1),
    Feature("turn", "A turn of a transcript, of one who answers or asks.", 3, _read_turn, 1),
    Feature("question", "A question, alone on its line or not.", 5, _read_question),
    Feature("reporting", "Reporting verbs outside quotation marks.", 3, _count("reporting", edges=(1, 2)), 1),
    Feature("communication", "Words for what is said or written.", 2, _count("communication", edges=(1,))),
    Feature("anonymous", "Words for sources without a name.", 2, _count("anonymous", edges=(1,))),
    Feature("widely", "Words that put a view down to nobody.", 2, _count("widely", edges=(1,))),
    Feature("digits", "Numbers.", 4, _count("digit")),
    Feature("months", "Names of months.", 2, _count("month", edges=(1,))),
    Feature("days", "Days of the week, yesterday, today.", 2, _count("day", edges=(1,))),
    Feature("address", "Handles, hashtags and addresses.", 2, _count("address", edges=(1,)), 1),
    Feature("bar", "Bars, bullets and arrows.", 3, _count("bar", edges=(1, 2)), 1),
    Feature("colon", "A colon.", 2, _count("colon", edges=(1,))),
    Feature("repeats", "Its words stood before in the article, or come again.", 3, lambda s: s.repeats, 1),
    Feature("position", "Segments before it.", 9, lambda s: put_in_bins(s.position, (1, 2, 3, 4, 6, 9, 14, 25))),
    Feature(
        "to_end", "Segments after it.", 9, lambda s: put_in_bins(s.size - 1 - s.position, (1, 2, 3, 4, 6, 9, 14, 25))
    ),
    Feature("decile", "Where it stands in the article.", 10, lambda s: 10 * s.position // np.maximum(1, s.size)),
    Feature("zone", "Before, within or after the running prose.", 4, _read_zone),
    Feature("to_prose", "Segments to the nearest running prose before and after.", 36, _read_lines_to_prose),
    Feature("prose_around", "Share of running prose among its eight neighbours.", 6, _read_prose_around),
    Feature("furniture", "Words of menus, captions and appeals.", 4, _count("furniture"), 1),
    Feature("furniture_share", "Their share.", 6, _read_furniture_share, 1),
    Feature("i", "I, me, my.", 3, _count("first_person", edges=(1, 2)), 1),
    Feature("we", "We, us, our.", 3, _count("first_person_plural", edges=(1, 2)), 1),
    Feature("you", "You, your.", 3, _count("second_person", edges=(1, 2)), 1),
    Feature("they", "He, she, they.", 2, _count("third_person", edges=(1,))),
    Feature("obligation", "Should, must, cannot.", 3, _count("obligation", edges=(1, 2))),
    Feature("prediction", "Will, may, likely.", 3, _count("prediction", edges=(1, 2))),
    Feature("hedge", "Seems, perhaps, rather.", 3, _count("hedge", edges=(1, 2))),
    Feature("intensifier", "Very, clearly, merely.", 4, _count("intensifier"), 1),
    Feature("argument", "But, yet, though, whether.", 4, _count("argument")),
    Feature("praise", "Words of praise.", 4, _count("praise"), 1),
    Feature("blame", "Words of blame.", 4, _count("blame"), 1),
    Feature("judging", "Nouns and verbs that judgements are made with.", 4, _count("judging")),
    Feature(
        "verdict",
        "A form of to be with a word of praise or blame.",
        2,
        lambda s: _flags((s.count_own("copula") > 0) & (s.count_own("praise", "blame") > 0)),
    ),
    Feature("negation", "Not, never, nothing.", 3, _count("negation", edges=(1, 2))),
    Feature("tense", "Past and present forms.", 4, _read_tense, 1),
    Feature("asks", "A question of the writer's own.", 2, _count("asks", edges=(1,)), 1),
    Feature(
        "article_i",
        "I and we in the whole article.",
        5,
        _rate("first_person", "first_person_plural", edges=(0.01, 0.05, 0.15, 0.3)),
    ),
    Feature(
        "article_judges",
        "Words of praise and blame in the whole article.",
        5,
        _rate("praise", "blame", edges=(0.15, 0.3, 0.5, 0.8)),
    ),
    Feature(
        "article_reports", "Reporting verbs in the whole article.", 5, _rate("reporting", edges=(0.05, 0.12, 0.2, 0.35))
    ),
)
"""The features, in the order of their columns."""
