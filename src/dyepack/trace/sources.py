"""Source of funds: whose money came to some addresses, by the same walk, backwards.

The slice is gathered against the stream of money: who paid the targets, who paid those by then, up to stops and
budget. Then the ordinary walk runs forward over it, with every place where the slice begins as an origin of its own:
a tagged service, an account whose earlier money the data does not show, what is minted or mined. What rests at the
targets at the end, by origin, is the answer: exact, conserved, and a range over the rules.

The targets are ends here: what they pay out later is not followed, and if some of it comes back to them, its origin is
the target itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from dyepack import chains
from dyepack.amounts import Asset
from dyepack.errors import AmbiguousChain, InputError
from dyepack.model import CLEAN, Seed
from dyepack.store import Store
from dyepack.store.loaded import check_loaded
from dyepack.trace import answer, remarks, twins, write
from dyepack.trace.accounts import Rest
from dyepack.trace.kernel import NEW
from dyepack.trace.methods import chosen
from dyepack.trace.moves import Key, Moves
from dyepack.trace.near import Near
from dyepack.trace.openings import shortfalls
from dyepack.trace.outputs import OutputSlicer
from dyepack.trace.pools import POOLED
from dyepack.trace.request import Request, Stop, check_options
from dyepack.trace.result import ranged
from dyepack.trace.slice import Slice, Slicer
from dyepack.trace.steps import NEW_MONEY, Laid, Plan, lay, opened
from dyepack.trace.stops import parted, stops
from dyepack.trace.walk import follow

TARGET = "target"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where money of a target came from: an address at which the slice begins, and why it does."""

    target: str
    address: str
    asset: str
    reason: str
    name: str | None
    concept: str | None
    amounts: Mapping[str, int]
    first_time: datetime | None
    last_time: datetime | None

    @property
    def low(self) -> int:
        """The least that any conserving method says."""
        return min(ranged(self.amounts))

    @property
    def high(self) -> int:
        """The most that any conserving method says."""
        return max(ranged(self.amounts))


