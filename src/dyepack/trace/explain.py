"""Explains a figure: the chains of movements that bring an amount to where a trace says that it rests.

What is explained is the result of a rule, not more certain than the rule. Within one origin units are alike, so the
chains are *one* taking apart that is consistent with the run's flows; another may be as good, under `fifo` too, where
the rule fixes which origin's money leaves first and not which of its units. What is in every one of them is the sums.

A conversion ends a chain and begins another: what went in is explained in its own unit, in proportion to what came out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from dyepack import amounts
from dyepack.addresses import normalise
from dyepack.amounts import Asset
from dyepack.errors import ConservationError, InputError, InvalidAddress
from dyepack.model import UNKNOWN, Destination, Flow, Seed
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.carriage import Chain, Legs, Network, Place, Swap

ALL = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures of which run: those at the addresses, which commas part, taken apart together.

    Without `origin`, every incident's; without `amount`, all that rests there.

    `amount` is in whole units of the asset, as a person writes it. `top` is how many chains are told, the widest
    first; 0 for all of them.
    """

    run: str
    address: str
    method: str | None = None
    origin: str | None = None
    asset: str | None = None
    amount: str | None = None
    top: int = 10


@dataclass(frozen=True, slots=True)
class Part:
    """Chains that bring one amount of one origin's money to one place, or into one conversion.

    `told` chains and `rest` sum to `amount`; the rest is brought by narrower ones, which were not taken out.
    """

    origin: str
    chain: str
    asset: str
    amount: int
    told: tuple[Chain, ...]
    into: Swap | None = None

    @property
    def rest(self) -> int:
        """What narrower chains bring."""
        return self.amount - sum(one.amount for one in self.told)


@dataclass(frozen=True, slots=True)
class Figure:
    """One destination's amount, explained; `parts` begins with the destination's, then conversions, newest first."""

    destination: Destination
    seeded: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The answer: one figure per origin and asset at the address."""

    run: str
    method: str
    address: str
    figures: tuple[Figure, ...]
    assets: Mapping[str, Asset] = field(default_factory=dict)
    backward: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units."""
        return {
            "run": self.run,
            "method": self.method,
            "address": self.address,
            "says": "one decomposition that is consistent with the run's flows",
            "figures": [_told(figure) for figure in self.figures],
        }


def explain(store: Store, question: Question) -> Explained:
    """The chains that bring to an address what a trace says rests there.

    Raises:
        UnknownRun, InputError: no such run, method, origin or asset; nothing rests there; more is asked than rests.
        ConservationError: the flows do not bring what the destinations say.
    """
    told = recorded.find(store, question.run)
    method = told.method(question.method)
    places = recorded.destinations(store, told.run, method)
    here = _here(places, question.address)
    assets = recorded.assets(store, sorted({place.asset for place in places}))
    if question.asset is not None:
        wanted = recorded.as_asset(assets, question.asset)
        here = [place for place in here if place.asset == wanted]
    origins = recorded.origins(here, question.origin, f"rests at {question.address} under {method}")
    here = [place for place in here if place.origin in origins and place.amount]
    if not here:
        raise InputError(_nothing(places, question.address))
    if question.amount is not None and len(here) > 1:
        kinds = ", ".join(f"{place.origin} {place.asset}" for place in here)
        raise InputError(f"an amount of which? There rest {kinds}; choose with --origin and --asset")
    figures = []
    for origin in origins:
        seeds = [seed for seed in recorded.seeds(store, told.run) if seed.origin == origin]
        flows = recorded.flows(store, told.run, method, origin)
        network = Network(flows, seeds, told.thefts, recorded.conversions(store, told.run))
        figures += [
            _figure(network, seeds, place, question, assets[place.asset]) for place in here if place.origin == origin
        ]
    return Explained(told.run, method, question.address, tuple(figures), assets, told.backward)


def explain_movement(
    store: Store,
    run: str,
    place: tuple[int, int, int],
    chosen: tuple[str | None, str | None] = (None, None),
    top: int = 3,
) -> dict[str, Any]:
    """The chains that bring to one movement, by block, index and seq, what it carries; by method and origin if chosen.

    What came later and what else came to its payee has no part in it.

    Raises:
        UnknownRun, InputError: no such run, method or movement.
    """
    told = recorded.find(store, run)
    method = told.method(chosen[0])
    figures = []
    for origin in [chosen[1]] if chosen[1] else _origins_of(store, told.run):
        flows = recorded.flows(store, told.run, method, origin)
        at = next((n for n, flow in enumerate(flows) if (flow.block, flow.tx_index, flow.seq) == place), None)
        if at is None:
            continue
        here = flows[at]
        seeds = [seed for seed in recorded.seeds(store, told.run) if seed.origin == origin]
        rows = recorded.conversions(store, told.run)
        network = Network([*flows[:at], _ending(here, Legs(rows))], seeds, told.thefts, rows)
        end = Destination(
            told.run, method, origin, here.chain, HERE, here.asset, here.amount, "", None, None, None, None, None
        )
        seeded = sum(seed.amount for seed in seeds if seed.asset == here.asset)
        figures.append(_told(Figure(end, seeded, tuple(parts(network, end, here.amount, top)))))
    if not figures:
        where = "block {}, index {}, movement {}".format(*place)
        raise InputError(f"no money of the incidents moved there under {method}: {where}")
    says = "one decomposition that is consistent with the run's flows"
    return {"run": told.run, "method": method, "says": says, "figures": figures}


HERE = "this movement"


