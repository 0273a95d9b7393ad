"""Merkle roots worked out anew from the ids in the table of transactions, part by part."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from dyepack.errors import RecordError
from dyepack.ingest import ranges
from dyepack.ingest.machine.digests import U32, merkle
from dyepack.ingest.machine.strings import read_hex
from dyepack.store import Store

_IDS = """
select block, tx_hash from transactions
where chain = $chain and block >= $first and block <= $last order by block, tx_index
"""
_ROOTS = "select block, root from blocks where chain = $chain and block >= $first and block <= $last order by block"


def roots(store: Store, chain: str) -> Iterator[tuple[int, str | None, str]]:
    """Of each block: its height, the root it says, and the root that its transactions give."""
    for one in ranges.loaded(store, chain):
        where = {"chain": chain, "first": one.first, "last": one.last}
        said = store.fetch(_ROOTS, "blocks", **where).to_pylist()
        rows = store.fetch(_IDS, "transactions", **where)
        blocks = rows.column("block").to_numpy()
        raw = _bytes(rows.column("tx_hash"))
        room = np.empty(72, U32)
        for row in said:
            low, high = np.searchsorted(blocks, [row["block"], row["block"] + 1])
            if high == low:
                yield row["block"], row["root"], "none: it has no transactions"
                continue
            found = merkle(raw, low, high - low, room)
            yield row["block"], row["root"], found[::-1].tobytes().hex()


def _bytes(ids: pa.ChunkedArray) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Ids of 64 digits as 32 bytes each, first byte first as they are hashed."""
    text = np.frombuffer(bytearray("".join(ids.to_pylist()).encode()), np.uint8)
    data = np.empty(len(text) // 2, np.uint8)
    if len(text) != 64 * len(ids) or read_hex(text, data) >= 0:
        raise RecordError("expected ids of 64 hexadecimal digits", source="transactions", field="tx_hash")
    return np.ascontiguousarray(data.reshape(-1, 32)[:, ::-1])
