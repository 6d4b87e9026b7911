"""A small OpenAI-compatible server on 127.0.0.1 that labels by a word in the text, with faults on demand."""

import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

KEY = "sk-a-secret-key"
LabelText = Callable[[str, list[str]], str]


def label_by_word(text: str, labels: list[str]) -> str:
    """The first label, by the alphabet, that stands in the text; else the first of all, by the alphabet."""
    return next((label for label in sorted(labels) if label in text), min(labels))


class ChatServer:
    """What it was asked, and what goes wrong next.

    Attributes:
        bodies: the requests that reached it, in order; `headers` theirs.
        faults: what goes wrong with the next requests for labels, one each: a status, a name in `_Handler.FAULTS`, or
            a text that is answered in place of labels. None lets one pass.
        unknown: parts of a request that it refuses with 400.
        has_logprobs: whether it states probabilities where they are asked for.
        confidence: the probability that it states for the label that it says.
    """

    def __init__(self, label: LabelText = label_by_word) -> None:
        self.label = label
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[int | str | None] = []
        self.unknown: set[str] = set()
        self.has_logprobs = False
        self.confidence = 0.75
        self.url = ""
        self.reached = threading.Semaphore(0)
        self.released = threading.Event()

    def list_questions(self) -> list[str]:
        """The second message of each request for labels of an article, without the probes."""
        return [said for body in self.bodies if not is_probe(said := body["messages"][1]["content"])]


def is_probe(said: str) -> bool:
    """Whether a message only finds out what the server knows."""
    return "A ship sailed at noon." in said


def read_segments(said: str) -> dict[int, str]:
    """The segments of a message by their numbers, read as a model would: a JSON object per line of the article."""
    inner = said.partition("<article>\n")[2].partition("\n</article>")[0]
    return {row["number"]: row["text"] for row in map(json.loads, inner.split("\n") if inner else [])}


def read_wanted(said: str) -> list[int]:
    """The numbers of the segments that the last line names."""
    line = said.rsplit("\n", 1)[1]
    numbers = [int(found) for found in re.findall(r"\d+", line)]
    return list(range(numbers[0], numbers[1] + 1)) if " to " in line else numbers


def read_labels(body: dict[str, Any]) -> list[str]:
    """The labels that the first message names."""
    line = next(own for own in body["messages"][0]["content"].split("\n") if own.startswith("The labels are: "))
    return line.removeprefix("The labels are: ").removesuffix(".").split(", ")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    chat: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat = self.chat
        chat.bodies.append(body)
        chat.headers.append({name.lower(): value for name, value in self.headers.items()})
        chat.reached.release()
        unknown = sorted(chat.unknown & body.keys())
        if unknown:
            self._send(400, {"error": {"message": f"unknown parameter {unknown[0]}, Bearer {KEY}"}})
            return
        fault = chat.faults.pop(0) if chat.faults and not is_probe(body["messages"][1]["content"]) else None
        if isinstance(fault, int):
            message = {"error": {"message": f"planned\x1b[31m {KEY}"}}
            self._send(fault, message, {"Retry-After": "7"} if fault == 429 else {})
        elif fault in self.FAULTS:
            self.FAULTS[str(fault)](self, body)
        else:
            self._send(200, self._complete(body, fault))

    def _complete(self, body: dict[str, Any], content: str | None = None) -> dict[str, Any]:
        said, labels = body["messages"][1]["content"], read_labels(body)
        texts = read_segments(said)
        found = {str(n): self.chat.label(texts[n], labels) for n in read_wanted(said)}
        own = json.dumps(found, ensure_ascii=False) if content is None else content
        choice: dict[str, Any] = {"message": {"role": "assistant", "content": own}, "finish_reason": "stop"}
        if body.get("logprobs") and self.chat.has_logprobs and content is None:
            choice["logprobs"] = {"content": self._weigh(own, labels)}
        usage = {"prompt_tokens": len(said) // 4, "completion_tokens": len(own) // 4}
        return {"model": f"{body['model']}-2", "choices": [choice], "usage": usage}

    def _weigh(self, content: str, labels: list[str]) -> list[dict[str, Any]]:
        """A token per word or mark; where a label begins, every label was possible."""
        tokens = []
        for part in re.findall(r"\w+|[^\w\s]|\s+", content):
            rest = (1 - self.chat.confidence) / (len(labels) - 1)
            shares = {one: self.chat.confidence if one == part else rest for one in labels} if part in labels else {}
            likely = [{"token": one, "logprob": math.log(share)} for one, share in (shares or {part: 1.0}).items()]
            tokens.append({"token": part, "logprob": 0.0, "top_logprobs": likely})
        return tokens

    def _drop(self, _: dict[str, Any]) -> None:
        self.close_connection = True

    def _hang(self, _: dict[str, Any]) -> None:
        self.chat.released.wait()
        self.close_connection = True

    def _trickle(self, _: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.chat.released.wait(0.01):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                break
        self.close_connection = True

    def _be_huge(self, body: dict[str, Any]) -> None:
        self._send(200, self._complete(body, "x" * 10_000_000))

    def _be_html(self, _: dict[str, Any]) -> None:
        self._send(200, b"<html>Log in to the network</html>")

    def _be_endless(self, _: dict[str, Any]) -> None:
        self._send(429, {"error": {"message": "tomorrow"}}, {"Retry-After": "86400"})

    def _be_dated(self, _: dict[str, Any]) -> None:
        self._send(503, b"", {"Retry-After": self.date_time_string(self._now + 90)})

    def _be_unpaid(self, _: dict[str, Any]) -> None:
        self._send(429, {"error": {"message": "no credit", "code": "insufficient_quota"}})

    def _be_filtered(self, _: dict[str, Any]) -> None:
        self._send(400, {"error": {"message": "violence", "code": "content_filter"}})

    def _lie(self, body: dict[str, Any]) -> None:
        self._send(200, self._complete(body) | {"usage": {"prompt_tokens": -5, "completion_tokens": 10**15}})

    def _say_nothing(self, body: dict[str, Any]) -> None:
        self._send(200, self._complete(body) | {"choices": [{"message": {"content": None, "refusal": "No."}}]})

    FAULTS: ClassVar[dict[str, Callable[["_Handler", dict[str, Any]], None]]] = {
        "drop": _drop,
        "hang": _hang,
        "trickle": _trickle,
        "huge": _be_huge,
        "html": _be_html,
        "endless": _be_endless,
        "dated": _be_dated,
        "unpaid": _be_unpaid,
        "filtered": _be_filtered,
        "lie": _lie,
        "nothing": _say_nothing,
    }
    _now = 1_000_000_000

    def _send(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        try:
            self.send_response_only(status)
            for name, own in {"Date": self.date_time_string(self._now), **(headers or {})}.items():
                self.send_header(name, own)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def serve_chat(label: LabelText = label_by_word) -> Iterator[ChatServer]:
    """A server for the time of a `with` block."""
    chat = ChatServer(label)
    handler = type("Handler", (_Handler,), {"chat": chat})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    chat.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield chat
    finally:
        chat.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
