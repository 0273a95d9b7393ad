"""One address: what is said of it, what it got and paid, from and to whom, and when."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from dyepack.about.address import spot_of
from dyepack.about.units import counted
from dyepack.model import last_day
from dyepack.web.answer import AsTable, Paged, Told, listing, of_tables, reply
from dyepack.web.given import AsOf, Chain
from dyepack.web.house import Lent
from dyepack.web.shapes import about as shapes
from dyepack.web.shapes.base import told
from dyepack.web.sheet import column

router = APIRouter(tags=["addresses"])
Address = Annotated[str, Path(max_length=120, description="An address, or chain:address.")]
Spot = Annotated[str, Query(max_length=120, description="An address.")]
COUNTERPARTIES = (
    column("chain"),
    column("address"),
    column("asset"),
    column("received", "amount"),
    column("received_shown"),
    column("received_in", "count"),
    column("sent", "amount"),
    column("sent_shown"),
    column("sent_in", "count"),
    column("unit"),
    column("first_time", "time"),
    column("last_time", "time"),
    column("tags"),
)
TRANSFERS = (
    column("chain"),
    column("block", "count"),
    column("time", "time"),
    column("tx_hash"),
    column("tx_index", "count"),
    column("seq", "count"),
    column("kind"),
    column("direction"),
    column("other"),
    column("asset"),
    column("amount", "amount"),
    column("amount_shown"),
    column("unit"),
    column("flag"),
)
MOVEMENTS = (*TRANSFERS[:7], column("from_address"), column("to_address"), *TRANSFERS[9:])
EXPOSURE = (
    column("chain"),
    column("asset"),
    column("direction"),
    column("concept"),
    column("name"),
    column("actor"),
    column("movements", "count"),
    column("addresses", "count"),
    column("amount", "amount"),
    column("amount_shown"),
    column("of", "amount"),
    column("of_shown"),
    column("unit"),
    column("share", "share"),
)

INDIRECT = (
    column("asset"),
    column("reason"),
    column("concept"),
    column("name"),
    column("addresses", "count"),
    column("largest"),
    column("amount", "amount"),
    column("amount_shown"),
    column("low", "amount"),
    column("high", "amount"),
    column("unit"),
    column("share", "share"),
)
HOURS = (
    column("day"),
    column("hour", "count"),
    column("received_movements", "count", "received"),
    column("sent_movements", "count", "sent"),
)
STEPS = (
    column("chain"),
    column("from"),
    column("to_chain"),
    column("to"),
    column("heuristic"),
    column("version", "count"),
    column("block", "count"),
    column("tx_hash"),
    column("right", "count", "precision.right"),
    column("tried", "count", "precision.tried"),
)
SPLITS = (column("cluster"), column("members", "count"), column("pieces", "count"))


@router.get("/addresses/{address}", **told(shapes.AddressView))
def address(request: Request, address: Address, chain: Chain = None, as_of: AsOf = None) -> Response:
    """What the tables hold about an address: where it is valid, tags with dates and conflicts, sums, runs."""
    day = None if as_of is None else last_day(as_of)
    return reply(request, lambda lent: Told(_about(lent, address, chain, day)), of=of_tables)


def _about(lent: Lent, address: str, chain: str | None, day: Any) -> dict[str, Any]:
    found = lent.workspace.about(address, chain, day)
    claims = [claim for claim in lent.ledger.addresses if claim.address == found["address"]]
    named = [
        {"incident": claim.incident, "chain": claim.chain, "role": claim.role, "source": claim.source}
        for claim in claims
    ]
    sums, assets = counted(lent.workspace.store, found["sums"], "received", "sent")
    return {**found, "sums": sums, "incidents": named, "assets": assets}


@router.get("/addresses/{address}/counterparties", **told(shapes.CounterpartyList, sheet=True))
def counterparties(request: Request, page: Paged, address: Address, chain: Chain = None) -> Response:
    """Whom the address paid and was paid by, by asset, the largest sums first, with what tags call them."""

    def make(lent: Lent) -> Told:
        spot = spot_of(address, chain)
        found = lent.workspace.counterparties(address, chain, page.offset, page.limit)
        rows, assets = counted(lent.workspace.store, found.rows, "received", "sent")
        head = {"address": spot.address, "assets": assets}
        flat = [{**row, "tags": "; ".join(tag["name"] for tag in row["tags"])} for row in rows]
        return Told({**head, "total": found.total, "offset": page.offset, "rows": rows}, flat, found.total)

    return reply(request, make, of=of_tables, columns=COUNTERPARTIES)


@router.get("/addresses/{address}/transfers", **told(shapes.MovementList, sheet=True))
def transfers(request: Request, page: Paged, address: Address, chain: Chain = None) -> Response:
    """Its movements in chain order, those that are flagged (decoys, nothing moved) among them and marked."""

    def make(lent: Lent) -> Told:
        spot = spot_of(address, chain)
        found = lent.workspace.movements(address, chain, page.offset, page.limit)
        rows, assets = counted(lent.workspace.store, found.rows, "amount")
        head = {"address": spot.address, "assets": assets}
        return Told({**head, "total": found.total, "offset": page.offset, "rows": rows}, rows, found.total)

    return reply(request, make, of=of_tables, columns=TRANSFERS)


@router.get("/addresses/{address}/activity", **told(shapes.Activity, sheet=True))
def activity(request: Request, address: Address, chain: Chain = None, _: AsTable = None) -> Response:
    """How many movements fall on each hour of each day of the week, in UTC, and on each month; as a table the hours."""

    def make(lent: Lent) -> Told:
        found = lent.workspace.activity(address, chain)
        return Told(found, list(_hours(found)))

    return reply(request, make, of=of_tables, columns=HOURS)


def _hours(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, day in enumerate(found["days"]):
        for hour in range(24):
            counts = {name: found[name][number][hour] for name in ("received", "sent")}
            yield {"day": day, "hour": hour, **counts}


@router.get("/addresses/{address}/exposure", **told(shapes.Exposure, sheet=True))
def exposure(request: Request, page: Paged, address: Address, chain: Chain = None) -> Response:
    """Direct exposure by the concept of its counterparties' tags, with the rule by which it is counted."""

    def make(lent: Lent) -> Told:
        found = lent.workspace.exposure(address, chain)
        rows, assets = counted(lent.workspace.store, found.pop("rows"), "amount", "of")
        return listing(page, rows, **found, assets=assets)

    return reply(request, make, of=of_tables, columns=EXPOSURE)


