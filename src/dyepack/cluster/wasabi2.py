"""Wasabi 2.x (WabiSabi): strangers take out many standard amounts, whatever the coordinator.

Outputs are powers of two and three, twice a power of three, and 1, 2 and 5 times a power of ten, largest first; inputs
are largest first too. A participant has at most a change that is no standard amount. Up to June 2024 one coordinator
asked for at least 50 inputs; the smaller ones since then take rounds of twenty and fewer, so the size says little and
the amounts must say it all: at least ten inputs, at least ten outputs, 70 % of the outputs standard, and at least half
of those with a twin, half of the commonest to addresses of their own. See the paper to WabiSabi (Ficsór et al. 2021)
and Dumplings.

When it misleads: an exchange that pays out round amounts (1, 2, 5 times a power of ten) in this order. So some of the
standard amounts must be powers of two or three. Smaller rounds than these are left undecided (see `undecided`).
"""

from typing import Any, Final

import numpy as np

from dyepack.cluster.columns import Columns, Ints
from dyepack.cluster.deals import Deals
from dyepack.cluster.shape import Shape
from dyepack.compiled import compiled

NAME: Final = "wasabi2"
VERSION: Final = 3
FEWEST_INPUTS, FEWEST_OUTPUTS, SMALLEST = 10, 10, 5_000
FEWEST_UNSURE: Final = 3


MOST: Final = 21_000_000 * 10**8


def _standard() -> tuple[Ints, Ints]:
    """All standard amounts, sorted, and those that people do not write by hand."""
    odd = {base**n for base in (2, 3) for n in range(64) if SMALLEST <= base**n <= MOST}
    odd |= {2 * 3**n for n in range(40) if SMALLEST <= 2 * 3**n <= MOST}
    decimal = {times * 10**n for times in (1, 2, 5) for n in range(16) if SMALLEST <= times * 10**n <= MOST}
    return np.array(sorted(odd | decimal), np.int64), np.array(sorted(odd - decimal), np.int64)


STANDARD, ODD = _standard()


def mixes(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """How many outputs of each transaction are mixed; 0 where it is no such mix.

    The number of strangers cannot be read from it: one takes out several amounts.
    """
    found = _found(columns, (FEWEST_INPUTS, FEWEST_OUTPUTS, 70, 50))
    found[(shape.notes > 0) | (shape.payers < FEWEST_INPUTS) | (2 * shape.scripts < shape.equal)] = 0
    return found


def fewer(columns: Columns, shape: Shape, _: Deals) -> Ints:
    """The same of rounds that are too small, or too mixed, to be sure of."""
    found = _found(columns, (FEWEST_UNSURE, FEWEST_UNSURE, 50, 1))
    found[(shape.notes > 0) | (shape.payers < FEWEST_UNSURE)] = 0
    return found


def _found(columns: Columns, least: tuple[int, int, int, int]) -> Ints:
    found = np.zeros(len(columns), np.int64)
    ins, outs = columns.ins, columns.outs
    _mixes((ins.start, ins.amount), (outs.start, outs.amount), least, found)
    return found


@compiled
def _mixes(ins: Any, outs: Any, least: Any, found: Any) -> None:
    fewest_inputs, fewest_outputs, standards, doubled = least
    in_start, in_amount = ins
    out_start, out_amount = outs
    for tx in range(len(found)):
        first, end = out_start[tx], out_start[tx + 1]
        if in_start[tx + 1] - in_start[tx] < fewest_inputs or end - first < fewest_outputs:
            continue
        falling = True
        for n in range(first + 1, end):
            falling = falling and out_amount[n] <= out_amount[n - 1]
        least = MOST
        for n in range(in_start[tx], in_start[tx + 1]):
            falling = falling and in_amount[n] <= least
            least = in_amount[n] if in_amount[n] >= 0 else least  # what is not shown may be anything
        if not falling:
            continue
        standard, odd, twins = 0, 0, 0
        for n in range(first, end):
            place = np.searchsorted(STANDARD, out_amount[n])
            if place == len(STANDARD) or STANDARD[place] != out_amount[n]:
                continue
            standard += 1
            place = np.searchsorted(ODD, out_amount[n])
            odd += place < len(ODD) and ODD[place] == out_amount[n]
            before = n > first and out_amount[n - 1] == out_amount[n]
            twins += before or (n + 1 < end and out_amount[n + 1] == out_amount[n])
        if 100 * standard >= standards * (end - first) and 100 * twins >= doubled * standard and odd >= 3:
            found[tx] = standard
