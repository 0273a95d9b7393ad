"""Rounds that pay a coordinator whose fee address is known: the table `coordinators.csv`, dated, with its sources.

A round is joint where one output goes to such an address in its time and is no more than a fee (2 % of what is mixed),
where as many coins as equal outputs can each put in one of these (see `heaps`) and belong to two thirds as many payers
at least (who comes twice may do so from one address), and nobody spends from the coordinator's address itself. From
2020 on the coordinator of Wasabi 1 took a new address for each round, so the table ends there and the shape must do
(see `wasabi1`). Whirlpool's and Wasabi 2's later fee addresses are new ones each time too.

When it misleads: who pays a coordinator something from many coins, and three others the same, within those years.
With two equal outputs it is left undecided.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from dyepack.cluster.columns import NOWHERE, Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.heaps import IMPOSSIBLE, enough
from dyepack.cluster.shape import Shape

NAME: Final = "coordinator-fee"
VERSION: Final = 2
FILE = "coordinators.csv"
FEWEST = 3
MOST_FEE, OF = 2, 100
"""The most that a coordinator takes, of what is mixed."""


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A fee address: whose, from which day to which, according to whom, and when that was read."""

    coordinator: str
    address: str
    script: str
    since: date
    until: date
    source: str
    read: date


@cache
def known() -> tuple[Coordinator, ...]:
    """All fee addresses that ship."""
    with files(__package__).joinpath(FILE).open(encoding="utf-8") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def _row(row: dict[str, str]) -> Coordinator:
    since, until, read = (date.fromisoformat(row[name]) for name in ("since", "until", "read"))
    return Coordinator(row["coordinator"], row["address"], row["script"], since, until, row["source"], read)


@cache
def _windows() -> dict[str, tuple[date, date]]:
    """By address, and by script as lines of text have it."""
    return {name: (one.since, one.until) for one in known() for name in (one.address, one.script)}


def names() -> tuple[str, ...]:
    """The addresses, and the scripts they stand for."""
    return tuple(_windows())


def in_time(name: str, when: datetime | int | None) -> bool:
    """Whether an address or script was a coordinator's then; where the time is not known, whether it ever was."""
    window = _windows().get(name)
    if window is None or when is None:
        return window is not None
    day = (datetime.fromtimestamp(when, UTC) if isinstance(when, int) else when).date()
    return window[0] <= day <= window[1]


def place_of(outs: Sequence[str], ins: Iterable[str], when: datetime | int | None) -> int:
    """Which output pays a known coordinator; `NOWHERE` where none does, or where one of the inputs is his."""
    if any(name in _windows() for name in ins):
        return NOWHERE
    return next((n for n, name in enumerate(outs) if in_time(name, when)), NOWHERE)


def mixes(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many take part in each round, at least; 0 where no known coordinator is paid."""
    found = _fitting(columns, shape)
    found[found < FEWEST] = 0
    return found


def pairs(columns: Columns, shape: Shape) -> Ints:
    """The same with two equal outputs only: too few to say."""
    found = _fitting(columns, shape)
    found[found >= FEWEST] = 0
    return found


def _fitting(columns: Columns, shape: Shape) -> Ints:
    found, ins = np.zeros(len(columns), np.int64), columns.ins
    for tx in np.flatnonzero(columns.coordinator != NOWHERE):
        paid = columns.outs.amount[columns.coordinator[tx]]
        n, amount = int(shape.scripts[tx]), int(shape.amount[tx])
        small = OF * paid <= MOST_FEE * n * amount
        coins = ins.amount[ins.start[tx] : ins.start[tx + 1]]
        if n >= 2 and small and len(coins) >= n and 3 * shape.payers[tx] >= 2 * n and _enough(coins, n, amount):
            found[tx] = n
    return found


def _enough(coins: Ints, n: int, amount: int) -> bool:
    """Whether coins can be heaped up to so many of the amount, as far as the data shows them."""
    return bool((coins < 0).any()) or enough(coins, n, amount) != IMPOSSIBLE
