"""The walk itself, compiled: every step of a slice in chain order, under one rule.

A step is one of five: NEW money of an origin comes into being; a MOVE pays from a holding; a STEAL is a move whose
money is from here on an incident's, whosever it was; a COPY gives a holding so much money with the composition of
another (the second leg of a conversion); a RESUME puts back a lot where an earlier walk left it. Where money goes to
a holding that nobody follows, the step has no payee.

What comes out are records: (step, origin, amount, how). Of `clean` money there are none.
"""

from typing import Any, NamedTuple

import numpy as np

from dyepack.compiled import compiled
from dyepack.trace import apart, clean_first, fifo, haircut, lifo, taint_first
from dyepack.trace.ahead import FAR, MIDDLE, NEAR, NEXT, fetch
from dyepack.trace.haircut import joined
from dyepack.trace.lots import END, give, length, merge, take
from dyepack.trace.method import CLEAN_FIRST, FIFO, HAIRCUT, LIFO, POISON
from dyepack.trace.poison import has, mark
from dyepack.trace.wide import ZERO, add, less, sub

NEW, MOVE, STEAL, COPY, RESUME = range(5)
CARRIED, STOLEN, SPREAD = range(3)
DONE, MORE_LOTS, MORE_RECORDS, OVERDRAWN, MISCOUNTED = range(5)
NOBODY = -1


class Steps(NamedTuple):
    """What is to be done, in order; `move` is the movement that a step belongs to, or -1; `clean` the
    number of that origin, an array of one. `first` is the origin whose lots a MOVE takes before any other, or -1.
    """

    op: Any
    payer: Any
    payee: Any
    origin: Any
    lo: Any
    hi: Any
    move: Any
    clean: Any
    first: Any


class Records(NamedTuple):
    """What each step carried of each origin; `count` is an array of one."""

    step: Any
    origin: Any
    lo: Any
    hi: Any
    how: Any
    count: Any


class Scratch(NamedTuple):
    """Sums by origin of one payment, and which origins these are; kept between steps."""

    lo: Any
    hi: Any
    seen: Any
    listed: Any


@compiled
def walked(steps: Any, start: int, lots: Any, records: Any, scratch: Any, method: int) -> Any:
    """Do the steps from `start`; why it ended, and at which step."""
    origins = len(scratch.lo)
    room = len(records.step)
    for index in range(start, len(steps.op)):
        _look_ahead(steps, index, lots)
        need = origins + 4
        if steps.op[index] == COPY:
            need += length(lots, steps.payer[index])
        if lots.left[0] < need:
            return MORE_LOTS, index
        if records.count[0] + 4 * origins + 4 > room:
            return MORE_RECORDS, index
        status = (
            _poisoned(steps, index, lots, records)
            if method == POISON
            else _step(steps, index, lots, records, scratch, method)
        )
        if status != DONE:
            return status, index
    return DONE, len(steps.op)


@compiled
def _look_ahead(steps: Any, index: int, lots: Any) -> None:
    """Have the holdings of the steps to come, and their first and last lots, on their way from memory."""
    if index + FAR >= len(steps.op):
        return
    fetch(lots.held, steps.payer[index + FAR])
    fetch(lots.held, steps.payee[index + FAR])
    for holding in (steps.payer[index + MIDDLE], steps.payee[index + MIDDLE]):
        if holding >= 0:
            fetch(lots.lot, lots.held[holding].first)
            fetch(lots.lot, lots.held[holding].last)
    for holding in (steps.payer[index + NEAR], steps.payee[index + NEAR]):
        if holding >= 0 and lots.held[holding].first != END:
            fetch(lots.lot, lots.lot[lots.held[holding].first].next)
    for holding in (steps.payer[index + NEXT], steps.payee[index + NEXT]):
        if holding >= 0 and lots.held[holding].first != END:
            second = lots.lot[lots.held[holding].first].next
            if second != END:
                fetch(lots.lot, lots.lot[second].next)


