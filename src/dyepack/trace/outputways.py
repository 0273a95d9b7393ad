"""Gathers what can lie on a path of an output chain: transactions between two sets, with their inputs and outputs.

A path goes from an output into the transaction that spends it, and from there into one of its outputs: each half can
carry its own amount. An output is spent once, so there is no going back in time.
"""

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.engine.base import Engine
from dyepack.trace.ends import Question, load_ends
from dyepack.trace.kbest import Step


def output_steps(engine: Engine, question: Question, closed: Collection[str]) -> tuple[list[Step], bool]:
    """The halves of movements in chain order, and whether the budget left some out.

    The engine must show `transactions`, `inputs` and `outputs`. An input that does not say its address or amount has
    those of the output that it spends, where the tables have it; else it is left out.
    """
    return _Gathering(engine, question, closed).steps()


class _Gathering:
    def __init__(self, engine: Engine, question: Question, closed: Collection[str]) -> None:
        self._engine = engine
        self._question = question
        self._asked = {"chain": question.chain, "first": question.first_block, "last": question.last_block}
        self._turn = 0
        load_ends(engine, "paths_begin", question.begin)
        load_ends(engine, "paths_end", question.end)
        engine.load("paths_closed", pa.table({"address": pa.array(sorted(closed), pa.string())}))

    def steps(self) -> tuple[list[Step], bool]:
        self._keep(
            f"""select distinct i.tx_hash from {_SPENT} i
                join paths_begin b on b.kind = 'address' and b.name = i.address
                where {_BLOCKS}
                union select t.tx_hash from transactions t
                join paths_begin b on b.kind = 'transaction' and b.name = t.tx_hash
                where t.chain = $chain and t.block >= $first and t.block <= $last"""
        )
        cut = self._forward()
        self._backward()
        return self._halves(), cut

    def _forward(self) -> bool:
        """Transaction after transaction that spends what was reached; whether the budget cut it."""
        self._engine.keep("paths_front", f"select tx_hash from {self._reach}")
        seen = 0
        while True:
            seen += self._count(
                f"""select count(*) as n from paths_front f join inputs i on i.spent_hash = f.tx_hash
                    where {_BLOCKS}""",
                **self._asked,
            )
            if seen > self._question.movements:
                return True
            self._engine.keep(
                "paths_fresh",
                f"""select distinct i.tx_hash
                    from paths_front f
                    join outputs o on o.tx_hash = f.tx_hash
                    join inputs i on i.spent_hash = o.tx_hash and i.spent_index = o.index
                    left join paths_closed c on c.address = o.address
                    left join {self._reach} r on r.tx_hash = i.tx_hash
                    where {_BLOCKS} and o.chain = $chain and c.address is null and r.tx_hash is null""",
                **self._asked,
            )
            if not self._count("select count(*) as n from paths_fresh"):
                return False
            self._keep(f"select tx_hash from {self._reach} union all select tx_hash from paths_fresh", asked=False)
            self._engine.keep("paths_front", "select tx_hash from paths_fresh")

    def _backward(self) -> None:
        """Of the transactions that were reached, those that lead to an end."""
        self._engine.keep("paths_reach", f"select tx_hash from {self._reach}")
        self._keep(
            """select distinct r.tx_hash from paths_reach r join outputs o on o.tx_hash = r.tx_hash
               join paths_end e on e.kind = 'address' and e.name = o.address where o.chain = $chain
               union select r.tx_hash from paths_reach r
               join paths_end e on e.kind = 'transaction' and e.name = r.tx_hash""",
            chain_only=True,
        )
        self._engine.keep("paths_front", f"select tx_hash from {self._reach}")
        while True:
            self._engine.keep(
                "paths_fresh",
                f"""select distinct p.tx_hash
                    from paths_front f
                    join inputs i on i.tx_hash = f.tx_hash
                    join paths_reach p on p.tx_hash = i.spent_hash
                    left join {self._reach} r on r.tx_hash = p.tx_hash
                    where i.chain = $chain and r.tx_hash is null""",
                chain=self._question.chain,
            )
            if not self._count("select count(*) as n from paths_fresh"):
                return
            self._keep(f"select tx_hash from {self._reach} union all select tx_hash from paths_fresh", asked=False)
            self._engine.keep("paths_front", "select tx_hash from paths_fresh")

    def _halves(self) -> list[Step]:
        inputs = self._engine.fetch(
            f"""select i.block, i.tx_index, i.index, t.time, i.tx_hash, i.spent_hash, i.spent_index, i.address,
                       i.amount, b.name is not null as begins, et.name is not null as ends
                from {_SPENT} i
                join {self._reach} r on r.tx_hash = i.tx_hash
                join transactions t on t.chain = i.chain and t.tx_hash = i.tx_hash and t.block = i.block
                left join paths_begin b on b.kind = 'address' and b.name = i.address
                left join paths_end et on et.kind = 'transaction' and et.name = i.tx_hash
                left join {self._reach} s on s.tx_hash = i.spent_hash
                where i.chain = $chain and i.amount > 0 and (b.name is not null or s.tx_hash is not null)""",
            chain=self._question.chain,
        ).to_pylist()
        outputs = self._engine.fetch(
            f"""select o.block, o.tx_index, o.index, t.time, o.tx_hash, o.address, o.amount,
                       bt.name is not null as begins, e.name is not null as ends, c.address is null as through
                from outputs o
                join {self._reach} r on r.tx_hash = o.tx_hash
                join transactions t on t.chain = o.chain and t.tx_hash = o.tx_hash and t.block = o.block
                left join paths_begin bt on bt.kind = 'transaction' and bt.name = o.tx_hash
                left join paths_end e on e.kind = 'address' and e.name = o.address
                left join paths_closed c on c.address = o.address
                where o.chain = $chain and o.amount > 0""",
            chain=self._question.chain,
        ).to_pylist()
        asset = chains.chain(self._question.chain).symbol
        steps = [_into(row, asset) for row in inputs] + [_out_of(row, asset) for row in outputs]
        return sorted(steps, key=lambda step: (step.block, step.tx_index, step.hops == 0, step.seq, step.payer))

    @property
    def _reach(self) -> str:
        return f"paths_state_{self._turn % 2}"

    def _keep(self, query: str, *, asked: bool = True, chain_only: bool = False) -> None:
        """Hold the next state of what is reached; it takes turns between two names, as its query reads the last one."""
        params: dict[str, Any] = {"chain": self._question.chain} if chain_only else self._asked if asked else {}
        self._engine.keep(f"paths_state_{(self._turn + 1) % 2}", query, **params)
        self._turn += 1

    def _count(self, query: str, **params: Any) -> int:
        return int(self._engine.fetch(query, **params).column("n")[0].as_py())


