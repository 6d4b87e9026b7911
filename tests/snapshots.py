"""Small snapshots made in memory, to be compared."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus_kit.canonical import digest_value, make_segment_ids
from corpus_kit.diff import Snapshot
from corpus_kit.labels import LabelScheme

Said = tuple[str, str]
"""A text and its label."""


def make_scheme(labels: Sequence[str] = ("red", "green"), **changes: Any) -> LabelScheme:
    """A scheme of labels without attributions."""
    known = {
        "labels": tuple(labels),
        "attributions": (),
        "allowed": dict.fromkeys(labels, ()),
        "outside_prose": frozenset(),
        "keys": {},
    }
    return LabelScheme(**{**known, **changes})


def make_snapshot(
    articles: Mapping[str, Sequence[Said]],
    *,
    version: str = "1.0.0",
    scheme: LabelScheme | None = None,
    folds: Mapping[str, int] | None = None,
    test: Iterable[int] = (0,),
    votes: Sequence[Mapping[str, Any]] = (),
    set_aside: Mapping[str, str] | None = None,
) -> Snapshot:
    """A snapshot with a fold per article in order (or `folds`); folds in `test` are test, all others train."""
    numbers = folds or {id_: number for number, id_ in enumerate(articles)}
    sentences = [row for id_, said in articles.items() for row in make_rows(id_, said, numbers[id_])]
    tables = {
        "sentences": tuple(sentences),
        "articles": tuple({"id": id_, "title": None, "fold": numbers[id_]} for id_ in articles),
        "annotations": tuple(votes),
    }
    splits = {fold: "test" if fold in test else "train" for fold in numbers.values()}
    own = scheme or make_scheme()
    return Snapshot(
        name="toy",
        version=version,
        digest=digest_value([tables, own.labels, sorted(splits.items())]),
        guidelines="1.0.0",
        scheme=own,
        tables=tables,
        splits=splits,
        set_aside=set_aside or {},
    )


def make_rows(article: str, said: Sequence[Said], fold: int) -> list[dict[str, Any]]:
    """The sentences of an article."""
    ids = make_segment_ids(article, [text for text, _ in said])
    return [
        {"id": id_, "article_id": article, "position": i, "text": text, "label": label, "fold": fold}
        for i, (id_, (text, label)) in enumerate(zip(ids, said, strict=True))
    ]


def make_vote(segment: str, annotator: str, label: str | None, action: str = "label", **said: Any) -> dict[str, Any]:
    """A row of the annotations table."""
    known = {"guidelines": "1.0.0", "note": "", "id": f"{segment}/{annotator}/{action}/{label}"}
    return {"segment_id": segment, "annotator": annotator, "action": action, "label": label, **known, **said}
