"""What a node keeps to undo a block: the amount and script of every output that the block spent.

The form of Bitcoin Core's `rev*.dat`: numbers in base 128, amounts without their zeros, and short forms of the common
scripts (`compressor.h` and `undo.h` describe them). A key that was written out in full is kept as its x and the parity
of its y; its address is the hash of the whole key, so y is worked out here, in Python: such outputs are old.
"""

from typing import NamedTuple

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled
from dyepack.ingest.machine.digests import hash160
from dyepack.ingest.machine.scripts import P2PK, P2PKH, P2SH, PLACE, classify
from dyepack.ingest.machine.wire import AMOUNT, COUNT, CUT, LEFT, MOST, compact

WHOLE_EVEN, WHOLE_ODD = 104, 105
"""Kinds that stand for a whole key until its y is known."""
_FIELD = 2**256 - 2**32 - 977


class Spent(NamedTuple):
    """What inputs spent: amount (-1 where it is not known), kind of script and what an address says of it."""

    amount: Array
    kind: Array
    place: Array


def nothing_spent(count: int) -> Spent:
    """Columns for this many inputs of which nothing is known."""
    return Spent(np.full(count, -1, np.int64), np.zeros(count, np.uint8), np.zeros((count, PLACE), np.uint8))


@compiled
def varint(data: Array, at: Number, end: Number) -> tuple[Number, Number]:
    """A number in base 128 in which every length has numbers of its own: (number, where it ends) or (problem, -1)."""
    value = np.int64(0)
    for i in range(10):
        if at + i >= end:
            return np.int64(CUT), np.int64(-1)
        byte = data[at + i]
        if value > (1 << 55):
            return np.int64(COUNT), np.int64(-1)
        value = (value << 7) | np.int64(byte & 0x7F)
        if byte & 0x80 == 0:
            return value, np.int64(at + i + 1)
        value += 1
    return np.int64(COUNT), np.int64(-1)


@compiled
def amount_of(short: Number) -> Number:
    """An amount out of its short form, in which zeros at the end are counted rather than written; -1: none."""
    if short == 0:
        return np.int64(0)
    rest = short - 1
    zeros = rest % 10
    rest //= 10
    if zeros < 9:
        digit = rest % 9 + 1
        value = rest // 9 * 10 + digit
    else:
        value = rest + 1
    for _ in range(zeros):
        if value >= MOST // 10:
            return np.int64(-1)
        value *= 10
    return np.int64(value) if value < MOST else np.int64(-1)


@compiled
def _read_script(
    data: Array, at: Number, end: Number, rules: Number, row: Number, spent: Spent
) -> tuple[Number, Number]:
    """A script in its short form into one row: (0, where it ends) or (problem, where)."""
    form, after = varint(data, at, end)
    if after < 0:
        return form, at
    size = 20 if form < 2 else 32 if form < 6 else form - 6
    if size > end - after:
        return CUT, at
    place = spent.place[row]
    if form >= 6:
        spent.kind[row] = np.uint8(classify(data, after, after + size, rules, place))
        return 0, after + size
    place[:] = np.uint8(0)
    place[1] = np.uint8(size)
    place[2 : 2 + size] = data[after : after + size]
    spent.kind[row] = np.uint8(P2PKH if form == 0 else P2SH if form == 1 else P2PK)
    if form in (2, 3):
        key = np.empty(33, np.uint8)
        key[0] = np.uint8(form)
        key[1:] = data[after : after + 32]
        place[1] = np.uint8(20)
        hash160(key, 0, 33, place[2:22])
    if form > 3:
        spent.kind[row] = np.uint8(WHOLE_EVEN if form == 4 else WHOLE_ODD)
    return 0, after + size


@compiled
def _read_one(data: Array, at: Number, end: Number, rules: Number, row: Number, spent: Spent) -> tuple[Number, Number]:
    """One output that was spent: (0, where it ends) or (problem, where)."""
    code, after = varint(data, at, end)
    if after < 0:
        return code, at
    if code > 1:  # of a block above the first, where a version was kept once; it is a zero since
        problem, after = varint(data, after, end)
        if after < 0:
            return problem, at
    short, after = varint(data, after, end)
    if after < 0:
        return short, at
    amount = amount_of(short)
    if amount < 0:
        return AMOUNT, at
    spent.amount[row] = amount
    return _read_script(data, after, end, rules, row, spent)


@compiled
def read_undo(
    data: Array, span: tuple[int, int], wanted: Array, rules: Number, first: Number, spent: Spent
) -> tuple[Number, Number]:
    """One block's undo data into rows from `first` on: (0, where) or (problem, where).

    `wanted` has the number of inputs of each of its transactions, the coinbase left out.
    """
    at, end = span
    count, after = compact(data, at, end)
    if after < 0:
        return count, at
    if count != len(wanted):
        return COUNT, at
    at, row = after, first
    for inputs in wanted:
        count, after = compact(data, at, end)
        if after < 0:
            return count, at
        if count != inputs:
            return COUNT, at
        at = after
        for _ in range(inputs):
            problem, at = _read_one(data, at, end, rules, row, spent)
            if problem:
                return problem, at
            row += 1
    return (0 if at == end else LEFT), at


def complete_keys(spent: Spent) -> None:
    """Put the hash of the whole key where only its x and the parity of its y are known yet."""
    for row in np.flatnonzero(spent.kind >= WHOLE_EVEN):
        x = int.from_bytes(spent.place[row, 2:34].tobytes(), "big")
        y = pow(x**3 + 7, (_FIELD + 1) // 4, _FIELD)
        if y % 2 != spent.kind[row] - WHOLE_EVEN:
            y = _FIELD - y
        key = np.frombuffer(bytearray(b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")), np.uint8)
        spent.place[row] = 0
        spent.place[row, 1], spent.kind[row] = 20, P2PK
        hash160(key, 0, 65, spent.place[row, 2:22])
