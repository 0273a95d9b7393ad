"""JoinMarket: one taker and at least two makers each take out the same amount, and their own change.

With n participants there are n equal outputs and n change outputs, or n - 1 where the taker sweeps. Every change can be
paid by somebody's own inputs: a maker puts in (equal amount + change - what he earns). Möser and Böhme 2016.

When it misleads: who pays three friends the same from four coins may look like it; asked is therefore that for half of
the participants one input, or two together, fit a change, within the fees that are usual. With many participants the
number of outputs says enough, and one such fit suffices: makers there gather small coins. Small rounds of makers with
three inputs and more are found less often.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "joinmarket"
VERSION: Final = 1
FEWEST, MANY = 3, 8
LEAST_SLACK, MOST_PAIRED = 10_000, 40


def mixes(columns: Columns, shape: Shape) -> Ints:
    """How many take part in each transaction; 0 where it is no such mix."""
    found = np.zeros(len(columns), np.int64)
    ins, outs = columns.ins, columns.outs
    counts = (shape.outputs, shape.equal, shape.amount, shape.payers)
    _mixes((ins.start, ins.amount), (outs.start, outs.amount), counts, found)
    found[(shape.notes > 0) | ~shape.known] = 0
    return found


@compiled
def _mixes(ins: Any, outs: Any, counts: Any, found: Any) -> None:
    in_start, in_amount = ins
    out_start, out_amount = outs
    outputs, equal, what, payers = counts
    for tx in range(len(found)):
        n = equal[tx]
        if n < FEWEST or not 2 * n - 1 <= outputs[tx] <= 2 * n or payers[tx] < n:
            continue
        free = np.sort(in_amount[in_start[tx] : in_start[tx + 1]])
        used = np.zeros(len(free), np.bool_)
        slack = max(LEAST_SLACK, what[tx] // 100)
        fitted, left = 0, np.zeros(outputs[tx], np.int64)
        unfit = 0
        for place in range(out_start[tx], out_start[tx + 1]):
            change = out_amount[place]
            if change == what[tx] or change <= 0:
                continue
            if _one_fits(free, used, change + what[tx], slack):
                fitted += 1
            else:
                left[unfit] = change + what[tx]
                unfit += 1
        if len(free) <= MOST_PAIRED:
            for k in range(unfit):
                fitted += _two_fit(free, used, left[k], slack)
        if 2 * fitted >= n or (n >= MANY and fitted > 0):
            found[tx] = n


@compiled
def _one_fits(free: Any, used: Any, amount: Any, slack: Any) -> Any:
    """Take an unused input of about this amount."""
    at = np.searchsorted(free, amount - slack)
    while at < len(free) and free[at] <= amount + slack:
        if not used[at]:
            used[at] = True
            return True
        at += 1
    return False


@compiled
def _two_fit(free: Any, used: Any, amount: Any, slack: Any) -> Any:
    """Take two unused inputs that come to about this amount."""
    for one in range(len(free)):
        if used[one]:
            continue
        for other in range(one + 1, len(free)):
            if not used[other] and abs(free[one] + free[other] - amount) <= slack:
                used[one] = used[other] = True
                return True
    return False
