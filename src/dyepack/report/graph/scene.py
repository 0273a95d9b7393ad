"""Turns a recorded trace into a case that can be folded: holdings as accounts, thefts and conversions, ends.

A *holding* is what an address has of one asset, so that every place and link has one unit. A conversion is an account
of its own, at which one holding's asset becomes another's. An address at which following always ended is a stop; what
another address has at the end goes to where its destinations say that it rests.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from operator import add, le, sub

from dyepack.report import fold
from dyepack.report.fold import Amounts, Movement
from dyepack.report.graph.asked import Choice
from dyepack.report.graph.rows import End, Moved, Told
from dyepack.trace.carriage import SINKS, Legs
from dyepack.trace.recorded import TAKEN

UNIT = "\N{SYMBOL FOR RECORD SEPARATOR}"
"""In the name of a holding or a lane, before its asset; only where the run has several."""
STOLEN = "stolen"
"""Where money is that another theft took: no movement of its own origin shows it."""
OTHERS = "others"
TURN = "conversion"
BEFORE, AFTER = "before the time chosen", "after the time chosen"


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account of the picture is: an address (or transaction, or conversion) and the asset that it has."""

    chain: str
    address: str
    asset: str
    turn: str | None = None


@dataclass(frozen=True)
class Scene:
    """A case with what is needed to tell of it: what its accounts are, its rows, its ends, and what was left out.

    `rows` has the numbers of `told.moved` by number of movement of the case. `aside` has, by reason and asset, what
    the chosen time and sources leave out.
    """

    case: fold.Case
    holdings: Mapping[str, Holding]
    rows: Sequence[int]
    ends: Mapping[str, Sequence[End]]
    weights: Mapping[str, int]
    aside: Mapping[tuple[str, str], Amounts]
    several: bool

    def asset_of(self, lane: str) -> str:
        """The asset of a start's or an end's lane."""
        return lane.rpartition(UNIT)[2] if self.several else next(iter(self.weights), "")


def scene(told: Told, choice: Choice) -> Scene:
    """The case in the chosen time and of the chosen sources and assets."""
    return _Setting(told, choice).scene()


@dataclass(frozen=True, slots=True)
class _Step:
    """One movement of the case, the row that it is, and the asset of that row."""

    movement: Movement
    row: int
    asset: str


