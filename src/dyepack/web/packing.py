"""Answers sent smaller: gzip for who takes it, with tags that tell the two forms of an answer apart.

A strong ETag names bytes, so the packed form has one of its own: the plain one's with `-gzip` in it. What was packed
is kept by that tag, which is why an answer that is asked for again is not packed again. Streams and what is packed by
its own form already (PNG, Parquet) pass as they are; so does what is so short that it fits a packet anyway.
"""

import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SHORTEST, AT_ONCE, LEVEL = 1_000, 100_000, 5
"""Bytes below which nothing is packed, and above which it is done beside the loop that serves the others."""
MARK = "-gzip"
_KINDS = ("text/", "application/json", "image/svg+xml", "application/xml", "application/graphml")
_NEVER = "text/event-stream"


class Kept(Protocol):
    """Where packed answers wait to be asked for again."""

    def get(self, key: str) -> Any | None:
        """What was put there, if it still is."""

    def put(self, key: str, value: Any, size: int) -> None:
        """Keep a value of so many bytes."""


class Packing:
    """The application, with its answers packed for those who take them so."""

    def __init__(self, app: App, kept: Kept) -> None:
        self._app, self._kept = app, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the question on without the mark of ours, and the answer packed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = MutableHeaders(raw=list(scope["headers"]))
        kept = self._kept if takes(asked.get("accept-encoding", "")) else None
        has = asked.get("if-none-match", "")
        if kept is not None and MARK in has:
            asked["if-none-match"] = has.replace(f'{MARK}"', '"')
        await self._app({**scope, "headers": asked.raw}, receive, _Answer(send, has, kept))


class _Answer:
    """One answer on its way out: its head waits until its body is there. `kept` is None for who takes it plain."""

    def __init__(self, send: Send, has: str, kept: Kept | None) -> None:
        self._send, self._has, self._kept = send, has, kept
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            message = await self._begun(start, message)
        await self._send(message)

    async def _begun(self, start: Message, first: Message) -> Message:
        headers = MutableHeaders(scope=start)
        if start["status"] == 304:
            tag = _marked(headers.get("etag", ""))
            if tag and tag in self._has:
                headers["etag"] = tag
        elif _fit(headers):
            headers.add_vary_header("Accept-Encoding")
            if self._kept is not None and _whole(first):
                first = await self._packed(headers, first, self._kept)
        await self._send(start)
        return first

    async def _packed(self, headers: MutableHeaders, first: Message, kept: Kept) -> Message:
        body = first["body"]
        tag = _marked(headers.get("etag", ""))
        small = kept.get(tag) if tag else None
        if small is None:
            small = await run_in_threadpool(pack, body) if len(body) > AT_ONCE else pack(body)
            if tag:
                kept.put(tag, small, len(small) + 500)
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(small))
        if tag:
            headers["etag"] = tag
        return {**first, "body": small}


def pack(body: bytes) -> bytes:
    """The same bytes give the same bytes: no time stands in them."""
    return gzip.compress(body, LEVEL, mtime=0)


def takes(accepts: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    weights = {}
    for part in accepts.lower().split(",")[:20]:
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.strip().removeprefix("q=").strip()
    said = weights.get("gzip", weights.get("*"))
    return said is not None and (said == "" or said.strip("0.") != "")


def _whole(first: Message) -> bool:
    """Whether this is all of a body, and long enough."""
    whole = first["type"] == "http.response.body" and not first.get("more_body", False)
    return whole and len(first.get("body", b"")) >= SHORTEST


def _fit(headers: Headers) -> bool:
    kind = headers.get("content-type", "")
    return kind.startswith(_KINDS) and not kind.startswith(_NEVER) and "content-encoding" not in headers


def _marked(tag: str) -> str:
    """The tag of the packed form; none of a tag that is weak, or not there."""
    return f'{tag[:-1]}{MARK}"' if tag.startswith('"') and len(tag) > 1 else ""
