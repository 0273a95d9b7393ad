"""Connections that are let go of: those that send no question or a slow one, and too many from one address.

A server has few places. One that waits for a head that never comes, or for a body that comes a byte a minute, is lost
to the others; so a question has to be whole within a stated time of its first byte, or of the connection's beginning.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS, BODY_SECONDS = 10.0, 60.0
"""How long the head of a question may take, and all of it."""
PLACES_OF_ONE = 64
"""Connections that one address may hold at once: half of all places."""
_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long questions may take to come, in seconds, and how many connections one address may hold."""

    head: float = HEAD_SECONDS
    whole: float = BODY_SECONDS
    places: int = PLACES_OF_ONE


class Patience(H11Protocol):
    """The protocol of uvicorn with h11, with an end to its patience."""

    limits = Limits()
    held: ClassVar[Counter[str]]

    def __init_subclass__(cls) -> None:
        cls.held = Counter()

    def connection_made(self, transport: Any) -> None:
        """Take a connection, unless its address holds too many already."""
        super().connection_made(transport)
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        self._waiting: asyncio.TimerHandle | None = None
        self.held[self._peer] += 1
        if self.held[self._peer] > self.limits.places:
            transport.write(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nconnection: close\r\n\r\n")
            transport.close()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place back."""
        super().connection_lost(exc)
        self._calm()
        self.held[self._peer] -= 1
        if self.held[self._peer] <= 0:
            del self.held[self._peer]

    def data_received(self, data: bytes) -> None:
        """Take what came; a question that is whole is waited for no more."""
        if self._waiting is None and self.conn.their_state in _UNFINISHED:
            self._wait()
        super().data_received(data)
        if self.conn.their_state not in _UNFINISHED:
            self._calm()

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.limits.head, self._due, self.limits.whole - self.limits.head)

    def _due(self, more: float) -> None:
        """The head is due, then the body."""
        state = self.conn.their_state
        if state is h11.SEND_BODY and more > 0:
            self._waiting = self.loop.call_later(more, self._due, 0.0)
        elif state in _UNFINISHED and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def _calm(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


def protocol(limits: Limits) -> type[Patience]:
    """The protocol with these limits; each has its own count of who holds how many places."""
    return type("LimitedPatience", (Patience,), {"limits": limits})
