"""Whirlpool: n strangers put in one pool's amount each and take it out again; and Tx0, by which one of them enters.

The mix has five to ten inputs and as many outputs, every output the pool's amount, every input that amount (from an
earlier mix) or slightly more (from a Tx0, which pays for the block space). Ficsór's Dumplings and Stütz et al. 2022
describe the shapes. When it misleads: somebody who pays himself eight equal outputs of a pool's amount from eight such
coins looks the same, which costs him fees and gains him nothing.

Tx0 is one payer's transaction: outputs of the pool's amount and a little more, a fee to the coordinator, a change, an
OP_RETURN. Its inputs belong together, so it does not keep them apart; it says where mixed money came from.
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import OP_RETURN, Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

MIX: Final = "whirlpool-mix"
TX0: Final = "whirlpool-tx0"
VERSION: Final = 2
POOLS = np.array([100_000, 1_000_000, 5_000_000, 50_000_000], np.int64)
"""Samourai's, until April 2024; those of later coordinators are not known here."""
LEAST_FEE, MOST_FEE, OF = 7, 20, 400
"""What entering a pool costs: from 7/400 of its amount (half of 3.5 %, with a code of the program's maker) to 5 %."""
MOST_MORE = 115_000
"""The most that an input of a mix has above the pool's amount: its share of a block fee in dear times."""
LEAST, MOST = 5, 10


def mixes(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many strangers take part in each transaction; 0 where it is no mix."""
    found = np.zeros(len(columns), np.int64)
    _mixes(columns.ins.start, columns.ins.amount, (shape.inputs, shape.outputs, shape.equal, shape.amount), found)
    found[(shape.notes > 0) | (shape.payers != shape.inputs) | (shape.scripts != shape.equal) | ~shape.known] = 0
    return found


def tx0s(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many coins each transaction brings to a pool; 0 where it is no Tx0."""
    found = np.zeros(len(columns), np.int64)
    outs = columns.outs
    _tx0s((outs.start, outs.amount, outs.script), shape.outputs, shape.notes, found)
    return found


@compiled
def _mixes(start: Any, amount: Any, counts: Any, found: Any) -> None:
    inputs, outputs, equal, pool = counts
    for tx in range(len(found)):
        if not (LEAST <= inputs[tx] <= MOST and inputs[tx] == outputs[tx] == equal[tx]):
            continue
        if not np.any(pool[tx] == POOLS):
            continue
        entering, staying = 0, 0
        for n in range(start[tx], start[tx + 1]):
            more = amount[n] - pool[tx]
            entering += 0 < more <= MOST_MORE
            staying += more == 0
        if entering >= 1 and staying >= 1 and entering + staying == inputs[tx]:
            found[tx] = inputs[tx]


@compiled
def _tx0s(outs: Any, outputs: Any, notes: Any, found: Any) -> None:
    start, amount, script = outs
    for tx in range(len(found)):
        if notes[tx] != 1 or outputs[tx] < 2:
            continue
        first, end = start[tx], start[tx + 1]
        for pool in range(len(POOLS)):
            best = 0
            for n in range(first, end):
                more = amount[n] - POOLS[pool]
                if script[n] == OP_RETURN or not 100 <= more <= MOST_MORE:
                    continue
                same, fee, rest = 0, 0, 0
                for other in range(first, end):
                    if script[other] == OP_RETURN:
                        continue
                    if amount[other] == amount[n]:
                        same += 1
                    elif fee == 0 and LEAST_FEE * POOLS[pool] <= OF * amount[other] <= MOST_FEE * POOLS[pool]:
                        fee = 1
                    else:
                        rest += 1
                if fee == 1 and rest <= 1:
                    best = max(best, same)
            found[tx] = max(found[tx], best)
