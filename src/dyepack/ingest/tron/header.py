"""The id of a TRON block, worked out from its header: the SHA-256 of the raw header, begun with the block's number.

The raw header is a protobuf message (`BlockHeader.raw` in java-tron's `Tron.proto`): fields in the order of their
numbers, those that are zero or empty left away. The first eight bytes of the hash give way to the number. So the id
commits to the block before, to the time, to who made it, and to the root of its transactions. That root is not worked
out anew: it is over the transactions as bytes with signatures and results, which answers have only as JSON.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from dyepack.errors import InputError

FIELDS: Mapping[str, tuple[int, type]] = {
    "timestamp": (1, int),
    "txTrieRoot": (2, bytes),
    "parentHash": (3, bytes),
    "number": (7, int),
    "witness_id": (8, int),
    "witness_address": (9, bytes),
    "version": (10, int),
    "accountStateRoot": (11, bytes),
}
"""The fields of the message in JSON: number, and whether it is a number or bytes in hex."""
_MOST = 2**63


def block_id(raw: Mapping[str, Any]) -> str:
    """The id of the block with this header (`block_header.raw_data`).

    Raises:
        InputError: a field that is not known, so that nobody can say what was hashed, or one of another kind.
    """
    if others := sorted(raw.keys() - FIELDS.keys()):
        raise InputError(f"header: the field {others[0]!r:.60} is not known, so that its hash cannot be worked out")
    message = b"".join(_field(name, raw[name]) for name in FIELDS if name in raw)
    number = _whole("number", raw.get("number", 0))
    return number.to_bytes(8, "big").hex() + sha256(message).hexdigest()[16:]


def _field(name: str, value: object) -> bytes:
    number, kind = FIELDS[name]
    if kind is int:
        whole = _whole(name, value)
        return _varint(number << 3) + _varint(whole) if whole else b""
    try:
        data = bytes.fromhex(str(value)) if isinstance(value, str) else None
    except ValueError:
        data = None
    if data is None:
        raise InputError(f"header: {name}: expected bytes in hex, got {value!r:.60}")
    return _varint(number << 3 | 2) + _varint(len(data)) + data if data else b""


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise InputError(f"header: {name}: expected a whole number, got {value!r:.60}")
    return value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
