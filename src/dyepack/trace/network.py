"""One asset's part of a slice as a network for the bounds: who pays whom, what enters where, and where following ends.

What the walk does with a movement is done here with the network: a payment by a stop, a mint and a reward are money
that enters; a fee, burned money and what comes to a stop has an end; a theft that is a seed ends what was there and
enters anew.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.bounds import Network, Openings, parted
from dyepack.trace.request import Stop
from dyepack.trace.slice import Key, Move
from dyepack.trace.walk import BURNED, FEES, HELD, STOLEN, Plan


@dataclass(frozen=True, slots=True)
class Site:
    """A holding of a network: its address, or what it is in place of one; why money rests there, and the stop."""

    address: str
    reason: str
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """A network with what its holdings are and what its origins are called."""

    asset: str
    network: Network
    sites: tuple[Site, ...]
    origins: tuple[str, ...]


def lay(plan: Plan, asset: str, incidents: Sequence[str]) -> Laid:
    """The network of one asset of a plan."""
    return _Laying(plan, asset, (*incidents, UNKNOWN, CLEAN)).run()


class _Laying:
    def __init__(self, plan: Plan, asset: str, origins: tuple[str, ...]) -> None:
        self._plan = plan
        self._asset = asset
        self._origins = origins
        self._number: dict[Site, int] = {}
        self._moves: list[tuple[int, int, int]] = []
        self._blocks: list[int] = []
        self._opened: list[tuple[int, int, int, int]] = []

    def run(self) -> Laid:
        for key, lots in self._plan.openings.items():
            if key[1] == self._asset:
                for origin, amount in lots:
                    self._open(self._held(key), 0, origin, amount)
        for move in self._plan.slice.moves:
            if move.asset == self._asset:
                self._lay(move)
        for given in self._plan.given:
            if given.key[1] == self._asset:
                at = bisect_left(self._blocks, given.block)
                self._open(self._held(given.key), at, given.origin, given.amount)
        return Laid(self._asset, self._network(), tuple(self._number), self._origins)

    def _lay(self, move: Move) -> None:
        thief = self._plan.thefts.get((move.tx_hash, move.payee, move.asset))
        to = self._site(self._goal(move) if thief is None else Site(STOLEN, STOLEN))
        if move.leaves and (move.payer, move.asset) in self._plan.slice.walked:
            self._moves.append((self._held((move.payer, move.asset)), to, move.amount))
            self._blocks.append(move.block)
        else:
            self._open(to, len(self._moves), UNKNOWN if self._plan.unseen(move) else CLEAN, move.amount)
        if thief is not None:
            self._open(self._site(self._goal(move)), len(self._moves), thief, move.amount)

    def _goal(self, move: Move) -> Site:
        """Where a movement's money comes to rest, as the walk has it."""
        stop = self._plan.stops.get(move.payee)
        if move.kind == "fee":
            return Site(FEES, FEES)
        if move.kind == "burn":
            return Site(BURNED, BURNED)
        if stop is not None:
            return Site(move.payee, stop.reason, stop)
        key = move.payee, move.asset
        if key in self._plan.slice.walked:
            return Site(move.payee, HELD)
        return Site(move.payee, "budget" if key in self._plan.slice.beyond else "unreached")

    def _held(self, key: Key) -> int:
        return self._site(Site(key[0], HELD))

    def _site(self, site: Site) -> int:
        return self._number.setdefault(site, len(self._number))

    def _open(self, holding: int, before: int, origin: str, amount: int) -> None:
        self._opened.append((holding, before, self._origins.index(origin), amount))

    def _network(self) -> Network:
        payer, payee, amounts = zip(*self._moves, strict=True) if self._moves else ((), (), ())
        holding, before, origin, opened = zip(*self._opened, strict=True) if self._opened else ((), (), (), ())
        entered = np.array(holding, np.int64), np.array(before, np.int64), np.array(origin, np.int64)
        openings = Openings(*entered, *parted(opened))
        ends = np.array([site.reason != HELD for site in self._number], np.bool_)
        moved = np.array(payer, np.int32), np.array(payee, np.int32)
        return Network(len(ends), len(self._origins), *moved, *parted(amounts), openings, ends)
