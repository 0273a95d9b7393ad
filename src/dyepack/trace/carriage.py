"""The movements of one origin's money under one method as a network in time, taken apart into chains.

A chain is a row of movements in chain order, each from where the last one went, that all carry the same amount of
the origin's money from where it started to where it rests. Money of one origin is alike, so the flows of a run can
be taken apart in many ways; each is as good as another, and this one takes the widest chain first. It is exact: no
movement carries more than its flow and no holding less than nothing at any moment, so what is left after a chain is
taken out is again a run's flow, and the chains of a destination sum to its amount.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dyepack.model import Conversion, Flow, Seed
from dyepack.trace.recorded import Theft, payers_of

Place = tuple[str, str, str]
"""Where money is: (chain, address or output or transaction, asset)."""
Swap = tuple[str, str, int]
"""A conversion: (chain, transaction, its number there)."""
FEES, BURNED, CONVERTED, DESTROYED = "fees", "burned", "converted", "destroyed"
SINKS = {"fee": FEES, "burn": BURNED, "destroyed": DESTROYED, "crossed": "bridge", "redeemed": "redeemed"}
"""Where movements of these kinds take money, which nobody can spend then."""
_SIDES = {"conversion_in": 0, "conversion_out": 1}
_NOWHERE: Place = ("", "", "")
_NO = -1
"""No place: the far side of a conversion's leg."""
_SEED, _FRESH = -1, -2
"""What is before a chain's first step: money that was there, or nothing, as the step itself brings it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One amount and the movements that carry it, in chain order.

    It starts at `start` with money that was there (`seed`), with a movement that is a theft (`theft`), or out of a
    conversion (`swap`). A chain of no movements is money that never moved.
    """

    amount: int
    flows: tuple[Flow, ...]
    start: Place
    basis: str
    swap: Swap | None = None


@dataclass(slots=True)
class _Event:
    """One movement between numbered places: what of it can still be told as carried on, and as starting with it.

    `out_at` and `in_at` are its places among the balances of its payer and payee.
    """

    flow: Flow
    payer: int
    payee: int
    carried: int
    fresh: int
    out_at: int = 0
    in_at: int = 0


@dataclass(slots=True)
class _Ways:
    """The best chain to every place so far: its width, its length, and its last step.

    A step is an event and the step before it; before the first there is money that was there, or nothing at all.
    """

    width: list[int]
    hops: list[int]
    last: list[int]
    steps: list[tuple[_Event, int]]


