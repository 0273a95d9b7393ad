"""Chains of transfers out of thin air, part by part: the same numbers give the same parts, whatever machine makes them.

Shaped like an account chain: 150 transfers a block in two assets, one address for every four transfers, and a heavy
tail: the busiest address pays one transfer in some two hundred and is paid as many, the typical one a handful.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dyepack.schema import TABLES
from dyepack.store import Store

PART = 5_000_000
PER_BLOCK = 150
FIRST_BLOCK = 16_000_000
START = 1_672_531_200_000_000
SERVICES = 1_000
"""So many of the busiest addresses are where a trace would stop."""
_HEX = np.frombuffer(b"".join(b"%02x" % n for n in range(256)), np.uint8).reshape(256, 2)
Numbers = npt.NDArray[np.uint64]


def workspace(folder: Path, rows: int, per_part: int = PART) -> None:
    """Write so many transfers into a new workspace, a part of a run of blocks at a time."""
    with Store.open(folder, create=True) as store:
        for name, first, last in parts(rows, per_part):
            with store.run("bench transfers", {"rows": rows, "part": name}) as draft:
                draft.put("transfers", name, transfers(rows, first, last))


def parts(rows: int, per_part: int = PART) -> Iterator[tuple[str, int, int]]:
    """The name, first row and end of each part."""
    for first in range(0, rows, per_part):
        yield f"blocks-{block(first)}", first, min(first + per_part, rows)


def block(row: int) -> int:
    """The block of a row."""
    return FIRST_BLOCK + row // PER_BLOCK


def transfers(rows: int, first: int, last: int) -> pa.Table:
    """The rows from first to before last of a chain of so many."""
    at = np.arange(first, last, dtype=np.uint64)
    size = last - first
    columns = {
        "chain": _one("ethereum", size),
        "block": pa.array((FIRST_BLOCK + at // PER_BLOCK).astype(np.int64)),
        "time": pa.array((START + at // PER_BLOCK * 12_000_000).astype(np.int64)).cast(pa.timestamp("us", tz="UTC")),
        "tx_hash": hexadecimal([_mixed(at, salt) for salt in (11, 12, 13, 14)], 32),
        "tx_index": pa.array((at % PER_BLOCK).astype(np.int64)),
        "seq": pa.array(np.zeros(size, np.int64)),
        "kind": _one("native", size),
        "from_address": addresses(_ranks(at, rows, 1)),
        "to_address": addresses(_ranks(at, rows, 2)),
        "asset": pa.DictionaryArray.from_arrays((_mixed(at, 3) % 4 == 0).astype(np.int8), ["ETH", "USDT"]),
        "amount": _decimals(_mixed(at, 4) >> np.uint64(4)),
        "flag": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(size, np.int8), mask=_mixed(at, 5) % 50 != 0), ["zero-value"]
        ),
        "source": _one("bench", size),
        "index": _one("call 0", size),
        "placed": pa.array(np.ones(size, np.bool_)),
        "others": pa.array(np.zeros(size, np.int64)),
    }
    return pa.table(columns).cast(TABLES["transfers"].arrow)


def addresses(ranks: Numbers) -> pa.Array:
    """The addresses of these ranks; 0 is the busiest."""
    return hexadecimal([_mixed(ranks, salt) for salt in (21, 22, 23)], 20)


def frontier(rows: int, size: int, turn: int) -> list[str]:
    """So many addresses as a trace would reach: busier than most, and none of the services."""
    chance = _share(_mixed(np.arange(size * 2, dtype=np.uint64) + np.uint64(turn << 32), 6))
    count = rows // 4
    ranks = np.unique((SERVICES + (count - SERVICES) * chance**1.5).astype(np.uint64))
    picked = np.sort(_mixed(ranks, 7).argsort()[:size])
    return list(addresses(ranks[picked]).to_pylist())


def hexadecimal(words: list[Numbers], width: int) -> pa.Array:
    """0x and the first bytes of these words, as text."""
    raw = np.stack(words, axis=1).astype(">u8").view(np.uint8)[:, :width]
    text = np.empty((len(raw), 2 + 2 * width), np.uint8)
    text[:, :2] = (ord("0"), ord("x"))
    text[:, 2:] = _HEX[raw].reshape(len(raw), 2 * width)
    ends = np.arange(0, text.size + 1, 2 + 2 * width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(raw), pa.py_buffer(ends), pa.py_buffer(text.reshape(-1)))


def _ranks(at: Numbers, rows: int, salt: int) -> Numbers:
    return (_share(_mixed(at, salt)) ** 3 * (rows // 4)).astype(np.uint64)


def _share(numbers: Numbers) -> npt.NDArray[np.float64]:
    return (numbers >> np.uint64(11)).astype(np.float64) / 2**53


def _mixed(numbers: Numbers, salt: int) -> Numbers:
    """Splitmix64: a number of its own for every number and salt."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0xD1B54A32D192ED03 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _one(text: str, size: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(size, np.int8), [text])


def _decimals(numbers: Numbers) -> pa.Array:
    both = np.zeros((len(numbers), 2), np.uint64)
    both[:, 0] = numbers
    return pa.Array.from_buffers(pa.decimal128(38, 0), len(numbers), [None, pa.py_buffer(both.reshape(-1))])
