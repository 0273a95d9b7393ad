"""Last in, first out: what came last leaves first.

A convention of accounting for stocks; the court in US v. Banco Cafetero (2d Cir. 1986) names it ("drugs-in, last-out")
beside first-out and averaging as a way in which the government may trace. It gives a victim most where the account had
money of its own before and paid little since. It misleads where an account only passes money on: what happened to be
the latest arrival is singled out, and an older theft looks untouched for as long as others keep paying in.

Lots of one payment arrive in the order in which they left, so the last of them lies on top.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.fifo import pay as pay_from_the_top
from dyepack.trace.lots import END, give
from dyepack.trace.wide import add


@compiled
def receive(lots: Any, holding: int, chain: int) -> None:
    """Put lots on top of the pile, one after another; a neighbour of one origin takes a lot in."""
    while chain != END:
        following = lots.lot[chain].next
        top = lots.held[holding].first
        if top != END and lots.lot[top].origin == lots.lot[chain].origin:
            lots.lot[top].lo, lots.lot[top].hi = add(
                lots.lot[top].lo, lots.lot[top].hi, lots.lot[chain].lo, lots.lot[chain].hi
            )
            give(lots, chain)
        else:
            lots.lot[chain].next = top
            lots.held[holding].first = chain
            if top == END:
                lots.held[holding].last = chain
        chain = following


pay = pay_from_the_top
"""The pile is a list whose first lot is the top: taking from the front is taking the latest."""
