"""Taint first: stolen money leaves first, as far as there is any.

"Drugs-in, first-out": US v. Banco Cafetero Panama (2d Cir. 1986) let the government choose, of an account that held
both, the withdrawals or what was left, and called this one so. It brings the most to whoever was paid soon after the
theft. It misleads as an accusation: every early payee of a busy account gets all of it, whatever else the account
could have paid them from.

Order: the incidents, in proportion to each other, then `unknown`, then `clean`.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.clean_first import up_to
from dyepack.trace.haircut import joined, pay_one, pay_shares
from dyepack.trace.lots import merge
from dyepack.trace.wide import ZERO, add, less, sub

receive = merge
"""One lot per origin, in the fixed order of origins."""


@compiled
def pay(lots: Any, holding: int, lo: Any, hi: Any, clean: int) -> Any:
    """Take an amount, stolen money first; the chain that leaves. `clean` is that origin's number."""
    end = up_to(lots, holding, clean - 1)
    slo, shi, at = ZERO, ZERO, lots.held[holding].first
    while at != end:
        slo, shi = add(slo, shi, lots.lot[at].lo, lots.lot[at].hi)
        at = lots.lot[at].next
    if less(lo, hi, slo, shi):
        slo, shi = lo, hi
    stolen = pay_shares(lots, holding, lots.held[holding].first, end, (slo, shi))
    lo, hi = sub(lo, hi, slo, shi)
    unknown, lo, hi = pay_one(lots, holding, clean - 1, (lo, hi))
    rest, lo, hi = pay_one(lots, holding, clean, (lo, hi))
    return joined(lots, stolen, joined(lots, unknown, rest))