_BLOCKS = "i.chain = $chain and i.block >= $first and i.block <= $last"
_SPENT = """(select i.chain, i.block, i.tx_index, i.index, i.tx_hash, i.spent_hash, i.spent_index,
                    coalesce(i.address, o.address) as address, coalesce(i.amount, o.amount) as amount
             from inputs i
             left join outputs o on o.chain = i.chain and o.tx_hash = i.spent_hash and o.index = i.spent_index)"""


def _into(row: dict[str, Any], asset: str) -> Step:
    spent = f"{row['spent_hash']}:{row['spent_index']}"
    return Step(
        **_told(row, asset),
        payer=spent,
        payee=row["tx_hash"],
        from_address=row["address"] or spent,
        to_address=row["tx_hash"],
        hops=1,
    )


def _out_of(row: dict[str, Any], asset: str) -> Step:
    made = f"{row['tx_hash']}:{row['index']}"
    return Step(
        **_told(row, asset),
        payer=row["tx_hash"],
        payee=made,
        from_address=row["tx_hash"],
        to_address=row["address"] or made,
        hops=0,
        through=row["through"],
    )


def _told(row: dict[str, Any], asset: str) -> dict[str, Any]:
    told = {name: row[name] for name in ("block", "tx_index", "time", "tx_hash", "begins", "ends")}
    return {**told, "seq": row["index"], "asset": asset, "amount": int(row["amount"])}
