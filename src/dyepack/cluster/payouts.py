"""Two shapes that look joint: one that nobody can tell, and one payer's, which a coinjoin rule must not take.

`stonewall-like`: two equal outputs and one or two changes from two payers or more, who could be two participants.
Samourai's Stonewall makes it alone, to look like two; StonewallX2 makes it with a friend, JoinMarket with a single
maker, and nobody can tell them apart. So it is undecided, and its inputs are not joined.

`batch-payout`: one payer, or an exchange with many coins, pays many; equal amounts among them are what people ask for.
"""

from typing import Final

import numpy as np

from dyepack.cluster.columns import Columns, Flags
from dyepack.cluster.deals import DUST, Deals
from dyepack.cluster.heaps import IMPOSSIBLE
from dyepack.cluster.shape import Shape

STONEWALL: Final = "stonewall-like"
BATCH: Final = "batch-payout"
VERSION: Final = 2


def stonewalls(_: Columns, shape: Shape, deals: Deals) -> Flags:
    """Two equal outputs to two addresses, at most two others, and two payers at least who could be two participants."""
    two = (shape.equal == 2) & (shape.scripts == 2) & (shape.outputs >= 3) & (shape.outputs <= 4)
    payers = (shape.payers >= 2) & (deals.heaps != IMPOSSIBLE) & (deals.dealt != IMPOSSIBLE)
    return np.asarray(two & payers & (shape.amount > DUST) & (shape.notes == 0), np.bool_)


def batches(_: Columns, shape: Shape, __: Deals) -> Flags:
    """Three or more equal outputs that no rule of joint payments explains, nor may."""
    return np.asarray((shape.equal >= 3) & (shape.outputs >= 4), np.bool_)
