"""Incidents: a list that can be narrowed, one of them whole, and its claims by their kind, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.ledger import Filter, incident_view
from dyepack.ledger.asked import heard
from dyepack.ledger.incidents import as_known
from dyepack.ledger.listing import narrow
from dyepack.schema import TABLES
from dyepack.trace.recorded import listed
from dyepack.web.answer import MOST_ROWS, Paged, Told, listing, of_tables, reply
from dyepack.web.given import Actor, AsOf, RuleName, Year
from dyepack.web.house import Lent
from dyepack.web.narrowing import Narrowed, lines
from dyepack.web.shapes import ledger as shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column, columns_of

router = APIRouter(tags=["ledger"])
Slug = Annotated[str, Path(max_length=120, description="Its slug, e.g. 2023-09-12-coinex.")]
Sort = Literal["date", "-date", "usd", "-usd", "victim", "-victim"]
Part = Literal[
    "losses", "returned", "attributions", "addresses", "transactions", "laundering", "sources", "shared_addresses"
]
PARTS: tuple[Part, ...] = get_args(Part)
LINES = (
    column("incident"),
    column("date"),
    column("victim"),
    column("victim_type"),
    column("vector"),
    column("chains"),
    column("known", "dollars", "known.median"),
    column("low", "dollars", "held.low"),
    column("median", "dollars", "held.median"),
    column("high", "dollars", "held.high"),
    column("claims", "count", "held.claims"),
    column("actor", "text", "attribution.actor"),
    column("confidence", "text", "attribution.confidence"),
    column("by", "text", "attribution.by"),
    column("said", "text", "attribution.published"),
)


@router.get("/incidents", **told(shapes.IncidentList, sheet=True))
def incidents(
    request: Request,
    page: Paged,
    only: Narrowed,
    *,
    actor: Actor = None,
    rule: Annotated[RuleName, Query(description="When a theft counts as the actor's.")] = "R4",
    year: Year = None,
    as_of: AsOf = None,
    class_: Annotated[str, Query(alias="class", max_length=40, description="theft, …, or all.")] = "theft",
    sort: Sort = "date",
) -> Response:
    """Incidents under a filter, a page of them; as `dyepack incidents --json` has each."""

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        where = Filter(actor, rule, year, None, day, only.victim, None if class_ == "all" else class_)
        found = narrow(lines(request, lent, where), replace(only.more, sort=sort))
        rows = [line.as_json() for line in page.of(found)]
        usd = sum(line.held.median for line in found if line.held)
        value = {"total": len(found), "usd": str(usd), "offset": page.offset, "rows": rows}
        return Told(value, rows, len(found), remark)

    return reply(request, make, columns=LINES)


@router.get("/incidents/{slug}", **told(shapes.IncidentView))
def incident(request: Request, slug: Slug, as_of: AsOf = None) -> Response:
    """All that the ledger holds about one incident, and the traces of it; as `dyepack incident SLUG --json`.

    Of each list the first thousand; `lists` says how many there are, and `/api/incidents/{slug}/{part}` has them all.
    """

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        view = incident_view(lent.ledger, slug)
        known = view if day is None else as_known(view, day)
        later = sum(len(getattr(view, name)) - len(getattr(known, name)) for name in ("losses", "attributions"))
        more = {"as_of": day and day.isoformat(), "said_later": later, "runs": _runs_of(lent, slug)}
        whole = known.as_json()
        first = {name: whole[name][:MOST_ROWS] for name in PARTS}
        standings = {claim["claim"]: whole["standings"][claim["claim"]] for claim in first["losses"]}
        return Told(
            {**whole, **first, "standings": standings, "lists": {name: len(whole[name]) for name in PARTS}, **more},
            remark=remark,
        )

    return reply(request, make, of=of_tables)


def _runs_of(lent: Lent, slug: str) -> list[dict[str, Any]]:
    return [told for told in listed(lent.workspace.store) if slug in told["incidents"]]


SHARED = (column("address"), column("chain"), column("incident"), column("role"), column("by"), column("source"))
_OF: Mapping[Part, str] = {
    "losses": "amount_claims",
    "returned": "amount_claims",
    "attributions": "attribution_claims",
    "addresses": "address_claims",
    "transactions": "transaction_claims",
    "laundering": "laundering_claims",
    "sources": "sources",
}


@router.get("/incidents/{slug}/{part}", **told(shapes.ClaimList, sheet=True))
def part_of(request: Request, page: Paged, slug: Slug, part: Part, as_of: AsOf = None) -> Response:
    """One kind of what is said of an incident, whole, a page of it; as a table a shared address has a row per claim."""

    def make(lent: Lent) -> Told:
        day, remark = heard(lent.ledger, as_of)
        view = incident_view(lent.ledger, slug)
        found: Sequence[Any] = (view if day is None else as_known(view, day)).as_json()[part]
        made = listing(page, found, remark, incident=slug, part=part)
        return made if part != "shared_addresses" else replace(made, rows=_apart(made.rows))

    return reply(request, make, columns=SHARED if part == "shared_addresses" else columns_of(TABLES[_OF[part]].arrow))


def _apart(shared: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for one in shared for each in one["elsewhere"]]
