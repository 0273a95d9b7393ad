"""What may be a round of strangers as well as one payer's payout: nobody can tell from here, so nobody is joined.

Three shapes, each looked at after every rule that is surer:

- equal outputs to three addresses or more, as many payers as these, who could be dealt to the participants so that each
  covers what he takes (see `heaps`), or for whom that could not be settled within the bound, or amounts that the data
  does not show; and more than one other output, at most one more than there are participants;
- outputs and inputs in falling order, half of the outputs standard amounts of Wasabi 2, from as few as three payers;
- two equal outputs in a round that pays a known coordinator.

When it misleads: an exchange that gathers many coins to pay several people the same is often left undecided, since many
small coins can be dealt to anything. Its addresses are then joined by other transactions or not at all.
"""

from typing import Final

import numpy as np

from dyepack.cluster import coordinators, wasabi2
from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.deals import DUST, Deals
from dyepack.cluster.heaps import IMPOSSIBLE
from dyepack.cluster.shape import Shape

NAME: Final = "undecided"
VERSION: Final = 2
FEWEST, FEWEST_ALONE = 3, 5
"""Without any other output there must be five equal ones: fewer are how somebody divides what he has."""


def unclear(columns: Columns, shape: Shape, deals: Deals) -> Ints:
    """How many could take part in each transaction; 0 where one payer is the likely answer."""
    found = np.maximum(coordinators.pairs(columns, shape), wasabi2.fewer(columns, shape, deals))
    n, others = shape.scripts, deals.others
    enough = (n >= FEWEST) & (shape.payers >= n) & (shape.amount > DUST) & (shape.notes == 0)
    fits = (others != 1) & (others - deals.repeated <= n + 1) & ((others > 0) | (n >= FEWEST_ALONE))
    could = (deals.heaps != IMPOSSIBLE) & ((deals.dealt != IMPOSSIBLE) | (deals.repeated > 0))
    round_ = enough & fits & could
    found[round_] = n[round_]
    return found
