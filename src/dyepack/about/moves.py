"""All movements of one address, in and out, on every chain that has it: what each question about it begins with.

On an output chain a movement is an output that the address got, or an input by which one was spent; who is on the other
side of it is a matter of the whole transaction, and stays empty here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.trace.near import Near

MOVES = "about_moves"
_FRONT = "about_front"
_COLUMNS = "chain, block, time, tx_hash, tx_index, seq, kind, asset, amount, flag"
_OF_OUTPUTS = """
    select o.chain, o.block, t.time, o.tx_hash, o.tx_index, o.index as seq, 'output' as kind,
        o.chain as asset, o.amount,
        cast(null as varchar) as flag, 'in' as direction, cast(null as varchar) as other
    from outputs as o left join transactions as t
        on o.chain = t.chain and o.block = t.block and o.tx_index = t.tx_index
    where o.address = $address and coalesce($chain, o.chain) = o.chain
    union all
    select i.chain, i.block, t.time, i.tx_hash, i.tx_index, i.index as seq, 'input' as kind, i.chain as asset, i.amount,
        cast(null as varchar) as flag, 'out' as direction, cast(null as varchar) as other
    from inputs as i left join transactions as t
        on i.chain = t.chain and i.block = t.block and i.tx_index = t.tx_index
    where i.address = $address and coalesce($chain, i.chain) = i.chain and i.amount is not null
"""
_NOTHING = f"""
    select {_COLUMNS}, from_address as direction, from_address as other from transfers where false
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """An address in the form that tables have, and the chain that is meant; None: every chain."""

    address: str
    chain: str | None = None


def gather(store: Store, spot: Spot) -> None:
    """Hold the movements of an address on the engine, under the name `MOVES`; none where no chain was loaded."""
    asked = {"address": spot.address, "chain": spot.chain}
    parts = [*_of_transfers(store, spot.address), *_of_outputs(store)]
    if not parts:
        store.engine.view("transfers", [], _schema())
        parts = [_NOTHING]
        asked = {}
    store.engine.keep(MOVES, " union all ".join(parts), **asked)


def _of_transfers(store: Store, address: str) -> list[str]:
    """Movements of account chains; of a large table those that its lookups find.

    Lookups that are missing are left to the first trace, which tells of it: to make them takes longer than to read.
    """
    if not store.parts("transfers"):
        return []
    store.view("transfers")
    front = pa.Table.from_arrays([pa.array([address], pa.string())], names=["address"])
    store.engine.load(_FRONT, front)
    keys = None if store.without_lookup("transfers") else Near.of(store).either(_FRONT)
    near = f" semi join ({keys}) as k using (chain, block, tx_index, seq)" if keys else ""
    return [
        f"""select {_COLUMNS}, 'in' as direction, from_address as other from transfers{near}
            where to_address = $address and coalesce($chain, chain) = chain""",
        f"""select {_COLUMNS}, 'out' as direction, to_address as other from transfers{near}
            where from_address = $address and coalesce($chain, chain) = chain""",
    ]


def _of_outputs(store: Store) -> list[str]:
    if not all(store.parts(table) for table in ("outputs", "inputs", "transactions")):
        return []
    store.view("outputs", "inputs", "transactions")
    return [_OF_OUTPUTS]


def _schema() -> pa.Schema:
    return TABLES["transfers"].arrow


def told(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows as JSON has them: amounts as decimal text, times in UTC, and an output chain's asset by its symbol."""
    return [{name: plain(value) for name, value in _named(row).items()} for row in rows.to_pylist()]


def _named(row: Mapping[str, Any]) -> Mapping[str, Any]:
    asset = row.get("asset")
    if asset in chains.CHAINS and asset == row.get("chain"):
        return {**row, "asset": chains.CHAINS[asset].symbol}
    return row


def plain(value: Any) -> Any:
    """A value of a row as JSON has it."""
    if hasattr(value, "as_tuple"):  # a decimal
        return str(int(value))
    if hasattr(value, "utcoffset"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