def _origins_of(store: Store, run: str) -> list[str]:
    return sorted({seed.origin for seed in recorded.seeds(store, run)} - {UNKNOWN})


def _ending(flow: Flow, legs: Legs) -> Flow:
    """The movement with a place of its own to go to, so that what rests there is what it brought."""
    side = legs.side(flow)
    if side == 1:
        return replace(flow, to_address=HERE, kind="conversion_out")
    kind = flow.kind if flow.kind in ("input", "output") else "native"
    return replace(flow, to_address=HERE, kind=kind, conversion=None)


def _here(places: Sequence[Destination], text: str) -> list[Destination]:
    """What rests at these addresses, in the order in which they are named."""
    found: dict[Destination, None] = {}
    for name in filter(None, map(str.strip, text.split(","))):
        named = {name}
        for chain in {place.chain for place in places}:
            with suppress(InvalidAddress):
                named.add(normalise(name, chain))
        here = [place for place in places if place.address in named]
        if not here:
            raise InputError(_nothing(places, name))
        found |= dict.fromkeys(here)
    return list(found)


def _nothing(places: Sequence[Destination], address: str) -> str:
    most = sorted(places, key=lambda place: -place.amount)[:3]
    where = ", ".join(place.address for place in most)
    return f"nothing rests at {address} under this method; the largest destinations are {where or 'none'}"


def _figure(network: Network, seeds: Iterable[Seed], place: Destination, question: Question, asset: Asset) -> Figure:
    amount = place.amount if question.amount is None else amounts.parse(question.amount, asset.decimals)
    if not 0 < amount <= place.amount:
        rests = f"{amounts.show(place.amount, asset.decimals)} {asset.symbol}"
        raise InputError(f"expected an amount above 0 and up to the {rests} that rest there, got {question.amount}")
    seeded = sum(seed.amount for seed in seeds if seed.asset == place.asset)
    return Figure(place, seeded, tuple(parts(network, place, amount, question.top)))


def parts(network: Network, place: Destination, amount: int, top: int) -> Iterator[Part]:
    """The chains to a destination, then those into the conversions that they came out of, and so on.

    Raises:
        ConservationError: the flows bring less there than that.
    """
    ends = network.at_rest(place.chain, place.address, place.asset)
    if sum(ends.values()) < amount:
        raise ConservationError(
            f"the flows of {place.origin} bring {sum(ends.values())} of {place.asset} to {place.address}, the"
            f" destinations say {place.amount}"
        )
    first = Part(place.origin, place.chain, place.asset, amount, _taken(network, ends, amount, top))
    yield first
    waiting = [first]
    while waiting:
        for swap, came in sorted(_out_of(waiting.pop(0)).items()):
            for asset, part in _share(network, swap, came).items():
                chains = _taken(network, [network.into(swap, asset)], part, top)
                found = Part(place.origin, swap[0], asset, part, chains, swap)
                waiting.append(found)
                yield found


def _taken(network: Network, ends: Iterable[Place], amount: int, top: int) -> tuple[Chain, ...]:
    chains = network.take(tuple(ends), amount)
    return tuple(chains if top == ALL else islice(chains, top))


def _out_of(part: Part) -> dict[Swap, dict[str, int]]:
    """What the chains of a part got out of conversions, by asset."""
    found: dict[Swap, dict[str, int]] = defaultdict(dict)
    for chain in part.told:
        if chain.swap is not None:
            asset = chain.flows[0].asset
            found[chain.swap][asset] = found[chain.swap].get(asset, 0) + chain.amount
    return found


def _share(network: Network, swap: Swap, came: Mapping[str, int]) -> dict[str, int]:
    """What of each asset went into a conversion for this much of what came out: in proportion, rounded down."""
    went, all_came = network.sides(swap)
    ((asset, part),) = came.items()
    return {name: share for name, total in sorted(went.items()) if (share := total * part // all_came[asset])}


def _told(figure: Figure) -> dict[str, Any]:
    place = figure.destination
    return {
        "origin": place.origin,
        "chain": place.chain,
        "address": place.address,
        "asset": place.asset,
        "reason": place.reason,
        "name": place.name,
        "rests": str(place.amount),
        "seeded": str(figure.seeded),
        "parts": [_part(part) for part in figure.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "amount": str(part.amount),
        "asset": part.asset,
        "into_conversion": _swap(part.into),
        "chains": [
            {
                "chain": number,
                "amount": str(chain.amount),
                "starts": chain.basis,
                "from_address": chain.start[1] or None,
                "out_of_conversion": _swap(chain.swap),
                "movements": list(rows(chain)),
            }
            for number, chain in enumerate(part.told, 1)
        ],
        "by_narrower_chains": str(part.rest),
    }


def _swap(swap: Swap | None) -> dict[str, Any] | None:
    return None if swap is None else {"chain": swap[0], "tx_hash": swap[1], "conversion": swap[2]}


def rows(chain: Chain) -> Iterator[dict[str, Any]]:
    """A chain's movements: what the chain carries, what of the origin's money is in each, and the whole of each."""
    for flow in chain.flows:
        yield {
            "block": flow.block,
            "time": _time(flow.time),
            "tx_hash": flow.tx_hash,
            "seq": flow.seq,
            "kind": flow.kind,
            "from_address": flow.from_address,
            "to_address": flow.to_address,
            "output": flow.output,
            "asset": flow.asset,
            "amount": str(chain.amount),
            "of_this_origin": str(flow.amount),
            "moved": str(flow.moved),
        }


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