@router.get("/addresses/{address}/exposure/indirect", **told(shapes.IndirectExposure, sheet=True))
def indirect(
    request: Request,
    page: Paged,
    address: Address,
    *,
    chain: Chain = None,
    steps: Annotated[int, Query(ge=1, le=12, description="How many payments back; one is who paid it.")] = 4,
) -> Response:
    """Where the money that came to an address began, some steps behind its payers: by haircut, and over all rules."""

    def make(lent: Lent) -> Told:
        found = lent.workspace.indirect(address, chain, steps)
        rows, assets = counted(lent.workspace.store, found.pop("rows"), "amount", "low", "high")
        return listing(page, rows, **found, assets=assets)

    return reply(request, make, of=of_tables, columns=INDIRECT)


@router.get("/transactions/{tx_hash}", **told(shapes.TransactionView, sheet=True))
def transaction(
    request: Request,
    page: Paged,
    tx_hash: Annotated[str, Path(max_length=80, description="Its hash, with or without 0x.")],
) -> Response:
    """A transaction's movements, or its inputs and outputs; the traces it is in, and the incidents it is named for."""

    def make(lent: Lent) -> Told:
        found = lent.workspace.transaction(tx_hash)
        bare = tx_hash.strip().lower().removeprefix("0x")
        named = [
            {"incident": claim.incident, "chain": claim.chain, "source": claim.source}
            for claim in lent.ledger.transactions
            if claim.tx_hash.lower().removeprefix("0x") == bare
        ]
        rows, assets = counted(lent.workspace.store, found.pop("rows"), "amount")
        return listing(page, rows, **found, incidents=named, assets=assets)

    return reply(request, make, of=of_tables, columns=MOVEMENTS)


@router.get("/clusters/why", **told(shapes.Why, sheet=True))
def why(request: Request, first: Spot, second: Spot, chain: Chain = None, _: AsTable = None) -> Response:
    """The shortest chain of transactions that joins two addresses; as `dyepack cluster why --json`."""

    def make(lent: Lent) -> Told:
        found = lent.workspace.why(first, second, chain)
        return Told(found.as_json(), [step.as_json() for step in found.steps])

    return reply(request, make, of=of_tables, columns=STEPS)


@router.get("/clusters/without", **told(shapes.SplitList, sheet=True))
def without(
    request: Request,
    page: Paged,
    what: Annotated[str, Query(max_length=120, description="A transaction, or a heuristic.")],
) -> Response:
    """What falls apart without one transaction or heuristic; each as `dyepack cluster without --json` has it."""

    def make(lent: Lent) -> Told:
        return listing(page, [split.as_json() for split in lent.workspace.without(what)])

    return reply(request, make, of=of_tables, columns=SPLITS)


@router.get("/clusters/{address}", **told(shapes.ClusterView, sheet=True))
def cluster(request: Request, page: Paged, address: Address, chain: Chain = None) -> Response:
    """The cluster of an address: a page of its members, and the heuristics that join them, with error rates."""

    def make(lent: Lent) -> Told:
        spot = spot_of(address, chain)
        found = lent.workspace.cluster_of(spot.address, spot.chain, page.offset, page.limit)
        return Told(found, found["rows"], found["total"])

    return reply(request, make, of=of_tables, columns=(column("chain"), column("address")))
