"""First in, first out: what came first leaves first.

The rule of Clayton's Case (Devaynes v Noble, 1816), which Anderson, Shumailov and Ahmed carried over to
cryptocurrency ("Making Bitcoin Legal", 2018). It keeps taint whole instead of thinning it, so a trail stays
followable. It misleads where the order of payments is an accident: two payments in one block may swap whose money
went where, and an opening balance that the data does not show (which counts as the oldest money) shields what came
after it.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.lots import END, append, take
from dyepack.trace.wide import ZERO, less, sub


@compiled
def receive(lots: Any, holding: int, chain: int) -> None:
    """Put lots at the end of the queue."""
    while chain != END:
        following = lots.lot[chain].next
        append(lots, holding, chain)
        chain = following


@compiled
def pay(lots: Any, holding: int, lo: Any, hi: Any) -> Any:
    """Take lots from the front of the queue, the last of them in part if need be; the chain that leaves."""
    first = lots.held[holding].first
    last, at = END, first
    while lo != ZERO or hi != ZERO:
        if less(lo, hi, lots.lot[at].lo, lots.lot[at].hi):
            part = take(lots, lots.lot[at].origin, lo, hi)
            lots.lot[at].lo, lots.lot[at].hi = sub(lots.lot[at].lo, lots.lot[at].hi, lo, hi)
            if last == END:
                first = part
            else:
                lots.lot[last].next = part
            lots.held[holding].first = at
            return first
        lo, hi = sub(lo, hi, lots.lot[at].lo, lots.lot[at].hi)
        last, at = at, lots.lot[at].next
    if last == END:
        return END
    lots.lot[last].next = END
    lots.held[holding].first = at
    if at == END:
        lots.held[holding].last = END
    return first
