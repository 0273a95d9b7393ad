"""One trace from request to tables: seeds, stops, slice, one walk per method, and the range over them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dyepack import chains
from dyepack.amounts import LIMIT, MAX_DIGITS, Asset
from dyepack.errors import InputError
from dyepack.model import UNKNOWN, Seed
from dyepack.store import Store
from dyepack.store.loaded import TABLE_OF, check_loaded
from dyepack.trace import answer, inside, remarks, rows, unread, write
from dyepack.trace.behaviour import service_like
from dyepack.trace.facts import Freezes, destroyed, frozen
from dyepack.trace.hands import Before, before, passed_on, repeatedly
from dyepack.trace.method import Method
from dyepack.trace.methods import chosen
from dyepack.trace.moves import Key
from dyepack.trace.near import Near
from dyepack.trace.otherwise import Otherwise, variants
from dyepack.trace.outputs import OutputSlicer
from dyepack.trace.pools import POOLED
from dyepack.trace.repeats import OTHER, Repeats, readings
from dyepack.trace.request import Request, SeedSpec, Stop, check_options
from dyepack.trace.result import TraceResult
from dyepack.trace.seeding import Openings, Seeding, open_holdings, resolve, resolve_outputs
from dyepack.trace.seeds import elsewhere, wanted
from dyepack.trace.slice import Slice, Slicer
from dyepack.trace.steps import Laid, Plan, lay, opened
from dyepack.trace.stops import parted, stops
from dyepack.trace.walk import Walked, follow

Tell = Callable[[str], None]
"""Who is told, in a line, how far a long verb has come."""


def trace(store: Store, request: Request, tell: Tell = lambda _: None) -> TraceResult:
    """Follow the money of one or several incidents; writes `seeds`, `flows`, `destinations` and `balance`.

    Raises:
        MissingTable: no movements yet.
        InputError: no seeds, or seeds that say nothing about this data.
        ConservationError: a walk lost or made money; nothing is written.
    """
    methods = chosen(request.methods)
    specs, chain = seeds_of(store, request)
    others = elsewhere(store, request, chain)
    said = write.said(request, specs, chain, [method.name for method in methods], others)
    with store.run("trace", said, reads=[table for table in write.READS if store.parts(table)]) as draft:
        tell("gathering what the seeds reach, and who paid there")
        ready = prepare(store, request, specs, chain)
        seeds = rows.seeds(draft.run, chain, ready.planned.plan, ready.seeding, ready.planned.openings)
        check_seeded(seeds, ready.seeding)
        tell(gathered_so(ready))
        followed = _followed(ready.planned, methods, tell)
        alternative = _followed(ready.other, methods) if ready.other else None
        incidents, repeats = tuple(said["incidents"]), ready.repeats
        further = [(one.variant, one.concerned, _followed(planned, methods)) for one, planned in ready.further]
        asked = tuple(seeds), ready.seeding, request.repeated
        more = ready.past, request.follow, others
        told = answer.Told(draft.run, chain, incidents, *asked, repeats, *more)
        result = answer.answer(store, told, followed, alternative, further)
        check_sums(answer.sums(result, alternative), result.assets)
        tell("writing what was found")
        write.tables(draft, chain, seeds, followed.walks)
        remarks.write(draft, result, alternative)
    return result


def seeds_of(store: Store, request: Request) -> tuple[tuple[SeedSpec, ...], str]:
    """The seeds of a request and their chain, whose movements the engine then shows."""
    specs, chain = wanted(store, request)
    check_loaded(store, chain)
    check_options(request, chain)
    store.view(TABLE_OF[chains.chain(chain).model])
    return specs, chain


@dataclass(frozen=True, slots=True)
class Planned:
    """A slice that is ready to be walked."""

    laid: Laid
    openings: Openings

    @property
    def plan(self) -> Plan:
        """What a walk needs beside the rule."""
        return self.laid.plan


@dataclass(frozen=True, slots=True)
class Ready:
    """What a request comes to before any rule is applied; `other` is the other reading of repeated movements.

    `past` are the stops that following went on past, because it was asked to; `further` the slice as the data allows it
    to be otherwise.
    """

    seeding: Seeding
    repeats: Repeats
    planned: Planned
    other: Planned | None
    past: tuple[Stop, ...] = ()
    further: tuple[tuple[Otherwise, Planned], ...] = ()


def prepare(store: Store, request: Request, specs: Sequence[SeedSpec], chain: str) -> Ready:
    """Seeds, stops, slice and openings of a request.

    Raises:
        InputError: no seed occurs in the data, or none of them has a movement that can be followed.
    """
    every = stops(store, chain, request.stops, {spec.address for spec in specs})
    tagged, past = parted(every, request.follow)
    seeding, gathered, found = _gathered(store, request, (chain, specs), tagged)
    past += tuple(Stop(*one) for one in gathered.past)
    if not len(gathered.moves):
        raise InputError(f"the seeds have no movement that can be followed on {chain}")
    said = [one for one in store.records("freezes") if one.chain == chain] if store.parts("freezes") else []
    told = unread.explained(store, chain, destroyed(said, gathered))
    told = inside.counted(store, chain, unread.counted(store, chain, told, seeding.blocks))
    slices, repeats = readings(told)
    known, held_back = _known(store, chain), frozen(said, chain)
    planned = _planned(slices[request.repeated], (found, held_back), seeding, known)
    other = _planned(slices[OTHER[request.repeated]], (found, held_back), seeding, known) if repeats.movements else None
    more = [
        (one, _planned(one.slice, (found, held_back), seeding, known)) for one in variants(slices[request.repeated])
    ]
    return Ready(seeding, repeats, planned, other, past, tuple(more))


def _gathered(
    store: Store, request: Request, of: tuple[str, Sequence[SeedSpec]], found: Mapping[str, Stop]
) -> tuple[Seeding, Slice, Mapping[str, Stop]]:
    """What the seeds come to in the data, the slice that follows from them, and the stops at which it ends."""
    chain, specs = of
    if chains.chain(chain).model == "utxo":
        seeding, outpoints = resolve_outputs(store, specs, chain)
        _check_present(seeding, chain)
        slicer = OutputSlicer(store.engine, chain, found, request.budget, request.fees)
        cut = slicer.gather(outpoints)
        for _ in range(1 + len({tx for tx, _ in outpoints})):
            passed_ = passed_on(_planned(cut, (found, {}), seeding, _known(store, chain)).laid)
            if passed_ == seeding.passed:
                break
            seeding.passed = passed_
        return seeding, cut, found
    hashes, had = {spec.tx_hash for spec in specs if spec.tx_hash}, Before()
    seeding, cut, ends = _reached(store, request, (chain, specs), found, had)
    for _ in hashes if repeatedly(specs) else ():
        laid = _planned(cut, (ends, {}), seeding, _known(store, chain)).laid
        if (now := before(laid, hashes)) == had:
            break
        had = now
        seeding, cut, ends = _reached(store, request, (chain, specs), found, had)
    return seeding, cut, ends


def _reached(
    store: Store,
    request: Request,
    of: tuple[str, Sequence[SeedSpec]],
    found: Mapping[str, Stop],
    had: Before,
) -> tuple[Seeding, Slice, Mapping[str, Stop]]:
    """The same on a chain of accounts; `had` is what hands had before the thefts.

    Who is followed past is no stop, and stands in the slice where following would have ended there.
    """
    chain, specs = of
    own = {spec.address for spec in specs}
    while True:
        seeding = resolve(store, specs, chain, found, had)
        _check_present(seeding, chain)
        near = Near.of(store, told=bool(seeding.twins))
        ending = Slicer(store.engine, chain, found, request.budget, near).ending(own, request.follow)
        cut = ending.gather(seeding.blocks, seeding.settled)
        found = {**found, **{address: Stop(address, POOLED) for address in cut.pooled}}
        behaving = _behaving(store, chain, cut, own) if request.stop_behaviour else {}
        behaving, past = parted(behaving, request.follow)
        if not behaving:
            return seeding, replace(cut, past=(*cut.past, *((one.address, one.reason) for one in past))), found
        found = {**found, **behaving}


def _behaving(store: Store, chain: str, cut: Slice, seeds: Collection[str]) -> dict[str, Stop]:
    """The addresses of a slice that behave as a service does; none of the seeds is one."""
    walked = {key.address for key in cut.holdings} - set(seeds)
    like = service_like(store.engine, chain, among=walked)
    return {address: Stop(address, "behaviour", one.says) for address, one in like.items()}


def _check_present(seeding: Seeding, chain: str) -> None:
    if not seeding.blocks:
        raise InputError(f"no seed address occurs in the movements on {chain}: {', '.join(seeding.absent[:5])}")


def _planned(
    cut: Slice, ends: tuple[Mapping[str, Stop], Freezes], seeding: Seeding, known: Mapping[Key, tuple[int, int]]
) -> Planned:
    named = {key: ((origin, 0),) for key, origin in seeding.opening.items()}
    laid = lay(
        Plan(
            cut,
            ends[0],
            named,
            tuple(seeding.given),
            seeding.thefts,
            frozen=ends[1],
            apart=seeding.apart,
            passed=seeding.passed,
        )
    )
    openings = open_holdings(laid, seeding, known)
    return Planned(opened(laid, openings.lots), openings)


def gathered_so(ready: Ready) -> str:
    """How much a request comes to, in a line."""
    cut = ready.planned.plan.slice
    places = len({key.address for key in cut.holdings})
    return f"{len(cut.moves):,} movements of {places:,} addresses in {cut.hops} hops"


def _followed(planned: Planned, methods: Sequence[Method], tell: Tell = lambda _: None) -> answer.Followed:
    def walked(method: Method) -> Walked:
        tell(f"following by {method.name}")
        return follow(planned.laid, method)

    walks = (walked(method) for method in methods)
    return answer.Followed(planned.plan, planned.openings, write.found(planned.laid, walks))


def _known(store: Store, chain: str) -> dict[Key, tuple[int, int]]:
    """Known balances by holding: (block, amount)."""
    if not store.parts("openings"):
        return {}
    return {
        Key(row.address, row.asset): (row.block, row.amount) for row in store.records("openings") if row.chain == chain
    }


def check_sums(sums: Iterable[tuple[str, str, int]], assets: Mapping[str, Asset]) -> None:
    """Refuse sums, as (whose money, asset, amount), of more digits than a table holds: no asset has so many units.

    Raises:
        InputError: one has.
    """
    for origin, asset, amount in sums:
        if amount >= LIMIT:
            whose = "money of unknown origin" if origin == UNKNOWN else f"money of {origin}"
            raise InputError(
                f"{whose} in {assets[asset].symbol} comes to {amount:.2e} base units in all; expected at most"
                f" {MAX_DIGITS} digits: no asset has so many, so look at the decimals of {asset}, or leave it out"
            )


def check_seeded(seeds: Sequence[Seed], seeding: Seeding) -> None:
    """Refuse seeds that bring no stolen money."""
    if all(seed.origin == UNKNOWN for seed in seeds):
        some = ", ".join(sorted({key.address for key in seeding.opening})[:3])
        raise InputError(
            f"nothing to follow: the movements show where all that {some} paid came from; say with --seeds FILE"
            " which transaction brought the stolen money (columns address, tx_hash) or how much it was (address, asset,"
            " amount)"
        )