class _Setting:
    def __init__(self, told: Told, choice: Choice) -> None:
        self.told, self.choice = told, choice
        self.several = len(told.assets) > 1
        self.legs = Legs(told.conversions)
        self.weights = weights(told)
        self.kept = [told.origins.index(origin) for origin in choice.sources]
        self.width = len(told.methods) * len(self.kept)
        self.none = (0,) * self.width
        self.holdings: dict[str, Holding] = {}
        self.names: dict[tuple[str, str, str], str] = {}
        self.aside: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * self.width)
        self.thefts = {theft.address for theft in told.recorded.thefts}

    def scene(self) -> Scene:
        steps, openings = self.steps()
        stops, rests, ends = self.stops_and_rests({step.movement.payer for step in steps})
        steps, openings = self.window(steps, openings, stops)
        strands = [origin for _ in self.told.methods for origin in self.choice.sources]
        starts = {
            name: [f"{origin}{self.unit(one.asset)}" for origin in strands] for name, one in self.holdings.items()
        }
        turns = {name for name, one in self.holdings.items() if one.turn}
        movements = [step.movement for step in steps]
        case = fold.Case(movements, openings, stops, strands, starts, rests, turns)
        aside = {key: tuple(amounts) for key, amounts in self.aside.items()}
        return Scene(case, self.holdings, [s.row for s in steps], ends, self.weights, aside, self.several)

    def unit(self, asset: str) -> str:
        return f"{UNIT}{asset}" if self.several else ""

    def part(self, amounts: Amounts) -> Amounts:
        """The strands of the chosen sources."""
        count = len(self.told.origins)
        if len(self.kept) == count:
            return amounts
        return tuple(amounts[m * count + origin] for m in range(len(self.told.methods)) for origin in self.kept)

    def name(self, chain: str, address: str, asset: str, turn: str | None = None) -> str:
        """What an account goes by in the case."""
        key = (chain, address, asset)
        found = self.names.get(key)
        if found is None:
            found = self.names[key] = self.named(chain, address, asset, turn)
        return found

    def named(self, chain: str, address: str, asset: str, turn: str | None) -> str:
        where = "" if chain == self.told.recorded.chain or not chain else f"@{chain}"
        found = f"{address}{where}{self.unit(asset) if turn is None else ''}"
        if found not in self.holdings:
            self.holdings[found] = Holding(chain, address, asset, turn)
        return found

    def steps(self) -> tuple[list[_Step], dict[str, Amounts]]:
        """Movements of the chosen assets and sources, parted where some of one starts with it; what was there before.

        What a payer lacks starts with its payment, as `explain` has it.
        """
        wanted = set(self.choice.assets)
        rows = [
            (n, one, a)
            for n, one in enumerate(self.told.moved)
            if one.asset in wanted and any(a := self.part(one.amounts))
        ]
        thefts = {number: stolen for number, one, amounts in rows if any(stolen := self.stolen(one, amounts))}
        openings = self.openings([(one, thefts[number]) for number, one, _ in rows if number in thefts])
        balance = {name: list(amounts) for name, amounts in openings.items()}
        steps: list[_Step] = []
        for number, one, amounts in rows:
            payer, payee = self.sides(one)
            had = balance.setdefault(payer, [0] * self.width)
            fresh = thefts.get(number, self.none)
            if not self.holdings[payer].turn:
                fresh = lacking(amounts, had, fresh)
            carried = tuple(map(sub, amounts, fresh)) if any(fresh) else amounts
            weight = self.weights[one.asset]
            if (payer != payee) and any(carried):
                steps.append(_Step(Movement(one.time, payer, payee, carried, False, weight), number, one.asset))
            if any(fresh):
                steps.append(_Step(Movement(one.time, payer, payee, fresh, True, weight), number, one.asset))
            had[:] = map(sub, had, carried)
            into = balance.setdefault(payee, [0] * self.width)
            into[:] = map(add, into, amounts)
        return steps, openings

    def stolen(self, one: Moved, amounts: Amounts) -> Amounts:
        """What of a movement is stolen with it, by strand."""
        if one.to_address not in self.thefts and one.kind not in TAKEN:
            return self.none
        brought = {
            origin
            for origin in self.choice.sources
            if any(theft.brings(one.as_flow(origin), self.told.payers) for theft in self.told.recorded.thefts)
        }
        strands = self.choice.sources * len(self.told.methods)
        return tuple(a if origin in brought else 0 for a, origin in zip(amounts, strands, strict=True))

    def openings(self, thefts: Sequence[tuple[Moved, Amounts]]) -> dict[str, Amounts]:
        """What addresses had before the movements: their seeds, without those that a theft among these brings."""
        found: dict[str, list[int]] = defaultdict(lambda: [0] * self.width)
        for seed in self.told.seeds:
            if seed.origin in self.choice.sources and seed.asset in self.choice.assets:
                at = found[self.name(seed.chain, seed.address, seed.asset)]
                for method in range(len(self.told.methods)):
                    at[method * len(self.kept) + self.choice.sources.index(seed.origin)] += seed.amount
        for one, stolen in thefts:
            at = found[self.name(one.chain, one.to_address, one.asset)]
            at[:] = [max(a - s, 0) for a, s in zip(at, stolen, strict=True)]
        return {name: tuple(amounts) for name, amounts in found.items() if any(amounts)}

    def sides(self, one: Moved) -> tuple[str, str]:
        """Payer and payee; of a conversion's leg, the conversion is one of them."""
        side = self.legs.side(one)
        if side is None:
            payee = SINKS.get(one.kind) or one.to_address
            return self.name(one.chain, one.from_address, one.asset), self.name(one.chain, payee, one.asset)
        turn, own = self.turn(one), self.name(one.chain, (one.from_address, one.to_address)[side], one.asset)
        return (own, turn) if side == 0 else (turn, own)

    def turn(self, one: Moved) -> str:
        """The conversion that a movement is a leg of, as an account; said by what it makes of what."""
        rows = self.legs.rows((one.chain, one.tx_hash, one.conversion or 0))
        symbols = self.told.assets
        went, came = (
            " + ".join(sorted({symbols[a].symbol if a in symbols else a for row in rows for a in [getattr(row, side)]}))
            for side in ("asset_in", "asset_out")
        )
        return self.name(one.chain, f"{TURN} {one.conversion} of {one.tx_hash}", one.asset, f"{went} → {came}")

    def stops_and_rests(
        self, payers: set[str]
    ) -> tuple[dict[str, str], dict[str, list[tuple[str, Amounts]]], dict[str, list[End]]]:
        """Addresses at which following always ended; where the others' money rests at the end; destinations by lane."""
        found: dict[str, dict[str, list[int]]] = defaultdict(dict)
        ends: dict[str, list[End]] = defaultdict(list)
        sources = {origin: number for number, origin in enumerate(self.choice.sources)}
        for row in self.told.ends:
            if row.origin not in sources or row.asset not in self.choice.assets:
                continue
            key = f"{end_key(row)}{self.unit(row.asset)}"
            ends[key].append(row)
            amounts = found[self.name(row.chain, row.address, row.asset)].setdefault(key, [0] * self.width)
            for strand, amount in zip(range(sources[row.origin], self.width, len(sources)), row.amounts, strict=True):
                amounts[strand] += amount
        stops = {
            name: next(iter(keys))
            for name, keys in found.items()
            if len(keys) == 1 and name not in payers and not next(iter(keys)).startswith(fold.REST)
        }
        rests: dict[str, list[tuple[str, Amounts]]] = {}
        everything = (10**60,) * self.width
        for name, one in self.holdings.items():
            told = [] if self.choice.last else [(key, tuple(a)) for key, a in found.get(name, {}).items()]
            last = fold.REST if self.choice.last else STOLEN
            rests[name] = [*told, (f"{last}{self.unit(one.asset)}", everything)]
        return stops, rests, ends

    def window(
        self, steps: list[_Step], openings: dict[str, Amounts], stops: Mapping[str, str]
    ) -> tuple[list[_Step], dict[str, Amounts]]:
        """The movements of the chosen time; what came before it is in what accounts have at its beginning."""
        first, last = self.choice.first, self.choice.last
        if first is None and last is None:
            return steps, openings
        balance = {name: list(amounts) for name, amounts in openings.items()}
        kept = []
        for step in steps:
            movement = step.movement
            if _within(movement.time, first, last):
                kept.append(step)
            elif last is not None and movement.time > last:
                _add(self.aside[AFTER, step.asset], movement.amounts if movement.starts else self.none)
            else:
                self.replay(balance, step, stops)
        turns = {name for name in balance if self.holdings[name].turn}
        return kept, {name: tuple(a) for name, a in balance.items() if any(a) and name not in turns}

    def replay(self, balance: dict[str, list[int]], step: _Step, stops: Mapping[str, str]) -> None:
        movement = step.movement
        if not movement.starts:
            _add(balance.setdefault(movement.payer, [0] * self.width), movement.amounts, -1)
        if movement.payee in stops:
            _add(self.aside[BEFORE, step.asset], movement.amounts)
        else:
            _add(balance.setdefault(movement.payee, [0] * self.width), movement.amounts)


