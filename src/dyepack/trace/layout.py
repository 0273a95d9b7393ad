"""What the accounts of all walks over the same steps share: places and their lines, and the days of the steps.

A walk by another rule moves other amounts through the same places at the same times, so all of this is worked out once
for all rules.
"""

from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from dyepack.trace.moves import EPOCH, Key
from dyepack.trace.request import Stop
from dyepack.trace.steps import FROZEN, HELD, Laid

SEEDED = "seeded"
RECEIVED = "received"
SPREADS = "spread"
STEALS = "stolen"
SOURCES = (SEEDED, RECEIVED, SPREADS)
"""Lines that say where money of an origin comes from; all others say where it is."""
DAY = 86_400_000_000


class Spot(NamedTuple):
    """Where money rests at the end and why; the outputs of one address are one spot."""

    address: str
    asset: str
    reason: str
    stop: Stop | None


class Lines(NamedTuple):
    """The lines of a sheet, (asset, reason, name), and the number of that of each place and of each holding."""

    names: list[tuple[str, str, str | None]]
    of_place: Any
    of_holding: Any


class Layout:
    """The places of some steps, which are the holdings and then the sinks, and their days."""

    def __init__(self, laid: Laid) -> None:
        self.laid = laid
        self.moves = laid.plan.slice.moves

    @cached_property
    def spots(self) -> list[Spot]:
        """The spots by number."""
        return self._spotted[0]

    @property
    def spot_of_place(self) -> Any:
        """Of each place, the number of its spot."""
        return self._spotted[1]

    @cached_property
    def _spotted(self) -> tuple[list[Spot], Any]:
        number: dict[tuple[str, str, str], int] = {}
        spots: list[Spot] = []
        of_place = np.empty(len(self.moves.keys) + len(self.laid.sinks), np.int64)
        for place in range(len(of_place)):
            key, reason, stop = self.ending(place)
            at = of_place[place] = number.setdefault((key.address, key.asset, reason), len(spots))
            if at == len(spots):
                spots.append(Spot(key.address, key.asset, reason, stop))
        return spots, of_place

    def ending(self, place: int) -> tuple[Key, str, Stop | None]:
        """Where and why money rests at a place at the end."""
        if place >= len(self.moves.keys):
            sink = self.laid.sinks[place - len(self.moves.keys)]
            return sink.key, sink.reason, sink.stop
        stop = self.frozen(place, date.max)
        return self.moves.keys[place], FROZEN if stop else HELD, stop

    def frozen(self, holding: int, day: date) -> Stop | None:
        """What an issuer's event says of a holding at the end of a day, if it is frozen."""
        if not self.laid.plan.frozen:
            return None
        key = self.moves.keys[holding]
        told = [name for at, name in self.laid.plan.frozen.get(Key(*key[:2]), ()) if at <= day]
        return Stop(key.address, FROZEN, told[-1]) if told and told[-1] else None

    @cached_property
    def freezable(self) -> list[int]:
        """The holdings of which an issuer ever spoke."""
        frozen = self.laid.plan.frozen
        return [at for at, key in enumerate(self.moves.keys) if Key(*key[:2]) in frozen] if frozen else []

    # ── the columns of the tables

    @cached_property
    def addresses(self) -> pa.Array:
        """The address of each holding."""
        return pa.array([key.address for key in self.moves.keys], pa.string())

    @cached_property
    def assets(self) -> pa.Array:
        """The asset of each holding."""
        return pa.array([key.asset for key in self.moves.keys], pa.string())

    @cached_property
    def outputs(self) -> pa.Array:
        """The output of each holding, or `` where it is an address."""
        return pa.array([key.output for key in self.moves.keys], pa.string())

    @cached_property
    def hashes(self) -> pa.Array:
        """The transactions, by number."""
        return pa.array(list(self.moves.hashes), pa.string())

    # ── days

    @cached_property
    def day_of_move(self) -> Any:
        """The clock of a block may run behind that of the one before; a day never does."""
        return np.maximum.accumulate(self.moves.time // DAY)

    @cached_property
    def ends(self) -> list[tuple[date, int]]:
        """The days on which something moved or an issuer froze or freed a holding, with the last block that moved."""
        days = np.union1d(self.day_of_move, self._days_of_freezes())
        last = np.searchsorted(self.day_of_move, days, side="right") - 1
        blocks = self.moves.block[last].tolist()
        return [(EPOCH.date() + timedelta(days=day), block) for day, block in zip(days.tolist(), blocks, strict=True)]

    def _days_of_freezes(self) -> list[int]:
        """The days after the first on which an issuer spoke of a holding."""
        holdings = {Key(*self.moves.keys[at][:2]) for at in self.freezable}
        days = {(day - EPOCH.date()).days for key in holdings for day, _ in self.laid.plan.frozen[key]}
        return [day for day in sorted(days) if day > self.day_of_move[0]]

    @cached_property
    def day_of_step(self) -> Any:
        """The number of the day of each step; money that is put in counts to the movement after it."""
        ends = np.array([(day - EPOCH.date()).days for day, _ in self.ends], np.int64)
        number = np.searchsorted(ends, self.day_of_move)
        move = self.laid.steps.move
        following = np.where(move >= 0, move, len(self.moves))
        following = np.minimum.accumulate(following[::-1])[::-1]
        return number[np.minimum(following, len(self.moves) - 1)]

    # ── lines

    @cached_property
    def lines(self) -> Lines:
        """The lines of a sheet by number."""
        names: dict[tuple[str, str, str | None], int] = {}
        keys = [(key.asset, HELD, None) for key in self.moves.keys]
        sinks = [(sink.key.asset, sink.reason, sink.stop.name if sink.stop else None) for sink in self.laid.sinks]
        of_place = np.array([names.setdefault(name, len(names)) for name in [*keys, *sinks]], np.int64)
        for asset in sorted({asset for asset, _, _ in names}):
            for source in (*SOURCES, STEALS):
                names.setdefault((asset, source, None), len(names))
        return Lines(list(names), of_place, of_place[: len(keys)])

    @cached_property
    def sources(self) -> dict[str, Any]:
        """By name of a source, of each step the line of its asset that says where its money comes from."""
        return {source: self._source(source) for source in (*SOURCES, STEALS)}

    def _source(self, source: str) -> Any:
        number = {asset: index for index, (asset, line, _) in enumerate(self.lines.names) if line == source}
        assets = [key.asset for key in self.moves.keys] + [sink.key.asset for sink in self.laid.sinks]
        of_place = np.array([number[asset] for asset in assets], np.int64)
        return of_place[self.laid.place]
