"""Clean first: untainted money leaves first; what must remain is what was stolen.

Re Hallett's Estate (1880): a trustee who draws on a mixed account is taken to have spent his own money first. What was
ever stolen there cannot exceed the lowest balance since (Roscoe v Winder, 1915): that follows here by itself, as stolen
money leaves only when nothing else is left. It brings the least to places that are paid early, and the most to where
money stays. It misleads for an account that mostly passes money on, whose owner's "own" money is somebody else's.

Order: `clean`, then `unknown`, then the incidents, these in proportion to each other.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.haircut import joined, pay_one, pay_shares
from dyepack.trace.lots import END, merge

receive = merge
"""One lot per origin, in the fixed order of origins."""


@compiled
def pay(lots: Any, holding: int, lo: Any, hi: Any, clean: int) -> Any:
    """Take an amount, innocent money first; the chain that leaves. `clean` is that origin's number."""
    chain, lo, hi = pay_one(lots, holding, clean, (lo, hi))
    unknown, lo, hi = pay_one(lots, holding, clean - 1, (lo, hi))
    stolen = pay_shares(lots, holding, lots.held[holding].first, up_to(lots, holding, clean - 1), (lo, hi))
    return joined(lots, joined(lots, stolen, unknown), chain)


@compiled
def up_to(lots: Any, holding: int, origin: int) -> Any:
    """The first lot of a holding that is of this origin or a later one."""
    at = lots.held[holding].first
    while at != END and lots.lot[at].origin < origin:
        at = lots.lot[at].next
    return at
