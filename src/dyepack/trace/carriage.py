"""The movements of one origin's money under one method as a network in time, taken apart into chains.

A chain is a row of movements in chain order, each from where the last one went, that all carry the same amount of
the origin's money from where it started to where it rests. Money of one origin is alike, so the flows of a run can
be taken apart in many ways; each is as good as another, and this one takes the widest chain first. It is exact: no
movement carries more than its flow and no holding less than nothing at any moment, so what is left after a chain is
taken out is again a run's flow, and the chains of a destination sum to its amount.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dyepack.model import Conversion, Flow, Seed
from dyepack.trace.recorded import Theft, payers_of

Place = tuple[str, str, str]
"""Where money is: (chain, address or output or transaction, asset)."""
Swap = tuple[str, str, int]
"""A conversion: (chain, transaction, its number there)."""
FEES, BURNED = "fees", "burned"
_NOWHERE: Place = ("", "", "")


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
    """One movement: what is left of it to be told as carried on from its payer, and as starting with it."""

    flow: Flow
    payer: Place
    payee: Place
    carried: int
    fresh: int
    out_at: int = 0
    in_at: int = 0


@dataclass(frozen=True, slots=True)
class _Way:
    """The best chain found so far to a place: its width, its length, its last movement and the way to that."""

    width: int
    hops: int
    event: _Event | None
    before: "_Way | None"


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
        payers = payers_of(flows)
        self._events = [
            self._event(flow, starts=any(theft.brings(flow, payers) for theft in thefts))
            for flow in flows
            if not _to_itself(flow)
        ]
        self._outputs: dict[Place, list[Place]] = defaultdict(list)
        self._balances = self._opened(seeds)
        self._replay()

    def at_rest(self, chain: str, address: str, asset: str) -> dict[Place, int]:
        """What rests at the end at an address, by place: one on an account chain, its unspent outputs on the other."""
        here: Place = (chain, address, asset)
        places = dict.fromkeys([here, *self._outputs.get(here, ())])
        return {place: left for place in places if (left := self._balances.get(place, [0])[-1])}

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
        needed = self._needed(ends)
        while amount:
            best = self._best(needed, ends)
            if best is None:
                return
            end, way = best
            part = min(amount, way.width)
            amount -= part
            yield self._taken_out(way, end, part)

    # ── making the network

    def _event(self, flow: Flow, *, starts: bool) -> _Event:
        payer, payee = self._ends(flow)
        starts = starts or payer == _NOWHERE
        return _Event(flow, payer, payee, 0 if starts else flow.amount, flow.amount if starts else 0)

    def _ends(self, flow: Flow) -> tuple[Place, Place]:
        """Payer and payee of a movement as places; nowhere for the far side of a conversion's leg."""
        chain, asset = flow.chain, flow.asset
        payer: Place = (chain, flow.from_address, asset)
        payee: Place = (chain, flow.to_address, asset)
        if flow.kind == "input" and flow.output:
            payer = (chain, flow.output, asset)
        if flow.kind == "output" and flow.output:
            payee = (chain, flow.output, asset)
        if flow.kind == "fee":
            payee = (chain, FEES, asset)
        if flow.kind == "burn":
            payee = (chain, BURNED, asset)
        side = self._legs.side(flow)
        if side == 0 and flow.conversion is not None:
            payee = _gathered((chain, flow.tx_hash, flow.conversion), asset)
        return (_NOWHERE if side == 1 else payer), payee

    def _opened(self, seeds: Iterable[Seed]) -> dict[Place, list[int]]:
        """What each address had at first: its seeds, without those that a theft among the movements brings."""
        left: dict[Place, int] = defaultdict(int)
        for seed in seeds:
            left[seed.chain, seed.address, seed.asset] += seed.amount
        for event in self._events:
            flow = event.flow
            if event.fresh and event.payer != _NOWHERE:
                place = (flow.chain, flow.to_address, flow.asset)
                left[place] = max(left[place] - event.fresh, 0)
        return {place: [amount] for place, amount in left.items()}

    def _replay(self) -> None:
        """Note the balance of every place after each of its movements; the first number is what it had at first.

        Seeds name addresses: on an output chain, an output that pays what no movement brought had it at first. What
        a payer still lacks starts with its payment.
        """
        for event in self._events:
            if event.payer != _NOWHERE:
                payer = self._balances.setdefault(event.payer, [0])
                short = max(event.carried - payer[-1], 0)
                if short and len(payer) == 1:
                    opened = self._seeded(event, short)
                    payer[0] += opened
                    short -= opened
                event.carried, event.fresh = event.carried - short, event.fresh + short
                event.out_at = len(payer)
                payer.append(payer[-1] - event.carried)
            payee = self._balances.setdefault(event.payee, [0])
            event.in_at = len(payee)
            payee.append(payee[-1] + event.carried + event.fresh)
            if event.flow.output and event.flow.kind == "output":
                self._outputs[event.flow.chain, event.flow.to_address, event.flow.asset].append(event.payee)

    def _seeded(self, event: _Event, short: int) -> int:
        """As much of this as the seeds of the payer's address cover; it is taken from them."""
        address = (event.flow.chain, event.flow.from_address, event.flow.asset)
        seeds = self._balances.get(address)
        if address == event.payer or not seeds:
            return 0
        opened = min(short, seeds[0])
        seeds[0] -= opened
        return opened

    # ── taking it apart

    def _needed(self, ends: Collection[Place]) -> list[_Event]:
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

    def _best(self, needed: Sequence[_Event], ends: Collection[Place]) -> tuple[Place, _Way] | None:
        """The widest chain to one of these places; of two that are alike, the one of fewer movements."""
        ways: dict[Place, _Way] = {}
        for event in needed:
            self._pass_on(event, ways)
        there = [(place, way) for place in ends if (way := self._way(place, ways)) and way.width]
        return max(there, key=lambda found: (found[1].width, -found[1].hops, found[0]), default=None)

    def _pass_on(self, event: _Event, ways: dict[Place, _Way]) -> None:
        onward = _Way(event.fresh, 1, event, None) if event.fresh else None
        if event.payer != _NOWHERE:
            here = self._way(event.payer, ways)
            if here and (width := min(here.width, event.carried)) > (onward.width if onward else 0):
                onward = _Way(width, here.hops + 1, event, here)
            if here:
                ways[event.payer] = _narrowed(here, self._balances[event.payer][event.out_at])
        there = self._way(event.payee, ways)
        if onward and (there is None or (onward.width, -onward.hops) > (there.width, -there.hops)):
            there = onward
        if there:
            ways[event.payee] = _narrowed(there, self._balances[event.payee][event.in_at])

    def _way(self, place: Place, ways: Mapping[Place, _Way]) -> _Way | None:
        """The best way to a place so far; before its first movement, that of the money that was there."""
        if place in ways:
            return ways[place]
        first = self._balances.get(place, [0])[0]
        return _Way(first, 0, None, None) if first else None

    def _taken_out(self, way: _Way, end: Place, amount: int) -> Chain:
        """Take one chain out of the network, from its end to its start."""
        events: list[_Event] = []
        place, until = end, len(self._balances.get(end, (0,)))
        step: _Way | None = way
        while step is not None and step.event is not None:
            event = step.event
            self._lessen(place, event.in_at, until, amount)
            events.append(event)
            if step.before is None:
                event.fresh -= amount
                return self._chain(amount, events[::-1], event.payer, starts=True)
            event.carried -= amount
            place, until, step = event.payer, event.out_at, step.before
        self._lessen(place, 0, until, amount)
        return self._chain(amount, events[::-1], place, starts=False)

    def _chain(self, amount: int, events: Sequence[_Event], start: Place, *, starts: bool) -> Chain:
        flows = tuple(event.flow for event in events)
        if starts and start == _NOWHERE:
            first = flows[0]
            return Chain(amount, flows, start, "conversion", (first.chain, first.tx_hash, first.conversion or 0))
        return Chain(amount, flows, start, "theft" if starts else "seed")

    def _lessen(self, place: Place, since: int, until: int, amount: int) -> None:
        balances = self._balances[place]
        for at in range(since, until):
            balances[at] -= amount


class Legs:
    """Which side of its conversion a movement is: 0 went in, 1 came out."""

    def __init__(self, conversions: Iterable[Conversion]) -> None:
        self._rows: dict[Swap, list[Conversion]] = defaultdict(list)
        for row in conversions:
            self._rows[row.chain, row.tx_hash, row.conversion].append(row)

    def side(self, flow: Flow) -> int | None:
        """The side, or nothing for a movement that is no leg."""
        if flow.conversion is None:
            return None
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


def _narrowed(way: _Way, balance: int) -> _Way:
    return way if way.width <= balance else _Way(balance, way.hops, way.event, way.before)
