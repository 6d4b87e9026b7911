"""An article whose every segment was found is put together again as it was, white space included."""

from typing import Literal, NamedTuple

from pydantic import ValidationError

from corpus_kit.build.seal import make_key, unseal
from corpus_kit.canonical import hash_text
from corpus_kit.errors import ReleaseError
from corpus_kit.hydrate.anchored import AnchoredArticle, AnchoredRelease
from corpus_kit.hydrate.place import Placement
from corpus_kit.records import Record


class SealedArticle(Record):
    """What a text-free release keeps from those who haven't got the article; `annotations` are ids with notes."""

    sha256: str
    raw_sha256: str
    title: str | None
    withheld: dict[Literal["publisher", "author", "url", "license_note", "source"], str]
    gaps: list[str]
    annotations: list[tuple[str, str | None]]


class SealedCorpus(Record):
    """What can be read only by those who have every article: kind, id and reason of what was set aside."""

    set_aside: list[tuple[str, str, str]]


class Restored(NamedTuple):
    """An article as it was when the release was made."""

    text: str
    sealed: SealedArticle


def restore_article(release: AnchoredRelease, article: AnchoredArticle, placement: Placement) -> Restored | None:
    """The article as it was; None while a segment is missing. A ReleaseError where the release contradicts itself."""
    stream = join_streams(placement)
    if stream is None:
        return None
    found = unseal(make_key(release.manifest.name, article.id, stream), article.row["sealed"])
    try:
        sealed = SealedArticle.model_validate(found, strict=False)
    except ValidationError as e:
        raise _refuse(release, article.id) from e
    text = _interleave(sealed.gaps, placement)
    if hash_text(text) != sealed.sha256 or len(sealed.annotations) != len(article.annotations):
        raise _refuse(release, article.id)
    return Restored(text, sealed)


def unseal_corpus(release: AnchoredRelease, streams: list[str]) -> SealedCorpus:
    """What the release keeps for those who have all articles, whose texts without white space these are."""
    found = unseal(make_key(release.manifest.name, *streams), release.manifest.full.sealed)
    try:
        return SealedCorpus.model_validate(found, strict=False)
    except ValidationError as e:
        raise _refuse(release, release.manifest.name) from e


def join_streams(placement: Placement) -> str | None:
    """All of an article that is no white space; None while a segment is missing."""
    known = [stream for stream in placement.streams if stream is not None]
    return "".join(known) if len(known) == len(placement.streams) else None


def _interleave(gaps: list[str], placement: Placement) -> str:
    if len(gaps) != len(placement.texts) + 1 or "".join(gaps).strip():
        return ""
    return "".join(part for pair in zip(gaps, [*placement.texts, ""], strict=True) for part in pair)


def _refuse(release: AnchoredRelease, name: str) -> ReleaseError:
    return ReleaseError(
        f"{name}: every segment was found, and yet what is sealed doesn't fit them",
        path=release.path,
        remedy="The release was damaged or made wrong: get it again",
    )
