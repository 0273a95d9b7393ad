"""The general shape of a joint payment: as many payers as equal outputs, and enough money with each of them.

At least five equal outputs, at least as many addresses among the inputs, at most one further output each; and the
inputs can be dealt into that many heaps of which each pays one equal output. Goldfeder et al. 2018 ask for less, and
for an exact number of outputs, which misses Whirlpool and all of Wasabi.

When it misleads: somebody who gathers many coins to pay many the same amount. Such payouts mostly have one change, so a
transaction with a single further output is left to the rule of payouts.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "equal-outputs"
VERSION: Final = 1
FEWEST = 5


def mixes(columns: Columns, shape: Shape) -> Ints:
    """How many take part in each transaction; 0 where it has not the shape."""
    found = np.zeros(len(columns), np.int64)
    counts = (shape.outputs, shape.equal, shape.amount, shape.payers)
    _mixes(columns.ins.start, columns.ins.amount, counts, found)
    found[(shape.notes > 0) | ~shape.known] = 0
    return found


@compiled
def _mixes(start: Any, amount: Any, counts: Any, found: Any) -> None:
    outputs, equal, what, payers = counts
    for tx in range(len(found)):
        n = equal[tx]
        others = outputs[tx] - n
        if n < FEWEST or payers[tx] < n or others > n + 1 or others == 1:
            continue
        if others == 0 and not np.any(amount[start[tx] : start[tx + 1]] == what[tx]):
            continue
        heaps, heap = 0, 0
        coins = np.sort(amount[start[tx] : start[tx + 1]])
        for k in range(len(coins)):  # small ones are heaped up, smallest first; each large one is a heap
            heap += coins[k]
            if heap >= what[tx]:
                heaps, heap = heaps + 1, 0
        if heaps >= n:
            found[tx] = n
