"""Signed trades: seller and buyer sign one transaction, as markets for inscriptions, runes and other tokens have it.

The seller signs his input and the output in the same place (SIGHASH_SINGLE with ANYONECANPAY): so small a coin of his
(330, 546, 600 satoshis, up to 1,000, or 10,000: what carries the token; another small amount where an output has it
again) stands beside what he is paid for it. The buyer
adds coins of his own, and an output as small, in a place before that one, to which the token goes. Rodarmor's theory of
ordinals says why the places are so. Signatures are not in the tables, so it is told by amounts and places alone.

It is no coinjoin: nobody hides anything. But strangers sign together, so the inputs are left out of co-spend. When it
misleads: somebody who moves a token of his own, and has his change in the place beside it, looks the same; his
addresses are then left apart though they are one owner's.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import OP_RETURN, Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "signed-trade"
VERSION: Final = 1
MOST_CARRIED: Final = 10_000
"""The most that a coin has which carries a token; it is what `ord` gives to a new one."""
USUAL: Final = 1_000
"""Other programs give what is just above dust, and less than this."""


def trades(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many tokens change hands in each transaction; 0 where it is no such trade."""
    found = np.zeros(len(columns), np.int64)
    ins, outs = columns.ins, columns.outs
    _trades((ins.start, ins.address, ins.amount), (outs.start, outs.address, outs.amount, outs.script), found)
    found[shape.payers < 2] = 0
    return found


@compiled
def _trades(ins: Any, outs: Any, found: Any) -> None:
    in_start, _, in_amount = ins
    out_start, out_address, out_amount, out_script = outs
    for tx in range(len(found)):
        first, last = in_start[tx], in_start[tx + 1]
        begin = out_start[tx]
        most = min(last - first, out_start[tx + 1] - begin)
        if most < 2:
            continue
        if not np.any(in_amount[first:last] > MOST_CARRIED) or not np.any(in_amount[first:last] <= MOST_CARRIED):
            continue
        carried = False
        for place in range(most):
            coin, paid = first + place, begin + place
            small = _carries(in_amount[coin], out_amount[begin : out_start[tx + 1]])
            if carried and small and out_amount[paid] > max(in_amount[coin], USUAL):
                found[tx] += out_script[paid] != OP_RETURN and _sells(ins, (first, last), coin, out_address[paid])
            carried = carried or (out_script[paid] != OP_RETURN and _carries(out_amount[paid], in_amount[first:last]))


@compiled
def _carries(amount: Any, others: Any) -> Any:
    """Whether a coin of this amount may carry a token."""
    return 0 < amount <= USUAL or amount == MOST_CARRIED or (0 < amount < MOST_CARRIED and np.any(others == amount))


@compiled
def _sells(ins: Any, within: Any, coin: Any, payee: Any) -> Any:
    """Whether neither the coin nor what is paid in its place is a buyer's, who puts in the larger coins."""
    _, address, amount = ins
    for n in range(within[0], within[1]):
        if amount[n] > MOST_CARRIED and address[n] >= 0 and (address[n] == address[coin] or address[n] == payee):
            return False
    return True
