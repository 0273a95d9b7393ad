"""Blocks as they travel and as they lie on disk: counted first, with every bound checked, then read into columns.

Nothing is read beyond a block's end, whatever it says of itself: a count or a length that leads there is a problem with
its place. What is read is what was checked: the second walk is the first one again.
"""

from typing import Any, NamedTuple

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled
from dyepack.ingest.machine.digests import U32, merkle, put_digest, sha256_twice
from dyepack.ingest.machine.scripts import PLACE, classify

HEADER = 80
LEAST_BLOCK = 81
AUXPOW, MWEB = 4, 8
"""Further rules of a chain: headers of merged mining; an extension block behind the last transaction."""
MOST = 1 << 62
"""No sum of amounts of a transaction may reach this."""
PROBLEMS = {
    1: "cut off: what it holds goes beyond its end",
    2: "a count that no block can hold",
    3: "bytes left over behind its last transaction",
    4: "an amount that is too large",
    5: "a transaction without inputs or outputs",
    6: "a flag that is not known",
    7: "its first transaction is not a coinbase, or another one is",
    8: "a block without transactions",
}
CUT, COUNT, LEFT, AMOUNT, EMPTY, FLAG, COINBASE, BARE = range(1, 9)
_LARGEST = 1 << 31


class Shape(NamedTuple):
    """What each block holds: where its count of transactions stands, and how many transactions, inputs and outputs."""

    body: Array
    transactions: Array
    inputs: Array
    outputs: Array


class Parsed(NamedTuple):
    """Typed columns of blocks, their transactions, inputs (none of a coinbase) and outputs. Ids are as hashed."""

    hash: Array
    previous: Array
    root: Array
    found: Array
    time: Array
    bits: Array
    tx_block: Array
    tx_index: Array
    tx_id: Array
    tx_inputs: Array
    tx_outputs: Array
    tx_paid: Array
    in_tx: Array
    in_index: Array
    in_id: Array
    in_place: Array
    out_tx: Array
    out_index: Array
    out_amount: Array
    out_kind: Array
    out_place: Array


def room_for(blocks: int, transactions: int, inputs: int, outputs: int) -> Parsed:
    """Columns of these lengths, still empty."""

    def ids(count: int) -> Array:
        return np.empty((count, 32), np.uint8)

    def numbers(count: int, kind: Any = np.int64) -> Array:
        return np.empty(count, kind)

    block = (ids(blocks), ids(blocks), ids(blocks), ids(blocks), numbers(blocks), numbers(blocks))
    transaction = (*(numbers(transactions) for _ in range(2)), ids(transactions))
    sums = tuple(numbers(transactions) for _ in range(3))
    spent = (numbers(inputs), numbers(inputs), ids(inputs), numbers(inputs))
    places = np.empty((outputs, PLACE), np.uint8)
    made = (*(numbers(outputs) for _ in range(3)), numbers(outputs, np.uint8), places)
    columns: tuple[Array, ...] = (*block, *transaction, *sums, *spent, *made)
    return Parsed._make(columns)


@compiled
def number(data: Array, at: Number, size: Number) -> Number:
    """An unsigned number of up to 8 bytes, least byte first."""
    value = np.uint64(0)
    for i in range(size):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return np.int64(value)


@compiled
def compact(data: Array, at: Number, end: Number) -> tuple[Number, Number]:
    """A count in Bitcoin's short form: (count, where it ends), or (problem, -1)."""
    if at >= end:
        return np.int64(CUT), np.int64(-1)
    first = data[at]
    if first < 0xFD:
        return np.int64(first), np.int64(at + 1)
    size = 2 if first == 0xFD else 4 if first == 0xFE else 8
    if at + 1 + size > end:
        return np.int64(CUT), np.int64(-1)
    value = number(data, at + 1, size)
    if value < 0 or value > _LARGEST:
        return np.int64(COUNT), np.int64(-1)
    return value, np.int64(at + 1 + size)


@compiled
def _skip_text(data: Array, at: Number, end: Number) -> tuple[Number, Number]:
    """Behind a counted run of bytes; (problem, -1) where it goes beyond the end."""
    size, at = compact(data, at, end)
    if at < 0:
        return size, at
    if size > end - at:
        return np.int64(CUT), np.int64(-1)
    return size, np.int64(at + size)


@compiled
def _walk_inputs(data: Array, at: Number, end: Number, found: Array) -> tuple[Number, Number]:
    count, after = compact(data, at, end)
    if after < 0:
        return count, at
    found[0], at = count, after
    for _ in range(count):
        if end - at < 41:
            return CUT, at
        problem, after = _skip_text(data, at + 36, end)
        if after < 0:
            return problem, at
        if end - after < 4:
            return CUT, at
        at = after + 4
    return 0, at


