"""Contracts in which the money of many lies together, seen in the loaded movements: pools, vaults, lenders.

What goes into one and of which the data does not show what came back ends there as `pooled`: what the contract pays out
later belongs to its other customers. An address is taken for one if the movements of the chain say so:

1. it is the contract of a token of its own: a vault, a wrapped coin, a pool's share;
2. somebody whose trade can be told converted with it, in any transaction: it gave one asset for another, as a pool;
3. at least two addresses that each sent the transaction were paid by it and paid it nothing there, and at least two
   that each sent the transaction paid it: deposits and withdrawals;
4. it takes for another contract that pays, or pays for another that takes: at least two that each sent the transaction
   paid one of the two and were paid another asset by the other, and nothing says at which rate (a market whose assets
   lie in contracts of their own).

Who pays a fee is an account of its own and never one; nor is a seed.

Misleads where one person's contract trades with that person, and where a pool shows none of this in the data.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from dyepack.engine.base import Engine
from dyepack.trace.conversions import Converted, study
from dyepack.trace.converting import Row, as_row, by_transaction

POOLED = "pooled"
MOST = 20
"""Transactions that are looked at for each address."""
_FOLLOWED = "t.chain = $chain and t.flag is null and t.amount > 0 and t.kind <> 'fee'"
_NO_FEE = (
    "not exists (select 1 from transfers p where p.chain = $chain and p.kind = 'fee' and p.from_address = f.address)"
)


class Pools:
    """Tells which of some addresses are pools; the engine must show `transfers`."""

    def __init__(self, engine: Engine, chain: str, passed: Collection[str]) -> None:
        self._engine = engine
        self._chain = chain
        self._asked = set(passed)

    def among(self, front: str, plain: Collection[str]) -> set[str]:
        """The pools among the addresses of a table on the engine that were not asked about before.

        `plain` are addresses that are known to be none.
        """
        rows = self._engine.fetch(f"select distinct address from {front} order by address")
        fresh = [address for address in rows.column("address").to_pylist() if address not in self._asked]
        self._asked.update(fresh)
        if not fresh:
            return set()
        self._engine.load("pools_asked", pa.table({"address": pa.array(fresh, pa.string())}))
        self._engine.keep("pools_open", f"select f.address from pools_asked f where {_NO_FEE}", chain=self._chain)
        told = {row["address"] for query in (_TOKENS, _CUSTOMERS, _APART) for row in self._rows(query)}
        return told | {*self._traders(set(plain) - set(fresh))}

    def _rows(self, query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._engine.fetch(query, chain=self._chain).to_pylist()
        return rows

    def _traders(self, plain: set[str]) -> Iterator[str]:
        self._engine.keep("pools_trades", _TRADES, chain=self._chain, most=MOST)
        candidates: dict[str, set[str]] = defaultdict(set)
        trades = self._engine.fetch("select address, tx_hash from pools_trades order by address, tx_hash")
        for row in trades.to_pylist():
            candidates[row["tx_hash"]].add(row["address"])
        for rows in by_transaction(self._rows(_WHOLE) if candidates else []):
            yield from candidates[rows[0]["tx_hash"]] & set(_dealt_with(rows, plain))


def _dealt_with(rows: Iterable[Mapping[str, Any]], plain: set[str]) -> Iterator[str]:
    """With whom somebody whose trade can be told converted."""
    moves = [as_row(row) for row in rows]
    for one in study(moves, plain).conversions:
        if one.ins and one.outs:
            yield from _counterparties(one, moves)


def _counterparties(one: Converted, moves: list[Row]) -> Iterator[str]:
    """Who kept some of what went in, or gave some of what came out, of those who are neither owner nor recipient."""
    net: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for leg in {*one.legs_in, *one.legs_out, *one.through}:
        net[moves[leg].payer][moves[leg].asset] -= moves[leg].amount
        net[moves[leg].payee][moves[leg].asset] += moves[leg].amount
    for who, sums in net.items():
        if who not in (one.owner, one.recipient) and min(sums.values()) < 0 < max(sums.values()):
            yield who


_TOKENS = """select distinct f.address from pools_open f
    join transfers t on t.asset = $chain || ':' || f.address where t.chain = $chain and t.flag is null"""

_CUSTOMERS = f"""select p.address from (
        select f.address, count(distinct t.to_address) as paid from pools_open f
        join transfers t on t.from_address = f.address
        join transfers s on s.chain = t.chain and s.block = t.block and s.tx_hash = t.tx_hash and s.kind = 'fee'
            and s.from_address = t.to_address
        left join transfers b on b.chain = t.chain and b.block = t.block and b.tx_hash = t.tx_hash and b.kind <> 'fee'
            and b.amount > 0 and b.from_address = t.to_address and b.to_address = f.address
        where {_FOLLOWED} and b.tx_hash is null group by f.address) p
    join (
        select f.address, count(distinct t.from_address) as came from pools_open f
        join transfers t on t.to_address = f.address
        join transfers s on s.chain = t.chain and s.block = t.block and s.tx_hash = t.tx_hash and s.kind = 'fee'
            and s.from_address = t.from_address
        where {_FOLLOWED} group by f.address) d on d.address = p.address
    where p.paid > 1 and d.came > 1"""

_TOGETHER = "t.chain = {0}.chain and t.block = {0}.block and t.tx_hash = {0}.tx_hash"
_SENT = f"{_TOGETHER.format('s')} and s.kind = 'fee'"
_ELSE = f"{_TOGETHER.format('u')} and u.kind <> 'fee' and u.flag is null and u.amount > 0 and u.asset <> t.asset"
_APART = f"""select address from (
        select f.address, u.from_address as other, s.from_address as sender from pools_open f
        join transfers t on t.to_address = f.address
        join transfers s on {_SENT} and s.from_address = t.from_address
        join transfers u on {_ELSE} and u.to_address = s.from_address and u.from_address <> f.address
        where {_FOLLOWED}
        union
        select f.address, u.to_address as other, s.from_address as sender from pools_open f
        join transfers t on t.from_address = f.address
        join transfers s on {_SENT} and s.from_address = t.to_address
        join transfers u on {_ELSE} and u.from_address = s.from_address and u.to_address <> f.address
        where {_FOLLOWED}) x
    group by address, other having count(distinct sender) > 1 order by address"""

_TRADES = f"""select address, block, tx_hash from (
        select x.address, x.block, x.tx_hash,
               row_number() over (partition by x.address order by x.block, x.tx_hash) as place
        from (
            select distinct f.address, t.block, t.tx_hash from pools_open f
            join transfers t on t.to_address = f.address
            join transfers u on u.chain = t.chain and u.block = t.block and u.tx_hash = t.tx_hash
                and u.from_address = f.address and u.asset <> t.asset
            where {_FOLLOWED} and u.flag is null and u.amount > 0 and u.kind <> 'fee') x) y
    where place <= $most"""

_WHOLE = """select t.block, t.tx_index, t.tx_hash, t.seq, t.kind, t.from_address, t.to_address, t.asset, t.amount
    from transfers t
    join (select distinct block, tx_hash from pools_trades) x on x.block = t.block and x.tx_hash = t.tx_hash
    where t.chain = $chain and t.flag is null and t.amount > 0
    order by t.block, t.tx_index, t.tx_hash, t.seq, t.from_address, t.to_address, t.asset, t.amount"""
