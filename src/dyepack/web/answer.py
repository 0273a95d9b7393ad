"""From a question to its answer: which form is wanted, whether the asker has it already, and one page of many rows.

An answer follows from the tables, the question and the version, so its ETag is a hash of these; what the asker has
already is not worked out again, and what somebody else has asked is still on the shelf.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, Query, Request
from starlette.responses import Response

from dyepack.inert import json_text
from dyepack.inert import visible as plain
from dyepack.ledger.tables import TABLES as LEDGER
from dyepack.web.house import House, Lent, fingerprint
from dyepack.web.refusals import Refusal
from dyepack.web.sheet import Column, as_csv, as_parquet

Form = Literal["json", "csv", "parquet"]
MEDIA: dict[Form, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
MOST_ROWS, MOST_ROWS_OF_A_SHEET, ROWS = 1_000, 100_000, 100
NEVER_KEPT = {"Cache-Control": "no-store"}
_RUNNING = secrets.token_hex(8)
"""Of this process: what follows from files that ship may be another thing in the next."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: the JSON value, the rows that it is as a table, and what has to be remarked about it."""

    value: Any
    rows: Sequence[Mapping[str, Any]] = ()
    total: int | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of many."""

    offset: int
    limit: int

    def of(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows of this page."""
        return rows[self.offset : self.offset + self.limit]


def listing(page: Page, rows: Sequence[Mapping[str, Any]], note: str | None = None, /, **beside: Any) -> Told:
    """A page of these rows, as every list is told, with what stands beside them."""
    shown = page.of(rows)
    value = {**beside, "total": len(rows), "offset": page.offset, "rows": shown}
    return Told(value, shown, len(rows), note)


Make = Callable[[Lent], Told]
Of = Callable[[Lent], str]


