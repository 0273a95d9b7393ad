"""What the amounts of a transaction say about a round of strangers: worked out once, read by every rule of one.

Looked at are transactions in which at least two payers, and no fewer than there are equal outputs to addresses of their
own, could each have paid one of these; of all others nothing is worked out, and `heaps` is IMPOSSIBLE.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.heaps import IMPOSSIBLE, UNDECIDED, dealt, enough
from dyepack.cluster.shape import Shape, other_amounts, payer_sums
from dyepack.cluster.strength import NONE, strength
from dyepack.compiled import compiled

DUST: Final = 1_000
"""Nobody mixes so little: what is paid like this carries a token, or is bait."""
MOST_OTHERS: Final = 3
"""How many outputs beside the equal ones a transaction has at most, for each of these, where it is looked at."""


@dataclass(frozen=True)
class Deals:
    """One number per transaction.

    `heaps` and `dealt` say whether its payers could be the participants (POSSIBLE, IMPOSSIBLE, UNDECIDED: see `heaps`),
    `strength` how strongly changes speak for it (above nought: see `strength`), `others` how many outputs there are
    beside the equal ones, of which each counts that goes to an address a second time, and `repeated` how many of those
    have an amount that occurs among them again (Wasabi 1.1 has further levels).
    """

    heaps: Ints
    dealt: Ints
    strength: npt.NDArray[np.float64]
    others: Ints
    repeated: Ints


def deals(columns: Columns, shape: Shape) -> Deals:
    """Work it out for every transaction that is worth it."""
    size = len(columns)
    out = Deals(
        np.full(size, IMPOSSIBLE, np.int64),
        np.full(size, IMPOSSIBLE, np.int64),
        np.full(size, NONE, np.float64),
        shape.outputs - shape.scripts,
        np.zeros(size, np.int64),
    )
    looked = np.flatnonzero(
        (shape.scripts >= 2)
        & (shape.payers >= shape.scripts)
        & (shape.amount > DUST)
        & (out.others <= MOST_OTHERS * shape.scripts)
    )
    ins, outs = columns.ins, columns.outs
    _weigh(
        looked,
        (ins.start, ins.address, ins.amount),
        (outs.start, outs.address, outs.amount, outs.script),
        (shape.scripts, shape.amount, shape.known),
        (out.heaps, out.dealt, out.strength, out.repeated),
    )
    return out


@compiled
def _weigh(looked: Any, ins: Any, outs: Any, counts: Any, found: Any) -> None:
    in_start, in_address, in_amount = ins
    out_start, out_address, out_amount, out_script = outs
    scripts, what, known = counts
    heaps, deal, strong, repeated = found
    no_levels = np.zeros(1, np.int64)
    for tx in looked:
        first, end = out_start[tx], out_start[tx + 1]
        others = other_amounts(out_amount[first:end], out_script[first:end], out_address[first:end], what[tx])
        repeated[tx] = _repeated(others)
        if not known[tx]:
            heaps[tx] = deal[tx] = UNDECIDED
            continue
        first, end = in_start[tx], in_start[tx + 1]
        sums = payer_sums(in_address[first:end], in_amount[first:end])
        heaps[tx] = enough(sums, scripts[tx], what[tx])
        if heaps[tx] == IMPOSSIBLE:
            continue
        strong[tx] = strength(sums, what[tx], others, no_levels)
        if len(others) <= scripts[tx] + 1:
            deal[tx] = dealt(sums, scripts[tx], what[tx], others)


@compiled
def _repeated(amounts: Any) -> Any:
    """How many of these amounts have a twin."""
    order, count = np.sort(amounts), 0
    for n in range(len(order)):
        count += (n > 0 and order[n] == order[n - 1]) or (n + 1 < len(order) and order[n] == order[n + 1])
    return count
