"""Texts to numbers: each different text once, numbered in the order in which they come.

A table of hashes over the texts themselves, which grows as they do: a text costs its letters and some thirty bytes, and
nothing has to be sorted or joined. Where two texts have one hash the texts are compared, so a number is exact. The hash
begins from a secret of this process, so that nobody can choose addresses that all fall into one place.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dyepack.cluster.columns import Flags, Ints, enlarged
from dyepack.compiled import compiled, inlined

NONE = -1
"""The number of the empty text."""
_FEWEST = 1 << 12
_AHEAD = 64


@dataclass(frozen=True)
class Flat:
    """Texts one after another, as bytes: text `n` is `letters[start[n]:start[n + 1]]`."""

    letters: npt.NDArray[np.uint8]
    start: Ints

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Self:
        """From a column of texts without empty values."""
        texts = column.cast(pa.large_string())
        if isinstance(texts, pa.ChunkedArray):
            texts = pa.concat_arrays([pa.array([], pa.large_string()), *texts.chunks])
        _, starts, letters = texts.buffers()
        start = np.frombuffer(starts, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        return cls(np.frombuffer(letters, np.uint8) if letters else np.zeros(0, np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1


class Texts:
    """Different texts by number."""

    def __init__(self) -> None:
        self._seed = np.uint64(secrets.randbits(64))
        self._slots = np.zeros(_FEWEST, np.uint64)
        self._letters = np.zeros(0, np.uint8)
        self._start = np.zeros(1, np.int64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, texts: Flat, order: Ints) -> tuple[Ints, Flags]:
        """The number of each text, and whether it came for the first time; they come in this order."""
        self._make_room(len(texts), int(texts.start[-1] - texts.start[0]))
        numbers, fresh = np.full(len(texts), NONE, np.int64), np.zeros(len(texts), np.bool_)
        known, table = (self._letters, self._start), (self._slots, self._seed)
        size, _ = _add(table, known, self._size, (texts.letters, texts.start, order), (numbers, fresh))
        self._size = int(size)
        return numbers, fresh

    def find(self, texts: Flat) -> Ints:
        """The number of each text, or `NONE`."""
        out = np.full(len(texts), NONE, np.int64)
        _find((self._slots, self._seed), (self._letters, self._start), (texts.letters, texts.start), out)
        return out

    def array(self, first: int = 0) -> pa.Array:
        """The texts in order of their numbers, from this one on; shares the memory as it is now."""
        start = self._start[first : self._size + 1]
        buffers = [None, pa.py_buffer(start), pa.py_buffer(self._letters[: start[-1]])]
        return pa.LargeStringArray.from_buffers(self._size - first, buffers[1], buffers[2])

    def _make_room(self, texts: int, letters: int) -> None:
        """Room for so many more, were they all new."""
        used = int(self._start[self._size])
        self._letters = enlarged(self._letters, used, letters)
        self._start = enlarged(self._start, self._size + 1, texts)
        wanted = len(self._slots)
        while wanted * 3 < (self._size + texts) * 4:
            wanted *= 2
        if wanted > len(self._slots):
            self._slots = np.zeros(wanted, np.uint64)
            _fill((self._slots, self._seed), (self._letters, self._start), self._size)


@inlined
def _word(letters: Any, n: Any) -> Any:
    """Eight letters as one number; the compiler makes it one read."""
    return (
        np.uint64(letters[n])
        | np.uint64(letters[n + np.uint64(1)]) << np.uint64(8)
        | np.uint64(letters[n + np.uint64(2)]) << np.uint64(16)
        | np.uint64(letters[n + np.uint64(3)]) << np.uint64(24)
        | np.uint64(letters[n + np.uint64(4)]) << np.uint64(32)
        | np.uint64(letters[n + np.uint64(5)]) << np.uint64(40)
        | np.uint64(letters[n + np.uint64(6)]) << np.uint64(48)
        | np.uint64(letters[n + np.uint64(7)]) << np.uint64(56)
    )


@inlined
def _mixed(value: Any, word: Any) -> Any:
    value = (value ^ word) * np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(32))


@inlined
def _hash(letters: Any, start: Any, end: Any, seed: Any) -> Any:
    n, last = np.uint64(start), np.uint64(end)
    value = seed ^ (last - n)
    while n + np.uint64(8) <= last:
        value = _mixed(value, _word(letters, n))
        n += np.uint64(8)
    rest = np.uint64(0)
    while n < last:
        rest = (rest << np.uint64(8)) | np.uint64(letters[n])
        n += np.uint64(1)
    value = _mixed(value, rest)
    return _mixed(value ^ (value >> np.uint64(29)), np.uint64(0))


@inlined
def _same(one: Any, first: Any, other: Any, start: Any, size: Any) -> Any:
    at, place, n = np.uint64(first), np.uint64(start), np.uint64(size)
    while n >= np.uint64(8) and _word(one, at) == _word(other, place):
        at, place, n = at + np.uint64(8), place + np.uint64(8), n - np.uint64(8)
    if n >= np.uint64(8):
        return False
    while n > np.uint64(0) and one[at] == other[place]:
        at, place, n = at + np.uint64(1), place + np.uint64(1), n - np.uint64(1)
    return n == np.uint64(0)


@inlined
def _number(slot: Any) -> Any:
    return np.int64(slot & np.uint64(0xFFFFFFFF)) - 1


@inlined
def _filled(value: Any, number: Any) -> Any:
    return (value & np.uint64(0xFFFFFFFF00000000)) | np.uint64(number + 1)


@inlined
def _slot(slots: Any, known: Any, value: Any, text: Any) -> Any:
    """The place of a text's slot, which is empty where the text is new."""
    texts, starts = known
    letters, start, end = text
    mask = np.uint64(len(slots) - 1)
    at = value & mask
    while slots[at] != np.uint64(0):
        if (slots[at] ^ value) >> np.uint64(32) == np.uint64(0):
            number = _number(slots[at])
            size = starts[number + 1] - starts[number]
            if size == end - start and _same(texts, starts[number], letters, start, size):
                break
        at = (at + np.uint64(1)) & mask
    return at


