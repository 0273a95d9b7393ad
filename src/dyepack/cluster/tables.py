"""The tables of an output chain as columns: blocks are read in batches, and addresses get numbers on the way.

However long the chain, what is held is a batch and the addresses that have appeared; see `places`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import NOWHERE, SCRIPTS, UNKNOWN, Codes, Columns, Ints, Side
from dyepack.cluster.coordinators import in_time, names
from dyepack.cluster.places import Places, checked, place, spots
from dyepack.store import Store

TABLES = ("transactions", "inputs", "outputs")
BATCH = 4_000_000
"""Inputs and outputs that are read at a time; a single block may have more."""
_SCRIPT = "case script " + " ".join(f"when '{name}' then {n}" for n, name in enumerate(SCRIPTS) if n) + " else 0 end"

_TRANSACTIONS = f"""select {place(0, "0")} as place, tx_hash, time from transactions
    where chain = $chain and block between $first and $last order by place"""


@dataclass(frozen=True)
class Rows:
    """Some blocks of a chain as the tables have them; transactions in chain order."""

    first: int
    last: int
    transactions: pa.Table
    inputs: pa.Table
    outputs: pa.Table


@dataclass(frozen=True)
class Batch:
    """Some blocks of a chain in numbers, and the hashes of their transactions."""

    first: int
    last: int
    columns: Columns
    hashes: pa.ChunkedArray


def last_block(store: Store, chain: str) -> int | None:
    """The last block of a chain in the tables."""
    found = store.fetch(
        "select max(block) as block from transactions where chain = $chain", "transactions", chain=chain
    )
    last = found.column("block")[0].as_py()
    return None if last is None else int(last)


def chains(store: Store) -> list[str]:
    """The output chains that have transactions."""
    if not all(store.parts(table) for table in TABLES):
        return []
    return [
        str(name)
        for name in store.fetch("select distinct chain from transactions order by chain", *TABLES)[0].to_pylist()
    ]


def batches(store: Store, places: Places, span: tuple[int, int]) -> Iterator[Batch]:
    """The blocks of a span, both ends included, in batches. Their addresses are numbered on, after those that are.

    Raises:
        InputError: a block of more transactions or coins than any chain has.
    """
    for rows in read(store, places.chain, span):
        yield numbered(rows, places)


def bare_batches(store: Store, chain: str, span: tuple[int, int]) -> Iterator[Batch]:
    """As `batches`, for who needs no numbers that last: each batch begins anew, as if nothing had come before."""
    for rows in read(store, chain, span):
        yield numbered(rows, Places(chain))


def read(store: Store, chain: str, span: tuple[int, int]) -> Iterator[Rows]:
    """The rows of a span of blocks, some millions at a time. Expects `chains` to have been asked."""
    store.view(*TABLES)
    for first, last in _spans(store, chain, span):
        within = {"chain": chain, "first": first, "last": last}
        fetched = (
            store.engine.fetch(query, **within) for query in (_TRANSACTIONS, _coins("inputs"), _coins("outputs"))
        )
        yield Rows(first, last, *fetched)


def numbered(rows: Rows, places: Places) -> Batch:
    """Rows as columns; new addresses get the next numbers."""
    coins = [_Coins.of(each) for each in (rows.inputs, rows.outputs)]
    shown = np.concatenate([each.script for each in coins])
    address = pa.chunked_array([chunk for each in coins for chunk in each.address.chunks], pa.string())
    numbers, fresh = places.add(address, np.concatenate([each.place for each in coins]), shown)
    cut, keys = len(coins[0].place), _ints(rows.transactions, "place")
    ins = coins[0].side(keys, numbers[:cut], shown[:cut])
    outs = coins[1].side(keys, numbers[cut:], shown[cut:])
    block, tx_index, _, _ = spots(keys)
    paid = _coordinators(keys, rows.transactions.column("time"), coins)
    columns = Columns(block, tx_index, ins, outs, fresh[cut:][coins[1].order], paid)
    return Batch(rows.first, rows.last, columns, rows.transactions.column("tx_hash"))


@dataclass(frozen=True)
class _Coins:
    """Inputs or outputs as they came, and their order."""

    place: Ints
    order: Ints
    address: pa.ChunkedArray
    amount: Ints
    script: Codes

    @classmethod
    def of(cls, rows: pa.Table) -> "_Coins":
        place = checked(_ints(rows, "place"))
        script = _ints(rows, "script").astype(np.int8)
        order = np.argsort(place, kind="stable")
        return cls(place, order, rows.column("address"), _amounts(rows.column("amount")), script)

    def of_coordinators(self) -> list[tuple[int, str]]:
        """Those at addresses of known coordinators: their places in chain order, and the address."""
        known = pc.is_in(self.address, value_set=pa.array(names(), pa.string())).to_numpy()
        found = np.flatnonzero(known[self.order]) if known.any() else ()
        return [(int(n), str(self.address[int(self.order[n])])) for n in found]

    def side(self, keys: Ints, numbers: Ints, shown: Codes) -> Side:
        """In chain order, with where each transaction's begin."""
        start = np.searchsorted(self.place[self.order], np.append(keys, np.iinfo(np.int64).max)).astype(np.int64)
        return Side(start, numbers[self.order], self.amount[self.order], shown[self.order])


def _coordinators(keys: Ints, times: pa.ChunkedArray, coins: "list[_Coins]") -> Ints:
    """For each transaction the output that pays a known coordinator in his time, as a place among all outputs."""
    out = np.full(len(keys), NOWHERE, np.int64)
    spends, pays = ((each.of_coordinators(), each.place[each.order]) for each in coins)
    his = {_within(keys, spends[1][n]) for n, _ in spends[0]}
    for n, name in pays[0]:
        tx = _within(keys, pays[1][n])
        if tx not in his and out[tx] == NOWHERE and in_time(name, times[tx].as_py()):
            out[tx] = n
    return out


def _within(keys: Ints, place: int) -> int:
    """Which transaction has a coin at this place."""
    return int(np.searchsorted(keys, place, "right")) - 1


def _amounts(column: pa.ChunkedArray) -> Ints:
    """Amounts as whole numbers of 64 bits, -1 where there is none or it has more."""
    parts = [np.zeros(0, np.int64)]
    for chunk in column.chunks:
        words = np.frombuffer(chunk.buffers()[1], np.int64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk))]
        known = (words[1::2] == 0) & (words[::2] >= 0)
        if chunk.null_count:
            known &= np.asarray(chunk.is_valid().to_numpy(zero_copy_only=False), np.bool_)
        parts.append(np.where(known, words[::2], -1))
    return np.concatenate(parts)


def _coins(table: str) -> str:
    script, side = (_SCRIPT, 1) if table == "outputs" else (f"{UNKNOWN}", 0)
    return f"""select {place(side, '"index"')} as place, coalesce(address, '') as address, {script} as script, amount
        from {table} where chain = $chain and block between $first and $last"""


def _spans(store: Store, chain: str, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    rows = store.engine.fetch(
        """select block, sum(inputs + outputs) as coins from transactions
        where chain = $chain and block between $first and $last group by block order by block""",
        chain=chain,
        first=span[0],
        last=span[1],
    )
    first, held, before = None, 0, 0
    for block, coins in zip(rows.column("block").to_pylist(), rows.column("coins").to_pylist(), strict=True):
        if first is not None and held + int(coins) > BATCH:
            yield first, before
            first, held = None, 0
        first = block if first is None else first
        held, before = held + int(coins), block
    if first is not None:
        yield first, before


def _ints(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows.column(name).to_numpy()).astype(np.int64, copy=False)
