"""The general shape of a joint payment: as many payers as equal outputs, and amounts that speak for so many owners.

At least five equal outputs to addresses of their own, as many payers who could each have paid one (see `heaps`), at
most one further output each and one for a coordinator; and the changes tell whose coins are whose far more often than
by chance (see `strength`). Or there is no other output at all, and every payer puts in that amount, or a little more
for the block: a mix as Whirlpool's, of a pool that is not known here. Goldfeder et al. 2018 ask for less, and for an
exact number of outputs, which misses Whirlpool and all of Wasabi.

When it misleads: as `joinmarket`; and somebody who pays many from coins that he cut for it before.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Flags, Ints
from dyepack.cluster.deals import DUST, Deals
from dyepack.cluster.heaps import POSSIBLE
from dyepack.cluster.shape import Shape
from dyepack.cluster.whirlpool import MOST_MORE
from dyepack.compiled import compiled

NAME: Final = "equal-outputs"
VERSION: Final = 2
FEWEST: Final = 5


def mixes(columns: Columns, shape: Shape, deals: Deals) -> Ints:
    """How many take part in each transaction; 0 where it has not the shape."""
    n = shape.scripts
    many = (n >= FEWEST) & (n == shape.equal) & (shape.payers >= n) & (shape.amount > DUST) & (shape.notes == 0)
    told = (deals.others <= n + 1) & (deals.heaps == POSSIBLE) & (deals.strength > 0)
    alone = (deals.others == 0) & (shape.payers == shape.inputs) & (shape.inputs == n)
    return np.where(many & (told | (alone & _cut(columns, shape))), n, 0)


def _cut(columns: Columns, shape: Shape) -> Flags:
    """Where every input is the amount or a little more, at least one of each."""
    found = np.zeros(len(columns), np.bool_)
    _count(columns.ins.start, columns.ins.amount, shape.amount, found)
    return found


@compiled
def _count(start: Any, amount: Any, what: Any, found: Any) -> None:
    for tx in range(len(found)):
        staying, entering = 0, 0
        for n in range(start[tx], start[tx + 1]):
            staying += amount[n] == what[tx]
            entering += 0 < amount[n] - what[tx] <= min(MOST_MORE, what[tx] // 10)
        found[tx] = staying >= 1 and entering >= 1 and staying + entering == start[tx + 1] - start[tx]
