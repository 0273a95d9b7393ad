"""What stands before every question: who may ask, how much at once, and what a browser may make of the answer.

A server on a loopback address is still within reach of every page that the same browser shows. Three checks keep such
pages out: the name under which they ask (a name of theirs that leads to this machine is the attack called DNS
rebinding), the page that they say they come from, and the token where one is set.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dyepack.web.refusals import refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST_QUERY, LONGEST_PATH = 4_096, 1_024
LARGEST_BODY = 4_000_000
SHORTEST_TOKEN = 16
COOKIE = "dyepack-token"
ENTER = "/enter"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " font-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in: under which names the server may be asked, and with which token."""

    names: frozenset[str] = frozenset()
    token: str | None = None

    def knows(self, host: str) -> bool:
        """Whether a browser that sends this Host header asked for this server by a name of its own.

        An address written out is fine: only a name can be made to lead elsewhere.
        """
        name = _name(host)
        if name == "localhost" or name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def opens(self, given: str | None) -> bool:
        """Whether this is the token; takes as long for a near miss as for a wild guess."""
        if self.token is None:
            return True
        told, own = (hashlib.sha256((text or "").encode("utf-8", "replace")).digest() for text in (given, self.token))
        return hmac.compare_digest(told, own)


class Guard:
    """The application behind the door."""

    def __init__(self, app: App, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse; either way with the headers that a browser needs."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        body = _Counted(receive)

        async def sealed(message: Message) -> None:
            if body.too_large:  # whatever else was made of it
                if message["type"] == "http.response.start":
                    await _large()(scope, receive, send)
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, sealed)
            return
        await self._app(scope, body, sealed)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._door.knows(headers.get("host", "")):
            return _misdirected(headers.get("host", ""))
        if len(scope["query_string"]) > LONGEST_QUERY or len(scope["raw_path"] or b"") > LONGEST_PATH:
            return refused(414, f"expected a query of at most {LONGEST_QUERY} bytes and a path of {LONGEST_PATH}")
        if _from_elsewhere(headers, scope["method"]):
            return refused(403, "another site's page asked; only pages of this server may")
        if scope["path"] == ENTER:
            return self._entered(scope)
        if not self._door.opens(_given(headers)):
            return _locked(scope)
        return _too_large(headers)

    def _entered(self, scope: Scope) -> Response:
        """Put the token that the link has into a cookie, and lead to the pages, so that no address shows it."""
        told = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if self._door.token is None or not self._door.opens(told):
            return _locked(scope)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, told, httponly=True, samesite="strict", path="/")
        return answer


class _Counted:
    """The body of a question, cut short as soon as it is larger than it may be, whatever it said of its length."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._seen = receive, 0
        self.too_large = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen <= LARGEST_BODY:
            return message
        self.too_large = True
        return {"type": "http.request", "body": b"", "more_body": False}


def _large() -> Response:
    answer = refused(413, f"expected a body of at most {LARGEST_BODY} bytes")
    answer.headers.update(_HEADERS)
    return answer


def loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def names(host: str, more: Collection[str]) -> frozenset[str]:
    """The names under which a server may be asked: those that are given, and the one that it listens at."""
    return frozenset(name.lower().rstrip(".") for name in (host, *more))


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower().rstrip(".")


def _from_elsewhere(headers: Headers, method: str) -> bool:
    """Whether a browser says that a page of another site asks; a link to a page may be followed, nothing sent along."""
    if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        if method not in ("GET", "HEAD"):
            return True
        return headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest") != "document"
    origin = headers.get("origin")
    if origin is None:
        return False
    return origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _given(headers: Headers) -> str | None:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _too_large(headers: Headers) -> Response | None:
    said = headers.get("content-length", "0")
    if not (said.isascii() and said.isdecimal() and len(said) < 16):
        return refused(400, "expected a Content-Length that is a number")
    if int(said) > LARGEST_BODY:
        return refused(413, f"expected a body of at most {LARGEST_BODY} bytes, got {int(said)}")
    return None


def _misdirected(host: str) -> Response:
    said = f"this server does not answer to the name {_name(host)!r}"
    return refused(421, said, next_step="ask it at localhost, or start it with --name for a name of your own")


def _locked(scope: Scope) -> Response:
    if scope["path"].startswith("/api/"):
        answer = refused(401, "expected the server's token", next_step="send it as: Authorization: Bearer TOKEN")
        answer.headers["www-authenticate"] = "Bearer"
        return answer
    return PlainTextResponse(f"This workbench wants its token. Open {ENTER}?token=… with the token in it.\n", 401)