@compiled
def _walk_outputs(data: Array, at: Number, end: Number, found: Array) -> tuple[Number, Number]:
    count, after = compact(data, at, end)
    if after < 0:
        return count, at
    found[1], at, total = count, after, 0
    for _ in range(count):
        if end - at < 9:
            return CUT, at
        amount = number(data, at, 8)
        if amount < 0 or amount >= MOST or total + amount >= MOST:
            return AMOUNT, at
        total += amount
        problem, after = _skip_text(data, at + 8, end)
        if after < 0:
            return problem, at
        at = after
    found[4] = total
    return 0, at


@compiled
def _walk_witness(data: Array, at: Number, end: Number, inputs: Number) -> tuple[Number, Number]:
    for _ in range(inputs):
        items, after = compact(data, at, end)
        if after < 0:
            return items, at
        at = after
        for _ in range(items):
            problem, after = _skip_text(data, at, end)
            if after < 0:
                return problem, at
            at = after
    return 0, at


@compiled
def _walk_flags(data: Array, at: Number, end: Number, rules: Number) -> tuple[Number, Number, Number]:
    """(problem, place, flags): an empty list of inputs is the mark of a transaction with flags."""
    if end - at < 2 or data[at] != 0:
        return 0, at, 0
    flags = np.int64(data[at + 1])
    known = flags & ~(1 | (8 if rules & MWEB else 0)) == 0 and flags != 0
    return (0 if known else FLAG if flags else EMPTY), at + 2, flags


@compiled
def walk(data: Array, at: Number, end: Number, rules: Number, found: Array) -> tuple[Number, Number]:
    """Through one transaction: (0, where it ends) or (problem, where). `found` gets what it holds.

    0: inputs, 1: outputs, 2 and 3: where they begin and end, 4: sum of the outputs, 5: flags, 6: its lock time.
    """
    if end - at < 10:
        return CUT, at
    problem, at, flags = _walk_flags(data, at + 4, end, rules)
    if problem:
        return problem, at
    found[2], found[5] = at, flags
    problem, at = _walk_inputs(data, at, end, found)
    if problem:
        return problem, at
    problem, at = _walk_outputs(data, at, end, found)
    if problem:
        return problem, at
    found[3] = at
    if found[0] == 0 or found[1] == 0:
        return EMPTY, at
    return _walk_tail(data, at, end, found)


@compiled
def _walk_tail(data: Array, at: Number, end: Number, found: Array) -> tuple[Number, Number]:
    if found[5] & 1:
        problem, at = _walk_witness(data, at, end, found[0])
        if problem:
            return problem, at
    if found[5] & 8:
        if at >= end:
            return CUT, at
        if data[at] != 0:
            return FLAG, at
        at += 1
    if end - at < 4:
        return CUT, at
    found[6] = at
    return 0, at + 4


@compiled
def is_coinbase(data: Array, at: Number, inputs: Number) -> bool:
    """Whether the inputs that begin here are a coinbase's: one, of no transaction."""
    if inputs != 1 or number(data, at + 33, 4) != 0xFFFFFFFF:
        return False
    for i in range(32):
        if data[at + 1 + i] != 0:
            return False
    return True


@compiled
def _walk_auxpow(data: Array, at: Number, end: Number, found: Array) -> tuple[Number, Number]:
    """Behind what merged mining puts after a header: a transaction of the other chain, two branches, its header."""
    problem, at = walk(data, at, end, 0, found)
    if problem:
        return problem, at
    at += 32
    for _ in range(2):
        if at >= end:
            return CUT, end
        count, after = compact(data, at, end)
        if after < 0:
            return count, at
        if count > (end - after) // 32:
            return CUT, at
        at = after + 32 * count + 4
    return (CUT if at + HEADER > end else 0), at + HEADER


