"""Lots of one origin leave a holding before all others: where a seed names a transaction, stolen money goes first.

What lies nearest to the front goes first, under every rule; what is left to be paid after it is the rule's.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.lots import END, take
from dyepack.trace.wide import ZERO, less, sub


@compiled
def pay(lots: Any, holding: int, origin: int, lo: Any, hi: Any) -> Any:
    """Take up to an amount of one origin; the chain that leaves, and what is still to be paid."""
    chain, last, before, at = END, END, END, lots.held[holding].first
    while at != END and (lo != ZERO or hi != ZERO):
        following, piece = lots.lot[at].next, at
        if lots.lot[at].origin != origin:
            before, at = at, following
            continue
        if less(lo, hi, lots.lot[at].lo, lots.lot[at].hi):
            lots.lot[at].lo, lots.lot[at].hi = sub(lots.lot[at].lo, lots.lot[at].hi, lo, hi)
            piece = take(lots, origin, lo, hi)
            lo, hi = ZERO, ZERO
        else:
            lo, hi = sub(lo, hi, lots.lot[at].lo, lots.lot[at].hi)
            _unlink(lots, holding, before, at)
        lots.lot[piece].next = END
        if chain == END:
            chain = piece
        else:
            lots.lot[last].next = piece
        last, at = piece, following
    return chain, lo, hi


@compiled
def _unlink(lots: Any, holding: int, before: int, at: int) -> None:
    following = lots.lot[at].next
    if before == END:
        lots.held[holding].first = following
    else:
        lots.lot[before].next = following
    if lots.held[holding].last == at:
        lots.held[holding].last = before
