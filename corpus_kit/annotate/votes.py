"""The ledgers of a corpus, checked against its articles: each annotator's last word on each span."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus_kit.annotate.ledger import AdjudicationEvent, LedgerEvent, TornLine, read_ledger
from corpus_kit.corpus import Corpus
from corpus_kit.errors import LabelError, LedgerError, UnknownName
from corpus_kit.labels import LabelScheme
from corpus_kit.model import Article, Span, Vote

Place = tuple[str, Span]
"""An article's id and a span of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What holds of all that was said.

    Attributes:
        votes: per place, each annotator's last word, sorted by annotator; retracted ones are gone.
        adjudicated: per place, the last decision of an adjudicator.
        torn: ledgers whose last line was cut off.
    """

    votes: Mapping[Place, tuple[Vote, ...]]
    adjudicated: Mapping[Place, Vote]
    torn: tuple[TornLine, ...]


def read_annotations(corpus: Corpus, articles: Iterable[Article]) -> Annotations:
    """Read every ledger of a corpus. Events that contradict the articles or the scheme are a LedgerError."""
    known = {article.id: article for article in articles}
    last: dict[Place, dict[str, Vote]] = {}
    torn: list[TornLine] = []
    seen: dict[str, Path] = {}
    for path in _list_ledgers(corpus):
        events, cut = read_ledger(path, LedgerEvent)
        torn += [cut] if cut else []
        for line, event in events:
            if event.annotator != path.stem:
                raise LedgerError(
                    f"the event is of another annotator, {event.annotator!r}, than the file's name says",
                    path=path,
                    line=line,
                    remedy="Move it to that annotator's ledger",
                )
            if event.event in seen:
                raise _make_double(event.event, seen[event.event], path=path, line=line)
            seen[event.event] = path
            _check_event(event, known, corpus.scheme, path=path, line=line)
            vote = event.to_vote()
            said = last.setdefault((vote.article_id, vote.span), {})
            if vote.action == "retract":
                said.pop(vote.annotator, None)
            else:
                said[vote.annotator] = vote
    decisions, torn_decision = read_ledger(corpus.adjudicated_path, AdjudicationEvent)
    torn += [torn_decision] if torn_decision else []
    adjudicated: dict[Place, Vote] = {}
    for line, decision in decisions:
        if decision.event in seen:
            raise _make_double(decision.event, seen[decision.event], path=corpus.adjudicated_path, line=line)
        _check_event(decision, known, corpus.scheme, path=corpus.adjudicated_path, line=line)
        adjudicated[decision.article, decision.span] = decision.to_vote()
    votes = {place: tuple(by[name] for name in sorted(by)) for place, by in last.items() if by}
    return Annotations(votes=votes, adjudicated=adjudicated, torn=tuple(torn))


def _make_double(event: str, first: Path, *, path: Path, line: int) -> LedgerError:
    what = f"event {event} stands in {first} too"
    return LedgerError(what, path=path, line=line, remedy="Remove one of the two lines")


def _list_ledgers(corpus: Corpus) -> list[Path]:
    """The ledgers by name. A folder that is not there has none; one that can't be read is a LedgerError."""
    try:
        names = [entry.name for entry in os.scandir(corpus.ledger_dir)]
    except FileNotFoundError:
        return []
    except OSError as e:
        raise LedgerError(
            f"can't be read ({e.strerror or e})", path=corpus.ledger_dir, remedy="Make the folder readable"
        ) from e
    return [corpus.ledger_dir / name for name in sorted(names) if name.endswith(".jsonl")]


def _check_event(
    event: LedgerEvent | AdjudicationEvent,
    articles: Mapping[str, Article],
    scheme: LabelScheme,
    *,
    path: Path,
    line: int,
) -> None:
    _check_anchor(event, articles, path=path, line=line)
    if isinstance(event, LedgerEvent) and event.action != "label":
        if event.label is not None or event.attribution is not None:
            raise LedgerError(
                f"a {event.action!r} event carries a label",
                path=path,
                line=line,
                remedy="Make label and attribution null",
            )
        return
    if event.label is None:
        raise LedgerError("a 'label' event carries no label", path=path, line=line, remedy="Name one, or use skip")
    try:
        scheme.check(event.label, event.attribution)
    except (LabelError, UnknownName) as e:
        raise LedgerError(e.what, path=path, line=line, remedy=e.remedy) from e


def _check_anchor(
    event: LedgerEvent | AdjudicationEvent, articles: Mapping[str, Article], *, path: Path, line: int
) -> None:
    article = articles.get(event.article)
    if article is None:
        raise UnknownName("article", event.article, articles, path=path, line=line)
    found = article.text[event.start : event.end]
    if found != event.exact:
        raise LedgerError(
            f"exact text {_shorten(event.exact)} is not at {event.start}–{event.end} of {event.article}; "
            f"there stands {_shorten(found)}",
            path=path,
            line=line,
            remedy="Restore the article or the event: labels are never moved silently",
        )
    before = article.text[max(0, event.start - len(event.prefix)) : event.start]
    if before != event.prefix or article.text[event.end : event.end + len(event.suffix)] != event.suffix:
        raise LedgerError(
            f"the {'suffix' if before == event.prefix else 'prefix'} is not what stands beside "
            f"{event.start}–{event.end} of {event.article}",
            path=path,
            line=line,
            remedy="Restore the article or the event",
        )
    if event.article_sha256 != article.sha256:
        raise LedgerError(
            f"the event was made on another text of {event.article} (sha256 {event.article_sha256[:12]}…, "
            f"now {article.sha256[:12]}…)",
            path=path,
            line=line,
            remedy="Restore the article, or annotate the new text",
        )


def _shorten(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
