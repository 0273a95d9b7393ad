"""The balance sheet of a case at any block and over time: where all of the stolen money is, adding up to all of it.

It is added up from the postings, place by place, and held against what the trace says: no place ever pays what it does
not have, and at the end every destination has exactly its amount. Lines: `held`, `frozen`, `destroyed`, `returned`, the
stop reasons (`service`, `mixer`, `bridge`, …) by name, `fees`, `burned`, `budget`, and `converted` for what became
another asset, where it is counted on as what came out of conversions.

When it misleads: what was there before the first movement has no day of its own, so it counts from the start.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from dyepack.errors import ConservationError
from dyepack.model import Destination
from dyepack.trace.facts import Fact, Facts
from dyepack.trace.worth import Parcel

HELD, FROZEN, SEEDED, RECEIVED = "held", "frozen", "seeded", "received"
_SOURCES = (SEEDED, RECEIVED)
Place = tuple[str, str, str, str]
"""(chain, address, asset, reason): where two reasons meet at one address, each is a place of its own."""
Line = tuple[str, str | None]
"""A line of a sheet and the name on it: (`service`, `Some Exchange`)."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What of one origin's money came to a place and left it on one day, up to a block of it; `later` than asked for.

    Without a day it was there before the first movement.
    """

    origin: str
    place: Place
    day: date | None
    block: int
    came: int
    went: int
    later: bool = False


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

    @property
    def adds_up(self) -> bool:
        """Whether the lines are all of what was seeded and came."""
        return self.seeded + self.came == sum(self.lines.values())


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
        self._ends = {(end.chain, end.address, end.asset, end.reason): end for end in destinations}
        self._facts = facts
        self._piles: dict[Place, _Pile] = {}
        self._entered: dict[tuple[str, str], int] = defaultdict(int)
        self._lines: dict[str, dict[Line, int]] = defaultdict(lambda: defaultdict(int))
        self._touched: set[Place] = set()

    def post(self, posted: Posted) -> None:
        """Take in what happened at a place on a day; a day's end is told by `close`."""
        _, address, asset, reason = posted.place
        if not address and reason in _SOURCES:
            self._entered[reason, asset] += posted.went
            return
        pile = self._piles.setdefault(posted.place, _Pile())
        pile.amount += posted.came - posted.went
        if posted.came:
            pile.came.append((posted.day, posted.came))
        self._touched.add(posted.place)

    def close(self, day: date, block: int, *, inside: bool = False) -> None:
        """Count again what a day touched, up to its end, or `inside` it up to the end of a block.

        Raises:
            ConservationError: a place has paid what it did not have, or the lines do not add up.
        """
        self._touched.update(place for place in self._piles if place[:2] in self._facts.places())
        for place in self._touched:
            pile, lines = self._piles[place], self._lines[place[2]]
            if pile.amount < 0:
                raise ConservationError(
                    f"{self._origin}, {day}: {place[1]} pays {-pile.amount} of {place[2]} that was never posted there"
                )
            lines[pile.line] -= pile.counted
            pile.line, pile.counted = self._line(place, day, block, inside), pile.amount
            lines[pile.line] += pile.amount
        self._touched.clear()

    def sheets(self, day: date, block: int, *, with_parcels: bool = False) -> Iterator[Sheet]:
        """The sheets as they stand after `close`, by asset."""
        for asset in sorted(self._lines.keys() | {asset for _, asset in self._entered}):
            lines = {line: amount for line, amount in sorted(self._lines[asset].items(), key=str) if amount}
            seeded, came = (self._entered[reason, asset] for reason in _SOURCES)
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
        there = {place: pile.amount for place, pile in self._piles.items() if place[1] and pile.amount}
        said = {_unfrozen(place): end.amount for place, end in self._ends.items()}
        mine = {_unfrozen(place): amount for place, amount in there.items()}
        for place in sorted(mine.keys() | said.keys()):
            if mine.get(place, 0) != said.get(place, 0):
                raise ConservationError(
                    f"{self._origin}: the postings leave {mine.get(place, 0)} of {place[2]} at {place[1]} ({place[3]}),"
                    f" the destinations say {said.get(place, 0)}"
                )

    def _line(self, place: Place, day: date, block: int, inside: bool) -> Line:
        fact: Fact | None = self._facts.at(place[:3], day, block, inside=inside)
        if fact is not None and (fact.reason != HELD or place[3] == HELD):
            return fact.reason, fact.name
        end = self._ends.get(place)
        return place[3], end.name if end is not None and place[3] != HELD else None

    def _parcels(self, asset: str) -> dict[Line, tuple[Parcel, ...]]:
        found: dict[Line, list[Parcel]] = defaultdict(list)
        for place, pile in self._piles.items():
            if place[2] == asset and pile.amount:
                found[pile.line] += pile.left()
        return {line: tuple(parcels) for line, parcels in found.items()}


def _unfrozen(place: Place) -> Place:
    """What an issuer froze lies where it was held: to be frozen is a matter of time, which facts know."""
    return (*place[:3], HELD) if place[3] == FROZEN else place