class Network:
    """One origin's flows under one method; `take` takes chains out of it, and they are gone from it."""

    def __init__(
        self,
        flows: Sequence[Flow],
        seeds: Iterable[Seed],
        thefts: Collection[Theft] = (),
        conversions: Iterable[Conversion] = (),
    ) -> None:
        self._legs = Legs(conversions)
        self._names: list[Place] = []
        self._places: dict[Place, int] = {}
        self._balances: list[list[int]] = []
        payers, seeds = payers_of(flows), list(seeds)
        left: dict[Place, int] = defaultdict(int)
        for seed in seeds:
            left[seed.chain, seed.address, seed.asset] += seed.amount
        self._events = [
            self._event(flow, left if any(theft.brings(flow, payers) for theft in thefts) else {})
            for flow in flows
            if not _to_itself(flow)
        ]
        self._outputs: dict[Place, list[int]] = defaultdict(list)
        self._open(seeds)
        self._replay()

    def at_rest(self, chain: str, address: str, asset: str) -> dict[Place, int]:
        """What rests at the end at an address, by place: one on an account chain, its unspent outputs on the other."""
        here: Place = (chain, address, asset)
        places = dict.fromkeys([*self._known([here]), *self._outputs.get(here, ())])
        return {self._names[place]: left for place in places if (left := self._balances[place][-1])}

    def sides(self, swap: Swap) -> tuple[dict[str, int], dict[str, int]]:
        """What the origin's money was before and after a conversion, by asset."""
        sides: tuple[dict[str, int], dict[str, int]] = defaultdict(int), defaultdict(int)
        for event in self._events:
            flow = event.flow
            if (flow.chain, flow.tx_hash, flow.conversion) == swap and (side := self._legs.side(flow)) is not None:
                sides[side][flow.asset] += flow.amount
        return sides

    def into(self, swap: Swap, asset: str) -> Place:
        """The place where a conversion gathers what goes into it."""
        return _gathered(swap, asset)

    def take(self, ends: Collection[Place], amount: int) -> Iterator[Chain]:
        """Chains that bring this amount to these places, the widest first, as many as asked for.

        They end early where the flows bring less.
        """
        places = self._known(ends)
        needed = self._needed(places)
        while amount:
            ways = self._ways(needed)
            end = max(places, key=lambda place: (ways.width[place], -ways.hops[place]), default=_NO)
            if end == _NO or not ways.width[end]:
                return
            part = min(amount, ways.width[end])
            amount -= part
            yield self._taken_out(ways, end, part)

    # ── making the network

    def _event(self, flow: Flow, seeded: dict[Place, int]) -> _Event:
        """A movement, and what starts with it: of a theft, as much as is still `seeded` where it goes.

        What a transaction that a seed names brought of money that was followed before is carried on.
        """
        payer, payee = (self._place(place) for place in self._ends(flow))
        place = (flow.chain, flow.to_address, flow.asset)
        fresh = flow.amount if payer == _NO else min(flow.amount, seeded.get(place, 0))
        if place in seeded:
            seeded[place] -= fresh
        return _Event(flow, payer, payee, flow.amount - fresh, fresh)

    def _place(self, place: Place) -> int:
        """The number of a place; one that was not there before is empty."""
        if place == _NOWHERE:
            return _NO
        number = self._places.setdefault(place, len(self._names))
        if number == len(self._names):
            self._names.append(place)
            self._balances.append([0])
        return number

    def _known(self, places: Iterable[Place]) -> list[int]:
        return [self._places[place] for place in places if place in self._places]

    def _ends(self, flow: Flow) -> tuple[Place, Place]:
        """Payer and payee of a movement as places; nowhere for the far side of a conversion's leg."""
        chain, asset = flow.chain, flow.asset
        payer: Place = (chain, flow.from_address, asset)
        payee: Place = (chain, flow.to_address, asset)
        if flow.kind == "input" and flow.output:
            payer = (chain, flow.output, asset)
        if flow.kind == "output" and flow.output:
            payee = (chain, flow.output, asset)
        if sink := SINKS.get(flow.kind):
            payee = (chain, sink, asset)
        side = self._legs.side(flow)
        if side == 0 and flow.conversion is not None:
            payee = _gathered((chain, flow.tx_hash, flow.conversion), asset)
        return (_NOWHERE if side == 1 else payer), payee

    def _open(self, seeds: Iterable[Seed]) -> None:
        """Give each address what it had at first: its seeds, without those that a theft among the movements brings."""
        left: dict[Place, int] = defaultdict(int)
        for seed in seeds:
            left[seed.chain, seed.address, seed.asset] += seed.amount
        for event in self._events:
            flow = event.flow
            if event.fresh and event.payer != _NO:
                place = (flow.chain, flow.to_address, flow.asset)
                left[place] = max(left[place] - event.fresh, 0)
        for place, amount in left.items():
            self._balances[self._place(place)][0] = amount

    def _replay(self) -> None:
        """Note the balance of every place after each of its movements; the first number is what it had at first.

        Seeds name addresses: on an output chain, an output that pays what no movement brought had it at first. What
        a payer still lacks starts with its payment.
        """
        for event in self._events:
            if event.payer != _NO:
                payer = self._balances[event.payer]
                short = max(event.carried - payer[-1], 0)
                if short and len(payer) == 1:
                    opened = self._seeded(event, short)
                    payer[0] += opened
                    short -= opened
                event.carried, event.fresh = event.carried - short, event.fresh + short
                event.out_at = len(payer)
                payer.append(payer[-1] - event.carried)
            payee = self._balances[event.payee]
            event.in_at = len(payee)
            payee.append(payee[-1] + event.carried + event.fresh)
            address = self._address(event.flow)
            if address is not None:
                self._outputs[event.flow.chain, address, event.flow.asset].append(event.payee)

    def _address(self, flow: Flow) -> str | None:
        """The address under which a destination has this payment, where the place that it goes to is another."""
        if self._legs.side(flow) == 0:
            return CONVERTED
        return flow.to_address if flow.kind == "output" and flow.output else None

    def _seeded(self, event: _Event, short: int) -> int:
        """As much of this as the seeds of the payer's address cover; it is taken from them."""
        flow = event.flow
        address = self._places.get((flow.chain, flow.from_address, flow.asset), event.payer)
        if address == event.payer:
            return 0
        opened = min(short, self._balances[address][0])
        self._balances[address][0] -= opened
        return opened

    # ── taking it apart

    def _needed(self, ends: Collection[int]) -> list[_Event]:
        """The movements that can have a part in bringing money to these places, in chain order."""
        reached = set(ends)
        kept = []
        for event in reversed(self._events):
            if event.payee in reached:
                reached.add(event.payer)
                kept.append(event)
            elif event.payer in reached:
                kept.append(event)
        return kept[::-1]

    def _ways(self, needed: Sequence[_Event]) -> _Ways:
        """The widest chain to every place at the end; of two that are alike, the one of fewer movements.

        A way is never wider than the least that its place has had since the money came; arrivals lessen nothing.
        """
        balances = self._balances
        width = [balance[0] for balance in balances]
        hops, last = [0] * len(width), [_SEED] * len(width)
        steps: list[tuple[_Event, int]] = []
        for event in needed:
            payer, payee = event.payer, event.payee
            wide, long, before = event.fresh, 1, _FRESH
            if payer != _NO and (had := width[payer]):
                carried = min(had, event.carried)
                if carried > wide:
                    wide, long, before = carried, hops[payer] + 1, last[payer]
                width[payer] = min(had, balances[payer][event.out_at])
            if wide and (wide > width[payee] or (wide == width[payee] and long < hops[payee])):
                width[payee], hops[payee], last[payee] = wide, long, len(steps)
                steps.append((event, before))
        return _Ways(width, hops, last, steps)

    def _taken_out(self, ways: _Ways, end: int, amount: int) -> Chain:
        """Take one chain out of the network, from its end to its start."""
        events: list[_Event] = []
        place, until, step = end, len(self._balances[end]), ways.last[end]
        while step >= 0:
            event, step = ways.steps[step]
            self._lessen(place, event.in_at, until, amount)
            events.append(event)
            if step == _FRESH:
                event.fresh -= amount
                return self._chain(amount, events[::-1], event.payer, starts=True)
            event.carried -= amount
            place, until = event.payer, event.out_at
        self._lessen(place, 0, until, amount)
        return self._chain(amount, events[::-1], place, starts=False)

    def _chain(self, amount: int, events: Sequence[_Event], start: int, *, starts: bool) -> Chain:
        flows = tuple(event.flow for event in events)
        if start == _NO:
            first = flows[0]
            return Chain(amount, flows, _NOWHERE, "conversion", (first.chain, first.tx_hash, first.conversion or 0))
        return Chain(amount, flows, self._names[start], "theft" if starts else "seed")

    def _lessen(self, place: int, since: int, until: int, amount: int) -> None:
        balances = self._balances[place]
        for at in range(since, until):
            balances[at] -= amount


