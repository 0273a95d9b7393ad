"""Haircut: every payment carries the same share of each origin as the holding has, pari passu.

Möser, Böhme and Breuker, "Towards Risk Scoring of Bitcoin Transactions" (2014); in court, rateable sharing among the
victims of a mixed fund. It treats all money in a holding alike, and so spreads ever thinner taint over ever more
addresses: a small share at a busy address says little about anybody there.

Shares of integers rarely come out even. What rounding down leaves over goes, one unit each, to the largest fractions;
ties go to incidents by slug before `unknown` before `clean`. So no unit is made or lost, and no origin pays more than
it has.
"""

from typing import Any

from dyepack.compiled import compiled
from dyepack.trace.lots import END, give, merge, take
from dyepack.trace.wide import ONE, ZERO, add, less, share, sub

receive = merge
"""One lot per origin, in the fixed order of origins."""


@compiled
def pay(lots: Any, holding: int, lo: Any, hi: Any) -> Any:
    """Take an amount in proportion to the sums; the chain that leaves."""
    return pay_shares(lots, holding, lots.held[holding].first, END, (lo, hi))


@compiled
def pay_shares(lots: Any, holding: int, first: int, end: int, amount: Any) -> Any:
    """Take an amount in proportion from the lots from `first` up to `end`, which begin the holding's list."""
    lo, hi = amount
    if lo == ZERO and hi == ZERO:
        return END
    count, tlo, thi, at = 0, ZERO, ZERO, first
    while at != end:
        tlo, thi = add(tlo, thi, lots.lot[at].lo, lots.lot[at].hi)
        count, at = count + 1, lots.lot[at].next
    if end == END and lo == tlo and hi == thi:
        return _all(lots, holding)
    parts = lots.parts[:count]
    divide(lots, first, amount, (tlo, thi), parts)
    return _cut(lots, holding, parts)


@compiled
def divide(lots: Any, first: int, amount: Any, total: Any, parts: Any) -> None:
    """Divide an amount among the first lots of a chain, as many as `parts` has rows, which have this total.

    The remainders of all shares add up to a whole number of totals, which is how many units rounding down leaves over:
    so the last share needs no division, and the only lot of a holding none at all.
    """
    lo, hi = amount
    tlo, thi = total
    over_lo, over_hi, units, at, last = ZERO, ZERO, ZERO, first, len(parts) - 1
    for index in range(last):
        qlo, qhi, rlo, rhi = share(amount[0], amount[1], lots.lot[at].lo, lots.lot[at].hi, tlo, thi)
        parts[index, 0], parts[index, 1], parts[index, 2], parts[index, 3] = qlo, qhi, rlo, rhi
        lo, hi = sub(lo, hi, qlo, qhi)
        over_lo, over_hi = add(over_lo, over_hi, rlo, rhi)
        if less(over_lo, over_hi, rlo, rhi) or not less(over_lo, over_hi, tlo, thi):
            over_lo, over_hi = sub(over_lo, over_hi, tlo, thi)
            units += ONE
        at = lots.lot[at].next
    if over_lo != ZERO or over_hi != ZERO:
        over_lo, over_hi = sub(tlo, thi, over_lo, over_hi)
        units += ONE
    lo, hi = sub(lo, hi, units, ZERO)
    parts[last, 0], parts[last, 1], parts[last, 2], parts[last, 3] = lo, hi, over_lo, over_hi
    round_up(parts, int(units))


@compiled
def _all(lots: Any, holding: int) -> Any:
    """Everything that a holding has, as a chain."""
    chain = lots.held[holding].first
    lots.held[holding].first = lots.held[holding].last = END
    return chain


@compiled
def round_up(parts: Any, units: int) -> None:
    """One unit more to each of the largest remainders; of equal ones, to the first."""
    for _ in range(units):
        best = 0
        for index in range(1, len(parts)):
            if less(parts[best, 2], parts[best, 3], parts[index, 2], parts[index, 3]):
                best = index
        parts[best, 0], parts[best, 1] = add(parts[best, 0], parts[best, 1], ONE, ZERO)
        parts[best, 2], parts[best, 3] = ZERO, ZERO


@compiled
def _cut(lots: Any, holding: int, parts: Any) -> Any:
    """Take these parts of the first lots of a holding away, as a chain."""
    chain, last, before, at = END, END, END, lots.held[holding].first
    for index in range(len(parts)):
        following, lo, hi = lots.lot[at].next, parts[index, 0], parts[index, 1]
        whole = lo == lots.lot[at].lo and hi == lots.lot[at].hi
        piece = END
        if whole:
            piece = at
            if before == END:
                lots.held[holding].first = following
            else:
                lots.lot[before].next = following
        else:
            if lo != ZERO or hi != ZERO:
                piece = take(lots, lots.lot[at].origin, lo, hi)
                lots.lot[at].lo, lots.lot[at].hi = sub(lots.lot[at].lo, lots.lot[at].hi, lo, hi)
            before = at
        if piece != END:
            lots.lot[piece].next = END
            if chain == END:
                chain = piece
            else:
                lots.lot[last].next = piece
            last = piece
        at = following
    return chain


@compiled
def pay_one(lots: Any, holding: int, origin: int, amount: Any) -> Any:
    """Take up to an amount of one origin; the lot that leaves (or END), and what is still to be paid."""
    lo, hi = amount
    before, at = END, lots.held[holding].first
    while at != END and lots.lot[at].origin != origin:
        before, at = at, lots.lot[at].next
    if at == END or (lo == ZERO and hi == ZERO):
        return END, lo, hi
    if less(lo, hi, lots.lot[at].lo, lots.lot[at].hi):
        lots.lot[at].lo, lots.lot[at].hi = sub(lots.lot[at].lo, lots.lot[at].hi, lo, hi)
        return take(lots, origin, lo, hi), ZERO, ZERO
    lo, hi = sub(lo, hi, lots.lot[at].lo, lots.lot[at].hi)
    if before == END:
        lots.held[holding].first = lots.lot[at].next
    else:
        lots.lot[before].next = lots.lot[at].next
    lots.lot[at].next = END
    return at, lo, hi


@compiled
def joined(lots: Any, chain: int, more: int) -> Any:
    """Two chains as one."""
    if chain == END:
        return more
    at = chain
    while lots.lot[at].next != END:
        at = lots.lot[at].next
    lots.lot[at].next = more
    return chain


@compiled
def drop(lots: Any, holding: int) -> None:
    """Empty a holding."""
    at = lots.held[holding].first
    while at != END:
        at = give(lots, at)
    lots.held[holding].first = lots.held[holding].last = END