@inlined
def _hashes(table: Any, known: Any, came: Any, ahead: Any) -> Any:
    """The hashes of some texts that come next. Touches what looking them up will read, so that the waiting overlaps."""
    slots, seed = table
    texts, starts = known
    letters, start, order = came
    hashes, near = ahead
    mask = np.uint64(len(slots) - 1)
    for k in range(len(order)):
        hashes[k] = _hash(letters, start[order[k]], start[order[k] + 1], seed)
    for k in range(len(order)):
        near[k] = np.int64(slots[hashes[k] & mask] & np.uint64(0xFFFFFFFF))
    for k in range(len(order)):
        near[k] = starts[max(near[k] - 1, 0)]
    touched = 0
    for k in range(len(order)):
        touched += texts[near[k]] if near[k] < len(texts) else 0
    return touched


@compiled
def _add(table: Any, known: Any, size: Any, came: Any, out: Any) -> Any:
    slots, _ = table
    texts, starts = known
    letters, start, order = came
    numbers, fresh = out
    ahead, touched = (np.empty(_AHEAD, np.uint64), np.empty(_AHEAD, np.int64)), 0
    for group in range(0, len(order), _AHEAD):
        next_ones = order[group : group + _AHEAD]
        touched += _hashes(table, known, (letters, start, next_ones), ahead)
        for k in range(len(next_ones)):
            n = next_ones[k]
            first, end, value = start[n], start[n + 1], ahead[0][k]
            if first == end:
                continue
            at = _slot(slots, known, value, (letters, first, end))
            if slots[at] == np.uint64(0):
                slots[at] = _filled(value, size)
                place = starts[size]
                texts[place : place + end - first] = letters[first:end]
                size += 1
                starts[size] = place + end - first
                fresh[n] = True
            numbers[n] = _number(slots[at])
    return size, touched


@compiled
def _find(table: Any, known: Any, wanted: Any, out: Any) -> None:
    slots, seed = table
    letters, start = wanted
    for n in range(len(out)):
        value = _hash(letters, start[n], start[n + 1], seed)
        out[n] = _number(slots[_slot(slots, known, value, (letters, start[n], start[n + 1]))])


@compiled
def _fill(table: Any, known: Any, size: Any) -> None:
    slots, seed = table
    letters, start = known
    mask = np.uint64(len(slots) - 1)
    for number in range(size):
        value = _hash(letters, start[number], start[number + 1], seed)
        at = value & mask
        while slots[at] != np.uint64(0):
            at = (at + np.uint64(1)) & mask
        slots[at] = _filled(value, number)
