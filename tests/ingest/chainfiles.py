"""Builds what a node would have on disk: block files in any order, undo files, the key; all plainly, value by value."""

import bz2
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from tests.conftest import shared

MAGIC = bytes.fromhex("f9beb4d9")
Coin = tuple[int, bytes]
"""Amount and script of an output."""


def twice(data: bytes) -> bytes:
    return sha256(sha256(data).digest()).digest()


def compact(number: int) -> bytes:
    if number < 0xFD:
        return bytes([number])
    size, mark = (2, b"\xfd") if number < 1 << 16 else (4, b"\xfe") if number < 1 << 32 else (8, b"\xff")
    return mark + number.to_bytes(size, "little")


def transaction(inputs: Sequence[tuple[bytes, int, bytes]], outputs: Sequence[Coin], witness: bytes = b"") -> bytes:
    """Inputs are (id, place, script); `witness` is what stands for all of it, and makes the form with flags."""
    body = compact(len(inputs))
    for spent, place, script in inputs:
        body += spent + place.to_bytes(4, "little") + compact(len(script)) + script + b"\xff" * 4
    body += compact(len(outputs))
    for amount, script in outputs:
        body += amount.to_bytes(8, "little") + compact(len(script)) + script
    flag = b"\0\1" if witness else b""
    return (1).to_bytes(4, "little") + flag + body + witness + bytes(4)


def plain(raw: bytes, witness: bytes = b"") -> bytes:
    """The same transaction without flag and witness: what its id is the hash of."""
    return raw[:4] + raw[6 : len(raw) - 4 - len(witness)] + raw[-4:] if witness else raw


def coinbase(height: int, outputs: Sequence[Coin]) -> bytes:
    stated = height.to_bytes((height.bit_length() + 8) // 8, "little")
    return transaction([(bytes(32), 0xFFFFFFFF, bytes([len(stated)]) + stated)], outputs)


def root(ids: Sequence[bytes]) -> bytes:
    """The Merkle root, level by level."""
    level = list(ids)
    while len(level) > 1:
        level = [twice(level[i] + level[min(i + 1, len(level) - 1)]) for i in range(0, len(level), 2)]
    return level[0]


def block(
    previous: bytes, transactions: Sequence[bytes], *, nonce: int = 0, bits: int = 0x207FFFFF, version: int = 2
) -> bytes:
    """A block without witnesses; of version 2, which states its height."""
    head = version.to_bytes(4, "little") + previous + root([twice(one) for one in transactions])
    head += (1_300_000_000 + nonce).to_bytes(4, "little") + bits.to_bytes(4, "little") + nonce.to_bytes(4, "little")
    return head + compact(len(transactions)) + b"".join(transactions)


def hash_of(raw: bytes) -> bytes:
    return twice(raw[:80])


def varint(number: int) -> bytes:
    out = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))


def short_amount(amount: int) -> int:
    if amount == 0:
        return 0
    zeros = 0
    while amount % 10 == 0 and zeros < 9:
        amount, zeros = amount // 10, zeros + 1
    if zeros < 9:
        return 1 + (amount // 10 * 9 + amount % 10 - 1) * 10 + zeros
    return 1 + (amount - 1) * 10 + 9


def short_script(script: bytes) -> bytes:
    """The five short forms of a script, or the script behind its length."""
    if len(script) == 25 and script.startswith(b"\x76\xa9\x14") and script.endswith(b"\x88\xac"):
        return b"\0" + script[3:23]
    if len(script) == 23 and script.startswith(b"\xa9\x14") and script.endswith(b"\x87"):
        return b"\1" + script[2:22]
    if len(script) == 35 and script[0] == 33 and script[1] in (2, 3) and script.endswith(b"\xac"):
        return script[1:34]
    if len(script) == 67 and script[:2] == b"\x41\x04" and script.endswith(b"\xac"):
        return bytes([4 + script[65] % 2]) + script[2:34]
    return varint(len(script) + 6) + script


def undo(spent: Sequence[Sequence[Coin]], height: int = 1) -> bytes:
    """A block's undo data: what each of its transactions but the coinbase spent."""
    out = compact(len(spent))
    for coins in spent:
        out += compact(len(coins))
        for amount, script in coins:
            out += varint(height * 2) + b"\0" + varint(short_amount(amount)) + short_script(script)
    return out


def hidden(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[at % 8] for at, byte in enumerate(data)) if key else data


def write(
    folder: Path, blocks: Iterable[bytes], *, name: str = "00000", key: bytes = b"", magic: bytes = MAGIC
) -> None:
    """One block file."""
    folder.mkdir(exist_ok=True)
    data = b"".join(magic + len(raw).to_bytes(4, "little") + raw for raw in blocks)
    (folder / f"blk{name}.dat").write_bytes(hidden(data, key))
    if key:
        (folder / "xor.dat").write_bytes(key)


def write_undo(folder: Path, records: Iterable[tuple[bytes, bytes]], *, name: str = "00000", key: bytes = b"") -> None:
    """One undo file, of (hash of the block before, undo data)."""
    data = b""
    for previous, record in records:
        data += MAGIC + len(record).to_bytes(4, "little") + record + twice(previous + record)
    (folder / f"rev{name}.dat").write_bytes(hidden(data, key))


def recorded(*parts: str) -> bytes:
    """A file of real blocks, unpacked."""
    path = shared("data", "bitcoin", "blocks", *parts)
    data = path.read_bytes()
    return bz2.decompress(data) if path.suffix == ".bz2" else data


def first_blocks() -> list[bytes]:
    """The first 257 blocks of Bitcoin."""
    data = recorded("btcd", "blk_0_to_4.dat.bz2")
    size = int.from_bytes(data[4:8], "little")
    found, data, at = [data[8 : 8 + size]], recorded("btcd", "blocks1-256.bz2"), 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return found
