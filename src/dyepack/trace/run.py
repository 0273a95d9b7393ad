"""One trace from request to tables: seeds, stops, slice, one walk per method, and the range over them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain as joined
from typing import Any

from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Seed
from dyepack.store import Draft, Store
from dyepack.trace import answer, rows
from dyepack.trace.method import Method
from dyepack.trace.methods import chosen
from dyepack.trace.repeats import OTHER, Repeats, readings
from dyepack.trace.request import Request, SeedSpec, Stop
from dyepack.trace.result import TraceResult
from dyepack.trace.seeding import Openings, Seeding, open_holdings, resolve
from dyepack.trace.seeds import wanted
from dyepack.trace.slice import Key, Slice, Slicer
from dyepack.trace.stops import stops
from dyepack.trace.walk import Plan, Walked, walk

_READS = ("transfers", "assets", "openings", "tags", "address_claims")


def trace(store: Store, request: Request) -> TraceResult:
    """Follow the money of one or several incidents; writes `seeds`, `flows`, `destinations` and `balance`.

    Raises:
        MissingTable: no movements yet.
        InputError: no seeds, or seeds that say nothing about this data.
        ConservationError: a walk lost or made money; nothing is written.
    """
    methods = chosen(request.methods)
    store.view("transfers")
    specs, chain = wanted(store, request)
    said = _said(request, specs, chain, [method.name for method in methods])
    with store.run("trace", said, reads=[table for table in _READS if store.parts(table)]) as draft:
        ready = prepare(store, request, specs, chain)
        seeding, planned = ready.seeding, ready.planned
        seeds = rows.seeds(draft.run, chain, planned.plan, seeding, planned.openings)
        check_seeded(seeds, seeding)
        followed = _followed(planned, methods)
        alternative = _followed(ready.other, methods) if ready.other else None
        _write(draft, chain, seeds, followed.walks)
    told = answer.Told(
        draft.run, chain, tuple(said["incidents"]), tuple(seeds), seeding, request.repeated, ready.repeats
    )
    return answer.answer(store, told, followed, alternative)


@dataclass(frozen=True, slots=True)
class Planned:
    """A slice that is ready to be walked."""

    plan: Plan
    openings: Openings


@dataclass(frozen=True, slots=True)
class Ready:
    """What a request comes to before any rule is applied; `other` is the other reading of repeated movements."""

    seeding: Seeding
    repeats: Repeats
    planned: Planned
    other: Planned | None


def prepare(store: Store, request: Request, specs: Sequence[SeedSpec], chain: str) -> Ready:
    """Seeds, stops, slice and openings of a request.

    Raises:
        InputError: no seed occurs in the data, or none of them has a movement that can be followed.
    """
    seeding = resolve(store, specs, chain)
    if not seeding.blocks:
        raise InputError(f"no seed address occurs in the movements on {chain}: {', '.join(seeding.absent[:5])}")
    found = stops(store, chain, request.stops, {spec.address for spec in specs})
    gathered = Slicer(store.engine, chain, found, request.budget).gather(seeding.blocks)
    if not gathered.moves:
        raise InputError(f"the seeds have no movement that can be followed on {chain}")
    slices, repeats = readings(gathered)
    known = _known(store, chain)
    planned = _planned(slices[request.repeated], found, seeding, known)
    other = _planned(slices[OTHER[request.repeated]], found, seeding, known) if repeats.movements else None
    return Ready(seeding, repeats, planned, other)


def _planned(cut: Slice, found: Mapping[str, Stop], seeding: Seeding, known: Mapping[Key, tuple[int, int]]) -> Planned:
    openings = open_holdings(cut, seeding, known)
    return Planned(Plan(cut, found, openings.lots, tuple(seeding.given), seeding.thefts), openings)


def _followed(planned: Planned, methods: Sequence[Method]) -> answer.Followed:
    return answer.Followed(planned.plan, planned.openings, tuple(walk(planned.plan, method) for method in methods))


def _said(request: Request, specs: Sequence[SeedSpec], chain: str, methods: Sequence[str]) -> dict[str, Any]:
    """The request as a run records it."""
    return {
        "incidents": sorted(set(request.incidents)),
        "chain": chain,
        "methods": list(methods),
        "seeds": sorted((asdict(spec) for spec in specs), key=str),
        "stops": sorted((asdict(stop) for stop in request.stops), key=str),
        "budget": asdict(request.budget),
        "repeated": request.repeated,
    }


def _known(store: Store, chain: str) -> dict[Key, tuple[int, int]]:
    """Known balances by holding: (block, amount)."""
    if not store.parts("openings"):
        return {}
    return {
        (row.address, row.asset): (row.block, row.amount) for row in store.records("openings") if row.chain == chain
    }


def check_seeded(seeds: Sequence[Seed], seeding: Seeding) -> None:
    """Refuse seeds that bring no stolen money."""
    if all(seed.origin == UNKNOWN for seed in seeds):
        some = ", ".join(sorted({address for address, _ in seeding.opening})[:3])
        raise InputError(
            f"nothing to follow: the movements show where all that {some} paid came from; say with --seeds FILE"
            " which transaction brought the stolen money (columns address, tx_hash) or how much it was (address, asset,"
            " amount)"
        )


def _write(draft: Draft, chain: str, seeds: Sequence[Seed], walks: Sequence[Walked]) -> None:
    draft.put("seeds", draft.run, seeds)
    draft.put("flows", draft.run, joined.from_iterable(rows.flows(draft.run, chain, one) for one in walks))
    draft.put(
        "destinations", draft.run, joined.from_iterable(rows.destinations(draft.run, chain, one) for one in walks)
    )
    draft.put("balance", draft.run, joined.from_iterable(rows.balance(draft.run, one) for one in walks))
