"""The accounts of a walk: what rests where, and the balance sheet at the end of every day, from its records.

A record takes an amount of one origin off the payer's side and puts it on the payee's. So the sheet of a day is a
running sum, and what a holding is said to have at the end is compared with the lots that lie there, which the walk
kept apart: a difference of one unit is an error.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from dyepack.errors import ConservationError
from dyepack.model import CLEAN
from dyepack.trace.kernel import CARRIED, COPY, MOVE, NEW, SPREAD, STEAL, STOLEN
from dyepack.trace.method import rank
from dyepack.trace.moves import EPOCH, Key, moment
from dyepack.trace.request import Stop
from dyepack.trace.steps import HELD
from dyepack.trace.walk import Walked
from dyepack.trace.wide import integers, summed

SEEDED = "seeded"
RECEIVED = "received"
SPREADS = "spread"
STEALS = "stolen"
SOURCES = (SEEDED, RECEIVED, SPREADS)
"""Lines that say where money of an origin comes from; all others say where it is."""
DAY = 86_400_000_000

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
    """What became of every origin's money in one walk."""

    def __init__(self, walked: Walked) -> None:
        self._walked = walked
        self._laid = walked.laid
        self._moves = walked.laid.plan.slice.moves
        self._origins = len(walked.laid.origins)

    @cached_property
    def rests(self) -> list[Rest]:
        """Every place with money of an origin that is not clean, by origin and place.

        Raises:
            ConservationError: the records do not lead to the lots at rest.
        """
        came = self._sums(self._walked.how != STOLEN, self._laid.place[self._walked.step])
        held = self._held(came)
        times = self._times()
        keys = len(self._moves.keys)
        rests = []
        for (place, origin), amount in {**{at: sum_ for at, sum_ in came.items() if at[0] >= keys}, **held}.items():
            first, last = times.get((place, origin), (None, None))
            name = self._laid.origins[origin]
            if place >= keys:
                sink = self._laid.sinks[place - keys]
                rests.append(Rest(name, sink.key, sink.reason, sink.stop, amount, first, last))
            else:
                rests.append(Rest(name, self._moves.keys[place], HELD, None, amount, first, last))
        return sorted(rests, key=lambda rest: (rank(rest.origin), rest.key))

    @property
    def by_address(self) -> list[Rest]:
        """The same with the outputs of one address together; on a chain of accounts nothing changes."""
        sums: dict[tuple[str, str, str, str], Rest] = {}
        for rest in self.rests:
            key = Key(rest.key.address, rest.key.asset)
            at = rest.origin, *key[:2], rest.reason
            old = sums.get(at)
            if old is None:
                sums[at] = replace(rest, key=key)
                continue
            firsts = [time for time in (old.first, rest.first) if time]
            lasts = [time for time in (old.last, rest.last) if time]
            amount = old.amount + rest.amount
            sums[at] = replace(old, amount=amount, first=min(firsts, default=None), last=max(lasts, default=None))
        return list(sums.values())

    def _held(self, came: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
        """What lies in holdings, by (holding, origin), seen to be what came less what left."""
        steps, walked = self._laid.steps, self._walked
        op = steps.op[walked.step]
        leaves = ((op == MOVE) & (walked.how == CARRIED)) | (walked.how == STOLEN)
        left = self._sums(leaves, steps.payer[walked.step])
        clean = self._laid.origins.index(CLEAN)
        there: dict[tuple[int, int], int] = defaultdict(int)
        amounts = integers(walked.lot_lo, walked.lot_hi)
        for holding, origin, amount in zip(walked.holding.tolist(), walked.lot_origin.tolist(), amounts, strict=True):
            if origin != clean:
                there[holding, origin] += amount
        booked = {at: amount - left.get(at, 0) for at, amount in came.items() if at[0] < self._first_sink}
        for at in booked.keys() | there.keys():
            if booked.get(at, 0) != there.get(at, 0):
                raise self._differs(at, booked.get(at, 0), there.get(at, 0))
        return dict(there)

    @property
    def _first_sink(self) -> int:
        return len(self._moves.keys)

    def _differs(self, at: tuple[int, int], booked: int, there: int) -> ConservationError:
        key, origin = self._moves.keys[at[0]], self._laid.origins[at[1]]
        word = "vanished" if booked > there else "appeared"
        return ConservationError(
            f"{self._walked.method.name}: {abs(booked - there)} of {key.asset} from {origin} {word} at {key.address}:"
            f" its records leave {booked}, its lots are {there}"
        )

    def _sums(self, chosen: Any, place: Any) -> dict[tuple[int, int], int]:
        """Amounts of the chosen records by (place, origin); records that go to no place are left out."""
        chosen = chosen & (place >= 0)
        joint = place[chosen].astype(np.int64) * self._origins + self._walked.origin[chosen]
        groups, group = np.unique(joint, return_inverse=True)
        sums = integers(*summed(group, self._walked.lo[chosen], self._walked.hi[chosen], len(groups)))
        return {divmod(at, self._origins): amount for at, amount in zip(groups.tolist(), sums, strict=True)}

    def _times(self) -> dict[tuple[int, int], tuple[datetime, datetime]]:
        """When money of each origin first and last came to each place; not where it never moved."""
        walked, steps = self._walked, self._laid.steps
        move = steps.move[walked.step]
        chosen = (walked.how == CARRIED) & (move >= 0)
        joint = self._laid.place[walked.step[chosen]].astype(np.int64) * self._origins + walked.origin[chosen]
        time = self._moves.time[move[chosen]]
        order = np.lexsort((time, joint))
        joint, time = joint[order], time[order]
        starts = np.flatnonzero(np.r_[True, joint[1:] != joint[:-1]]) if len(joint) else np.zeros(0, np.int64)
        ends = np.r_[starts[1:], len(joint)] - 1 if len(joint) else starts
        return {
            divmod(at, self._origins): (moment(first), moment(last))
            for at, first, last in zip(joint[starts].tolist(), time[starts].tolist(), time[ends].tolist(), strict=True)
        }

    # ── day by day

    @cached_property
    def days(self) -> list[DayEnd]:
        """The balance sheet at the end of each day that has movements; it adds up on every one.

        Raises:
            ConservationError: it does not.
        """
        if not len(self._moves):
            return []
        ends = self._ends()
        changes = self._changes()
        lines: dict[Line, int] = defaultdict(int)
        days = []
        for number, (day, block) in enumerate(ends):
            for line, amount in changes.get(number, {}).items():
                lines[line] += amount
            self._check(day, lines)
            days.append(DayEnd(day, block, {line: amount for line, amount in lines.items() if amount}))
        return days

    @cached_property
    def _day_of_move(self) -> Any:
        """The clock of a block may run behind that of the one before; a day never does."""
        return np.maximum.accumulate(self._moves.time // DAY)

    def _ends(self) -> list[tuple[date, int]]:
        day = self._day_of_move
        last = np.flatnonzero(np.r_[day[1:] != day[:-1], True])
        return [((EPOCH + timedelta(days=int(day[at]))).date(), int(self._moves.block[at])) for at in last.tolist()]

    def _changes(self) -> dict[int, dict[Line, int]]:
        """By the number of the day, what each line gains or loses."""
        walked, steps = self._walked, self._laid.steps
        day = self._day_of_step()[walked.step]
        op, how = steps.op[walked.step], walked.how
        names, of_place, of_holding = self._lines()
        arrives = how != STOLEN
        payers = steps.payer[walked.step]
        plus = (
            (arrives, of_place[self._laid.place[walked.step]]),
            ((how == CARRIED) & ((op == NEW) | (op == STEAL)), self._source(names, SEEDED)[walked.step]),
            ((how == CARRIED) & (op == COPY), self._source(names, RECEIVED)[walked.step]),
            (how == SPREAD, self._source(names, SPREADS)[walked.step]),
            (how == STOLEN, self._source(names, STEALS)[walked.step]),
        )
        minus = ((((op == MOVE) & (how == CARRIED)) | (how == STOLEN), of_holding[np.maximum(payers, 0)]),)
        changes: dict[int, dict[Line, int]] = defaultdict(lambda: defaultdict(int))
        for sign, parts in ((1, plus), (-1, minus)):
            for chosen, line in parts:
                joint = (day[chosen] * len(names) + line[chosen]) * self._origins + walked.origin[chosen]
                groups, group = np.unique(joint, return_inverse=True)
                sums = integers(*summed(group, walked.lo[chosen], walked.hi[chosen], len(groups)))
                for at, amount in zip(groups.tolist(), sums, strict=True):
                    rest, origin = divmod(at, self._origins)
                    number, name = divmod(rest, len(names))
                    changes[number][self._laid.origins[origin], *names[name]] += sign * amount
        return changes

    def _day_of_step(self) -> Any:
        """The number of the day of each step; money that is put in counts to the movement after it."""
        day = self._day_of_move
        number = np.r_[0, np.cumsum(day[1:] != day[:-1])]
        move = self._laid.steps.move
        following = np.where(move >= 0, move, len(self._moves))
        following = np.minimum.accumulate(following[::-1])[::-1]
        return number[np.minimum(following, len(self._moves) - 1)]

    def _lines(self) -> tuple[list[tuple[str, str, str | None]], Any, Any]:
        """The lines by number: (asset, reason, name); and that of each place, and of each holding."""
        names: dict[tuple[str, str, str | None], int] = {}
        keys = [(key.asset, HELD, None) for key in self._moves.keys]
        sinks = [(sink.key.asset, sink.reason, sink.stop.name if sink.stop else None) for sink in self._laid.sinks]
        of_place = np.array([names.setdefault(name, len(names)) for name in [*keys, *sinks]], np.int64)
        for asset in sorted({asset for asset, _, _ in names}):
            for source in (*SOURCES, STEALS):
                names.setdefault((asset, source, None), len(names))
        return list(names), of_place, of_place[: len(keys)]

    def _source(self, names: list[Any], source: str) -> Any:
        """Of each step, the line of its asset that says where its money comes from."""
        number = {asset: index for index, (asset, line, _) in enumerate(names) if line == source}
        assets = [key.asset for key in self._moves.keys] + [sink.key.asset for sink in self._laid.sinks]
        of_place = np.array([number[asset] for asset in assets], np.int64)
        return of_place[self._laid.place]

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
