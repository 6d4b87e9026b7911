"""A small Hugging Face Hub on 127.0.0.1 that can be written to, with faults on demand."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.hub_state import TOKEN, Answer, Repo, State, refuse

__all__ = ["TOKEN", "HubServer", "Repo", "serve_hub"]


@dataclass
class Fault:
    """What goes wrong, `times` times, with requests of a method whose path and query match a pattern.

    `kind` is a status to answer with, or one of: `drop` (the connection closes unanswered), `late drop` (the request is
    carried out and the connection closes unanswered), `truncate` (half of the body arrives, here or there), `lie`
    (other bytes of the same length), `garbage` (a body that is no JSON). `skip` requests pass first.
    """

    method: str
    pattern: str
    kind: int | str
    times: int = 1
    skip: int = 0

    def meets(self, method: str, target: str) -> bool:
        """Whether it strikes now; it counts itself down."""
        if method != self.method or not self.times or not re.search(self.pattern, target):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class HubServer(State):
    """A Hub with faults. `requests` lists method and target of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self.requests: list[str] = []

    def fail(self, method: str, pattern: str, kind: int | str, **more: int) -> None:
        """Plan a fault."""
        self.faults.append(Fault(method, pattern, kind, **more))

    def list_writes(self) -> list[str]:
        """The requests so far that change something."""
        writes = re.compile(r"repos/create|/commit/|/tag/|lfs/objects/|^PUT|^DELETE")
        return [own for own in self.requests if writes.search(own)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    hub: HubServer

    def _handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self._read_chunks()
        target, hub = self.path, self.hub
        hub.requests.append(f"{self.command} {target}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = next((own for own in hub.faults if own.meets(self.command, target)), None)
        kind = fault.kind if fault else ""
        if kind == "drop":
            self.close_connection = True
            return
        if kind == "truncate" and self.command == "PUT":
            body = body[: len(body) // 2]
        if isinstance(kind, int):
            said = f"planned: {headers.get('authorization')} at {hub.url}{target}"
            self._send(refuse(kind, "", said))
            return
        answer = hub.answer(self.command, target, headers, body)
        if kind == "late drop":
            self.close_connection = True
            return
        if kind == "lie":
            answer = answer._replace(body=bytes(byte ^ 1 for byte in answer.body))
        if kind == "garbage":
            answer = answer._replace(body=b"<html>a proxy's page</html>")
        self._send(answer, is_cut=kind == "truncate" and self.command != "PUT")

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle_any  # noqa: N815

    def _read_chunks(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return b""
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer, *, is_cut: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if is_cut else answer.body)
        if is_cut:
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the requests are kept."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """A client that went away is what is being tested."""


@contextmanager
def serve_hub() -> Iterator[HubServer]:
    """A Hub for the time of a `with` block."""
    hub = HubServer()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
