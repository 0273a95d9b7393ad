"""What holdings must have had at first: the least opening balance that lets each pay what it is shown paying."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dyepack.compiled import compiled
from dyepack.trace.kernel import MOVE, NOBODY, STEAL, Steps
from dyepack.trace.moves import GONE, Key, Moves
from dyepack.trace.wide import ZERO, add, integers, less, sub, summed


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much a holding pays beyond what it is shown to get, and the block by which it has done so."""

    amount: int
    block: int


def shortfalls(moves: Moves, steps: Steps) -> dict[Key, Shortfall]:
    """The lowest point below zero of every holding that pays in these steps, in their order.

    A transfer to oneself needs its amount first.
    """
    lo, hi, at = _lowest(steps.op, steps.payer, steps.payee, steps.lo, steps.hi, len(moves.keys))
    short = np.flatnonzero((lo != 0) | (hi != 0))
    amounts = integers(lo[short], hi[short])
    return {
        moves.keys[place]: Shortfall(amount, int(moves.block[steps.move[at[place]]]))
        for place, amount in zip(short.tolist(), amounts, strict=True)
    }


@compiled
def _lowest(op: Any, payer: Any, payee: Any, lo: Any, hi: Any, holdings: int) -> Any:
    """What must be put into each holding so that it never lacks, and the step at which the last of it was needed."""
    most = max(payer.max() + 1 if len(payer) else 0, payee.max() + 1 if len(payee) else 0, holdings)
    has_lo, has_hi = np.zeros(most, np.uint64), np.zeros(most, np.uint64)
    put_lo, put_hi = np.zeros(most, np.uint64), np.zeros(most, np.uint64)
    last = np.full(most, -1, np.int64)
    for index in range(len(op)):
        if op[index] == MOVE or op[index] == STEAL:
            at = payer[index]
            if less(has_lo[at], has_hi[at], lo[index], hi[index]):
                mlo, mhi = sub(lo[index], hi[index], has_lo[at], has_hi[at])
                put_lo[at], put_hi[at] = add(put_lo[at], put_hi[at], mlo, mhi)
                has_lo[at], has_hi[at], last[at] = ZERO, ZERO, index
            else:
                has_lo[at], has_hi[at] = sub(has_lo[at], has_hi[at], lo[index], hi[index])
        at = payee[index]
        if at != NOBODY:
            has_lo[at], has_hi[at] = add(has_lo[at], has_hi[at], lo[index], hi[index])
    return put_lo, put_hi, last


def before_first(moves: Moves, known: Mapping[Key, tuple[int, int]]) -> dict[Key, int]:
    """Known balances, as (block, balance at its end), carried back to before the first movement.

    Below zero where the movements up to that block bring more than the balance: then the two contradict each other.
    """
    if not known:
        return {}
    group = {key: place for place, key in enumerate(known)}
    place = np.array([group.get(key, -1) for key in moves.keys], np.int64)
    until = np.array([block for block, _ in known.values()], np.int64)
    paid = _sums(moves, place[moves.payer], until, moves.leaves)
    got = _sums(moves, place[moves.payee], until, ~np.isin(moves.kind, GONE))
    return {key: amount + out - came for (key, (_, amount)), out, came in zip(known.items(), paid, got, strict=True)}


def _sums(moves: Moves, place: Any, until: Any, counts: Any) -> list[int]:
    """Of each known balance, what moved by its block."""
    held = counts & (place >= 0) & (moves.block <= until[np.maximum(place, 0)])
    return integers(*summed(np.where(held, place, -1), moves.lo, moves.hi, len(until)))
