"""What kind of script locks an output, and what of it an address says."""

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled
from dyepack.ingest.machine.digests import hash160

KINDS = ("other", "p2pk", "p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr", "witness", "multisig", "op_return", "unknown")
"""Codes are places in this list."""
OTHER, P2PK, P2PKH, P2SH, P2WPKH, P2WSH, P2TR, WITNESS, MULTISIG, OP_RETURN, UNKNOWN = range(len(KINDS))
PLACE = 42
"""What an address says, in bytes: the witness version, the length, and up to forty bytes of hash or program."""
_LONGEST = 10_000
"""A script of more bytes can never be run (`MAX_SCRIPT_SIZE`); it is as unspendable as OP_RETURN, and called so."""
SEGWIT, CASH = 1, 2
"""Rules of a chain: it has witness programs; it has token prefixes and 32-byte script hashes."""


@compiled
def classify(data: Array, start: Number, end: Number, rules: Number, place: Array) -> Number:
    """The kind of the script in a span of bytes; fills `place`."""
    place[:] = np.uint8(0)
    if rules & CASH:
        start = _after_token(data, start, end)
    size = end - start
    if size == 0:
        return OTHER
    first = data[start]
    if first == 0x6A or size > _LONGEST or (first == 0 and size > 1 and data[start + 1] == 0x6A):
        return OP_RETURN
    if _hashed(data, start, size, rules):
        at = start + (3 if first == 0x76 else 2)
        _put(data, at, 32 if first == 0xAA else 20, place)
        return P2PKH if first == 0x76 else P2SH
    if _program(data, start, size) and rules & SEGWIT:
        return _witness(data, start, size, place)
    return _keys(data, start, end, place)


@compiled
def _hashed(data: Array, start: Number, size: Number, rules: Number) -> Number:
    """Whether it pays to the hash of a key or of a script."""
    if size == 25:
        head = data[start] == 0x76 and data[start + 1] == 0xA9 and data[start + 2] == 20
        return head and data[start + 23] == 0x88 and data[start + 24] == 0xAC
    if size == 23:
        return data[start] == 0xA9 and data[start + 1] == 20 and data[start + 22] == 0x87
    if size == 35 and rules & CASH:
        return data[start] == 0xAA and data[start + 1] == 32 and data[start + 34] == 0x87
    return False


@compiled
def _program(data: Array, start: Number, size: Number) -> Number:
    """Whether it is a witness program: a version, and 2 to 40 bytes pushed."""
    version = data[start]
    return 4 <= size <= 42 and (version == 0 or 0x51 <= version <= 0x60) and data[start + 1] == size - 2


@compiled
def _witness(data: Array, start: Number, size: Number, place: Array) -> Number:
    version = 0 if data[start] == 0 else data[start] - 0x50
    if version == 0 and size not in (22, 34):
        return OTHER
    _put(data, start + 2, size - 2, place)
    place[0] = np.uint8(version)
    if version == 0:
        return P2WPKH if size == 22 else P2WSH
    return P2TR if version == 1 and size == 34 else WITNESS


@compiled
def _put(data: Array, at: Number, size: Number, place: Array) -> None:
    place[1] = np.uint8(size)
    for i in range(size):
        place[2 + i] = data[at + i]


@compiled
def key_size(first: Number) -> Number:
    """The length of a public key that begins with this byte; 0 where none does."""
    if first in (2, 3):
        return 33
    return 65 if first in (4, 6, 7) else 0


@compiled
def _keys(data: Array, start: Number, end: Number, place: Array) -> Number:
    size = end - start
    if size in (35, 67) and data[start] == size - 2 and data[end - 1] == 0xAC and key_size(data[start + 1]) == size - 2:
        place[1] = np.uint8(20)
        hash160(data, start + 1, end - 1, place[2:22])
        return P2PK
    if size > 3 and data[end - 1] == 0xAE and 0x51 <= data[start] <= 0x60 and 0x51 <= data[end - 2] <= 0x60:
        wanted, count, at = data[end - 2] - 0x50, 0, start + 1
        while at < end - 2:
            key = key_size(data[at + 1])
            if key == 0 or data[at] != key or at + 1 + key > end - 2:
                return OTHER
            count, at = count + 1, at + 1 + key
        return MULTISIG if count == wanted and data[start] - 0x50 <= wanted else OTHER
    return OTHER


@compiled
def _after_token(data: Array, start: Number, end: Number) -> Number:
    """Where the script begins behind the token prefix of Bitcoin Cash, if there is one (CashTokens, 2023)."""
    if end - start < 34 or data[start] != 0xEF:
        return start
    at, bits = start + 34, data[start + 33]
    if bits & 0x40 and at < end and data[at] < 0xFD:
        at += 1 + data[at]
    if bits & 0x10 and at < end:
        at += 1 if data[at] < 0xFD else 3 if data[at] == 0xFD else 5 if data[at] == 0xFE else 9
    return min(at, end)


@compiled
def classify_all(data: Array, offsets: Array, rules: Number, kinds: Array, places: Array) -> None:
    """Scripts that lie behind each other, cut at `offsets`."""
    for i in range(len(offsets) - 1):
        kinds[i] = np.uint8(classify(data, offsets[i], offsets[i + 1], rules, places[i]))
