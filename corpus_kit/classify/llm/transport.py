"""A request over HTTP: sent again where it is not answered, or refused for now, within bounds of time and size."""

import json
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

import numpy as np

from corpus_kit.classify.extras import import_extra
from corpus_kit.classify.llm.options import KEY, URL, Endpoint, LLMOptions, Pace
from corpus_kit.errors import ClassifierError
from corpus_kit.markdown import show_text

MAX_ANSWER_BYTES = 1 << 22
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
LONGEST_ASKED_WAIT_S = 600.0
"""A server that asks for a longer wait gets no further request."""
_REFUSED_FOR_NOW = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_UNPAID = "insufficient_quota"
_GO_ON = "What was answered is in the cache: the same command goes on from there"


Read = TypeVar("Read")


class Unreadable(Exception):
    """An HTTP answer is no chat completion at all."""


class HTTPAnswer(NamedTuple):
    """A server's last word: `data` is None where it is larger than `MAX_ANSWER_BYTES`."""

    status: int
    data: bytes | None
    seconds: float


class _Attempt(NamedTuple):
    answer: HTTPAnswer
    retry_after_s: float | None


class Transport:
    """Posts JSON to an endpoint. Waits between attempts are drawn from a generator with the seed."""

    def __init__(self, endpoint: Endpoint, options: LLMOptions, *, pace: Pace, seed: int) -> None:
        self.endpoint, self.options, self.pace = endpoint, options, pace
        self.random = np.random.default_rng(seed)
        self.http = import_extra("httpx2", "llm")
        try:
            self.url = self.http.URL(f"{endpoint.url.rstrip('/')}/chat/completions")
        except self.http.InvalidURL as e:
            raise ClassifierError(f"the endpoint's address can't be used: {e}", remedy=f"Correct {URL}") from e
        self.client: Any = None

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self.client is not None:
            self.client.close()
            self.client = None

    def post(self, body: Mapping[str, Any], read: Callable[[HTTPAnswer], Read]) -> Read:
        """What `read` makes of the answer to a request, whose status is 200, 400 or 422.

        A lost connection, a timeout, an answer that `read` calls Unreadable and the statuses that mean "later" are
        tried again, with twice the wait each time, or for as long as the server asks; any other status isn't. A
        ClassifierError where there is no answer in the end.
        """
        failed = ""
        for attempt in range(self.options.attempts):
            try:
                found = self._send(body)
            except (self.http.TransportError, _TooSlow) as e:
                self.close()
                if isinstance(e, self.http.UnsupportedProtocol | self.http.LocalProtocolError):
                    raise self._refuse(f"the request can't be sent ({self._show(str(e))})", URL) from e
                failed, asked_s = f"{type(e).__name__}: {self._show(str(e))}", None
            else:
                try:
                    if found.answer.status in (200, 400, 422):
                        return read(found.answer)
                    failed, asked_s = self._read_refusal(found.answer), found.retry_after_s
                except Unreadable:
                    failed, asked_s = f"no chat completion: {self.describe(found.answer)}", None
            if attempt + 1 < self.options.attempts:
                self.pace.sleep(self._find_wait(attempt, asked_s, failed))
        raise self._refuse(f"no answer after {self.options.attempts} attempts, the last: {failed}")

    def _send(self, body: Mapping[str, Any]) -> _Attempt:
        begin, limit_s = self.pace.clock(), self.options.timeout_s
        if self.client is None:
            self.client = self.http.Client(timeout=limit_s, follow_redirects=False)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        data, size = [], 0
        sent = json.dumps(body, ensure_ascii=False).encode()
        with self.client.stream("POST", self.url, content=sent, headers=headers) as response:
            for part in response.iter_raw():
                data.append(part)
                size += len(part)
                if size > MAX_ANSWER_BYTES:
                    break
                if self.pace.clock() - begin > limit_s:
                    raise _TooSlow(f"not whole after {limit_s:g} s")
            whole = b"".join(data) if size <= MAX_ANSWER_BYTES else None
            answer = HTTPAnswer(response.status_code, whole, self.pace.clock() - begin)
            return _Attempt(answer, _read_retry_after(response.headers))

    def _read_refusal(self, answer: HTTPAnswer) -> str:
        """What a status other than 200, 400 and 422 says; a ClassifierError unless it may pass."""
        said = self.describe(answer)
        if answer.status in (401, 403):
            raise self._refuse(f"the endpoint doesn't let us in: {said}", KEY)
        if answer.status not in _REFUSED_FOR_NOW or _UNPAID in said:
            raise self._refuse(f"the endpoint refuses: {said}", URL)
        return said

    def describe(self, answer: HTTPAnswer) -> str:
        """A status with the beginning of what the server said, on one line and without the key."""
        text = (answer.data or b"").decode("utf-8", "replace")
        try:
            error = json.loads(text)["error"]
            text = f"{error['code']}: {error['message']}" if error.get("code") else str(error["message"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        return f"status {answer.status}: {self._show(text)}"

    def _show(self, text: str) -> str:
        hidden = text.replace(self.endpoint.key, "…") if self.endpoint.key else text
        shown = show_text(hidden[:2000])
        return shown if len(shown) <= 300 else f"{shown[:299]}…"

    def _find_wait(self, attempt: int, asked_s: float | None, failed: str) -> float:
        """Between half of the doubled wait and all of it, and never less than the server asks."""
        if asked_s is not None and asked_s > LONGEST_ASKED_WAIT_S:
            raise self._refuse(f"the endpoint asks to wait {asked_s:.0f} s: {failed}")
        own = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**attempt) * (0.5 + 0.5 * float(self.random.random()))
        return own if asked_s is None else max(own, asked_s)

    def _refuse(self, what: str, variable: str = "") -> ClassifierError:
        remedy = f"See {variable}. {_GO_ON}" if variable else _GO_ON
        return ClassifierError(f"{self.endpoint.url}: {what}", remedy=remedy)


class _TooSlow(Exception):
    """An answer trickled in for too long."""


def _read_retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After header, a date less the server's own; None without one that says any."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        then, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return None
