"""Wasabi 1.0 and 1.1: strangers take out a tenth of a bitcoin, less a fee that grows with their number.

From 1.1 on also twice, four times that (mixing levels), for those who put in more. The amount is near 0.1 BTC and falls
from round to round; there are at least ten equal outputs, at most one change for each participant, and one output for
the coordinator. Ficsór's Dumplings finds them by the coordinator's first two addresses and by the amount.

When it misleads: JoinMarket rounds of about a tenth of a bitcoin have the same amounts. They have exactly one equal and
one change output per participant and no second level; so without a second level twenty equal outputs are asked for.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "wasabi1"
VERSION: Final = 1
BASE, AROUND = 10_000_000, 2_000_000
FEWEST, FEWEST_ONE_LEVEL = 10, 20


def mixes(columns: Columns, shape: Shape) -> Ints:
    """How many strangers take part in each transaction, at least; 0 where it is no such mix."""
    found = np.zeros(len(columns), np.int64)
    counts = (shape.inputs, shape.equal, shape.amount)
    _mixes(columns.outs.start, columns.outs.amount, counts, found)
    found[shape.payers < shape.equal] = 0
    return found


@compiled
def _mixes(start: Any, amount: Any, counts: Any, found: Any) -> None:
    inputs, equal, base = counts
    for tx in range(len(found)):
        if equal[tx] < FEWEST or abs(base[tx] - BASE) > AROUND or inputs[tx] < equal[tx]:
            continue
        paid = np.sort(amount[start[tx] : start[tx + 1]])
        levels, alone = 0, 0
        for n in range(len(paid)):
            twin = (n > 0 and paid[n] == paid[n - 1]) or (n + 1 < len(paid) and paid[n] == paid[n + 1])
            alone += not twin
            new = n == 0 or paid[n] != paid[n - 1]
            times = (paid[n] + base[tx] // 50) // base[tx]
            near = times >= 2 and abs(paid[n] - times * base[tx]) * 50 <= times * base[tx]
            levels += twin and new and near and (times & (times - 1)) == 0
        if alone > equal[tx] + 1 and levels == 0:
            continue
        if levels > 0 or equal[tx] >= FEWEST_ONE_LEVEL:
            found[tx] = equal[tx]
