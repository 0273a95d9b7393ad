"""JoinMarket: one taker and at least two makers each take out the same amount, and their own change.

With n participants there are n equal outputs, to n addresses, and n other outputs, or n - 1 where the taker sweeps.
Every maker puts in what he takes out, less what he earns, so his change tells which coins are his. Asked is that there
are as many payers, who could each have paid (see `heaps`), and that changes tell them far more often than by chance
(see `strength`): the shape itself, one change each, is rare among payouts, and rarer the more take part, so that less
is asked of the amounts than of a round of any kind. Möser and Böhme 2016.

When it misleads: a payer who keeps each coin's change apart while he pays several people the same (some custodians)
makes the same. Rounds in which makers gather many coins, and rounds of few satoshis, tell too little and are undecided.
"""

from typing import Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.deals import DUST, Deals
from dyepack.cluster.heaps import POSSIBLE
from dyepack.cluster.shape import Shape

NAME: Final = "joinmarket"
VERSION: Final = 3
FEWEST: Final = 3
MANY: Final = 8
LEAST, LEAST_OF_MANY = -3.0, -6.0
"""What the strength must be above, and with so many participants: by chance 1 of thousands of payouts alike."""


def mixes(_: Columns, shape: Shape, deals: Deals) -> Ints:
    """How many take part in each transaction; 0 where it is no such mix."""
    n = shape.scripts
    round_ = (n >= FEWEST) & (n == shape.equal) & (deals.others >= n - 1) & (deals.others <= n)
    strong = deals.strength > np.where(n >= MANY, LEAST_OF_MANY, LEAST)
    told = (shape.payers >= n) & (deals.heaps == POSSIBLE) & strong
    return np.where(round_ & told & (shape.amount > DUST) & (shape.notes == 0), n, 0)
