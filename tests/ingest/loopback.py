"""What the servers on loopback have in common: each answers in a thread of its own, and may cut an answer short."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from dyepack.ingest.patience import Clock


class Quick(Clock):
    """A clock on which waiting takes no time, and which remembers how long it waited each time."""

    def __init__(self) -> None:
        self.at, self.slept = 0.0, list[float]()

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


class Cutting(Protocol):
    """How many answers are still to be cut in half."""

    cut: int


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass

    def send(self, body: bytes, state: Cutting) -> None:
        self.give(body, left=body[: len(body) // 2] if state.cut > 0 else body)
        if state.cut > 0:
            state.cut -= 1
            self.close_connection = True

    def give(
        self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, *, left: bytes | None = None
    ) -> None:
        """An answer of this length; with `left`, what of it is sent."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if left is None else left)


@contextmanager
def answering(answer: Callable[[str, Mapping[str, str]], Any]) -> Iterator[str]:
    """A server that answers by this function of path and parameters; its URL.

    Bytes are sent as they are, a number is a status, a pair is a status and what is sent with it, and anything else is
    sent as JSON. A question with a body gives that as its parameters.
    """

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.say(answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}))

        def do_POST(self) -> None:
            self.say(answer(urlsplit(self.path).path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def say(self, said: Any) -> None:
            status, said = said if isinstance(said, tuple) else (said if isinstance(said, int) else 200, said)
            self.give(said if isinstance(said, bytes) else json.dumps(said).encode(), status)

    with listening(Handler) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server for as long as the block runs; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
