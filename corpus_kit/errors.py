"""The one tree of errors: a message says what is wrong, where, and what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class CorpusKitError(Exception):
    """A mistake in what corpus-kit was given; never a defect of corpus-kit itself.

    Attributes:
        what: the fact, in one sentence without a full stop.
        path: the file or folder that it is about, if there is one.
        line: the line of that file, from 1.
        remedy: what the reader can do.
    """

    def __init__(
        self, what: str, /, *, path: Path | str | None = None, line: int | None = None, remedy: str = ""
    ) -> None:
        self.what, self.path, self.line, self.remedy = what, path, line, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        return f"{where}{self.what}" + (f". {self.remedy}" if self.remedy else "")


class CorpusError(CorpusKitError):
    """A corpus folder is missing, or its `corpus.toml` is not valid."""


class ArticleError(CorpusKitError):
    """An article can't be read as the manifest describes it."""


class SegmenterError(CorpusKitError):
    """A segmenter of another package breaks the contract."""


class LedgerError(CorpusKitError):
    """An annotation, or a line of a ledger, contradicts the corpus."""


class LabelError(CorpusKitError, ValueError):
    """A label or an attribution is outside the scheme."""


class ReleaseError(CorpusKitError):
    """A folder is not a release, or not the release that was asked for."""


class VersionError(CorpusKitError):
    """A version says less than what changed, or a recorded version can't be had any more."""


class TargetError(CorpusKitError):
    """Output can't be written where it was asked for."""


class HubError(CorpusKitError):
    """The Hub can't be reached, refuses what was asked, or holds something else than what was asked for.

    Attributes:
        status: the HTTP status that it answered with, if it did.
        is_transient: whether the same request may be granted later.
    """

    def __init__(
        self,
        what: str,
        /,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        remedy: str = "",
        status: int | None = None,
        is_transient: bool = False,
    ) -> None:
        self.status, self.is_transient = status, is_transient
        super().__init__(what, path=path, line=line, remedy=remedy)


class TaskError(CorpusKitError):
    """A task file doesn't fit the dataset that it names, or the dataset can't be read."""


class PredictionError(CorpusKitError, ValueError):
    """A prediction file doesn't fit the release that it is about."""


class PublicationError(CorpusKitError):
    """A form in which results go out asks for something that wasn't said."""


class TransferError(CorpusKitError):
    """Training data don't fit what is to be predicted: a label without a meaning there, or articles of both."""


class ClassifierError(CorpusKitError):
    """A baseline can't be loaded, or doesn't keep the classifier's contract."""


class ModelError(CorpusKitError):
    """A model's file can't be read, isn't to be trusted, or doesn't fit what it is to be used for."""


class UnknownName(CorpusKitError, LookupError):
    """A name is not in a table of names."""

    def __init__(
        self, kind: str, name: str, valid: Iterable[str], *, path: Path | str | None = None, line: int | None = None
    ) -> None:
        self.kind, self.name, self.valid = kind, name, sorted(valid)
        near = get_close_matches(name, self.valid, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        listing = ", ".join(self.valid) or "none"
        super().__init__(f"unknown {kind} {name!r}", path=path, line=line, remedy=f"{hint}Valid: {listing}")