@dataclass(frozen=True, slots=True)
class Sources:
    """The answer: what came to the targets, and from where; for each rule the origins add up to what came."""

    run: str
    chain: str
    targets: tuple[str, ...]
    methods: tuple[str, ...]
    assets: Mapping[str, Asset]
    received: Mapping[tuple[str, str], int]
    origins: tuple[Origin, ...]
    movements: int
    cut: int
    hops: int

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units."""
        return {
            "run": self.run,
            "chain": self.chain,
            "targets": list(self.targets),
            "methods": list(self.methods),
            "assets": {key: asdict(asset) for key, asset in self.assets.items()},
            "received": [
                {"target": target, "asset": asset, "amount": str(amount)}
                for (target, asset), amount in self.received.items()
            ],
            "origins": [_plain(one) for one in self.origins],
            "movements": self.movements,
            "cut": self.cut,
            "hops": self.hops,
        }


def _plain(one: Origin) -> dict[str, Any]:
    told = {**asdict(one), "low": str(one.low), "high": str(one.high)}
    told["amounts"] = {method: str(amount) for method, amount in one.amounts.items()}
    for name in ("first_time", "last_time"):
        told[name] = told[name].strftime("%Y-%m-%dT%H:%M:%SZ") if told[name] else None
    return told


def sources(store: Store, request: Request, tell: Callable[[str], None] = lambda _: None) -> Sources:
    """Where the money of the seeds' addresses came from; writes what a trace writes.

    Raises:
        InputError: no address, addresses of several chains, or none that was paid anything.
        ConservationError: a walk lost or made money; nothing is written.
    """
    methods = chosen(request.methods)
    targets, chain = _targets(request)
    check_loaded(store, chain)
    check_options(request, chain, backward=True)
    said = write.said(request, request.seeds, chain, [method.name for method in methods]) | {"backward": True}
    with store.run("trace", said, reads=[table for table in write.READS if store.parts(table)]) as draft:
        tell("gathering who paid there, and who paid those")
        found, past = parted(stops(store, chain, request.stops, set(targets)), request.follow)
        cut, found = _against(store, (chain, targets), found, request)
        ends = found | {address: Stop(address, TARGET) for address in targets}
        laid, begins = _laid(cut, ends)
        tell(f"following {len(cut.moves):,} movements by {len(methods)} rules")
        walks = write.found(laid, [follow(laid, method) for method in methods])
        seeds = _seeds(draft.run, chain, laid)
        write.tables(draft, chain, seeds, walks)
        past += tuple(Stop(*one) for one in cut.past)
        more = *answer.gone_past(past, request.follow), *answer.of_the_slice(cut, backward=True)
        remarks.limits(draft, answer.scope(laid.plan), more)
    return _answer(store, (draft.run, chain, tuple(targets)), walks, (begins, found))


def _targets(request: Request) -> tuple[list[str], str]:
    chain = chains.chain(request.chain).name if request.chain else ""
    found = sorted({spec.chain for spec in request.seeds})
    if not found:
        raise InputError("expected an address: dyepack trace --backward ADDRESS [ADDRESS ...] --chain CHAIN")
    if len(found) > 1 and not chain:
        raise AmbiguousChain("the addresses are", found)
    where = chain or found[0]
    return sorted({spec.address for spec in request.seeds if spec.chain == where}), where


def looked(store: Store, request: Request, hops: int | None = None) -> Sources:
    """The same without a record of it, perhaps not farther back than so many hops; `run` is empty.

    Raises:
        InputError, ConservationError: as `sources`.
    """
    targets, chain = _targets(request)
    found = stops(store, chain, request.stops, set(targets))
    cut, found = _against(store, (chain, targets), found, request, hops)
    laid, begins = _laid(cut, found | {address: Stop(address, TARGET) for address in targets})
    walks = write.found(laid, [follow(laid, method) for method in chosen(request.methods)])
    return _answer(store, ("", chain, tuple(targets)), walks, (begins, found))


def _against(
    store: Store, of: tuple[str, Sequence[str]], found: Mapping[str, Stop], request: Request, hops: int | None = None
) -> tuple[Slice, dict[str, Stop]]:
    """What came to these addresses of a chain, and the stops at which it begins; a pool is one.

    Raises:
        InputError: nothing did.
    """
    chain, targets = of
    slicer = _slicer(store, chain, found, request)
    if isinstance(slicer, Slicer):
        slicer = slicer.ending(targets, request.follow)
    cut = slicer.against(targets, hops)
    if not len(cut.moves):
        raise InputError(f"nothing in the movements on {chain} pays {', '.join(targets[:3])}")
    return cut, {**found, **{address: Stop(address, POOLED) for address in cut.pooled}}


def _slicer(store: Store, chain: str, found: Mapping[str, Stop], request: Request) -> Slicer | OutputSlicer:
    if chains.chain(chain).model == "utxo":
        store.view("transactions", "inputs", "outputs")
        return OutputSlicer(store.engine, chain, found, request.budget, request.fees)
    told = twins.show(store, chain)
    return Slicer(store.engine, chain, found, request.budget, Near.of(store, told=bool(told)))


def _laid(cut: Slice, ends: Mapping[str, Stop]) -> tuple[Laid, dict[str, str]]:
    """The steps, with every beginning an origin of its own; and why each begins."""
    moves = cut.moves
    plain = Plan(cut, ends)
    short = shortfalls(moves, lay(plain).steps)
    begins = {key.address: "opening" for key in short}
    outside = np.unique(moves.payer[moves.leaves & ~cut.walked[moves.payer]]).tolist()
    for at in outside:
        address = moves.keys[at].address
        begins[address] = ends[address].reason if address in ends else "before the data" if cut.outputs else "budget"
    begins[NEW_MONEY] = "mined" if cut.outputs else "minted"
    named = {key: ((key.address, one.amount),) for key, one in short.items()}
    plan = Plan(cut, ends, {**named, Key(NEW_MONEY, ""): ((NEW_MONEY, 0),)}, beginnings=_beginnings(moves))
    return opened(lay(plan), named), begins


def _beginnings(moves: Moves) -> dict[int, str]:
    """Of each key, the origin of money that it pays without being walked."""
    return {at: key.address for at, key in enumerate(moves.keys)}


def _seeds(run: str, chain: str, laid: Laid) -> list[Seed]:
    """The money at its beginnings."""
    steps, keys = laid.steps, laid.plan.slice.moves.keys
    sums: dict[tuple[str, str, str], int] = {}
    sinks = [sink.key for sink in laid.sinks]
    for index in np.flatnonzero(steps.op == NEW).tolist():
        place = int(laid.place[index])
        asset = (keys[place] if place < len(keys) else sinks[place - len(keys)]).asset
        origin = laid.origins[steps.origin[index]]
        basis = "given" if steps.move[index] >= 0 else "least-opening"
        amount = int(steps.lo[index]) | (int(steps.hi[index]) << 64)
        sums[origin, asset, basis] = sums.get((origin, asset, basis), 0) + amount
    merged: dict[tuple[str, str], tuple[int, str]] = {}
    for (origin, asset, basis), amount in sums.items():
        before, was = merged.get((origin, asset), (0, basis))
        merged[origin, asset] = before + amount, "given" if "given" in (was, basis) else basis
    return [
        Seed(run, origin, chain, origin, asset, amount, "given" if basis == "given" else "least-opening")
        for (origin, asset), (amount, basis) in sorted(merged.items())
        if origin != CLEAN
    ]


def _answer(
    store: Store,
    of: tuple[str, str, tuple[str, ...]],
    walks: Sequence[write.Found],
    why: tuple[Mapping[str, str], Mapping[str, Stop]],
) -> Sources:
    run, chain, targets = of
    begins, found = why
    cut = walks[0].walked.laid.plan.slice
    by_spot: dict[tuple[str, str, str], dict[str, Rest]] = {}
    for one in walks:
        for rest in one.accounts.by_address:
            if rest.key.address in targets:
                by_spot.setdefault((rest.key.address, rest.key.asset, rest.origin), {})[one.method] = rest
    methods = [one.method for one in walks]
    origins = [_origin(spot, rests, methods, (begins, found)) for spot, rests in by_spot.items()]
    return Sources(
        run=run,
        chain=chain,
        targets=targets,
        methods=tuple(methods),
        assets=write.assets(store, chain, {key.asset for key in cut.moves.keys}),
        received=_received(cut.moves, targets),
        origins=tuple(sorted(origins, key=lambda o: (o.target, o.asset, -o.high, -o.low, o.address))),
        movements=len(cut.moves),
        cut=cut.unseen,
        hops=cut.hops,
    )


def _origin(
    spot: tuple[str, str, str],
    rests: Mapping[str, Rest],
    methods: Sequence[str],
    why: tuple[Mapping[str, str], Mapping[str, Stop]],
) -> Origin:
    target, asset, address = spot
    begins, found = why
    stop = found.get(address)
    times = [time for rest in rests.values() for time in (rest.first, rest.last) if time]
    return Origin(
        target=target,
        address=address,
        asset=asset,
        reason="itself" if address == target else begins.get(address, "opening"),
        name=stop.name if stop else None,
        concept=stop.concept if stop else None,
        amounts={method: rests[method].amount if method in rests else 0 for method in methods},
        first_time=min(times, default=None),
        last_time=max(times, default=None),
    )


def _received(moves: Moves, targets: Sequence[str]) -> dict[tuple[str, str], int]:
    """What came to each target, by asset."""
    sums: dict[tuple[str, str], int] = {}
    wanted = np.array([key.address in targets for key in moves.keys], np.bool_)
    for index in np.flatnonzero(wanted[moves.payee]).tolist():
        key = moves.keys[moves.payee[index]]
        sums[key.address, key.asset] = sums.get((key.address, key.asset), 0) + moves.amount(index)
    return dict(sorted(sums.items()))
