"""What went wrong, as the web says it: a status, and one line for people; never where in the code it was."""

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dyepack import errors
from dyepack.inert import visible as plain

LONGEST = 600
"""Letters of a message; what came in may be much longer, and is in it."""
_ANY: tuple[type[errors.DyepackError], int, str] = (errors.DyepackError, 500, "dyepack")
_STATUS: tuple[tuple[type[errors.DyepackError], int, str], ...] = (
    (errors.UnknownIncident, 404, "unknown-incident"),
    (errors.UnknownRun, 404, "unknown-run"),
    (errors.UnknownChain, 400, "unknown-chain"),
    (errors.InvalidAddress, 400, "invalid-address"),
    (errors.InvalidAmount, 400, "invalid-amount"),
    (errors.InvalidDate, 400, "invalid-date"),
    (errors.AmbiguousChain, 422, "several-chains"),
    (errors.InputError, 400, "input"),
    (errors.RecordError, 422, "record"),
    (errors.SourceUnavailable, 503, "source-unavailable"),
    (errors.SourceError, 503, "source"),
    (errors.MissingTable, 404, "missing-table"),
    (errors.SchemaMismatch, 409, "other-version"),
    (errors.WorkspaceBusy, 409, "busy"),
    (errors.StoreError, 503, "store"),
    (errors.EngineError, 500, "engine"),
    (errors.ConservationError, 500, "conservation"),
)
_KINDS = {404: "not-found", 405: "method", 406: "not-acceptable", 413: "too-large", 414: "too-long", 429: "too-many"}


class Refusal(Exception):
    """A refusal that is the web's own: its status, what kind it is, and what to do next."""

    def __init__(self, status: int, message: str, *, where: str | None = None, next_step: str | None = None) -> None:
        self.status, self.where, self.next_step = status, where, next_step
        super().__init__(message)


def body(kind: str, message: str, where: str | None = None, next_step: str | None = None) -> bytes:
    """The one form of an error."""
    said = plain(" ".join(message.split()))
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
    told = {"kind": kind, "message": said, "where": None if where is None else plain(where), "next": next_step}
    return msgspec.json.encode({"error": told})


def refused(status: int, message: str, *, where: str | None = None, next_step: str | None = None) -> Response:
    """A refusal of the web's own as a response."""
    content = body(_KINDS.get(status, "refused"), message, where, next_step)
    return Response(content, status, media_type="application/json")


def of_dyepack(error: errors.DyepackError) -> tuple[int, bytes]:
    """The status and the body for one of our errors."""
    status, kind = next((status, kind) for of, status, kind in (*_STATUS, _ANY) if isinstance(error, of))
    where = None
    if isinstance(error, errors.RecordError):
        where = error.source if error.line is None else f"{error.source}:{error.line}"
    step = f"dyepack {error.verb}" if isinstance(error, errors.MissingTable) else None
    if isinstance(error, errors.AmbiguousChain):
        step = f"say which: {', or '.join(f'chain={name}' for name in error.chains)}"
    return status, body(kind, str(error), where, step)


def install(app: FastAPI) -> None:
    """Let the application say every error in our form."""
    app.add_exception_handler(errors.DyepackError, _ours)
    app.add_exception_handler(Refusal, _own)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, errors.DyepackError)
    status, content = of_dyepack(error)
    more = {"Retry-After": "2"} if isinstance(error, errors.WorkspaceBusy) else None
    return Response(content, status, more, "application/json")


async def _own(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error.status, str(error), where=error.where, next_step=error.next_step)


async def _unfit(_: Request, error: Exception) -> Response:
    """What the declared form of a question does not allow; the first thing that is wrong."""
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = dict(error.errors()[0])
    place: Sequence[Any] = first.get("loc", ())
    where = ".".join(str(part) for part in place) or None
    came = first.get("input")
    shown = f", got {came!r:.80}" if isinstance(came, str | int | float | bool) else ""
    return Response(
        body("unfit", f"{first.get('msg', 'not as declared')}{shown}", where), 422, None, "application/json"
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: f"nothing is at {request.url.path}", 405: f"{request.method} is not for {request.url.path}"}
    step = "GET /api/openapi.json lists what there is" if error.status_code == 404 else None
    answer = refused(error.status_code, said.get(error.status_code, str(error.detail)), next_step=step)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _unforeseen(_: Request, error: Exception) -> Response:
    """Our bug: all of it on stderr for who runs the server, and nothing of it to who asked."""
    traceback.print_exception(error, file=sys.stderr)
    said = "an error inside dyepack; the server's own output says more"
    return Response(body("internal", said, None, "report it with the server's output"), 500, None, "application/json")