def lacking(amounts: Amounts, had: Sequence[int], fresh: Amounts) -> Amounts:
    """What starts with a movement, by strand: what is stolen with it, and what its payer does not have."""
    if all(map(le, amounts, had)):
        return fresh
    return tuple(max(f, a - max(h, 0)) for f, a, h in zip(fresh, amounts, had, strict=True))


def end_key(row: End) -> str:
    """Which end a destination belongs to: a reason and a name; what rests at accounts that nobody named is one."""
    if row.reason == fold.REST:
        return fold.REST
    return f"{row.reason}:{row.actor or row.name or row.address}"


def weights(told: Told) -> dict[str, int]:
    """What a base unit of each asset is drawn as, in whole numbers.

    Assets are set beside each other at what was paid for them in this run's conversions; one that no conversion joins
    to the others is drawn as if all of it were worth all of the main asset.
    """
    if len(told.assets) < 2:
        return dict.fromkeys(told.assets, 1)
    paid: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in told.conversions:
        sums = paid[row.asset_in, row.asset_out]
        sums[0], sums[1] = sums[0] + row.amount_in, sums[1] + row.amount_out
    seeded: dict[str, int] = defaultdict(int)
    size: dict[str, int] = defaultdict(int)
    for one in told.moved:
        size[one.asset] += max(one.amounts, default=0)
    for seed in told.seeds:
        seeded[seed.asset] += seed.amount
        size[seed.asset] += seed.amount
    main = max(sorted(told.assets), key=lambda a: (sum(s.asset == a for s in told.seeds), size[a]))
    worth: dict[str, Fraction] = {main: Fraction(1)}
    waiting = [main]
    while waiting:
        asset = waiting.pop(0)
        for (a, b), (went, came) in sorted(paid.items()):
            for known, other, rate in ((a, b, (went, came)), (b, a, (came, went))):
                if known == asset and other not in worth and rate[0] and rate[1]:
                    worth[other] = worth[known] * Fraction(rate[0], rate[1])
                    waiting.append(other)
    for asset in told.assets:
        worth.setdefault(asset, Fraction(max(size[main], 1), max(size[asset], 1)))
    least = min(worth.values())
    return {asset: max(round(rate / least * 1000), 1) for asset, rate in worth.items()}


def _within(time: datetime, first: datetime | None, last: datetime | None) -> bool:
    return (first is None or time >= first) and (last is None or time <= last)


def _add(at: list[int], amounts: Amounts, sign: int = 1) -> None:
    for index, amount in enumerate(amounts):
        if amount:
            at[index] += sign * amount
