"""Wasabi 1.0 and 1.1: strangers take out a tenth of a bitcoin, less a fee that grows with their number.

From 1.1 on also twice, four times that (mixing levels), for those who put in more. The amount is near 0.1 BTC and falls
from round to round; there are at least ten equal outputs, as many payers who could each have paid one (see `heaps`), at
most one change for each participant, and one output for the coordinator. Ficsór's Dumplings finds them by the
coordinator's first two addresses (here a rule of their own: `coordinators`) and by the amount.

When it misleads: JoinMarket rounds of about a tenth of a bitcoin have the same amounts. They have exactly one equal and
one change output per participant and no second level. Payrolls and payouts may come near a tenth of a bitcoin too: they
are round amounts, or have few changes. So without a second level twenty equal outputs are asked for and changes that
tell the payers (see `strength`); with one, a change for every third participant; and never an amount that people write.
A level is twice (four times) the amount less some thousand satoshis, never more: salaries and withdrawals that are
twice others are exactly that, or more, where a fee was taken off each; such are a level only where changes tell.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.heaps import POSSIBLE
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "wasabi1"
VERSION: Final = 3
BASE, AROUND = 10_000_000, 2_000_000
FEWEST, FEWEST_ONE_LEVEL = 10, 20
ROUND: Final = 10_000
EVERY: Final = 3
"""A change for every third participant at least."""
SHORT: Final = 500
"""A level is short of its multiple by at most one of so many parts (in 2021: by 1,700 to 2,900 satoshis of 0.22)."""


def mixes(columns: Columns, shape: Shape, deals: Deals) -> Ints:
    """How many strangers take part in each transaction, at least; 0 where it is no such mix."""
    found = np.zeros(len(columns), np.int64)
    counts = (shape.inputs, shape.equal, shape.amount, deals.strength)
    _mixes(columns.outs.start, columns.outs.amount, counts, found)
    found[(shape.payers < shape.equal) | (shape.scripts < shape.equal) | (deals.heaps != POSSIBLE)] = 0
    return found


@compiled
def _mixes(start: Any, amount: Any, counts: Any, found: Any) -> None:
    inputs, equal, base, strength = counts
    for tx in range(len(found)):
        if equal[tx] < FEWEST or abs(base[tx] - BASE) > AROUND or inputs[tx] < equal[tx] or base[tx] % ROUND == 0:
            continue
        paid = np.sort(amount[start[tx] : start[tx + 1]])
        levels, like_levels, alone = 0, 0, 0
        for n in range(len(paid)):
            twin = (n > 0 and paid[n] == paid[n - 1]) or (n + 1 < len(paid) and paid[n] == paid[n + 1])
            alone += not twin
            new = n == 0 or paid[n] != paid[n - 1]
            times = (paid[n] + base[tx] // 50) // base[tx]
            near = times >= 2 and abs(paid[n] - times * base[tx]) * 50 <= times * base[tx]
            like = twin and new and near and (times & (times - 1)) == 0
            like_levels += like
            levels += like and 0 < (times * base[tx] - paid[n]) * SHORT <= times * base[tx]
        one_level = equal[tx] >= FEWEST_ONE_LEVEL and alone <= equal[tx] + 1 and strength[tx] > 0
        levels += like_levels * (strength[tx] > 0)
        if one_level or (levels > 0 and EVERY * alone >= equal[tx]):
            found[tx] = equal[tx]
