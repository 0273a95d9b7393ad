"""What a transaction looks like: counted once, read by every coinjoin rule."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dyepack.cluster.columns import OP_RETURN, Columns, Flags, Ints
from dyepack.compiled import compiled


@dataclass(frozen=True)
class Shape:
    """One number per transaction.

    `equal` is how many outputs share the amount that occurs most often (the larger where two occur as often), and
    `amount` that amount. `payers` counts the addresses among the inputs; inputs whose address is not shown count one
    each. `known` says whether all input amounts are shown. OP_RETURN outputs are in `notes`, not in `outputs`.
    """

    inputs: Ints
    outputs: Ints
    notes: Ints
    payers: Ints
    equal: Ints
    amount: Ints
    known: Flags


def shape(columns: Columns) -> Shape:
    """Count."""
    size = len(columns)
    counts = np.zeros((6, size), np.int64)
    known = np.zeros(size, np.bool_)
    ins, outs = columns.ins, columns.outs
    _count((ins.start, ins.address, ins.amount), (outs.start, outs.amount, outs.script), counts, known)
    inputs, outputs, notes, payers, equal, amount = counts
    return Shape(inputs, outputs, notes, payers, equal, amount, known)


@compiled
def _count(ins: Any, outs: Any, counts: Any, known: Any) -> None:
    in_start, in_address, in_amount = ins
    out_start, out_amount, out_script = outs
    for tx in range(len(known)):
        first, end = in_start[tx], in_start[tx + 1]
        counts[0, tx] = end - first
        who = np.sort(in_address[first:end])
        payers, all_known = 0, True
        for n in range(len(who)):
            payers += 1 if n == 0 or who[n] < 0 or who[n] != who[n - 1] else 0
            all_known = all_known and in_amount[first + n] >= 0
        counts[3, tx], known[tx] = payers, all_known
        first, end = out_start[tx], out_start[tx + 1]
        notes = 0
        for n in range(first, end):
            notes += out_script[n] == OP_RETURN
        counts[1, tx], counts[2, tx] = end - first - notes, notes
        paid = np.sort(out_amount[first:end])
        run, best, what = 0, 0, 0
        for n in range(len(paid)):
            if paid[n] <= 0:
                continue
            run = run + 1 if n > 0 and paid[n] == paid[n - 1] else 1
            if run >= best:
                best, what = run, paid[n]
        counts[4, tx], counts[5, tx] = best, what
