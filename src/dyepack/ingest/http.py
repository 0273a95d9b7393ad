"""One HTTP endpoint, asked until it answers or patience ends; what it answers is told apart from what it should."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import stamina

from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable

logging.getLogger("stamina").addHandler(logging.NullHandler())  # else each pause is a bare word on stderr
BUSY = (429, 500, 502, 503, 504)
"""Answers of a server that may say otherwise later; a node says 500 to a call that failed, with the reason in it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for one answer, and how often to ask again."""

    seconds: float = 60.0
    attempts: int = 6
    pause: float = 0.5


class Endpoint:
    """A server at a URL. A user and password in it are sent, and never shown or stored.

    Raises:
        InputError: no URL of a server.
    """

    def __init__(self, url: str, patience: Patience | None = None, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("expected a URL like http://user:password@127.0.0.1:8332")
        self.name = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        self._patience = patience or Patience()
        self._base = f"{parts.scheme}://{self.name}{parts.path.rstrip('/')}"
        login = httpx2.BasicAuth(parts.username, parts.password or "") if parts.username else None
        self._client = httpx2.Client(auth=login, timeout=self._patience.seconds, headers=headers)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def post(self, body: Any) -> bytes:
        """The answer to a JSON body, whatever its status says, unless it says that it is not for us.

        Raises:
            SourceUnavailable: it does not answer.
            SourceError: it refuses us.
        """
        return self._ask("POST", "", body)

    def post_to(self, path: str, body: Any) -> bytes:
        """The answer to a JSON body sent to this path; raises as `post` does."""
        return self._ask("POST", path, body)

    def get(self, path: str) -> bytes:
        """What lies under this path; raises as `post` does."""
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: Any) -> bytes:
        waits = {"wait_initial": self._patience.pause, "wait_jitter": 0.0, "timeout": None}
        for attempt in stamina.retry_context(SourceUnavailable, attempts=self._patience.attempts, **waits):  # type: ignore[arg-type]
            with attempt:
                return self._once(method, path, body)
        raise AssertionError("stamina gives at least one attempt")

    def _once(self, method: str, path: str, body: Any) -> bytes:
        try:
            answer = self._client.request(method, self._base + path, json=body)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise SourceUnavailable(
                f"{self.name} does not answer ({reason}); is it running? What is loaded stays: begin again"
            ) from error
        if answer.status_code in (401, 403):
            said = answer.content[:80].decode(errors="replace").strip().replace("\n", " ")
            raise SourceError(
                f"{self.name} refuses us ({answer.status_code} {said}): give user and password in the URL, or a key"
            )
        if answer.status_code == 404:
            raise SourceMismatch(f"{self.name} has nothing at {path or '/'} (404)")
        if answer.status_code in BUSY and not (method == "POST" and answer.content[:1] in (b"{", b"[")):
            raise SourceUnavailable(f"{self.name} answers {answer.status_code}; try again later")
        return answer.content
