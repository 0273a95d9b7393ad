"""Which texts are addresses in the one form that tables have, many at a time, as `addresses.py` decides it.

What is none here may still be one, in capitals or under another version byte: that is asked of `addresses.py`. The
tests hold both against each other.
"""

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled
from dyepack.ingest.machine.digests import U32, sha256_twice
from dyepack.ingest.machine.strings import BASE58, BECH32, BECH32_STEPS, BECH32M, Style, checked


def _places(letters: Array) -> Array:
    """The digit that each byte stands for; -1 for one that stands for none."""
    found = np.full(256, -1, np.int64)
    found[letters] = np.arange(len(letters))
    return found


_IN_58, _IN_32 = _places(BASE58), _places(BECH32)


@compiled
def plain(text: Array, offsets: Array, style: Style, found: Array) -> None:
    """Whether each text, from one offset to the next, is an address of this style as it stands."""
    room, raw, words = np.empty(72, U32), np.zeros(28, np.uint8), np.empty(7, np.int64)
    for row in range(len(found)):
        start, end = offsets[row], offsets[row + 1]
        if style.cash:
            found[row] = False
        elif _prefixed(text, start, end, style):
            found[row] = _segwit(text, start + len(style.prefix) + 1, end, style)
        else:
            found[row] = _base58(text, start, end, style, (room, raw, words))


@compiled
def _prefixed(text: Array, start: Number, end: Number, style: Style) -> Number:
    count = len(style.prefix)
    if count == 0 or end - start <= count or text[start + count] != 49:
        return False
    for i in range(count):
        if text[start + i] != style.prefix[i]:
            return False
    return True


@compiled
def _base58(text: Array, start: Number, end: Number, style: Style, scratch: tuple[Array, ...]) -> Number:
    """A version of the chain, 20 bytes, and four of their checksum; as many ones in front as bytes are zero."""
    room, raw, words = scratch
    if not 25 < end - start < 36:
        return False
    words[:] = 0
    for i in range(start, end):
        held = _IN_58[text[i]]
        if held < 0:
            return False
        for j in range(6, -1, -1):
            held += words[j] * 58
            words[j] = held & 0xFFFFFFFF
            held >>= 32
        if held:
            return False
    if words[0] > 255:
        return False
    for i in range(28):
        raw[i] = np.uint8((words[i >> 2] >> (24 - 8 * (i & 3))) & 255)
    ones = 0
    while start + ones < end and text[start + ones] == BASE58[0]:
        ones += 1
    zeros = 0
    while zeros < 25 and raw[3 + zeros] == 0:
        zeros += 1
    if ones != zeros or (raw[3] != style.key and raw[3] != style.script):
        return False
    sha256_twice(raw, 3, 24, room)
    return words[6] == np.int64(room[0])


@compiled
def _segwit(text: Array, start: Number, end: Number, style: Style) -> Number:
    """A version, a program of a length that it may have, six letters of checksum; from the first behind the prefix."""
    count = end - start
    if count < 8 or count > 75:
        return False
    state = np.int64(1)
    for letter in style.prefix:
        state = checked(state, np.int64(letter) >> 5, BECH32_STEPS, 25)
    state = checked(state, 0, BECH32_STEPS, 25)
    for letter in style.prefix:
        state = checked(state, np.int64(letter) & 31, BECH32_STEPS, 25)
    for i in range(start, end):
        value = _IN_32[text[i]]
        if value < 0:
            return False
        state = checked(state, value, BECH32_STEPS, 25)
    version, bits = _IN_32[text[start]], (count - 7) * 5
    size, spare = bits // 8, bits % 8
    if state != (1 if version == 0 else BECH32M) or version > 16 or spare >= 5 or not 2 <= size <= 40:
        return False
    if _IN_32[text[end - 7]] & ((1 << spare) - 1):
        return False
    return version > 0 or size in (20, 32)
