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
    each. `scripts` is to how many addresses the equal outputs go; those whose address is not shown count one each.
    `known` says whether all input amounts are shown. OP_RETURN outputs are in `notes`, not in `outputs`.
    """

    inputs: Ints
    outputs: Ints
    notes: Ints
    payers: Ints
    equal: Ints
    amount: Ints
    scripts: Ints
    known: Flags


def shape(columns: Columns) -> Shape:
    """Count."""
    size = len(columns)
    counts = np.zeros((7, size), np.int64)
    known = np.zeros(size, np.bool_)
    ins, outs = columns.ins, columns.outs
    _count((ins.start, ins.address, ins.amount), (outs.start, outs.address, outs.amount, outs.script), counts, known)
    inputs, outputs, notes, payers, equal, amount, scripts = counts
    return Shape(inputs, outputs, notes, payers, equal, amount, scripts, known)


@compiled
def _count(ins: Any, outs: Any, counts: Any, known: Any) -> None:
    in_start, in_address, in_amount = ins
    out_start, out_address, out_amount, out_script = outs
    for tx in range(len(known)):
        first, end = in_start[tx], in_start[tx + 1]
        counts[0, tx] = end - first
        counts[3, tx], known[tx] = _different(in_address[first:end]), np.all(in_amount[first:end] >= 0)
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
        if best > 1:
            counts[6, tx] = _different(out_address[first:end][out_amount[first:end] == what])
        else:
            counts[6, tx] = best


@compiled
def _different(addresses: Any) -> Any:
    """How many addresses; each that is not shown is one."""
    who, count = np.sort(addresses), 0
    for n in range(len(who)):
        count += 1 if n == 0 or who[n] < 0 or who[n] != who[n - 1] else 0
    return count


@compiled
def payer_sums(address: Any, amount: Any) -> Any:
    """What each payer of one transaction puts in, in order of address; each that is not shown is one."""
    order = np.argsort(address)
    out = np.zeros(len(order), np.int64)
    size = 0
    for n in range(len(order)):
        here = address[order[n]]
        if n == 0 or here < 0 or here != address[order[n - 1]]:
            size += 1
        out[size - 1] += amount[order[n]]
    return out[:size]


@compiled
def other_amounts(amount: Any, script: Any, address: Any, what: Any) -> Any:
    """The outputs beside the equal ones: of those that go to one address twice, the second is another."""
    out = np.zeros(len(amount), np.int64)
    size = 0
    for n in range(len(amount)):
        if script[n] == OP_RETURN or amount[n] <= 0:
            continue
        again = False
        if amount[n] == what and address[n] >= 0:
            for m in range(n):
                again = again or (amount[m] == what and address[m] == address[n])
        if amount[n] != what or again:
            out[size] = amount[n]
            size += 1
    return out[:size]
