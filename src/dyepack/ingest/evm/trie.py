"""The tree by which an Ethereum header commits to transactions, receipts, withdrawals, and RLP below it.

From the yellow paper's appendices B (RLP) and D (modified Merkle Patricia tree), for the one use that blocks make of
it: the items of a list under the RLP of their places.
"""

from collections.abc import Sequence

import sha3

Item = bytes | Sequence["Item"]
_Pairs = list[tuple[tuple[int, ...], bytes]]


def keccak(data: bytes) -> bytes:
    """Keccak-256, as Ethereum hashes."""
    return bytes(sha3.keccak_256(data).digest())


def rlp(item: Item) -> bytes:
    """Bytes, or nested lists of bytes, as RLP."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _length(len(item), 0x80) + item
    body = b"".join(map(rlp, item))
    return _length(len(body), 0xC0) + body


def integer(number: int) -> bytes:
    """A whole number in as few bytes as it needs; none for zero."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def root(values: Sequence[bytes]) -> bytes:
    """The root of the tree that holds these values by their places."""
    if not values:
        return keccak(rlp(b""))
    pairs = sorted((_nibbles(rlp(integer(place))), value) for place, value in enumerate(values))
    return keccak(rlp(_node(pairs, 0)))


def _length(size: int, base: int) -> bytes:
    if size < 56:
        return bytes([base + size])
    digits = integer(size)
    return bytes([base + 55 + len(digits)]) + digits


def _nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(half for byte in key for half in (byte >> 4, byte & 15))


def _node(pairs: _Pairs, depth: int) -> Item:
    """The node for keys that agree up to `depth`, in order: a leaf, an extension or a branch."""
    if len(pairs) == 1:
        key, value = pairs[0]
        return [_compact(key[depth:], leaf=True), value]
    first, last = pairs[0][0], pairs[-1][0]
    shared = depth
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        return [_compact(first[depth:shared], leaf=False), _reference(_node(pairs, shared))]
    branch: list[Item] = [b""] * 17
    for nibble in range(16):
        below = [pair for pair in pairs if len(pair[0]) > depth and pair[0][depth] == nibble]
        if below:
            branch[nibble] = _reference(_node(below, depth + 1))
    branch[16] = next((value for key, value in pairs if len(key) == depth), b"")
    return branch


def _reference(node: Item) -> Item:
    """A node as its parent names it: itself where it is short, else its hash."""
    whole = rlp(node)
    return node if len(whole) < 32 else keccak(whole)


def _compact(path: Sequence[int], *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(path) % 2
    nibbles = [flag, *([] if len(path) % 2 else [0]), *path]
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))
