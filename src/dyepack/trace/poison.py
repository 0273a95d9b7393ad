"""Poison: any touch taints everything.

Möser, Böhme and Breuker (2014) name it as the strictest of the policies for transactions; no court that we know of
uses it. A holding that got anything from an origin is tainted by it as a whole until it is empty, and so is whatever
it pays. It does **not** conserve: taint grows with every meeting. So its figures say how far stolen money can have
*reached*, as an upper bound; they are never an amount that anybody owes, and are left out of every range.

Of clean money that comes to be tainted, a record of its own says so (`SPREAD`): what was seeded and what spread add up
to where the taint is.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.lots import END, take
from dyepack.trace.wide import ZERO


@compiled
def has(lots: Any, holding: int, origin: int) -> Any:
    """Whether a holding is tainted by an origin."""
    at = lots.held[holding].first
    while at != END and lots.lot[at].origin < origin:
        at = lots.lot[at].next
    return at != END and lots.lot[at].origin == origin


@compiled
def mark(lots: Any, holding: int, origin: int) -> None:
    """Taint a holding by an origin: a lot without an amount."""
    before, at = END, lots.held[holding].first
    while at != END and lots.lot[at].origin < origin:
        before, at = at, lots.lot[at].next
    if at != END and lots.lot[at].origin == origin:
        return
    made = take(lots, origin, ZERO, ZERO)
    lots.lot[made].next = at
    if before == END:
        lots.held[holding].first = made
    else:
        lots.lot[before].next = made