@dataclass(frozen=True, slots=True)
class Kept:
    """An encoded answer and the headers that go with it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def of_ledger(lent: Lent) -> str:
    """What an answer of the ledger follows from, beside the question: its tables, the day, and files that ship."""
    return fingerprint([lent.state(LEDGER), datetime.now(UTC).date().isoformat(), _RUNNING])


def of_tables(lent: Lent) -> str:
    """What an answer follows from that reads any table."""
    return fingerprint([lent.state(), _RUNNING])


def form_of(request: Request, columns: Sequence[Column] = ()) -> Form:
    """The form that is asked for, by `format` in the query or by the Accept header.

    Raises:
        Refusal: none that there is.
    """
    there: tuple[Form, ...] = ("json", "csv", "parquet") if columns else ("json",)
    named = request.query_params.get("format")
    if named is not None:
        wanted = next((form for form in there if form == named), None)
        if wanted is None:
            raise Refusal(406, f"expected a format, one of {', '.join(there)}, got {named[:20]!r}")
        return wanted
    asked = request.headers.get("accept", "*/*")
    ranked = sorted(_accepted(asked), key=lambda item: -item[1])
    for kind, quality in ranked:
        found = next((form for form in there if _fits(kind, MEDIA[form].partition(";")[0])), None)
        if quality > 0 and found is not None:
            return found
    raise Refusal(406, f"expected an Accept header with one of {', '.join(MEDIA[form] for form in there)}")


def reply(
    request: Request, make: Make, *, of: Of = of_ledger, columns: Sequence[Column] = (), costly: bool = False
) -> Response:
    """Answer a question in the form that is asked for: JSON, or CSV or Parquet where there are columns.

    One that is `costly` takes seconds to work out, and waits for one of the few places of its kind.
    """
    form = form_of(request, columns)

    def encoded(lent: Lent) -> Kept:
        return _encoded(make(lent), form, columns, request.url.path)

    house: House = request.app.state.house
    with house.costly() if costly else nullcontext():
        return kept_or_made(request, encoded, MEDIA[form], of)


def fresh(request: Request, make: Make, *, columns: Sequence[Column] = ()) -> Response:
    """Answer what changes without the tables: worked out each time, and kept by nobody."""
    form = form_of(request, columns)
    house: House = request.app.state.house
    with house.workspace() as lent:
        kept = _encoded(make(lent), form, columns, request.url.path)
    return Response(kept.body, 200, {**NEVER_KEPT, "Vary": "Accept", **kept.headers}, MEDIA[form])


def kept_or_made(request: Request, make: Callable[[Lent], Kept], media: str, of: Of = of_ledger) -> Response:
    """Answer a question: from what the asker has, from the shelf, or by working it out."""
    house: House = request.app.state.house
    with house.workspace() as lent:
        asked = sorted(request.query_params.multi_items())
        key = fingerprint([of(lent), request.url.path, asked, media])
        head = {"ETag": f'"{key}"', "Vary": "Accept", "Cache-Control": "private, no-cache"}
        if _has(request, key):
            return Response(None, 304, head)
        kept: Kept | None = house.kept.get(key)
        if kept is None:
            kept = make(lent)
            house.kept.put(key, kept, len(kept.body) + 500)
    return Response(kept.body, 200, {**head, **kept.headers}, media)


def paged(
    request: Request,
    offset: Annotated[int, Query(ge=0, le=10**12, description="How many rows to pass over.")] = 0,
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=MOST_ROWS_OF_A_SHEET,
            description=f"How many rows: of JSON at most {MOST_ROWS} [{ROWS}], of CSV and Parquet "
            f"{MOST_ROWS_OF_A_SHEET} [as many].",
        ),
    ] = None,
    format_: Annotated[
        Form | None, Query(alias="format", description="In place of the Accept header, for links.")
    ] = None,
) -> Page:
    """The page that is asked for.

    Raises:
        Refusal: more rows of JSON than there are in one answer.
    """
    of_sheet = format_ in ("csv", "parquet") or (
        format_ is None and request.headers.get("accept", "").startswith(("text/csv", MEDIA["parquet"]))
    )
    if limit is None:
        limit = MOST_ROWS_OF_A_SHEET if of_sheet else ROWS
    if limit > MOST_ROWS and not of_sheet:
        raise Refusal(400, f"expected a limit of at most {MOST_ROWS} rows of JSON, got {limit}", where="query.limit")
    return Page(offset, limit)


Paged = Annotated[Page, Depends(paged)]
AsTable = Annotated[
    Form | None, Query(alias="format", description="json, csv or parquet, in place of the Accept header, for links.")
]


def strict(request: Request) -> None:
    """Refuse a question with a parameter that nobody would look at.

    Raises:
        Refusal: names it, and those that there are.
    """
    known = {field.alias for field in _fields(request.scope["route"].dependant)}
    for name in request.query_params:
        if name not in known:
            there = f"expected some of {', '.join(sorted(known))}" if known else "expected none"
            raise Refusal(400, f"no such parameter: {there}, got {name[:40]!r}", where=f"query.{name[:40]}")
    for name in known:
        if len(given := request.query_params.getlist(name)) > 1 and name not in MANY:
            raise Refusal(400, f"{name} is given {len(given)} times; expected it once", where=f"query.{name}")


MANY = frozenset(("of", "size", "hide", "open", "asset", "source", "kind", "at"))
"""The parameters that may be given several times."""


def _fields(dependant: Any) -> list[Any]:
    return [*dependant.query_params, *(each for inner in dependant.dependencies for each in _fields(inner))]


def as_json(value: Any) -> bytes:
    """A value as JSON in which nothing acts on a terminal."""
    return json_text(msgspec.json.encode(value).decode()).encode()


def _encoded(told: Told, form: Form, columns: Sequence[Column], path: str) -> Kept:
    headers = {} if told.remark is None else {"Dyepack-Note": plain(told.remark).encode("ascii", "replace").decode()}
    if told.total is not None:
        headers["Dyepack-Total"] = str(told.total)
    if form == "json":
        return Kept(as_json(told.value), headers)
    name = f"{path.removeprefix('/api/').replace('/', '-')}.{form}"
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "_" for letter in name)
    headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    body = as_csv(columns, told.rows) if form == "csv" else as_parquet(columns, told.rows, {"asked": path})
    return Kept(body, headers)


def _has(request: Request, key: str) -> bool:
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or f'"{key}"' in (tag.strip().removeprefix("W/") for tag in said.split(","))


def _accepted(header: str) -> list[tuple[str, float]]:
    found = []
    for part in header.split(",")[:50]:
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            found.append((kind.lower(), float(weight)))
        except ValueError:
            found.append((kind.lower(), 0.0))
    return found


def _fits(asked: str, kind: str) -> bool:
    if asked in ("*/*", kind):
        return True
    return asked.endswith("/*") and kind.startswith(asked[:-1])
