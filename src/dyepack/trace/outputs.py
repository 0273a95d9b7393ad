"""Gathers the slice of an output chain: from stolen outputs to the transactions that spend them, and their outputs.

Every output is a holding that is filled once and emptied once, so nothing mixes but inside a transaction, and looking
forward is enough: an input that does not descend from a stolen output is untainted. Stops are addresses: an output
that pays one is not followed, nor is dust: it carries tokens or is bait, and taints nobody; what no script can ever
spend (OP_RETURN) is burned. Each transaction becomes
movements: its inputs in order, its outputs in order, its fee last, so that recipients are paid before the miner.

Fees are booked as fees, or go on to who mined the block (`fees="miner"`): then the coinbase transaction gets what it
pays out less the fees that the slice has of that block as one lot of clean money, then those fees in the order of their
transactions, and pays its outputs after all others of the block.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from dyepack import chains
from dyepack.engine.base import Engine
from dyepack.trace.dust import clause
from dyepack.trace.moves import DUST, UNSPENDABLE, Key, Moves, from_rows
from dyepack.trace.request import Budget, Fees
from dyepack.trace.slice import Slice

Outpoint = tuple[str, int]
"""(transaction, place among its outputs)."""


class OutputSlicer:
    """Gathers one slice of one output chain; the engine must show `transactions`, `inputs` and `outputs`."""

    def __init__(self, engine: Engine, chain: str, stops: Collection[str], budget: Budget, fees: Fees) -> None:
        self._engine = engine
        self._chain = chain
        self._asset = chains.chain(chain).symbol
        self._stops = set(stops)
        self._budget = budget
        self._fees = fees
        engine.load("slice_stops", pa.table({"address": pa.array(sorted(stops), pa.string())}))

    def gather(self, seeds: Iterable[Outpoint]) -> Slice:
        """The slice of these outputs."""
        self._start(sorted(set(seeds)))
        hops, cut = self._forward()
        return self._framed(from_rows(self._legs()), hops, cut)

    def against(self, targets: Iterable[str], most: int | None = None) -> Slice:
        """The slice of what came to these addresses: the transactions that paid them, those that these spent, ...

        With `most`, no more hops than so many are made.
        """
        ends = sorted(set(targets))
        self._stops |= set(ends)
        self._engine.load("slice_ends", pa.table({"address": pa.array(sorted(self._stops), pa.string())}))
        self._engine.load("slice_targets", pa.table({"address": pa.array(ends, pa.string())}))
        self._engine.keep(
            "slice_taken",
            """select distinct t.block, t.tx_index, t.tx_hash, t.coinbase, t.inputs + t.outputs as size
               from slice_targets g
               join outputs o on o.chain = $chain and o.address = g.address and o.amount > 0
               join transactions t on t.chain = $chain and t.block = o.block and t.tx_index = o.tx_index""",
            chain=self._chain,
        )
        self._engine.keep("slice_fresh", "select * from slice_taken")
        hops, unseen = self._upstream(most)
        return replace(self._framed(from_rows(self._legs()), hops, 0), unseen=unseen)

    def _upstream(self, most: int | None) -> tuple[int, int]:
        """Hops made against the stream, and how many transactions the budget, or the number of hops, left out."""
        hops = 0
        while True:
            self._engine.keep(
                "slice_fresh",
                """select distinct t.block, t.tx_index, t.tx_hash, t.coinbase, t.inputs + t.outputs as size
                   from slice_fresh f
                   join inputs i on i.chain = $chain and i.block = f.block and i.tx_index = f.tx_index
                   join transactions t on t.chain = $chain and t.tx_hash = i.spent_hash
                   join outputs o on o.chain = $chain and o.block = t.block and o.tx_index = t.tx_index
                       and o.index = i.spent_index
                   left join slice_ends s on s.address = o.address
                   left join slice_taken k on k.block = t.block and k.tx_index = t.tx_index
                   where s.address is null and k.tx_hash is null""",
                chain=self._chain,
            )
            fresh = self._count("select count(*) as n from slice_fresh")
            if not fresh or hops == most or not self._affordable():
                return hops, fresh
            hops += 1
            self._engine.keep("slice_taken", "select * from slice_taken union all select * from slice_fresh")

    def _start(self, seeds: list[Outpoint]) -> None:
        """Take the transactions of the thefts: their other outputs are followed only where stolen money led to them."""
        hashes, places = [tx for tx, _ in seeds], [place for _, place in seeds]
        listed = {"tx_hash": pa.array(hashes, pa.string()), "place": pa.array(places, pa.int64())}
        self._engine.load("slice_front", pa.table(listed))
        self._engine.keep(
            "slice_starts",
            """select distinct t.block, t.tx_index, t.tx_hash, t.coinbase, t.inputs + t.outputs as size
               from transactions t join slice_front f on f.tx_hash = t.tx_hash where t.chain = $chain""",
            chain=self._chain,
        )
        self._engine.keep("slice_taken", "select * from slice_starts")
        self._engine.keep("slice_followed", "select * from slice_starts where size < 0")

    def _forward(self) -> tuple[int, int]:
        """Hops made, and how many outputs of the last one were spent in transactions that the budget left out."""
        hops = 0
        while True:
            self._engine.keep(
                "slice_fresh",
                f"""select distinct t.block, t.tx_index, t.tx_hash, t.coinbase, t.inputs + t.outputs as size
                    from ({self._next()}) n
                    join transactions t on t.chain = $chain and t.block = n.block and t.tx_index = n.tx_index
                    left join slice_followed k on k.block = t.block and k.tx_index = t.tx_index
                    where k.tx_hash is null""",
                chain=self._chain,
            )
            if not self._count("select count(*) as n from slice_fresh"):
                return hops, 0
            if not self._affordable():
                return hops, self._beyond()
            hops += 1
            self._engine.keep("slice_followed", "select * from slice_followed union all select * from slice_fresh")
            self._engine.keep("slice_taken", "select * from slice_starts union select * from slice_followed")
            self._engine.keep(
                "slice_front",
                f"""select o.tx_hash, o.index as place
                   from slice_fresh f
                   join outputs o on o.chain = $chain and o.block = f.block and o.tx_index = f.tx_index
                   left join slice_stops s on s.address = o.address
                   where s.address is null and o.amount > 0 and not ({clause(self._chain, "o")})""",
                chain=self._chain,
            )

    def _next(self) -> str:
        """Where the newest outputs are spent, and where their fees go if these are followed."""
        spent = """select i.block, i.tx_index from slice_front f
                   join inputs i on i.chain = $chain and i.spent_hash = f.tx_hash and i.spent_index = f.place"""
        if self._fees == "booked":
            return spent
        return f"""{spent} union all
                   select k.block, 0 as tx_index from slice_taken k
                   join transactions t on t.chain = $chain and t.block = k.block and t.tx_index = k.tx_index
                   where t.fee > 0"""

    def _affordable(self) -> bool:
        sums = "select count(*) as n, cast(coalesce(sum(size), 0) as bigint) as size from"
        both = f"({sums} (select size from slice_taken union all select size from slice_fresh) b)"
        row = self._engine.fetch(f"select n, size from {both} b").to_pylist()[0]
        return bool(row["n"] <= self._budget.addresses and row["size"] <= self._budget.movements)

    def _beyond(self) -> int:
        """Hold the outputs that are spent in transactions that were left out."""
        self._engine.keep(
            "slice_beyond",
            """select distinct f.tx_hash, f.place from slice_front f
               join inputs i on i.chain = $chain and i.spent_hash = f.tx_hash and i.spent_index = f.place
               join slice_fresh n on n.block = i.block and n.tx_index = i.tx_index""",
            chain=self._chain,
        )
        return self._count("select count(*) as n from slice_beyond")

    def _tell(self) -> None:
        """Hold what each transaction taken is shown to get and to pay, with its fee where that is known or follows."""
        self._engine.keep(
            "slice_told",
            """select t.block, t.time, t.tx_index, t.tx_hash, t.coinbase, t.inputs, t.outputs, s.brought, s.paid,
                      case when t.coinbase then cast(0 as decimal(38, 0))
                           else coalesce(t.fee, case when s.missing = 0 then s.brought - s.paid end,
                                         cast(0 as decimal(38, 0))) end as fee
               from slice_taken k
               join transactions t on t.chain = $chain and t.block = k.block and t.tx_index = k.tx_index
               join (
                   select block, tx_index, cast(sum(paid) as decimal(38, 0)) as paid,
                          cast(coalesce(sum(brought), 0) as decimal(38, 0)) as brought,
                          sum(case when brought is null then 1 else 0 end) as missing
                   from (
                       select o.block, o.tx_index, o.amount as paid, cast(0 as decimal(38, 0)) as brought
                       from slice_taken k
                       join outputs o on o.chain = $chain and o.block = k.block and o.tx_index = k.tx_index
                       union all
                       select i.block, i.tx_index, cast(0 as decimal(38, 0)) as paid,
                              coalesce(i.amount, p.amount) as brought
                       from slice_taken k
                       join inputs i on i.chain = $chain and i.block = k.block and i.tx_index = k.tx_index
                       left join outputs p
                           on p.chain = $chain and p.tx_hash = i.spent_hash and p.index = i.spent_index
                   ) legs
                   group by block, tx_index
               ) s on s.block = t.block and s.tx_index = t.tx_index""",
            chain=self._chain,
        )

    def _legs(self) -> pa.Table:
        """The movements of all transactions taken, in chain order; coinbases last in their block if fees go on."""
        self._tell()
        late = "k.coinbase" if self._fees == "miner" else "false"
        return self._engine.fetch(
            f"""select block, time, tx_index, seq, tx_hash, kind, from_address, from_output, to_address, to_output,
                       cast($asset as varchar) as asset, amount
                from (
                    select k.block, k.time, k.tx_index, i.index as seq, k.tx_hash, 'input' as kind, {late} as late,
                           coalesce(i.address, o.address, i.spent_hash || ':' || cast(i.spent_index as varchar))
                               as from_address,
                           i.spent_hash || ':' || cast(i.spent_index as varchar) as from_output,
                           k.tx_hash as to_address, '' as to_output, coalesce(i.amount, o.amount) as amount
                    from slice_told k
                    join inputs i on i.chain = $chain and i.block = k.block and i.tx_index = k.tx_index
                    left join outputs o
                        on o.chain = $chain and o.tx_hash = i.spent_hash and o.index = i.spent_index
                    union all
                    select k.block, k.time, k.tx_index, k.inputs + o.index as seq, k.tx_hash,
                           case when o.script = 'op_return' then 'unspendable'
                                when {clause(self._chain, "o")} then 'dust' else 'output' end as kind,
                           {late} as late, k.tx_hash as from_address, '' as from_output,
                           coalesce(o.address, o.tx_hash || ':' || cast(o.index as varchar)) as to_address,
                           o.tx_hash || ':' || cast(o.index as varchar) as to_output, o.amount as amount
                    from slice_told k
                    join outputs o on o.chain = $chain and o.block = k.block and o.tx_index = k.tx_index
                    union all {self._new()}
                    union all {self._fee_legs()}
                ) legs
                where amount > 0
                order by block, late, tx_index, seq""",
            chain=self._chain,
            asset=self._asset,
        )

    def _new(self) -> str:
        """What a coinbase brings that is not of the slice, and what no input is shown to bring, before all inputs."""
        fees = "coalesce(b.fees, cast(0 as decimal(38, 0)))" if self._fees == "miner" else "cast(0 as decimal(38, 0))"
        return f"""
            select k.block, k.time, k.tx_index, -1 as seq, k.tx_hash,
                   case when k.coinbase then 'coinbase' else 'unseen' end as kind, false as late,
                   case when k.coinbase then 'coinbase' else 'unseen' end as from_address,
                   k.tx_hash || ':in' as from_output, k.tx_hash as to_address, '' as to_output,
                   case when k.coinbase then k.paid - {fees} else k.paid + k.fee - k.brought end as amount
            from slice_told k
            left join (select block, cast(sum(fee) as decimal(38, 0)) as fees from slice_told group by block) b
                on b.block = k.block"""

    def _fee_legs(self) -> str:
        payee = "coalesce(m.tx_hash, 'fees')" if self._fees == "miner" else "'fees'"
        return f"""
            select k.block, k.time, k.tx_index, k.inputs + k.outputs as seq, k.tx_hash,
                   case when {payee} = 'fees' then 'fee' else 'miner_fee' end as kind, false as late,
                   k.tx_hash as from_address, '' as from_output, {payee} as to_address, '' as to_output, k.fee as amount
            from slice_told k
            left join (select block, tx_hash from slice_told where coinbase) m on m.block = k.block"""

    def _framed(self, moves: Moves, hops: int, cut: int) -> Slice:
        """Transactions and the outputs they make are walked, but for those that pay a stop or lie beyond the budget."""
        beyond = self._beyond_names() if cut else set()
        made = np.zeros(len(moves.keys), np.bool_)
        made[moves.payee] = True
        made &= np.array([key.output not in beyond and key.address not in self._stops for key in moves.keys], np.bool_)
        made &= np.array([key.address != "fees" for key in moves.keys], np.bool_)
        dust, burnt = _paid_by(moves, DUST), _paid_by(moves, UNSPENDABLE)
        made &= ~(dust | burnt)
        return Slice(
            moves,
            made,
            np.array([key.output in beyond and key.output != "" for key in moves.keys], np.bool_),
            cut,
            hops,
            {},
            clean=self._clean(moves) if not cut else self._clean(moves, self._edge()),
            outputs=True,
            dust=dust,
            burnt=burnt,
        )

    def _clean(self, moves: Moves, edge: tuple[int, int] | None = None) -> Any:
        """Of which keys money that was not looked at is untainted: all that is spent before a way that was cut off."""
        clean = np.array([key.address != "unseen" for key in moves.keys], np.bool_)
        if edge is not None:
            after = (moves.block > edge[0]) | ((moves.block == edge[0]) & (moves.tx_index >= edge[1]))
            clean[moves.payer[after]] = False
        return clean

    def _edge(self) -> tuple[int, int]:
        """The first transaction that was left out."""
        row = self._engine.fetch("select block, tx_index from slice_fresh order by block, tx_index limit 1").to_pylist()
        return row[0]["block"], row[0]["tx_index"]

    def _beyond_names(self) -> set[str]:
        rows = self._engine.fetch("select tx_hash, place from slice_beyond order by tx_hash, place").to_pylist()
        return {f"{row['tx_hash']}:{row['place']}" for row in rows}

    def _count(self, query: str, **params: Any) -> int:
        return int(self._engine.fetch(query, **params).column("n")[0].as_py())


def _paid_by(moves: Moves, kind: int) -> Any:
    """Which keys movements of a kind pay."""
    found = np.zeros(len(moves.keys), np.bool_)
    found[moves.payee[moves.kind == kind]] = True
    return found


def missing(moves: Moves) -> int:
    """How many transactions spend outputs whose amount the data does not show."""
    return sum(key == Key("unseen", key.asset, key.output) for key in moves.keys)
