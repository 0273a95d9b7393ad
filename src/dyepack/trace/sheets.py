"""The balance sheet of a case at any block and over time: where all of the stolen money is, adding up to all of it.

It is worked out from the flows, not read from the walk's own sheet, and held against what the trace says: no place ever
pays what it does not have, and at the end every destination has exactly its amount. Lines: `held`, `frozen`,
`destroyed`, `returned`, the stop reasons (`service`, `mixer`, `bridge`, …) by name, `fees`, `burned`, `budget`, and
`converted` for what became another asset, where it is counted on as what came out of conversions.

When it misleads: seeds have no day of their own, so money that was put somewhere counts from the start; only a theft
that is among the movements counts from its block.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from dyepack.errors import ConservationError
from dyepack.model import Destination, Seed
from dyepack.trace.carriage import CONVERTED, SINKS
from dyepack.trace.facts import Fact, Facts
from dyepack.trace.worth import Parcel

HELD, FROZEN, STOLEN = "held", "frozen", "stolen"
Place = tuple[str, str, str]
"""(chain, address, asset)."""
Line = tuple[str, str | None]
"""A line of a sheet and the name on it: (`service`, `Some Exchange`)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Money of one origin that went from one place to another on one day, up to a block of it.

    Without a payer it starts here, as a theft or `converted` from another asset.
    """

    origin: str
    asset: str
    day: date
    block: int
    payer: Place | None
    payee: Place
    amount: int
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One origin, one asset, at the end of one day or block: `seeded` and `came` are what the lines add up to."""

    origin: str
    asset: str
    day: date
    block: int
    seeded: int
    came: int
    lines: Mapping[Line, int]
    parcels: Mapping[Line, tuple[Parcel, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Pile:
    """What one place has, and on which days it came, the oldest first."""

    amount: int = 0
    came: list[Parcel] = field(default_factory=list)
    line: Line = (HELD, None)
    counted: int = 0

    def left(self) -> tuple[Parcel, ...]:
        """The latest arrivals that make up what is there: they are taken to be what is left."""
        found, wanted = [], self.amount
        for day, amount in reversed(self.came):
            if not wanted:
                break
            part = min(amount, wanted)
            found.append((day, part))
            wanted -= part
        return tuple(reversed(found))


class Books:
    """The running sheets of one origin under one method."""

    def __init__(self, origin: str, destinations: Iterable[Destination], facts: Facts) -> None:
        self._origin = origin
        self._ends: dict[Place, Destination] = {
            (place.chain, place.address, place.asset): place for place in destinations
        }
        self._facts = facts
        self._piles: dict[Place, _Pile] = {}
        self._seeded: dict[str, int] = defaultdict(int)
        self._came: dict[str, int] = defaultdict(int)
        self._lines: dict[str, dict[Line, int]] = defaultdict(lambda: defaultdict(int))
        self._touched: set[Place] = set()

    def seed(self, seeds: Iterable[Seed]) -> None:
        """Put the seeds where they start."""
        for seed in seeds:
            if seed.amount:
                self._seeded[seed.asset] += seed.amount
                self._bring((seed.chain, seed.address, seed.asset), None, seed.amount)

    def shift(self, shift: Shift) -> None:
        """Take in one movement of a day; a day's end is told by `close`."""
        if shift.payer is not None:
            self._touched.add(shift.payer)
            self._pile(shift.payer).amount -= shift.amount
        elif shift.converted:
            self._came[shift.asset] += shift.amount
        else:
            self._seeded[shift.asset] += shift.amount
        self._bring(shift.payee, shift.day, shift.amount)

    def close(self, day: date, block: int) -> None:
        """Count again what a day touched.

        Raises:
            ConservationError: a place has paid what it did not have, or the lines do not add up.
        """
        self._touched.update(place for place in self._piles if place[:2] in self._facts.places())
        for place in self._touched:
            pile, lines = self._piles[place], self._lines[place[2]]
            if pile.amount < 0:
                raise ConservationError(
                    f"{self._origin}, {day}: {place[1]} pays {-pile.amount} of {place[2]} that the flows never brought"
                )
            lines[pile.line] -= pile.counted
            pile.line, pile.counted = self._line(place, day, block), pile.amount
            lines[pile.line] += pile.amount
        self._touched.clear()

    def sheets(self, day: date, block: int, *, with_parcels: bool = False) -> Iterator[Sheet]:
        """The sheets as they stand after `close`, by asset."""
        for asset in sorted(self._lines):
            lines = {line: amount for line, amount in sorted(self._lines[asset].items(), key=str) if amount}
            seeded, came = self._seeded[asset], self._came[asset]
            if seeded + came != sum(lines.values()):
                raise ConservationError(
                    f"{self._origin}, {day}: the lines of {asset} add up to {sum(lines.values())}, not {seeded + came}"
                )
            parcels = self._parcels(asset) if with_parcels else {}
            if lines or seeded or came:
                yield Sheet(self._origin, asset, day, block, seeded, came, lines, parcels)

    def agree(self) -> None:
        """Hold the end against the destinations.

        Raises:
            ConservationError: a place has another amount than its destination.
        """
        for place in sorted(self._piles.keys() | self._ends.keys()):
            there = self._piles[place].amount if place in self._piles else 0
            said = self._ends[place].amount if place in self._ends else 0
            if there != said and place[1] not in (STOLEN, CONVERTED):
                raise ConservationError(
                    f"{self._origin}: the flows leave {there} of {place[2]} at {place[1]}, the destinations say {said}"
                )

    def _bring(self, place: Place, day: date | None, amount: int) -> None:
        pile = self._pile(place)
        pile.amount += amount
        pile.came.append((day, amount))
        self._touched.add(place)

    def _pile(self, place: Place) -> _Pile:
        return self._piles.setdefault(place, _Pile())

    def _line(self, place: Place, day: date, block: int) -> Line:
        fact: Fact | None = self._facts.at(place, day, block)
        end = self._ends.get(place)
        stopped = end is not None and end.reason not in (HELD, FROZEN)  # frozen is a matter of time, which facts know
        if fact is not None and (fact.reason != HELD or not stopped):
            return fact.reason, fact.name
        if place[1] in (*SINKS.values(), CONVERTED, STOLEN):
            return place[1], None
        if end is not None and stopped:
            return end.reason, end.name
        return HELD, None

    def _parcels(self, asset: str) -> dict[Line, tuple[Parcel, ...]]:
        found: dict[Line, list[Parcel]] = defaultdict(list)
        for place, pile in self._piles.items():
            if place[2] == asset and pile.amount:
                found[pile.line] += pile.left()
        return {line: tuple(parcels) for line, parcels in found.items()}