@compiled
def _count_one(data: Array, span: tuple[int, int], rules: Number, b: Number, shape: Shape) -> tuple[Number, Number]:
    """One block: (problem, where)."""
    at, end = span
    found = np.zeros(7, np.int64)
    if end - at < LEAST_BLOCK:
        return CUT, at
    merged = rules & AUXPOW and data[at + 1] & 1
    at += HEADER
    if merged:
        problem, at = _walk_auxpow(data, at, end, found)
        if problem:
            return problem, min(at, end)
    shape.body[b] = at
    count, after = compact(data, at, end)
    if after < 0:
        return count, at
    if count == 0:
        return BARE, at
    at, shape.transactions[b] = after, count
    for index in range(count):
        problem, after = walk(data, at, end, rules, found)
        if problem:
            return problem, after
        if is_coinbase(data, found[2], found[0]) != (index == 0):
            return COINBASE, at
        shape.inputs[b] += found[0] if index else 0
        shape.outputs[b] += found[1]
        at = after
    return (0 if at == end or (rules & MWEB and found[5] & 8) else LEFT), at


@compiled
def count_blocks(data: Array, starts: Array, ends: Array, rules: Number, shape: Shape) -> tuple[Number, Number, Number]:
    """Count what each block holds: (number of the first bad block or -1, problem, where)."""
    for b in range(len(starts)):
        shape.inputs[b] = shape.outputs[b] = 0
        problem, at = _count_one(data, (starts[b], ends[b]), rules, b, shape)
        if problem:
            return b, problem, at
    return -1, 0, 0


@compiled
def _identify(data: Array, at: Number, after: Number, found: Array, scratch: tuple[Array, ...]) -> None:
    """The transaction's id, as words of `scratch`'s first array: witness and flags are left out of what is hashed."""
    room, plain = scratch
    if not found[5]:
        sha256_twice(data, at, after, room)
        return
    body = found[3] - found[2]
    plain[:4] = data[at : at + 4]
    plain[4 : 4 + body] = data[found[2] : found[3]]
    plain[4 + body : 8 + body] = data[found[6] : found[6] + 4]
    sha256_twice(plain, 0, 8 + body, room)


@compiled
def _read_inputs(data: Array, at: Number, row: Number, tx: Number, out: Parsed) -> Number:
    count, at = compact(data, at, len(data))
    for index in range(count):
        out.in_tx[row], out.in_index[row] = tx, index
        out.in_id[row] = data[at : at + 32]
        out.in_place[row] = number(data, at + 32, 4)
        size, at = compact(data, at + 36, len(data))
        at += size + 4
        row += 1
    return row


@compiled
def _skip_inputs(data: Array, at: Number) -> Number:
    count, at = compact(data, at, len(data))
    for _ in range(count):
        size, at = compact(data, at + 36, len(data))
        at += size + 4
    return at


@compiled
def _read_outputs(data: Array, span: tuple[int, int], tx: Number, rules: Number, out: Parsed) -> Number:
    at, row = span
    count, at = compact(data, at, len(data))
    for index in range(count):
        out.out_tx[row], out.out_index[row] = tx, index
        out.out_amount[row] = number(data, at, 8)
        size, at = compact(data, at + 8, len(data))
        out.out_kind[row] = np.uint8(classify(data, at, at + size, rules, out.out_place[row]))
        at += size
        row += 1
    return row


@compiled
def _read_header(data: Array, start: Number, b: Number, out: Parsed, room: Array) -> None:
    sha256_twice(data, start, start + HEADER, room)
    put_digest(room, out.hash[b])
    out.previous[b] = data[start + 4 : start + 36]
    out.root[b] = data[start + 36 : start + 68]
    out.time[b] = number(data, start + 68, 4)
    out.bits[b] = number(data, start + 72, 4)


@compiled
def read_blocks(data: Array, starts: Array, rules: Number, shape: Shape, out: Parsed) -> None:
    """Read blocks that were counted without a problem into columns that have room for them."""
    found = np.zeros(7, np.int64)
    scratch = (np.empty(72, U32), np.empty(np.max(shape.outputs) * 0 + len(data) + 8, np.uint8))
    tx, row_in, row_out = 0, 0, 0
    for b in range(len(starts)):
        _read_header(data, starts[b], b, out, scratch[0])
        first = tx
        _, at = compact(data, shape.body[b], len(data))
        for index in range(shape.transactions[b]):
            _, after = walk(data, at, len(data), rules, found)
            _identify(data, at, after, found, scratch)
            put_digest(scratch[0], out.tx_id[tx])
            out.tx_block[tx], out.tx_index[tx], out.tx_paid[tx] = b, index, found[4]
            out.tx_inputs[tx], out.tx_outputs[tx] = (found[0] if index else 0), found[1]
            if index:
                row_in = _read_inputs(data, found[2], row_in, tx, out)
            row_out = _read_outputs(data, (_skip_inputs(data, found[2]), row_out), tx, rules, out)
            at, tx = after, tx + 1
        out.found[b] = merkle(out.tx_id, first, tx - first, scratch[0])
