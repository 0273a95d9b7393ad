"""Ids and addresses as text, many at a time: what costs microseconds each in Python costs a fraction of one here.

Base58check and bech32 (BIP-173), bech32m (BIP-350) and CashAddr, as `addresses.py` reads them; the tests hold each
against that module and against an independent library.
"""

from typing import NamedTuple

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled
from dyepack.ingest.machine.digests import U32, sha256_twice
from dyepack.ingest.machine.scripts import P2PK, P2PKH, P2SH, P2TR, P2WPKH, P2WSH, WITNESS

WIDEST = 96
"""No address is longer."""
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
BASE58 = np.frombuffer(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", np.uint8)
BECH32 = np.frombuffer(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l", np.uint8)
BECH32_STEPS = np.array([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3], np.int64)
_CASH_STEPS = np.array([0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470], np.int64)
BECH32M = 0x2BC830A3
_FIVE_DIGITS = 58**5


class Style(NamedTuple):
    """How a chain prints addresses: version bytes of keys and scripts, and the prefix of bech32 or CashAddr, if any."""

    key: int
    script: int
    prefix: Array
    cash: bool


@compiled
def print_ids(ids: Array, out: Array) -> None:
    """Ids as hexadecimal, last byte first, as people write them."""
    for row in range(len(ids)):
        for i in range(32):
            byte = ids[row, 31 - i]
            out[row, 2 * i] = _HEX[byte >> 4]
            out[row, 2 * i + 1] = _HEX[byte & 15]


@compiled
def read_hex(text: Array, out: Array) -> Number:
    """Hexadecimal as bytes; returns the place of the first character that is none, or -1."""
    for i in range(len(text)):
        letter = np.int64(text[i])
        if 48 <= letter <= 57:
            digit = letter - 48
        elif 97 <= letter <= 102:
            digit = letter - 87
        elif 65 <= letter <= 70:
            digit = letter - 55
        else:
            return i
        out[i >> 1] = np.uint8(digit << 4) if i % 2 == 0 else np.uint8(out[i >> 1] | digit)
    return -1


@compiled
def _base58check(version: Number, place: Array, out: Array, at: Number, scratch: tuple[Array, ...]) -> Number:
    """Version, 20 bytes and four of their checksum, in base 58; returns where it ends."""
    room, raw, words, digits = scratch  # raw: 25 bytes behind three zeros, which are seven words
    raw[3] = np.uint8(version)
    raw[4:24] = place[2:22]
    sha256_twice(raw, 3, 24, room)
    for i in range(4):
        raw[24 + i] = np.uint8(room[0] >> U32(24 - 8 * i))
    for i in range(7):
        words[i] = 0
    for i in range(28):
        words[i >> 2] = (words[i >> 2] << 8) | raw[i]
    for group in range(7):
        rest = np.int64(0)
        for i in range(7):
            value = (rest << 32) | words[i]
            words[i] = value // _FIVE_DIGITS
            rest = value % _FIVE_DIGITS
        for i in range(5):
            digits[34 - 5 * group - i] = rest % 58
            rest //= 58
    return _with_zeros(raw, digits, out, at)


@compiled
def _with_zeros(raw: Array, digits: Array, out: Array, at: Number) -> Number:
    """The digits without those in front that are zero, but one for each zero byte."""
    i = 3
    while raw[i] == 0 and i < 28:
        out[at] = BASE58[0]
        i, at = i + 1, at + 1
    i = 0
    while i < 35 and digits[i] == 0:
        i += 1
    for j in range(i, 35):
        out[at] = BASE58[digits[j]]
        at += 1
    return at


@compiled
def checked(state: Number, value: Number, steps: Array, low: Number) -> Number:
    """A checksum after one more value: of bech32 in 25 and five bits, of CashAddr in 35 and five."""
    top = state >> low
    state = ((state & ((np.int64(1) << low) - 1)) << 5) ^ value
    for i in range(5):
        if (top >> i) & 1:
            state ^= steps[i]
    return state


@compiled
def _five_bits(place: Array, first: Number, values: Array) -> Number:
    """The program in groups of five bits, behind `first` values that are there; returns how many there are then."""
    held, bits, count = np.int64(0), 0, first
    for i in range(place[1]):
        held, bits = (held << 8) | place[2 + i], bits + 8
        while bits >= 5:
            bits -= 5
            values[count] = (held >> bits) & 31
            count += 1
    if bits:
        values[count] = (held << (5 - bits)) & 31
        count += 1
    return count


@compiled
def _bech32(place: Array, style: Style, out: Array, at: Number) -> Number:
    values = np.empty(80, np.int64)
    values[0] = place[0]
    count = _five_bits(place, 1, values)
    state = np.int64(1)
    for letter in style.prefix:
        state = checked(state, np.int64(letter) >> 5, BECH32_STEPS, 25)
    state = checked(state, 0, BECH32_STEPS, 25)
    for letter in style.prefix:
        out[at] = letter
        at += 1
        state = checked(state, np.int64(letter) & 31, BECH32_STEPS, 25)
    out[at] = 49  # "1" parts prefix and data
    at += 1
    for i in range(count):
        state = checked(state, values[i], BECH32_STEPS, 25)
        out[at] = BECH32[values[i]]
        at += 1
    for _ in range(6):
        state = checked(state, 0, BECH32_STEPS, 25)
    state ^= 1 if place[0] == 0 else BECH32M
    for i in range(6):
        out[at] = BECH32[(state >> (25 - 5 * i)) & 31]
        at += 1
    return at


@compiled
def _cashaddr(kind: Number, place: Array, style: Style, out: Array, at: Number) -> Number:
    """Prefix, colon, and a version byte before the hash, in groups of five bits over both."""
    typed = np.zeros(42, np.uint8)
    typed[1] = place[1] + 1
    typed[2] = np.uint8((8 if kind == P2SH else 0) | (3 if place[1] == 32 else 0))
    typed[3 : 3 + place[1]] = place[2 : 2 + place[1]]
    values = np.empty(80, np.int64)
    count = _five_bits(typed, 0, values)
    state = np.int64(1)
    for letter in style.prefix:
        out[at] = letter
        at += 1
        state = checked(state, np.int64(letter) & 31, _CASH_STEPS, 35)
    out[at] = 58
    at += 1
    state = checked(state, 0, _CASH_STEPS, 35)
    for i in range(count):
        state = checked(state, values[i], _CASH_STEPS, 35)
        out[at] = BECH32[values[i]]
        at += 1
    for _ in range(8):
        state = checked(state, 0, _CASH_STEPS, 35)
    state ^= 1
    for i in range(8):
        out[at] = BECH32[(state >> (35 - 5 * i)) & 31]
        at += 1
    return at


@compiled
def print_addresses(kinds: Array, places: Array, style: Style, offsets: Array, out: Array) -> Number:
    """Addresses behind each other in `out`, cut at `offsets`; a script that has none takes no room."""
    at = 0
    scratch = (np.empty(72, U32), np.zeros(28, np.uint8), np.empty(7, np.int64), np.empty(35, np.uint8))
    for row in range(len(kinds)):
        offsets[row] = at
        kind = kinds[row]
        if kind in (P2PK, P2PKH, P2SH):
            if style.cash:
                at = _cashaddr(kind, places[row], style, out, at)
            else:
                at = _base58check(style.script if kind == P2SH else style.key, places[row], out, at, scratch)
        elif kind in (P2WPKH, P2WSH, P2TR, WITNESS) and len(style.prefix) > 0 and not style.cash:
            at = _bech32(places[row], style, out, at)
    offsets[len(kinds)] = at
    return at