@compiled
def _step(steps: Any, index: int, lots: Any, records: Any, scratch: Any, method: int) -> Any:
    op, payer, payee = steps.op[index], steps.payer[index], steps.payee[index]
    lo, hi, clean = steps.lo[index], steps.hi[index], len(scratch.lo) - 1
    if op == MOVE or op == STEAL:
        if not _let_go(lots, payer, lo, hi):
            return OVERDRAWN
        chain = END
        if steps.first[index] >= 0:
            chain, lo, hi = apart.pay(lots, payer, steps.first[index], lo, hi)
        if lo != ZERO or hi != ZERO:
            chain = joined(lots, chain, _pay(lots, payer, lo, hi, clean, method))
        lo, hi = steps.lo[index], steps.hi[index]
        if not _recorded(lots, chain, index, records, scratch, (lo, hi), STOLEN if op == STEAL else CARRIED):
            return MISCOUNTED
    elif op == COPY:
        chain = _scaled(lots, payer, lo, hi)
        if not _recorded(lots, chain, index, records, scratch, (lo, hi), CARRIED):
            return MISCOUNTED
    else:
        chain = END
    if op == STEAL:
        while chain != END:
            chain = give(lots, chain)
    if op != MOVE and op != COPY:
        chain = take(lots, steps.origin[index], lo, hi)
        if op != RESUME and steps.origin[index] != clean:
            _record(records, index, steps.origin[index], lo, hi, CARRIED)
    if payee == NOBODY:
        while chain != END:
            chain = give(lots, chain)
    else:
        lots.held[payee].lo, lots.held[payee].hi = add(lots.held[payee].lo, lots.held[payee].hi, lo, hi)
        _receive(lots, payee, chain, method)
    return DONE


@compiled
def _let_go(lots: Any, holding: int, lo: Any, hi: Any) -> Any:
    """Take an amount off a balance; whether it was there."""
    if less(lots.held[holding].lo, lots.held[holding].hi, lo, hi):
        return False
    lots.held[holding].lo, lots.held[holding].hi = sub(lots.held[holding].lo, lots.held[holding].hi, lo, hi)
    return True


@compiled
def _pay(lots: Any, holding: int, lo: Any, hi: Any, clean: int, method: int) -> Any:
    if method == FIFO:
        return fifo.pay(lots, holding, lo, hi)
    if method == LIFO:
        return lifo.pay(lots, holding, lo, hi)
    if method == HAIRCUT:
        return haircut.pay(lots, holding, lo, hi)
    if method == CLEAN_FIRST:
        return clean_first.pay(lots, holding, lo, hi, clean)
    return taint_first.pay(lots, holding, lo, hi, clean)


@compiled
def _receive(lots: Any, holding: int, chain: int, method: int) -> None:
    if method == FIFO:
        fifo.receive(lots, holding, chain)
    elif method == LIFO:
        lifo.receive(lots, holding, chain)
    else:
        merge(lots, holding, chain)


@compiled
def _recorded(lots: Any, chain: int, index: int, records: Any, scratch: Any, amount: Any, how: int) -> Any:
    """Record a payment by origin, and whether its lots add up to what was to be paid."""
    count, slo, shi = 0, ZERO, ZERO
    at = chain
    while at != END:
        origin = lots.lot[at].origin
        slo, shi = add(slo, shi, lots.lot[at].lo, lots.lot[at].hi)
        if not scratch.seen[origin]:
            scratch.seen[origin] = True
            scratch.listed[count] = origin
            scratch.lo[origin], scratch.hi[origin] = ZERO, ZERO
            count += 1
        scratch.lo[origin], scratch.hi[origin] = add(
            scratch.lo[origin], scratch.hi[origin], lots.lot[at].lo, lots.lot[at].hi
        )
        at = lots.lot[at].next
    clean = len(scratch.lo) - 1
    for place in range(count):
        origin = scratch.listed[place]
        scratch.seen[origin] = False
        if origin != clean:
            _record(records, index, origin, scratch.lo[origin], scratch.hi[origin], how)
    return slo == amount[0] and shi == amount[1]


@compiled
def _record(records: Any, index: int, origin: int, lo: Any, hi: Any, how: int) -> None:
    at = records.count[0]
    records.step[at], records.origin[at], records.how[at] = index, origin, how
    records.lo[at], records.hi[at] = lo, hi
    records.count[0] += 1


@compiled
def _scaled(lots: Any, holding: int, lo: Any, hi: Any) -> Any:
    """An amount with the composition of a holding, lot by lot, as a chain; the holding keeps what it has."""
    count = length(lots, holding)
    parts = np.empty((count, 4), np.uint64)
    if count:
        total = lots.held[holding].lo, lots.held[holding].hi
        haircut.divide(lots, lots.held[holding].first, (lo, hi), total, parts)
    chain, last, at = END, END, lots.held[holding].first
    for place in range(count):
        if parts[place, 0] != ZERO or parts[place, 1] != ZERO:
            made = take(lots, lots.lot[at].origin, parts[place, 0], parts[place, 1])
            if chain == END:
                chain = made
            else:
                lots.lot[last].next = made
            last = made
        at = lots.lot[at].next
    return chain


