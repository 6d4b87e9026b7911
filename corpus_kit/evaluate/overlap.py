"""What training data share with the data that are predicted: whoever has seen the test has no score."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus_kit.release import Release


class Shared(NamedTuple):
    """Ids in what is predicted, in its order: articles that were learnt from, and segments that training shows."""

    articles: tuple[str, ...]
    segments: tuple[str, ...]


def find_shared(training: Release, tested: Release) -> Shared:
    """What of `tested` stands in `training`, whatever it is called there.

    An article is shared where one has the same words, and then all its segments are. Any other segment is shared where
    a run of eight of its words stands in a training segment; shorter ones are not looked at, since any news page has
    them. Case, punctuation and white space don't count. An article without words is not shared.
    """
    from corpus_kit.build.folds import fold_words

    texts = {tuple(fold_words(one.article.text)) for one in training.articles}
    runs = {run for one in training.articles for s in one.article.segments for run in _list_runs(fold_words(s.text))}
    articles: list[str] = []
    segments: list[str] = []
    for one in tested.articles:
        words = tuple(fold_words(one.article.text))
        is_shared = bool(words) and words in texts
        articles += [one.article.id] if is_shared else []
        segments += [
            segment.id
            for segment in one.article.segments
            if is_shared or any(run in runs for run in _list_runs(fold_words(segment.text)))
        ]
    return Shared(tuple(articles), tuple(segments))


def _list_runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every run of eight words; none where there are fewer."""
    from corpus_kit.build.folds import SHARED_RUN_WORDS

    return (tuple(words[i : i + SHARED_RUN_WORDS]) for i in range(len(words) - SHARED_RUN_WORDS + 1))
