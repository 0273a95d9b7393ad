"""The lots of all holdings in one pool of arrays: linked lists, so that a payment moves lots without copying them.

Compiled code; amounts are two limbs (`wide`). An origin is its place in the fixed order of `method.rank`, so `clean` is
the last and `unknown` the one before it. A list is a chain of places in the pool, ended by -1.
"""

from typing import Any, NamedTuple

import numpy as np

from dyepack.compiled import compiled
from dyepack.trace.wide import add

END = -1


LOT = np.dtype([("origin", np.int64), ("next", np.int64), ("lo", np.uint64), ("hi", np.uint64)], align=True)
"""One lot, in one piece: what belongs together lies together, so that following a chain reads each place once."""

HELD = np.dtype([("first", np.int64), ("last", np.int64), ("lo", np.uint64), ("hi", np.uint64)], align=True)
"""A holding: its first and last lot, and its balance."""


class Lots(NamedTuple):
    """The pool of lots, and the holdings.

    `free` is an array of one: the first place of the chain of unused places; `left` how many these are. `parts` is
    room to work out the parts of one payment, a row for each origin.
    """

    lot: Any
    held: Any
    free: Any
    left: Any
    parts: Any


def empty(holdings: int, room: int, origins: int) -> Lots:
    """A pool of so many unused places for so many empty holdings of so many origins."""
    held = np.zeros(holdings, HELD)
    held["first"], held["last"] = END, END
    return Lots(
        _unused(0, room, END),
        held,
        np.array([0 if room else END], np.int64),
        np.array([room], np.int64),
        np.empty((origins, 4), np.uint64),
    )


def larger(lots: Lots, room: int) -> Lots:
    """The same pool with so many more unused places."""
    had = len(lots.lot)
    return lots._replace(
        lot=np.concatenate([lots.lot, _unused(had, room, int(lots.free[0]))]),
        free=np.array([had], np.int64),
        left=lots.left + room,
    )


def _unused(start: int, room: int, end: int) -> Any:
    """A chain of unused places that begins at `start` and goes on at `end`."""
    unused = np.zeros(room, LOT)
    unused["next"] = np.arange(start + 1, start + room + 1)
    unused["next"][-1:] = end
    return unused


@compiled
def take(lots: Any, origin: int, lo: Any, hi: Any) -> Any:
    """A lot of its own in an unused place, of which the caller has seen that there is one."""
    at = lots.free[0]
    lots.free[0] = lots.lot[at].next
    lots.left[0] -= 1
    lots.lot[at].origin, lots.lot[at].lo, lots.lot[at].hi, lots.lot[at].next = origin, lo, hi, END
    return at


@compiled
def give(lots: Any, at: int) -> Any:
    """Gives a place back; returns the one that followed it in its chain."""
    following = lots.lot[at].next
    lots.lot[at].next = lots.free[0]
    lots.free[0] = at
    lots.left[0] += 1
    return following


@compiled
def append(lots: Any, holding: int, at: int) -> None:
    """Puts one lot at the end of a holding; a neighbour of one origin takes it in."""
    last = lots.held[holding].last
    if last == END:
        lots.held[holding].first = at
    elif lots.lot[last].origin == lots.lot[at].origin:
        lots.lot[last].lo, lots.lot[last].hi = add(
            lots.lot[last].lo, lots.lot[last].hi, lots.lot[at].lo, lots.lot[at].hi
        )
        give(lots, at)
        return
    else:
        lots.lot[last].next = at
    lots.lot[at].next = END
    lots.held[holding].last = at


@compiled
def merge(lots: Any, holding: int, chain: int) -> None:
    """Adds a chain of lots to a holding that keeps one lot per origin, in the order of origins."""
    while chain != END:
        following = lots.lot[chain].next
        before, at = END, lots.held[holding].first
        while at != END and lots.lot[at].origin < lots.lot[chain].origin:
            before, at = at, lots.lot[at].next
        if at != END and lots.lot[at].origin == lots.lot[chain].origin:
            lots.lot[at].lo, lots.lot[at].hi = add(
                lots.lot[at].lo, lots.lot[at].hi, lots.lot[chain].lo, lots.lot[chain].hi
            )
            give(lots, chain)
        else:
            lots.lot[chain].next = at
            if before == END:
                lots.held[holding].first = chain
            else:
                lots.lot[before].next = chain
        chain = following


@compiled
def length(lots: Any, holding: int) -> Any:
    """How many lots a holding has."""
    count, at = 0, lots.held[holding].first
    while at != END:
        count, at = count + 1, lots.lot[at].next
    return count


@compiled
def longest(lots: Any) -> Any:
    """The most lots that any holding has."""
    most = 0
    for holding in range(len(lots.held)):
        most = max(most, length(lots, holding))
    return most
