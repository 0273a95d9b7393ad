"""Signed trades: seller and buyer sign one transaction, as markets for inscriptions, runes and other tokens have it.

The seller signs his input and the output in the same place (SIGHASH_SINGLE with ANYONECANPAY): so small a coin of his
(330, 546, 600 satoshis, up to 1,000, or 10,000: what carries the token; another small amount where an output has it
again) stands beside what he is paid for it. The buyer
adds coins of his own, and an output as small, in a place before that one, to which the token goes. Rodarmor's theory of
ordinals says why the places are so. Signatures are not in the tables, so it is told by amounts and places alone.

Where both sign everything, the places are free: an address whose coins are all so small, one of which goes on as small
to another address, gets more than it put in, while others pay with larger coins.

It is no coinjoin: nobody hides anything. But strangers sign together, so the inputs are left out of co-spend. When it
misleads: somebody who moves a token of his own, and has his change in the place beside it, looks the same; his
addresses are then left apart though they are one owner's; so does who has the change of such a move sent to the address
that held the token, and pays from another.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import OP_RETURN, Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "signed-trade"
VERSION: Final = 2
MOST_CARRIED: Final = 10_000
"""The most that a coin has which carries a token; it is what `ord` gives to a new one."""
USUAL: Final = 1_000
"""Other programs give what is just above dust, and less than this."""
FEW: Final = 4
"""Beside more small coins than these, a buyer's coin is larger than any that carries a token; else it may be less."""
MANY: Final = 3
"""So many equal outputs, most of them in no seller's place, are a payout's or a round's."""


def trades(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many tokens change hands in each transaction; 0 where it is no such trade."""
    found = np.zeros(len(columns), np.int64)
    ins, outs = columns.ins, columns.outs
    _trades((ins.start, ins.address, ins.amount), (outs.start, outs.address, outs.amount, outs.script), found)
    found[shape.payers < 2] = 0
    paid_alike = (shape.equal >= MANY) & (shape.amount > USUAL) & (2 * found < shape.equal)
    found[paid_alike] = 0
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
        paid_out = out_amount[begin : out_start[tx + 1]]
        tokens, larger, coins = 0, 0, 0
        for n in range(first, last):
            tokens += _carries(in_amount[n], paid_out)
            larger += in_amount[n] > USUAL and not _carries(in_amount[n], paid_out)
            coins += in_amount[n] > MOST_CARRIED
        cheap = larger and tokens <= FEW and np.count_nonzero(paid_out <= USUAL) <= tokens + 2
        if not tokens or not (coins or cheap):
            continue
        carried = False
        for place in range(most):
            coin, paid = first + place, begin + place
            small = _carries(in_amount[coin], paid_out)
            if carried and small and out_amount[paid] > max(in_amount[coin], USUAL):
                found[tx] += out_script[paid] != OP_RETURN and _sells(
                    ins, (first, last), coin, out_address[paid], paid_out
                )
            carried = carried or (out_script[paid] != OP_RETURN and _carries(out_amount[paid], in_amount[first:last]))
        if not found[tx]:
            found[tx] = _paid_back(ins, (out_address, out_amount), (first, last), (begin, out_start[tx + 1]))


@compiled
def _carries(amount: Any, others: Any) -> Any:
    """Whether a coin of this amount may carry a token."""
    return 0 < amount <= USUAL or amount == MOST_CARRIED or (0 < amount < MOST_CARRIED and np.any(others == amount))


@compiled
def _sells(ins: Any, within: Any, coin: Any, payee: Any, paid_out: Any) -> Any:
    """Whether neither the coin nor what is paid in its place is a buyer's, who puts in the larger coins."""
    _, address, amount = ins
    for n in range(within[0], within[1]):
        larger = amount[n] > USUAL and not _carries(amount[n], paid_out)
        if larger and address[n] >= 0 and (address[n] == address[coin] or address[n] == payee):
            return False
    return True


@compiled
def _paid_back(ins: Any, outs: Any, within: Any, paid: Any) -> Any:
    """How many coins that carry a token go on to others, while their address gets more than it put in."""
    _, address, amount = ins
    out_address, out_amount = outs[0][paid[0] : paid[1]], outs[1][paid[0] : paid[1]]
    found = 0
    for coin in range(within[0], within[1]):
        seller, put_in, tokens, got = address[coin], 0, True, 0
        if seller < 0 or not _carries(amount[coin], out_amount):
            continue
        for n in range(within[0], within[1]):
            if address[n] == seller:
                put_in += amount[n]
                tokens = tokens and _carries(amount[n], out_amount)
        goes_on = False
        for n in range(len(out_amount)):
            got += out_amount[n] * (out_address[n] == seller)
            goes_on = goes_on or (out_address[n] != seller and out_amount[n] == amount[coin])
        found += tokens and goes_on and got > max(put_in, USUAL)
    return found