class Leg(Protocol):
    """What is looked at of a movement to know its side."""

    @property
    def chain(self) -> str: ...  # noqa: D102 (all of these are as in `Flow`)
    @property
    def tx_hash(self) -> str: ...  # noqa: D102
    @property
    def conversion(self) -> int | None: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def from_address(self) -> str: ...  # noqa: D102
    @property
    def to_address(self) -> str: ...  # noqa: D102
    @property
    def asset(self) -> str: ...  # noqa: D102


class Legs:
    """Which side of its conversion a movement is: 0 went in, 1 came out."""

    def __init__(self, conversions: Iterable[Conversion]) -> None:
        self._rows: dict[Swap, list[Conversion]] = defaultdict(list)
        for row in conversions:
            self._rows[row.chain, row.tx_hash, row.conversion].append(row)

    def rows(self, swap: Swap) -> Sequence[Conversion]:
        """What went into a conversion and what came out, as the table has it."""
        return self._rows.get(swap, ())

    def side(self, flow: Leg) -> int | None:
        """The side, or nothing for a movement that is no leg."""
        if flow.conversion is None:
            return None
        if flow.kind in _SIDES:
            return _SIDES[flow.kind]
        rows = self._rows.get((flow.chain, flow.tx_hash, flow.conversion), ())
        went = any((row.asset_in, row.owner) == (flow.asset, flow.from_address) for row in rows)
        came = any((row.asset_out, row.recipient) == (flow.asset, flow.to_address) for row in rows)
        if went != came:
            return 1 if came else 0
        return None


def _gathered(swap: Swap, asset: str) -> Place:
    chain, tx_hash, number = swap
    return chain, f"conversion {number} of {tx_hash}", asset


def _to_itself(flow: Flow) -> bool:
    """Whether a movement changes nothing: on an account chain, from an address to itself."""
    return flow.from_address == flow.to_address and flow.kind not in ("input", "output", "fee", "miner_fee")
