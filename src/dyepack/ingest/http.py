"""One HTTP endpoint, asked until it answers or patience ends; what it answers is told apart from what it should."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.patience import Clock, Patience, haste, named_seconds, patiently

BUSY = (408, 425, 429, 500, 502, 503, 504, *range(520, 528))
"""Answers of a server that may say otherwise later, also of one that stands before it."""
MAX_ANSWER = 1_000_000_000
"""The calls of some blocks of a busy chain, asked for at once, stay below."""
Check = Callable[[bytes], bytes]
"""Gives an answer back, or raises `SourceUnavailable` where it is none yet."""


class Missing(SourceMismatch):
    """There is nothing under a path."""


def whole(answer: bytes) -> bytes:
    """Any answer."""
    return answer


class Endpoint:
    """A server at a URL. A user and password in it are sent, and never shown or stored.

    `bans` says that a refusal (403) may be one for haste, whatever its words, as public servers refuse.

    Raises:
        InputError: no URL of a server.
    """

    def __init__(
        self,
        url: str,
        patience: Patience | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        clock: Clock | None = None,
        bans: bool = False,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("expected a URL like http://user:password@127.0.0.1:8332")
        self.name = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        self.patience, self.clock = patience or Patience(), clock or Clock()
        self._base = f"{parts.scheme}://{self.name}{parts.path.rstrip('/')}"
        self._bans = bans
        login = httpx2.BasicAuth(parts.username, parts.password or "") if parts.username else None
        self._client = httpx2.Client(auth=login, timeout=self.patience.seconds, headers=headers)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def post(self, body: Any, check: Check = whole) -> bytes:
        """The answer to a JSON body, also one with which a node says that a call failed.

        Raises:
            SourceUnavailable: it does not answer.
            SourceError: it refuses us.
        """
        return self._ask("POST", "", body, check)

    def post_to(self, path: str, body: Any, check: Check = whole) -> bytes:
        """The answer to a JSON body sent to this path; raises as `post` does."""
        return self._ask("POST", path, body, check)

    def get(self, path: str, check: Check = whole) -> bytes:
        """What lies under this path; raises as `post` does."""
        return self._ask("GET", path, None, check)

    def _ask(self, method: str, path: str, body: Any, check: Check) -> bytes:
        return patiently(lambda: check(self._once(method, path, body)), self.patience, self.clock)

    def _once(self, method: str, path: str, body: Any) -> bytes:
        try:
            with self._client.stream(method, self._base + path, json=body) as answer:
                content = self._bounded(answer)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise SourceUnavailable(
                f"{self.name} does not answer ({reason}); is it running? What is loaded stays: begin again"
            ) from error
        self._sorted(method, path, answer, content)
        return content

    def _bounded(self, answer: httpx2.Response) -> bytes:
        """The body, as long as it is no longer than any answer."""
        pieces, size = [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > MAX_ANSWER:
                raise SourceMismatch(f"{self.name}: expected an answer of at most {MAX_ANSWER:,} bytes, got more")
            pieces.append(piece)
        return b"".join(pieces)

    def _sorted(self, method: str, path: str, answer: httpx2.Response, content: bytes) -> None:
        """Raise what the status of an answer means; a node says 500 to a call that failed, with the reason in it."""
        status, text = answer.status_code, content[:300].decode(errors="replace").strip()
        after = _after(answer.headers.get("Retry-After"), text)
        if status == 401 or (status == 403 and not self._bans and not haste(text) and not after):
            raise SourceError(
                f"{self.name} refuses us ({status} {_line(text)}): give user and password in the URL, or a key"
            )
        if status == 403:
            raise SourceUnavailable(
                f"{self.name} refuses us ({status} {_line(text)}): for haste, or for want of a key; try again later",
                after,
            )
        if status == 404:
            raise Missing(f"{self.name} has nothing at {path or '/'} (404)")
        told = method == "POST" and content[:1] in (b"{", b"[")
        if status in BUSY and not (told and status == 500):
            raise SourceUnavailable(f"{self.name} answers {status}; try again later", after)
        if status >= 400 and not told:
            raise SourceMismatch(f"{self.name} refuses {path or '/'} ({status} {_line(text)})")


def _after(header: str | None, text: str) -> float:
    """How many seconds a server asks us to wait."""
    return float(header) if header is not None and header.isascii() and header.isdigit() else named_seconds(text)


def _line(text: str) -> str:
    return text[:80].replace("\n", " ")
