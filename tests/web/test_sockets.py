"""Connections to a server that really listens: slow ones end, and one address does not take all places."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from dyepack.web.house import COSTLY, WAITING, House
from dyepack.web.refusals import Refusal
from dyepack.web.serving import config, listen
from dyepack.web.sockets import Limits, Patience, protocol
from tests.conftest import ROOT

HEAD = b"GET / HTTP/1.1\r\nhost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n"


async def echo(scope: dict, receive, send) -> None:
    """The smallest application: it reads the whole question, and says so."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def serving(limits: Limits) -> Iterator[int]:
    """A server with these limits on a free port of this machine."""
    listening = listen("127.0.0.1", 0)
    made = uvicorn.Config(echo, http=protocol(limits), ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(made)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def connected(port: int) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port))
    found.settimeout(60)
    return found


def answer(line: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    parts = []
    with suppress(ConnectionResetError):
        while part := line.recv(4096):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD, POST, POST + b"half"])
def test_a_question_that_does_not_come_ends_with_408(sent: bytes):
    with serving(Limits(head=0.2, whole=0.4)) as port, closing(connected(port)) as line:
        line.sendall(sent)
        assert answer(line).startswith(b"HTTP/1.1 408 ")


def test_a_byte_now_and_then_buys_no_time():
    with serving(Limits(head=0.4, whole=0.5)) as port, closing(connected(port)) as line:
        dripped = threading.Event()

        def drip() -> None:
            with suppress(OSError):
                for byte in HEAD * 50:
                    line.sendall(bytes([byte]))
                    if dripped.wait(0.05):
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        assert answer(line).startswith(b"HTTP/1.1 408 ")
        dripped.set()
        dripping.join()


def test_whole_questions_are_answered_one_after_the_other():
    with serving(Limits(head=30, whole=60)) as port, closing(connected(port)) as line:
        for _ in range(3):
            line.sendall(HEAD + b"\r\n")
            got = b""
            while not got.endswith(b"ok"):
                got += line.recv(4096)
            assert got.startswith(b"HTTP/1.1 200 ")


def test_one_address_does_not_take_all_places():
    with serving(Limits(head=30, whole=60, places=3)) as port:
        got = b""
        lines = [connected(port) for _ in range(3)]
        try:
            with closing(connected(port)) as fourth:
                assert answer(fourth).startswith(b"HTTP/1.1 503 ")
            lines.pop().close()
            for _ in range(200):  # the server hears of the end when it hears of it
                with closing(connected(port)) as again:
                    again.sendall(HEAD + b"connection: close\r\n\r\n")
                    if (got := answer(again)).startswith(b"HTTP/1.1 200 "):
                        break
            assert got.endswith(b"ok")
        finally:
            for line in lines:
                line.close()


def test_the_command_serves_with_the_limits_of_the_page(app: FastAPI):
    made = config(app)
    made.load()
    kind = made.http_protocol_class
    assert isinstance(kind, type)
    assert issubclass(kind, Patience)
    assert kind.limits == Limits(10, 60, 64)
    page = (ROOT / "docs/how-to/serve-the-workbench.md").read_text(encoding="utf-8")
    for words in (f"{made.limit_concurrency} connections", "at most 64", "within 10 seconds", "within 60"):
        assert words in page


def test_questions_that_take_seconds_leave_room_for_the_others(made: Path):
    house = House(made)
    with ExitStack() as stack:
        for _ in range(COSTLY):
            stack.enter_context(house.costly())
        held = [threading.Thread(target=_enter, args=(house,)) for _ in range(WAITING)]
        for thread in held:
            thread.start()
        while house._waiting.acquire(blocking=False):  # until all of them wait
            house._waiting.release()
            time.sleep(0.01)
        with pytest.raises(Refusal, match="questions that take seconds are open already"), house.costly():
            pytest.fail("a place too many")
        with house.workspace() as lent:
            assert lent.ledger.incidents, "who asks something else is answered"
    for thread in held:
        thread.join()
    with house.costly():
        pass
    house.close()


def _enter(house: House) -> None:
    with house.costly():
        pass
