"""Lots carried along flows, by one rule, and the sheet of every day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.trace.oracle.rules import CLEAN, RULES, UNKNOWN, Lot, in_proportion
from tests.trace.oracle.thefts import Change, Flow, Purse

Holding = tuple[Purse, str]
Place = tuple[str, str, str, str]
"""(origin, address, asset, reason)."""
ENDS = {"fee": "fees", "burn": "burned"}
NOBODY = {"mint", "reward"}


@dataclass(frozen=True)
class Put:
    """Stolen money that a seed with an amount puts there before the first movement of a block."""

    block: int
    address: str
    asset: str
    origin: str
    amount: int


Step = tuple[int, Flow | Change | Put]


def openings(steps: Sequence[Step], stops: Collection[str]) -> Counter[tuple[str, str]]:
    """The least balance before everything with which nobody ever goes below nought."""
    balance, least = Counter[Holding](), Counter[tuple[str, str]]()
    for _, one in steps:
        for (purse, asset), change in changes(one):
            if purse[0] in stops:
                continue
            balance[purse, asset] += change
            if not purse[1]:
                least[purse[0], asset] = max(least[purse[0], asset], -balance[purse, asset])
    return least


def changes(one: Flow | Change | Put) -> list[tuple[Holding, int]]:
    if isinstance(one, Put):
        return [(((one.address, ""), one.asset), one.amount)]
    if isinstance(one, Change):
        gave = [((purse, asset), -amount) for purse, asset, amount in one.ins]
        return gave + [((purse, asset), amount) for purse, asset, amount in one.outs]
    gave = [] if one.kind in NOBODY else [((one.payer, one.asset), -one.amount)]
    return gave + ([] if one.kind in ENDS else [((one.payee, one.asset), one.amount)])


@dataclass
class Walk:
    rule: str
    stops: Mapping[str, str]
    lots: dict[Holding, list[Lot]] = field(default_factory=lambda: defaultdict(list))
    rest: Counter[Place] = field(default_factory=Counter)
    seeded: Counter[tuple[str, str]] = field(default_factory=Counter)
    received: Counter[tuple[str, str]] = field(default_factory=Counter)

    def open(self, found: Mapping[tuple[str, str], list[Lot]]) -> None:
        for (address, asset), lots in found.items():
            self.lots[(address, ""), asset] = [lot for lot in lots if lot[1]]
            for origin, amount in lots:
                self.seeded[origin, asset] += amount

    def step(self, one: Flow | Change | Put) -> None:
        if isinstance(one, Put):
            self.seeded[one.origin, one.asset] += one.amount
            self.arrive(((one.address, ""), one.asset), [(one.origin, one.amount)], "")
        elif isinstance(one, Change):
            self.change(one)
        else:
            self.flow(one)

    def flow(self, one: Flow) -> None:
        leaves = [(CLEAN, one.amount)] if one.kind in NOBODY else self.leave((one.payer, one.asset), one.amount)
        if one.taken:
            leaves = self.take(leaves, one.asset, one.taken)
        self.arrive((one.payee, one.asset), leaves, ENDS.get(one.kind, ""))

    def take(self, lots: list[Lot], asset: str, incident: str) -> list[Lot]:
        """Another theft's money goes on under this one; what was this one's stays what it was."""
        for origin, amount in lots:
            if origin not in (CLEAN, incident):
                self.rest[origin, "", asset, "stolen"] += amount
            if origin != incident:
                self.seeded[incident, asset] += amount
        return [(incident, sum(amount for _, amount in lots))]

    def leave(self, holding: Holding, amount: int) -> list[Lot]:
        if holding[0][0] in self.stops:
            return [(CLEAN, amount)]
        paid, self.lots[holding] = RULES[self.rule](self.lots[holding], amount)
        return paid

    def arrive(self, holding: Holding, lots: list[Lot], reason: str) -> None:
        (address, _), asset = holding
        place, reason = (reason, reason) if reason else (address, self.stops.get(address, ""))
        if not reason:
            self.lots[holding] = self.lots[holding] + lots
            return
        for origin, amount in lots:
            self.rest[origin, place, asset, reason] += amount

    def change(self, one: Change) -> None:
        shares: list[tuple[str, Fraction]] = []
        for purse, asset, amount in one.ins:
            for origin, part in self.leave((purse, asset), amount):
                self.rest[origin, "converted", asset, "converted"] += part
                shares.append((origin, Fraction(part, amount * len(one.ins))))
        shares = shares or [(CLEAN, Fraction(1))]
        for purse, asset, amount in one.outs:
            parts = in_proportion([share * amount for _, share in shares], amount)
            lots = [(origin, part) for (origin, _), part in zip(shares, parts, strict=True) if part]
            for origin, part in lots:
                self.received[origin, asset] += part
            if purse[1] and one.taken:
                lots = self.take(lots, asset, one.taken)
            self.arrive((purse, asset), lots, "")

    def places(self) -> Counter[Place]:
        found = Counter(self.rest)
        for ((address, _), asset), lots in self.lots.items():
            for origin, amount in lots:
                found[origin, address, asset, "held"] += amount
        return Counter({place: amount for place, amount in found.items() if amount and place[0] != CLEAN})

    def sheet(self, origin: str) -> dict[tuple[str, str], int]:
        """(asset, line): amount."""
        lines = Counter[tuple[str, str]]()
        for (of, _, asset, reason), amount in self.places().items():
            lines[asset, reason] += amount if of == origin else 0
        for line, sums in (("seeded", self.seeded), ("received", self.received)):
            for (of, asset), amount in sums.items():
                lines[asset, line] += amount if of == origin else 0
        return {line: amount for line, amount in lines.items() if amount}


@dataclass
class Marks:
    """By `poison` a holding that any stolen unit reached is tainted whole until it is empty."""

    stops: Mapping[str, str]
    balance: Counter[Holding] = field(default_factory=Counter)
    marks: dict[Holding, set[str]] = field(default_factory=lambda: defaultdict(set))
    rest: Counter[Place] = field(default_factory=Counter)

    def open(self, found: Mapping[tuple[str, str], list[Lot]]) -> None:
        for (address, asset), lots in found.items():
            self.balance[(address, ""), asset] = sum(amount for _, amount in lots)
            self.marks[(address, ""), asset] = {origin for origin, amount in lots if amount and origin != CLEAN}

    def step(self, one: Flow | Change | Put) -> None:
        if isinstance(one, Put):
            self.arrive(((one.address, ""), one.asset), one.amount, {one.origin}, "")
        elif isinstance(one, Flow):
            came = set() if one.kind in NOBODY else self.leave((one.payer, one.asset), one.amount)
            if one.taken:
                self.stolen(came - {one.taken}, one.asset, one.amount)
            self.arrive((one.payee, one.asset), one.amount, {one.taken} if one.taken else came, ENDS.get(one.kind, ""))
        else:
            came = set().union(*(self.gone((purse, asset), amount) for purse, asset, amount in one.ins))
            for purse, asset, amount in one.outs:
                taken = one.taken if purse[1] else ""
                if taken:
                    self.stolen(came - {taken}, asset, amount)
                self.arrive((purse, asset), amount, {taken} if taken else came, "")

    def stolen(self, came: set[str], asset: str, amount: int) -> None:
        for origin in came:
            self.rest[origin, "", asset, "stolen"] += amount

    def gone(self, holding: Holding, amount: int) -> set[str]:
        came = self.leave(holding, amount)
        for origin in came:
            self.rest[origin, "converted", holding[1], "converted"] += amount
        return came

    def leave(self, holding: Holding, amount: int) -> set[str]:
        if holding[0][0] in self.stops:
            return set()
        self.balance[holding] -= amount
        came = set(self.marks[holding])
        if not self.balance[holding]:
            self.marks[holding] = set()
        return came

    def arrive(self, holding: Holding, amount: int, came: set[str], reason: str) -> None:
        (address, _), asset = holding
        place, reason = (reason, reason) if reason else (address, self.stops.get(address, ""))
        if not reason:
            self.balance[holding] += amount
            self.marks[holding] |= came
        for origin in came if reason else ():
            self.rest[origin, place, asset, reason] += amount

    def places(self) -> Counter[Place]:
        found = Counter(self.rest)
        for ((address, purse), asset), marks in self.marks.items():
            for origin in marks:
                found[origin, address, asset, "held"] += self.balance[(address, purse), asset]
        return Counter({place: amount for place, amount in found.items() if amount and place[0] != CLEAN})


__all__ = ["UNKNOWN", "Marks", "Put", "Walk", "openings"]
