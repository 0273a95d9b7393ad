"""The lots of all holdings in one pool of arrays: linked lists, so that a payment moves lots without copying them.

Compiled code; amounts are two limbs (`wide`). An origin is its place in the fixed order of `method.rank`, so `clean` is
the last and `unknown` the one before it. A list is a chain of places in the pool, ended by -1.
"""

from typing import Any, NamedTuple

import numpy as np

from dyepack.compiled import compiled
from dyepack.trace.wide import add

END = -1


class Lots(NamedTuple):
    """The pool, and the first and last lot and the balance of each holding.

    `free` is an array of one: the first place of the chain of unused places; `left` how many these are. `parts` is
    room to work out the parts of one payment, a row for each origin.
    """

    origin: Any
    lo: Any
    hi: Any
    next: Any
    first: Any
    last: Any
    balance_lo: Any
    balance_hi: Any
    free: Any
    left: Any
    parts: Any


def empty(holdings: int, room: int, origins: int) -> Lots:
    """A pool of so many unused places for so many empty holdings of so many origins."""
    following = np.arange(1, room + 1, dtype=np.int64)
    following[-1:] = END
    return Lots(
        np.zeros(room, np.int32),
        np.zeros(room, np.uint64),
        np.zeros(room, np.uint64),
        following,
        np.full(holdings, END, np.int64),
        np.full(holdings, END, np.int64),
        np.zeros(holdings, np.uint64),
        np.zeros(holdings, np.uint64),
        np.array([0 if room else END], np.int64),
        np.array([room], np.int64),
        np.empty((origins, 4), np.uint64),
    )


def larger(lots: Lots, room: int) -> Lots:
    """The same pool with so many more unused places."""
    had = len(lots.next)
    more = np.arange(had + 1, had + room + 1, dtype=np.int64)
    more[-1] = lots.free[0]
    return lots._replace(
        origin=np.concatenate([lots.origin, np.zeros(room, np.int32)]),
        lo=np.concatenate([lots.lo, np.zeros(room, np.uint64)]),
        hi=np.concatenate([lots.hi, np.zeros(room, np.uint64)]),
        next=np.concatenate([lots.next, more]),
        free=np.array([had], np.int64),
        left=lots.left + room,
    )


@compiled
def take(lots: Any, origin: int, lo: Any, hi: Any) -> Any:
    """A lot of its own in an unused place, of which the caller has seen that there is one."""
    at = lots.free[0]
    lots.free[0] = lots.next[at]
    lots.left[0] -= 1
    lots.origin[at], lots.lo[at], lots.hi[at], lots.next[at] = origin, lo, hi, END
    return at


@compiled
def give(lots: Any, at: int) -> Any:
    """Gives a place back; returns the one that followed it in its chain."""
    following = lots.next[at]
    lots.next[at] = lots.free[0]
    lots.free[0] = at
    lots.left[0] += 1
    return following


@compiled
def append(lots: Any, holding: int, at: int) -> None:
    """Puts one lot at the end of a holding; a neighbour of one origin takes it in."""
    last = lots.last[holding]
    if last == END:
        lots.first[holding] = at
    elif lots.origin[last] == lots.origin[at]:
        lots.lo[last], lots.hi[last] = add(lots.lo[last], lots.hi[last], lots.lo[at], lots.hi[at])
        give(lots, at)
        return
    else:
        lots.next[last] = at
    lots.next[at] = END
    lots.last[holding] = at


@compiled
def merge(lots: Any, holding: int, chain: int) -> None:
    """Adds a chain of lots to a holding that keeps one lot per origin, in the order of origins."""
    while chain != END:
        following = lots.next[chain]
        before, at = END, lots.first[holding]
        while at != END and lots.origin[at] < lots.origin[chain]:
            before, at = at, lots.next[at]
        if at != END and lots.origin[at] == lots.origin[chain]:
            lots.lo[at], lots.hi[at] = add(lots.lo[at], lots.hi[at], lots.lo[chain], lots.hi[chain])
            give(lots, chain)
        else:
            lots.next[chain] = at
            if before == END:
                lots.first[holding] = chain
            else:
                lots.next[before] = chain
        chain = following


@compiled
def length(lots: Any, holding: int) -> Any:
    """How many lots a holding has."""
    count, at = 0, lots.first[holding]
    while at != END:
        count, at = count + 1, lots.next[at]
    return count


@compiled
def longest(lots: Any) -> Any:
    """The most lots that any holding has."""
    most = 0
    for holding in range(len(lots.first)):
        most = max(most, length(lots, holding))
    return most