@compiled
def _poisoned(steps: Any, index: int, lots: Any, records: Any) -> Any:
    """A step under the rule that does not conserve: lots are marks without amounts."""
    op, payer, payee = steps.op[index], steps.payer[index], steps.payee[index]
    lo, hi = steps.lo[index], steps.hi[index]
    if op == RESUME:
        if steps.origin[index] != steps.clean[0]:
            mark(lots, payee, steps.origin[index])
        else:
            lots.held[payee].lo, lots.held[payee].hi = add(lots.held[payee].lo, lots.held[payee].hi, lo, hi)
        return DONE
    if (op == MOVE or op == STEAL) and not _let_go(lots, payer, lo, hi):
        return OVERDRAWN
    marks = op == MOVE or op == COPY
    if op == STEAL:
        _record_marks(lots, payer, index, records, (lo, hi), STOLEN)
    if marks:
        _record_marks(lots, payer, index, records, (lo, hi), CARRIED)
    elif steps.origin[index] != steps.clean[0]:
        _record(records, index, steps.origin[index], lo, hi, CARRIED)
    if payee != NOBODY:
        _arrive(steps, index, lots, records, marks)
    if (op == MOVE or op == STEAL) and lots.held[payer].lo == ZERO and lots.held[payer].hi == ZERO:
        haircut.drop(lots, payer)
    return DONE


@compiled
def _record_marks(lots: Any, holding: int, index: int, records: Any, amount: Any, how: int) -> None:
    at = lots.held[holding].first
    while at != END:
        _record(records, index, lots.lot[at].origin, amount[0], amount[1], how)
        at = lots.lot[at].next


@compiled
def _arrive(steps: Any, index: int, lots: Any, records: Any, marks: bool) -> None:
    """What comes is tainted by what is there, and what is there by what comes."""
    payer, payee, lo, hi = steps.payer[index], steps.payee[index], steps.lo[index], steps.hi[index]
    had_lo, had_hi = lots.held[payee].lo, lots.held[payee].hi
    lots.held[payee].lo, lots.held[payee].hi = add(had_lo, had_hi, lo, hi)
    clean = steps.clean[0]
    at = lots.held[payee].first
    while at != END:
        origin = lots.lot[at].origin
        comes = has(lots, payer, origin) if marks else origin == steps.origin[index]
        if not comes:
            _record(records, index, origin, lo, hi, SPREAD)
        at = lots.lot[at].next
    if not marks:
        if steps.origin[index] != clean:
            _taint(lots, payee, steps.origin[index], index, records, (had_lo, had_hi))
        return
    at = lots.held[payer].first
    while at != END:
        _taint(lots, payee, lots.lot[at].origin, index, records, (had_lo, had_hi))
        at = lots.lot[at].next


@compiled
def _taint(lots: Any, holding: int, origin: int, index: int, records: Any, had: Any) -> None:
    """Mark a holding, whose earlier balance is tainted with it."""
    if has(lots, holding, origin):
        return
    mark(lots, holding, origin)
    if had[0] != ZERO or had[1] != ZERO:
        _record(records, index, origin, had[0], had[1], SPREAD)


@compiled
def resting(lots: Any) -> Any:
    """How many lots rest in holdings at the end."""
    count = 0
    for holding in range(len(lots.held)):
        count += length(lots, holding)
    return count


@compiled
def listed(lots: Any, count: int) -> Any:
    """Every lot at rest, holding by holding from the front: (holding, origin, lo, hi)."""
    holdings, origins = np.empty(count, np.int64), np.empty(count, np.int64)
    lo, hi = np.empty(count, np.uint64), np.empty(count, np.uint64)
    index = 0
    for holding in range(len(lots.held)):
        at = lots.held[holding].first
        while at != END:
            holdings[index], origins[index], lo[index], hi[index] = (
                holding,
                lots.lot[at].origin,
                lots.lot[at].lo,
                lots.lot[at].hi,
            )
            index, at = index + 1, lots.lot[at].next
    return holdings, origins, lo, hi


@compiled
def miscounted(lots: Any) -> Any:
    """The first holding whose lots do not add up to its balance, or -1."""
    for holding in range(len(lots.held)):
        lo, hi, at = ZERO, ZERO, lots.held[holding].first
        while at != END:
            lo, hi = add(lo, hi, lots.lot[at].lo, lots.lot[at].hi)
            at = lots.lot[at].next
        if lo != lots.held[holding].lo or hi != lots.held[holding].hi:
            return holding
    return -1
