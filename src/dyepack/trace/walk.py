"""Carries every lot along every movement of a slice, in chain order, under one rule, and checks that nothing is lost.

Whose money a movement carries: of a walked holding, what the rule says; of a stop, of a mint or of a reward, `clean`;
of a payer that was not looked at, `unknown`. Where it goes: to a walked holding, or to rest: at a stop for its
reason, as a fee, burned, beyond the budget, or `unreached`, which is where money goes that was never near a stolen
unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dyepack.errors import ConservationError
from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.method import Holding, Lot, Method, by_origin, rank
from dyepack.trace.request import Stop
from dyepack.trace.slice import Key, Move, Slice

HELD = "held"
FEES = "fees"
BURNED = "burned"
STOLEN = "stolen"


@dataclass(frozen=True, slots=True)
class Given:
    """Stolen money put into a holding before the first movement of a block."""

    block: int
    key: Key
    origin: str
    amount: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a walk needs beside the rule.

    `thefts` gives the origin of what a transaction brings to an address, by (transaction, address, asset).
    """

    slice: Slice
    stops: Mapping[str, Stop]
    openings: Mapping[Key, tuple[Lot, ...]]
    given: tuple[Given, ...] = ()
    thefts: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def unseen(self, move: Move) -> bool:
        """Whether the payer is nobody that was looked at and nobody whose money is its own."""
        return move.leaves and move.payer not in self.stops and (move.payer, move.asset) not in self.slice.walked


@dataclass(frozen=True, slots=True)
class Carried:
    """What one movement carried of one origin's money."""

    move: Move
    origin: str
    amount: int


@dataclass(slots=True)
class Rest:
    """Money of one origin at rest: where, why, how much, and when it came."""

    origin: str
    key: Key
    reason: str
    stop: Stop | None = None
    amount: int = 0
    first: datetime | None = None
    last: datetime | None = None


Line = tuple[str, str, str, str | None]
"""A line of the balance sheet: (origin, asset, `seeded` or a reason, name of the stop)."""


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The balance sheet at the end of a day."""

    day: date
    block: int
    lines: Mapping[Line, int]


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found; of `clean` money only the lots that holdings still have, in the rule's order."""

    method: str
    carried: list[Carried]
    rests: list[Rest]
    days: list[DayEnd]
    lots: Mapping[Key, tuple[Lot, ...]]


def walk(plan: Plan, method: Method) -> Walked:
    """Walk a slice under one rule.

    Raises:
        ConservationError: money appeared or vanished, or a holding paid what it did not have.
    """
    return _Walk(plan, method).run()


