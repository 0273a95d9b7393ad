"""The tables of an output chain as columns: addresses get numbers, then blocks are read in batches.

An address's number is its place in order of first appearance, input before output. So it does not change when blocks
are added, and the smallest number of a cluster is the member that came first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.cluster.columns import SCRIPTS, Columns, Ints, Side
from dyepack.errors import InputError
from dyepack.store import Store

PLACES = "cluster_places"
_INS, _OUTS = "cluster_ins", "cluster_outs"
TABLES = ("transactions", "inputs", "outputs")
BATCH = 4_000_000
"""Inputs and outputs that are read at a time; a single block may have more."""
_BLOCKS, _IN_BLOCK, _COINS = 1 << 29, 1 << 16, 1 << 17
_PLACE = f'cast(block as bigint) * {_IN_BLOCK * 2 * _COINS} + tx_index * {2 * _COINS} + {{side}} * {_COINS} + "index"'
_IN, _OUT = _PLACE.format(side=0), _PLACE.format(side=1)
_SCRIPT = "case script " + " ".join(f"when '{name}' then {n}" for n, name in enumerate(SCRIPTS) if n) + " else 0 end"

_TRANSACTIONS = """select block, tx_index, tx_hash from transactions
    where chain = $chain and block between $first and $last order by block, tx_index"""


@dataclass(frozen=True)
class Places:
    """The addresses of a chain by number, and where each appeared first."""

    chain: str
    address: pa.Array
    place: Ints

    def __len__(self) -> int:
        return len(self.place)

    def names(self, numbers: Ints) -> pa.Array:
        """The names that clusters bear whose first members these are: chain, block, transaction, input or output."""
        block, rest = np.divmod(self.place[numbers], _IN_BLOCK * 2 * _COINS)
        tx, coin = np.divmod(rest, 2 * _COINS)
        side, index = np.divmod(coin, _COINS)
        sides = pa.array(["i", "o"]).take(pa.array(side))
        texts = [pa.array(part).cast(pa.string()) for part in (block, tx, index)]
        coin_text = pc.binary_join_element_wise(sides, texts[2], "")
        return pc.binary_join_element_wise(self.chain, texts[0], texts[1], coin_text, ":")


@dataclass(frozen=True)
class Batch:
    """Some blocks of a chain, and the hashes of their transactions."""

    first: int
    last: int
    columns: Columns
    hashes: pa.ChunkedArray


def number(store: Store, chain: str, to_block: int) -> Places:
    """Number the addresses of a chain up to a block; held on the engine as `cluster_places` too.

    Raises:
        MissingTable: no blocks were loaded.
        InputError: a block of more transactions or coins than any chain has.
    """
    store.view(*TABLES)
    _fits(store, chain)
    engine = store.engine
    engine.keep(
        PLACES,
        f"""select address, place, script, row_number() over (order by place) - 1 as id from (
            select address, min(place) as place, max(script) as script from (
                select address, {_IN} as place, 0 as script from inputs
                where chain = $chain and block <= $to_block and address is not null
                union all
                select address, {_OUT}, {_SCRIPT} from outputs
                where chain = $chain and block <= $to_block and address is not null) as coins
            group by address) as firsts""",
        chain=chain,
        to_block=to_block,
    )
    rows = engine.fetch(f"select address, place from {PLACES} order by place")
    addresses = rows.column("address").cast(pa.large_string()).combine_chunks()
    return Places(chain, addresses, _ints(rows, "place"))


def _fits(store: Store, chain: str) -> None:
    most = store.engine.fetch(
        """select max(block) as block, max(tx_index) as tx_index, max(coin) as coin from (
            select block, tx_index, "index" as coin from inputs where chain = $chain
            union all select block, tx_index, "index" from outputs where chain = $chain) as coins""",
        chain=chain,
    ).to_pylist()[0]
    bounds = {"block": _BLOCKS, "tx_index": _IN_BLOCK, "coin": _COINS}
    for name, bound in bounds.items():
        if (most[name] or 0) >= bound:
            raise InputError(
                f"expected {name} below {bound} in the tables of {chain}, got {most[name]}; load them anew"
            )


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


def batches(store: Store, chain: str, span: tuple[int, int]) -> Iterator[Batch]:
    """The blocks of a span, both ends included, in batches. Expects `number` to have been called.

    Addresses become numbers for the whole span at once: looking up text costs most of the time, and the table that it
    is looked up in would be made anew for every batch.
    """
    within = {"chain": chain, "first": span[0], "last": span[1]}
    for name, query in ((_INS, _coins("inputs", _IN)), (_OUTS, _coins("outputs", _OUT))):
        store.engine.keep(name, query, **within)
    for first, last in _spans(store, chain, span):
        yield _batch(store, chain, first, last)


def bare_batches(store: Store, chain: str, span: tuple[int, int]) -> Iterator[Batch]:
    """As `batches`, for who needs no numbers that last: addresses are numbered within each batch, and none is fresh."""
    for first, last in _spans(store, chain, span):
        within = {"chain": chain, "first": first, "last": last}
        txs = store.engine.fetch(_TRANSACTIONS, **within)
        ins, outs = (store.engine.fetch(_bare(table), **within) for table in ("inputs", "outputs"))
        keys = _key(txs)
        sides = [_side(keys, _numbered(rows)) for rows in (ins, outs)]
        block, index = (_ints(txs, name) for name in ("block", "tx_index"))
        columns = Columns(block, index, sides[0], sides[1], np.zeros(outs.num_rows, np.bool_))
        yield Batch(first, last, columns, txs.column("tx_hash"))


def _bare(table: str) -> str:
    script = _SCRIPT if table == "outputs" else "0"
    return f"""select block, tx_index, coalesce(try_cast(amount as bigint), -1) as amount, {script} as script, address
        from {table} where chain = $chain and block between $first and $last order by block, tx_index, "index"
        """


def _numbered(rows: pa.Table) -> pa.Table:
    codes = pc.fill_null(rows.column("address").combine_chunks().dictionary_encode().indices.cast(pa.int64()), -1)
    return rows.set_column(rows.column_names.index("address"), "address", codes)


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


def _batch(store: Store, chain: str, first: int, last: int) -> Batch:
    fetch = store.engine.fetch
    txs = fetch(_TRANSACTIONS, chain=chain, first=first, last=last)
    ins = fetch(f"select * from {_INS} where block between $first and $last order by place", first=first, last=last)
    outs = fetch(f"select * from {_OUTS} where block between $first and $last order by place", first=first, last=last)
    keys = _key(txs)
    columns = Columns(
        _ints(txs, "block"),
        _ints(txs, "tx_index"),
        _side(keys, ins),
        _side(keys, outs),
        np.asarray(outs.column("fresh").to_numpy(), np.bool_),
    )
    return Batch(first, last, columns, txs.column("tx_hash"))


def _coins(table: str, place: str) -> str:
    """Inputs or outputs in numbers: of an input the script type is that of its address, as outputs show it."""
    known = ("0", "coalesce(p.script, 0)") if table == "inputs" else (_SCRIPT, "c.script")
    return f"""select c.block, c.tx_index, c.place, coalesce(p.id, -1) as address, c.amount, {known[1]} as script,
            coalesce(p.place = c.place, false) as fresh
        from (select block, tx_index, address, coalesce(try_cast(amount as bigint), -1) as amount,
            {known[0]} as script, {place} as place from {table}
            where chain = $chain and block between $first and $last) as c
        left join {PLACES} as p on c.address = p.address"""


def _side(keys: Ints, rows: pa.Table) -> Side:
    own = _key(rows)
    start = np.searchsorted(own, np.append(keys, np.iinfo(np.int64).max)).astype(np.int64)
    return Side(start, _ints(rows, "address"), _ints(rows, "amount"), _ints(rows, "script").astype(np.int8))


def _key(rows: pa.Table) -> Ints:
    return _ints(rows, "block") * _IN_BLOCK + _ints(rows, "tx_index")


def _ints(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows.column(name).to_numpy()).astype(np.int64, copy=False)
