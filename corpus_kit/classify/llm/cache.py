"""Answers of a server, a file per request: who asks again, here or in another process, gets the same for nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from corpus_kit.canonical import hash_text, to_canonical_json, to_pretty_json
from corpus_kit.errors import ClassifierError
from corpus_kit.files import make_target_error, write_atomically
from corpus_kit.records import Record, parse_record, read_bytes

ANSWER_FORMAT = "corpus-kit/llm-answer/1"
Count = Annotated[int, Field(ge=0)]
_DELETE = "Delete the file, and the request is sent again"


class Token(Record):
    """A token of an answer, and the logarithms of what was likely in its place; a byte is a character (Latin-1)."""

    text: str
    likely: dict[str, float]


class Answer(Record):
    """What a server said to one request.

    Attributes:
        key: the digest of the request.
        content: of the message; None where there is none, and `said` then says why.
        tokens: those of the content; empty where the server gives no probabilities.
        model: which model the server says answered.
        prompt_tokens: None where the server states none that is possible; `completion_tokens` likewise.
        seconds: from request to answer.
    """

    format: Literal["corpus-kit/llm-answer/1"]
    key: str
    content: str | None
    said: str
    tokens: list[Token]
    model: str
    prompt_tokens: Count | None
    completion_tokens: Count | None
    seconds: float = Field(ge=0, allow_inf_nan=False)


class Kept(NamedTuple):
    """An answer, and whether it was there before."""

    answer: Answer
    is_cached: bool


def hash_request(body: Mapping[str, Any]) -> str:
    """The SHA-256 by which the answer to a request is kept; the request names no endpoint and no key."""
    return hash_text(to_canonical_json({"format": ANSWER_FORMAT, "request": body}))


class AnswerCache:
    """A folder of answers. Any number of processes may use it: a request that one is waiting for isn't sent twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> Answer | None:
        """The answer to a request; None where there is none, a ClassifierError where the file isn't one."""
        path = self.locate(key)
        if not path.is_file():
            return None
        data = read_bytes(path, ClassifierError, remedy=_DELETE)
        answer = parse_record(data, Answer, ClassifierError, path=path, line=None)
        if answer.key != key:
            raise ClassifierError("the answer is to another request", path=path, remedy=_DELETE)
        return answer

    def get(self, key: str, ask: Callable[[], Answer]) -> Kept:
        """The answer that is there, else the one that `ask` gives, which is kept from then on."""
        found = self.find(key)
        if found is not None:
            return Kept(found, True)
        with self._lock(key):
            found = self.find(key)  # another process may have asked in the meantime
            if found is not None:
                return Kept(found, True)
            answer = ask()
            write_atomically(self.locate(key), to_pretty_json(answer.model_dump(mode="json")).encode("utf-8"))
        return Kept(answer, False)

    def locate(self, key: str) -> Path:
        """Where the answer to a request is kept."""
        return self.folder / key[:2] / f"{key}.json"

    def _lock(self, key: str) -> Any:
        from filelock import FileLock

        path = self.folder / ".locks" / f"{key[:2]}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise make_target_error(path, e) from e
        return FileLock(path)
