"""The accounts of a walk: what rests where, and the balance sheet at the end of every day, from its records.

A record takes an amount of one origin off the payer's side and puts it on the payee's. So the sheet of a day is a
running sum, and what a holding is said to have at the end is compared with the lots that lie there, which the walk
kept apart: a difference of one unit is an error.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np

from dyepack.errors import ConservationError
from dyepack.model import CLEAN
from dyepack.trace.kernel import CARRIED, COPY, MOVE, NEW, SPREAD, STEAL, STOLEN
from dyepack.trace.layout import RECEIVED, SEEDED, SOURCES, SPREADS, STEALS, Layout
from dyepack.trace.method import rank
from dyepack.trace.moves import Key, moment
from dyepack.trace.request import Stop
from dyepack.trace.steps import FROZEN, HELD
from dyepack.trace.tally import NEVER, Sums, tally
from dyepack.trace.walk import Walked
from dyepack.trace.wide import ZERO, integers

Line = tuple[str, str, str, str | None]
"""A line of the balance sheet: (origin, asset, `seeded` or a reason, name of the stop)."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Money of one origin at rest: where, why, how much, and when it came."""

    origin: str
    key: Key
    reason: str
    stop: Stop | None
    amount: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The balance sheet at the end of a day."""

    day: date
    block: int
    lines: Mapping[Line, int]


class Accounts:
    """What became of every origin's money in one walk; walks over the same steps share one layout."""

    def __init__(self, walked: Walked, layout: Layout | None = None) -> None:
        self.layout = layout or Layout(walked.laid)
        self._walked = walked
        self._laid = walked.laid
        self._moves = walked.laid.plan.slice.moves
        self._origins = len(walked.laid.origins)

    @cached_property
    def at_rest(self) -> Sums:
        """What rests where at the end: by spot and origin, as the number `spot × origins + origin`.

        Raises:
            ConservationError: the records do not lead to the lots at rest.
        """
        place, origin = np.divmod(self._resting.key, self._origins)
        key = self.layout.spot_of_place[place] * self._origins + origin
        lo, hi = self._resting.lo, self._resting.hi
        sums = tally(key, lo, hi, self._resting.first)
        return sums._replace(last=tally(key, lo, hi, self._resting.last).last)

    @cached_property
    def rests(self) -> list[Rest]:
        """Every place with money of an origin that is not clean, by origin and place.

        Raises:
            ConservationError: the records do not lead to the lots at rest.
        """
        return self._listed(self._resting, self.layout.ending)

    @property
    def by_address(self) -> list[Rest]:
        """The same with the outputs of one address together; on a chain of accounts nothing changes."""

        def ending(spot: int) -> tuple[Key, str, Stop | None]:
            address, asset, reason, stop = self.layout.spots[spot]
            return Key(address, asset), reason, stop

        return self._listed(self.at_rest, ending)

    def _listed(self, sums: Sums, ending: Callable[[int], tuple[Key, str, Stop | None]]) -> list[Rest]:
        rests = []
        for at, amount, first, last in zip(
            sums.key.tolist(), integers(sums.lo, sums.hi), sums.first.tolist(), sums.last.tolist(), strict=True
        ):
            place, origin = divmod(at, self._origins)
            times = (None if time == NEVER else moment(time) for time in (first, last))
            rests.append(Rest(self._laid.origins[origin], *ending(place), amount, *times))
        return sorted(rests, key=lambda rest: (rank(rest.origin), rest.key))

    @cached_property
    def _resting(self) -> Sums:
        """What rests at the end by place and origin: what came to a sink, and what of it is still in a holding."""
        came = self._came()
        held = self._held(came)
        kept = np.flatnonzero(np.isin(came.key, held.key))
        lo, hi = came.lo.copy(), came.hi.copy()
        inside = came.key < self._first_sink * self._origins
        lo[inside] = hi[inside] = ZERO
        lo[kept], hi[kept] = held.lo, held.hi
        rests = (lo | hi) != 0
        return Sums(*(column[rests] for column in (came.key, lo, hi, came.first, came.last)))

    def _came(self) -> Sums:
        """What came to each place, by place and origin, and when what was moved there came first and last."""
        walked, steps = self._walked, self._laid.steps
        key = self._laid.place[walked.step] * self._origins + walked.origin
        move = steps.move[walked.step]
        moved = (move >= 0) & (walked.how == CARRIED)
        time = np.where(moved, self._moves.time[np.maximum(move, 0)], NEVER) if len(self._moves) else key * 0 + NEVER
        return tally(np.where(walked.how == STOLEN, -1, key), walked.lo, walked.hi, time)

    def _held(self, came: Sums) -> Sums:
        """What lies in holdings, by (holding, origin) as one number, seen to be what came less what left."""
        steps, walked = self._laid.steps, self._walked
        leaves = ((steps.op[walked.step] == MOVE) & (walked.how == CARRIED)) | (walked.how == STOLEN)
        key = steps.payer[walked.step].astype(np.int64) * self._origins + walked.origin
        left = tally(np.where(leaves, key, -1), walked.lo, walked.hi, np.full(len(key), NEVER))
        kept = walked.lot_origin != self._laid.origins.index(CLEAN)
        lot = walked.holding[kept] * self._origins + walked.lot_origin[kept]
        there = tally(lot, walked.lot_lo[kept], walked.lot_hi[kept], np.full(len(lot), NEVER))
        self._compare(came, left, there)
        return there

    def _compare(self, came: Sums, left: Sums, there: Sums) -> None:
        """See that of every origin in every holding what came is what left and what is there."""
        ours = came.key < self._first_sink * self._origins
        key = np.concatenate([came.key[ours], left.key, there.key])
        none = np.full(len(key), NEVER)
        size = int(ours.sum())
        lo, hi = np.zeros(len(key), np.uint64), np.zeros(len(key), np.uint64)
        lo[:size], hi[:size] = came.lo[ours], came.hi[ours]
        in_ = tally(key, lo, hi, none)
        lo[:size], hi[:size] = 0, 0
        lo[size:], hi[size:] = np.concatenate([left.lo, there.lo]), np.concatenate([left.hi, there.hi])
        out = tally(key, lo, hi, none)
        differ = np.flatnonzero((in_.lo != out.lo) | (in_.hi != out.hi))
        if len(differ):
            at = int(in_.key[differ[0]])
            raise self._differs(at, _one(came, at) - _one(left, at), _one(there, at))

    @property
    def _first_sink(self) -> int:
        return len(self._moves.keys)

    def _differs(self, at: int, booked: int, there: int) -> ConservationError:
        place, number = divmod(at, self._origins)
        key, origin = self._moves.keys[place], self._laid.origins[number]
        word = "vanished" if booked > there else "appeared"
        return ConservationError(
            f"{self._walked.method.name}: {abs(booked - there)} of {key.asset} from {origin} {word} at {key.address}:"
            f" its records leave {booked}, its lots are {there}"
        )

    # ── day by day

    @cached_property
    def days(self) -> list[DayEnd]:
        """The balance sheet at the end of each day that has movements or freezes; it adds up on every one.

        Raises:
            ConservationError: it does not.
        """
        if not len(self._moves):
            return []
        changes = self._changes()
        lines: dict[Line, int] = defaultdict(int)
        days = []
        held_back = self._held_back()
        for number, (day, block) in enumerate(self.layout.ends):
            for line, amount in changes.get(number, {}).items():
                lines[line] += amount
            self._check(day, lines)
            told = self._with_frozen(lines, held_back, number, day)
            days.append(DayEnd(day, block, {line: amount for line, amount in told.items() if amount}))
        return days

    def _held_back(self) -> dict[tuple[int, int], dict[int, int]]:
        """Of holdings that are ever frozen, by (holding, origin): what each day changes there, by its number."""
        wanted = self.layout.freezable
        changes: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        if not wanted:
            return changes
        walked, steps = self._walked, self._laid.steps
        day, how = self.layout.day_of_step[walked.step], walked.how
        leaves = ((steps.op[walked.step] == MOVE) & (how == CARRIED)) | (how == STOLEN)
        for sign, chosen, place in ((1, how != STOLEN, self._laid.place), (-1, leaves, steps.payer)):
            at = np.flatnonzero(chosen & np.isin(place[walked.step], wanted))
            where, amounts = place[walked.step[at]].tolist(), integers(walked.lo[at], walked.hi[at])
            for holding, origin, number, amount in zip(
                where, walked.origin[at].tolist(), day[at].tolist(), amounts, strict=True
            ):
                changes[holding, origin][number] += sign * amount
        return changes

    def _with_frozen(
        self, lines: Mapping[Line, int], changes: Mapping[tuple[int, int], Mapping[int, int]], number: int, day: date
    ) -> Mapping[Line, int]:
        """The lines of a day, with what lies in frozen holdings told apart from what is held."""
        told = defaultdict(int, lines)
        for (holding, origin), by_day in changes.items():
            if stop := self.layout.frozen(holding, day):
                amount = sum(change for at, change in by_day.items() if at <= number)
                name, asset = self._laid.origins[origin], self._moves.keys[holding].asset
                told[name, asset, HELD, None] -= amount
                told[name, asset, FROZEN, stop.name] += amount
        return told

    def _changes(self) -> dict[int, dict[Line, int]]:
        """By the number of the day, what each line gains or loses."""
        walked, steps = self._walked, self._laid.steps
        day = self.layout.day_of_step[walked.step]
        op, how = steps.op[walked.step], walked.how
        (names, of_place, of_holding), sources = self.layout.lines, self.layout.sources
        arrives = how != STOLEN
        payers = steps.payer[walked.step]
        plus = (
            (arrives, of_place[self._laid.place[walked.step]]),
            ((how == CARRIED) & ((op == NEW) | (op == STEAL)), sources[SEEDED][walked.step]),
            ((how == CARRIED) & (op == COPY), sources[RECEIVED][walked.step]),
            (how == SPREAD, sources[SPREADS][walked.step]),
            (how == STOLEN, sources[STEALS][walked.step]),
        )
        minus = ((((op == MOVE) & (how == CARRIED)) | (how == STOLEN), of_holding[np.maximum(payers, 0)]),)
        changes: dict[int, dict[Line, int]] = defaultdict(lambda: defaultdict(int))
        none = np.full(len(how), NEVER)
        for sign, parts in ((1, plus), (-1, minus)):
            for chosen, line in parts:
                joint = (day * len(names) + line) * self._origins + walked.origin
                sums = tally(np.where(chosen, joint, -1), walked.lo, walked.hi, none)
                for at, amount in zip(sums.key.tolist(), integers(sums.lo, sums.hi), strict=True):
                    rest, origin = divmod(at, self._origins)
                    number, name = divmod(rest, len(names))
                    changes[number][self._laid.origins[origin], *names[name]] += sign * amount
        return changes

    def _check(self, day: date, lines: Mapping[Line, int]) -> None:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for (origin, asset, line, _), amount in lines.items():
            sums[origin, asset] += amount if line in SOURCES else -amount
        for (origin, asset), left in sums.items():
            if left:
                raise ConservationError(
                    f"{self._walked.method.name}, {day}: {abs(left)} of {asset} from {origin}"
                    f" {'vanished' if left > 0 else 'appeared'}"
                )


def _one(sums: Sums, key: int) -> int:
    at = int(np.searchsorted(sums.key, key))
    there = at < len(sums.key) and int(sums.key[at]) == key
    return int(sums.lo[at]) | (int(sums.hi[at]) << 64) if there else 0
