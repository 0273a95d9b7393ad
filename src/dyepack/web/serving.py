"""A server that runs: where it listens, who may ask, and how it ends."""

import secrets
import socket
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from dyepack.errors import InputError
from dyepack.web.app import create, say
from dyepack.web.guard import ENTER, SHORTEST_TOKEN, Door, loopback, names
from dyepack.web.sockets import Limits, protocol

AT_ONCE = 128
"""Connections that are served at once; more are told to come back."""
LARGEST_HEAD = 32_768


@dataclass(frozen=True, slots=True)
class Serving:
    """What was asked for on the command line."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8450
    token: str | None = None
    names: tuple[str, ...] = ()

    def problem(self) -> str | None:
        """Why this may not be served, in one line; None where it may."""
        if self.token is None:
            if not loopback(self.host):
                return (
                    f"{self.host} can be reached by others, so a token is needed; --token new makes one"
                    " (or listen at 127.0.0.1)"
                )
        elif self.token != "new" and len(self.token) < SHORTEST_TOKEN:  # noqa: S105
            return (
                f"expected a token of at least {SHORTEST_TOKEN} letters, got {len(self.token)}; --token new makes one"
            )
        elif not (self.token.isascii() and all(letter.isalnum() or letter in "-._~" for letter in self.token)):
            return "expected a token of letters, digits and -._~ alone"
        return None

    def settled(self) -> "Serving":
        """The same, with a token made where one was asked for."""
        return replace(self, token=secrets.token_urlsafe(24)) if self.token == "new" else self  # noqa: S105


def run(serving: Serving) -> None:
    """Serve until somebody stops it.

    Raises:
        InputError: the address cannot be had.
        StoreError: the folder cannot be used, or another server works on it.
    """
    chosen = serving.settled()
    listening = listen(chosen.host, chosen.port)
    app = create(chosen.folder, Door(names(chosen.host, chosen.names), chosen.token))
    app.state.crew.hold()
    say(f"the workbench is at {_address(chosen, listening.getsockname()[1])} (stop with Ctrl-C)")
    with listening:
        server = uvicorn.Server(config(app))
        server.run([listening])
        if server.started:  # it ends only when it is stopped, whatever became of the signal meanwhile
            raise KeyboardInterrupt


def config(app: FastAPI) -> uvicorn.Config:
    """How the server listens: how many at once, for how long, and what it never says."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        http=protocol(Limits()),
        ws="none",
        timeout_graceful_shutdown=5,
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, before anything else is made."""
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, else asyncio lets packets wait
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise InputError(f"cannot listen at {host} port {port}: {reason}; choose another with --port") from None
    return listening


def _address(serving: Serving, port: int) -> str:
    shown = f"[{serving.host}]" if ":" in serving.host else serving.host
    enter = f"{ENTER}?token={serving.token}" if serving.token else "/"
    return f"http://{shown}:{port}{enter}"
