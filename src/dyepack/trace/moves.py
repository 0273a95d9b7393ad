"""The movements of a slice as columns, in chain order.

A *key* is a holding: (address, asset), and on an output chain the output too. There, a transaction is a holding that
lasts for a moment: each input is a movement from an output to it, each output one from it, the fee comes last. So one
walk serves both kinds of chain.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

KINDS = (
    *("native", "internal", "token", "fee", "mint", "burn", "reward", "value"),
    *("input", "output", "coinbase", "unseen", "miner_fee", "dust", "unspendable"),
    *("conversion_in", "conversion_out", "aside", "gain", "destroyed", "taken", "taken_new"),
    *("crossed", "redeemed"),
)
_KIND = {kind: code for code, kind in enumerate(KINDS)}
MADE = tuple(_KIND[kind] for kind in ("mint", "reward", "coinbase", "gain", "taken_new"))
"""Kinds that take from nobody: the money is new."""
INTO, OUT_OF = _KIND["conversion_in"], _KIND["conversion_out"]
TAKEN = tuple(_KIND[kind] for kind in ("taken", "taken_new"))
"""Kinds by which a seed took what is stolen from then on."""
GONE = tuple(_KIND[kind] for kind in ("fee", "burn", "destroyed", "crossed", "redeemed"))
"""Kinds after which nobody can spend the money."""
DUST, INPUT = _KIND["dust"], _KIND["input"]
UNSPENDABLE = _KIND["unspendable"]
FEE, BURN, DESTROYED, CROSSED, REDEEMED = GONE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Key(NamedTuple):
    """A holding of one chain; `output` is `hash:index` where it is an output, and empty elsewhere."""

    address: str
    asset: str
    output: str = ""

    @property
    def inside(self) -> bool:
        """Whether it is stolen money at an address while a transaction lasts."""
        return "/" in self.output and not self.output.endswith(">") and self.address != self.output.partition("/")[0]


class Move(NamedTuple):
    """One movement, for a reader."""

    block: int
    time: datetime
    tx_index: int
    seq: int
    tx_hash: str
    kind: str
    payer: Key
    payee: Key
    amount: int

    @property
    def asset(self) -> str:
        """What was moved."""
        return self.payee.asset


@dataclass(frozen=True, eq=False)
class Moves:
    """Movements as columns of one length; `payer` and `payee` are places in `keys`, `tx` one in `hashes`.

    `time` is in microseconds since 1970, UTC, and 0 where the data has none; an amount is `lo` + 2⁶⁴ `hi`. `named` says
    whether the chain's own name of a movement tells it from others like it, `placed` whether a source says the
    transaction's place in its block; `others` counts equal movements of other lists that may be more of them.
    """

    keys: Sequence[Key]
    hashes: Sequence[str]
    block: Any
    time: Any
    tx_index: Any
    seq: Any
    tx: Any
    kind: Any
    payer: Any
    payee: Any
    lo: Any
    hi: Any
    named: Any
    placed: Any
    others: Any

    def __len__(self) -> int:
        return len(self.block)

    def amount(self, index: int) -> int:
        """The amount of one movement."""
        return int(self.lo[index]) | (int(self.hi[index]) << 64)

    def __getitem__(self, index: int) -> Move:
        return Move(
            int(self.block[index]),
            moment(self.time[index]),
            int(self.tx_index[index]),
            int(self.seq[index]),
            self.hashes[self.tx[index]],
            KINDS[self.kind[index]],
            self.keys[self.payer[index]],
            self.keys[self.payee[index]],
            self.amount(index),
        )

    def __iter__(self) -> Iterator[Move]:
        return map(self.__getitem__, range(len(self)))

    @property
    def leaves(self) -> Any:
        """Of each, whether it takes from the payer: money that is made comes from nobody."""
        return ~np.isin(self.kind, MADE)

    def only(self, chosen: Any) -> "Moves":
        """Those that a mask or an order of places chooses; the keys stay."""
        columns = (
            "block",
            "time",
            "tx_index",
            "seq",
            "tx",
            "kind",
            "payer",
            "payee",
            "lo",
            "hi",
            "named",
            "placed",
            "others",
        )
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


def moment(microseconds: Any) -> datetime:
    """A time of `Moves` as a date and time in UTC."""
    return EPOCH + timedelta(microseconds=int(microseconds))


def of(listed: Iterable[Move]) -> Moves:
    """Movements for a reader as columns, in the order given."""
    rows = list(listed)
    keys = list(dict.fromkeys(key for row in rows for key in (row.payer, row.payee)))
    place = {key: index for index, key in enumerate(keys)}
    hashes = list(dict.fromkeys(row.tx_hash for row in rows))
    tx = {name: index for index, name in enumerate(hashes)}
    lo = np.array([row.amount & (2**64 - 1) for row in rows], np.uint64)
    return Moves(
        keys,
        hashes,
        np.array([row.block for row in rows], np.int64),
        np.array([(row.time - EPOCH) // timedelta(microseconds=1) for row in rows], np.int64),
        np.array([row.tx_index for row in rows], np.int64),
        np.array([row.seq for row in rows], np.int64),
        np.array([tx[row.tx_hash] for row in rows], np.int32),
        np.array([_KIND[row.kind] for row in rows], np.int8),
        np.array([place[row.payer] for row in rows], np.int32),
        np.array([place[row.payee] for row in rows], np.int32),
        lo,
        np.array([row.amount >> 64 for row in rows], np.uint64),
        np.zeros(len(rows), np.bool_),
        np.ones(len(rows), np.bool_),
        np.zeros(len(rows), np.int64),
    )


def from_rows(rows: pa.Table) -> Moves:
    """Movements from the engine: the columns of `transfers`, and where there are any `from_output`, `to_output`."""
    sides = [_side(rows, side) for side in ("from", "to")]
    both = pa.concat_tables(sides).combine_chunks()
    codes, keys = _keys(both)
    tx = rows.column("tx_hash").combine_chunks().dictionary_encode()
    kinds = rows.column("kind").combine_chunks().dictionary_encode()
    of_kind = np.array([_KIND[kind] for kind in kinds.dictionary.to_pylist()], np.int8)
    lo, hi = decimals(rows.column("amount"))
    size = rows.num_rows
    return Moves(
        keys,
        tx.dictionary.to_pylist(),
        _whole(rows.column("block")),
        _whole(rows.column("time").cast(pa.int64()).fill_null(0)),
        _whole(rows.column("tx_index")),
        _whole(rows.column("seq")),
        np.asarray(tx.indices).astype(np.int32),
        of_kind[np.asarray(kinds.indices)] if size else np.zeros(0, np.int8),
        codes[:size],
        codes[size:],
        lo,
        hi,
        _flags(rows, "named", missing=False),
        _flags(rows, "placed", missing=True),
        _whole(rows.column("others").fill_null(0)) if "others" in rows.column_names else np.zeros(size, np.int64),
    )


def _flags(rows: pa.Table, name: str, *, missing: bool) -> Any:
    """A column of yes and no; where there is none, and where it is empty, `missing`."""
    if name not in rows.column_names:
        return np.full(rows.num_rows, missing, np.bool_)
    return rows.column(name).fill_null(missing).to_numpy().astype(np.bool_)


def _side(rows: pa.Table, side: str) -> pa.Table:
    empty = pa.chunked_array([pa.array([""] * rows.num_rows, pa.string())])
    output = rows.column(f"{side}_output").fill_null("") if f"{side}_output" in rows.column_names else empty
    return pa.table({"address": rows.column(f"{side}_address"), "asset": rows.column("asset"), "output": output})


def _keys(sides: pa.Table) -> tuple[Any, list[Key]]:
    """Each row's place among the different keys, and these, in the order of their first row."""
    encoded = [_one(sides.column(name)) for name in sides.column_names]
    joint = np.zeros(sides.num_rows, np.int64)
    for indices, names in encoded:
        joint = joint * max(len(names), 1) + indices
    _, first, codes = np.unique(joint, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    columns = [[names[at] for at in indices[first[order]]] for indices, names in encoded]
    return rank[codes], [Key(*row) for row in zip(*columns, strict=True)]


def _one(column: pa.ChunkedArray) -> tuple[Any, list[str]]:
    array = column.combine_chunks()
    encoded = (array.chunk(0) if isinstance(array, pa.ChunkedArray) else array).dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()


def _whole(column: pa.ChunkedArray) -> Any:
    return column.to_numpy().astype(np.int64)


def decimals(column: pa.ChunkedArray) -> tuple[Any, Any]:
    """A column of non-negative decimal(38, 0) as two arrays of limbs."""
    pairs = [_pairs(chunk) for chunk in column.cast(pa.decimal128(38, 0)).chunks]
    both = np.concatenate(pairs) if pairs else np.zeros((0, 2), np.uint64)
    return both[:, 0].copy(), both[:, 1].copy()


def _pairs(chunk: pa.Array) -> Any:
    raw = np.frombuffer(chunk.buffers()[1], np.uint64) if len(chunk) else np.zeros(0, np.uint64)
    return raw.reshape(-1, 2)[chunk.offset : chunk.offset + len(chunk)]


def as_decimals(lo: Any, hi: Any) -> pa.Array:
    """Two arrays of limbs as decimal(38, 0)."""
    raw = np.column_stack([lo, hi]).astype(np.uint64)
    return pa.Array.from_buffers(pa.decimal128(38, 0), len(raw), [None, pa.py_buffer(raw.tobytes())])
