"""Sums of amounts by key, compiled, in one pass: what `numpy.unique` does by sorting, done with a table of keys."""

from typing import Any, NamedTuple

import numpy as np

from dyepack.compiled import compiled
from dyepack.trace.wide import ZERO, add

_MIX = np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(32)
NEVER = -1


class Sums(NamedTuple):
    """Of each different key, in ascending order: the sum of its amounts, and the least and the most of its times.

    Times are whole numbers of 0 or more; `NEVER` stands for none.
    """

    key: Any
    lo: Any
    hi: Any
    first: Any
    last: Any


def tally(key: Any, lo: Any, hi: Any, time: Any) -> Sums:
    """Sums by key; rows with a negative key are left out. All are columns of one length."""
    found = Sums(*_tally(key, lo, hi, time))
    order = np.argsort(found.key)
    return Sums(*(column[order] for column in found))


@compiled
def _tally(key: Any, lo: Any, hi: Any, time: Any) -> Any:
    size = 1024
    slots = np.full(size, -1, np.int64)
    keys, count = np.empty(512, np.int64), 0
    sums_lo, sums_hi = np.empty(512, np.uint64), np.empty(512, np.uint64)
    first, last = np.empty(512, np.int64), np.empty(512, np.int64)
    for index in range(len(key)):
        if key[index] < 0:
            continue
        if count == len(keys):
            keys, sums_lo, sums_hi = _double(keys), _double(sums_lo), _double(sums_hi)
            first, last = _double(first), _double(last)
            size *= 2
            slots = _placed(keys, count, size)
        slot = _slot(slots, keys, key[index])
        at = slots[slot]
        if at < 0:
            at, count = count, count + 1
            slots[slot], keys[at] = at, key[index]
            sums_lo[at], sums_hi[at], first[at], last[at] = ZERO, ZERO, NEVER, NEVER
        sums_lo[at], sums_hi[at] = add(sums_lo[at], sums_hi[at], lo[index], hi[index])
        if time[index] != NEVER:
            if first[at] == NEVER or time[index] < first[at]:
                first[at] = time[index]
            last[at] = max(last[at], time[index])
    return keys[:count], sums_lo[:count], sums_hi[:count], first[:count], last[:count]


@compiled
def _double(column: Any) -> Any:
    more = np.empty(2 * len(column), column.dtype)
    more[: len(column)] = column
    return more


@compiled
def _slot(slots: Any, keys: Any, key: int) -> Any:
    """Where a key is, or the free place where it belongs; at most half of the places are taken."""
    mask = len(slots) - 1
    slot = np.int64((np.uint64(key) * _MIX) >> _HIGH) & mask
    while slots[slot] >= 0 and keys[slots[slot]] != key:
        slot = (slot + 1) & mask
    return slot


@compiled
def _placed(keys: Any, count: int, size: int) -> Any:
    slots = np.full(size, -1, np.int64)
    for at in range(count):
        slots[_slot(slots, keys, keys[at])] = at
    return slots