class _Walk:
    def __init__(self, plan: Plan, method: Method) -> None:
        self._plan = plan
        self._method = method
        self._holdings: dict[Key, Holding] = {key: method() for key in plan.slice.walked}
        self._balances: dict[Key, int] = dict.fromkeys(plan.slice.walked, 0)
        self._counted: dict[Key, dict[str, int]] = {}
        self._touched: set[Key] = set()
        self._lines: dict[Line, int] = defaultdict(int)
        self._rests: dict[tuple[str, Key], Rest] = {}
        self._carried: list[Carried] = []
        self._days: list[DayEnd] = []

    def run(self) -> Walked:
        for key, lots in self._plan.openings.items():
            self._seed(key, lots)
        waiting = sorted(self._plan.given, key=lambda given: (given.block, given.key, given.origin))
        day, block, due = None, 0, 0
        for move in self._plan.slice.moves:
            # The clock of a block may run behind that of the one before; a day never does.
            today = max(day, move.time.date()) if day else move.time.date()
            if day and today != day:
                self._close(day, block)
            while due < len(waiting) and waiting[due].block <= move.block:
                self._seed(waiting[due].key, [(waiting[due].origin, waiting[due].amount)])
                due += 1
            self._apply(move)
            day, block = today, move.block
        for given in waiting[due:]:
            self._seed(given.key, [(given.origin, given.amount)])
        if day:
            self._close(day, block)
        left = {key: tuple(holding.lots()) for key, holding in self._holdings.items()}
        return Walked(self._method.name, self._carried, self._at_rest(), self._days, left)

    def _seed(self, key: Key, lots: Iterable[Lot]) -> None:
        for origin, amount in lots:
            if amount:
                self._new(origin, key[1], amount)
                self._receive(key, [(origin, amount)], amount)

    def _new(self, origin: str, asset: str, amount: int) -> None:
        self._lines[origin, asset, "seeded", None] += amount

    def _apply(self, move: Move) -> None:
        lots = self._paid(move)
        thief = self._plan.thefts.get((move.tx_hash, move.payee, move.asset))
        if thief is not None:
            for origin, amount in lots:
                self._lines[origin, move.asset, STOLEN, None] += amount
            self._new(thief, move.asset, move.amount)
            lots = [(thief, move.amount)]
        for origin, amount in by_origin(lots).items():
            if origin != CLEAN:
                self._carried.append(Carried(move, origin, amount))
        self._bring(move, lots)

    def _paid(self, move: Move) -> list[Lot]:
        """Whose money a movement carries."""
        key = move.payer, move.asset
        if key in self._holdings and move.leaves:
            if self._balances[key] < move.amount:
                raise ConservationError(
                    f"{move.payer} pays {move.amount} of {move.asset} in block {move.block},"
                    f" and has {self._balances[key]}"
                )
            self._balances[key] -= move.amount
            self._touched.add(key)
            return self._holdings[key].pay(move.amount)
        origin = UNKNOWN if self._plan.unseen(move) else CLEAN
        self._new(origin, move.asset, move.amount)
        return [(origin, move.amount)]

    def _bring(self, move: Move, lots: list[Lot]) -> None:
        key = move.payee, move.asset
        stop = self._plan.stops.get(move.payee)
        if move.kind == "fee":
            self._sink(move, (FEES, move.asset), FEES, None, lots)
        elif move.kind == "burn":
            self._sink(move, (BURNED, move.asset), BURNED, None, lots)
        elif stop is not None:
            self._sink(move, key, stop.reason, stop, lots)
        elif key in self._holdings:
            self._receive(key, lots, move.amount)
            for origin, _ in lots:
                self._arrived(self._rest(origin, key, HELD), move.time)
        else:
            self._sink(move, key, "budget" if key in self._plan.slice.beyond else "unreached", None, lots)

    def _receive(self, key: Key, lots: list[Lot], amount: int) -> None:
        self._holdings[key].receive(lots)
        self._balances[key] += amount
        self._touched.add(key)

    def _sink(self, move: Move, key: Key, reason: str, stop: Stop | None, lots: list[Lot]) -> None:
        for origin, amount in lots:
            rest = self._rest(origin, key, reason, stop)
            rest.amount += amount
            self._arrived(rest, move.time)
            self._lines[origin, move.asset, reason, stop.name if stop else None] += amount

    def _rest(self, origin: str, key: Key, reason: str, stop: Stop | None = None) -> Rest:
        rest = self._rests.get((origin, key))
        if rest is None:
            rest = self._rests[origin, key] = Rest(origin, key, reason, stop)
        return rest

    def _arrived(self, rest: Rest, time: datetime) -> None:
        rest.first = min(rest.first or time, time)
        rest.last = max(rest.last or time, time)

    def _close(self, day: date, block: int) -> None:
        """Count what was touched since the last day, see that everything adds up, and note the balance sheet."""
        for key in self._touched:
            self._recount(key)
        self._touched.clear()
        self._check(day)
        lines = {line: amount for line, amount in self._lines.items() if line[0] != CLEAN and amount}
        self._days.append(DayEnd(day, block, lines))

    def _recount(self, key: Key) -> None:
        now = by_origin(self._holdings[key].lots())
        if sum(now.values()) != self._balances[key]:
            raise ConservationError(
                f"{key[0]} should hold {self._balances[key]} of {key[1]}, its lots are {sum(now.values())}"
            )
        before = self._counted.get(key, {})
        for origin in now.keys() | before.keys():
            self._lines[origin, key[1], HELD, None] += now.get(origin, 0) - before.get(origin, 0)
        self._counted[key] = now

    def _check(self, day: date) -> None:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for (origin, asset, line, _), amount in self._lines.items():
            sums[origin, asset] += amount if line == "seeded" else -amount
        for (origin, asset), left in sums.items():
            if left:
                raise ConservationError(
                    f"{self._method.name}, {day}: {abs(left)} of {asset} from {origin}"
                    f" {'vanished' if left > 0 else 'appeared'}"
                )

    def _at_rest(self) -> list[Rest]:
        for key, holding in self._holdings.items():
            for origin, amount in by_origin(holding.lots()).items():
                self._rest(origin, key, HELD).amount = amount
        rests = [rest for rest in self._rests.values() if rest.amount and rest.origin != CLEAN]
        return sorted(rests, key=lambda rest: (rank(rest.origin), rest.key))
