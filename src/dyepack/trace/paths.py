"""The ways between two sets of addresses or transactions that can carry most, over the movements in the tables.

A path says that money *could* have gone so: every movement is there, in order, and each could carry the amount. It does
not say that it did; whose money a movement carries is for a rule to say (`trace`, `explain`).

The search is gathered on the engine: forward from the beginnings, backward from the ends among what was reached, then
the movements between. It does not go through addresses that a tag says are a service, a mixer or a bridge, unless
asked, nor through the sets themselves, and not beyond its budget: where that cuts, the answer says so.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.amounts import Asset
from dyepack.engine.base import Engine
from dyepack.store import Store
from dyepack.store.loaded import check_loaded
from dyepack.trace import recorded, twins
from dyepack.trace.ends import Question, load_ends
from dyepack.trace.kbest import Path, Step, Ways
from dyepack.trace.outputways import output_steps
from dyepack.trace.stops import stops

Tell = Callable[[str], None]
"""Who is told, in a line, how far a search has come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The paths by asset, the best first, and whether the budget left any out."""

    chain: str
    paths: tuple[Path, ...]
    looked_at: int
    cut: bool
    assets: dict[str, Asset] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units."""
        return {
            "chain": self.chain,
            "says": "ways that money could have gone; not whose money went",
            "movements_looked_at": self.looked_at,
            "cut_by_budget": self.cut,
            "paths": [
                {
                    "asset": path.steps[0].asset,
                    "can_carry": str(path.amount),
                    "hops": path.hops,
                    "transactions": list(dict.fromkeys(step.tx_hash for step in path.steps)),
                    "movements": [_row(step) for step in path.steps],
                }
                for path in self.paths
            ],
        }


def paths(store: Store, question: Question, tell: Tell = lambda _: None) -> Answer:
    """The k best paths of every asset.

    Raises:
        MissingTable: no movements of that kind of chain.
    """
    check_loaded(store, question.chain)
    stopped = set() if question.through_services else set(stops(store, question.chain, (), ()))
    closed = stopped | {*question.begin.addresses, *question.end.addresses}
    if chains.chain(question.chain).model == "utxo":
        store.view("transactions", "inputs", "outputs")
        tell("looking from the beginnings on, and back from the ends")
        steps, cut = output_steps(store.engine, question, sorted(closed))
    else:
        twins.show(store, question.chain)
        steps, cut = _Gathering(store.engine, question, sorted(closed), tell).steps()
    by_asset: dict[str, list[Step]] = {}
    for step in steps:
        by_asset.setdefault(step.asset, []).append(step)
    found: list[Path] = []
    for asset in sorted(by_asset):
        tell(f"choosing among {len(by_asset[asset]):,} movements, {len(found)} paths found")
        found += islice(Ways(by_asset[asset]).best(question.k), question.k)
    assets = recorded.assets(store, sorted(by_asset))
    return Answer(question.chain, tuple(found), len(steps), cut, assets)


class _Gathering:
    """Gathers the movements of an account chain that can lie on a path; the engine must show `transfers`."""

    def __init__(self, engine: Engine, question: Question, closed: Collection[str], tell: Tell) -> None:
        self._engine = engine
        self._tell = tell
        self._question = question
        self._asked = {"chain": question.chain, "first": question.first_block, "last": question.last_block}
        self._turn = 0
        load_ends(engine, "paths_begin", question.begin)
        load_ends(engine, "paths_end", question.end)
        engine.load("paths_closed", pa.table({"address": pa.array(sorted(closed), pa.string())}))

    def steps(self) -> tuple[list[Step], bool]:
        """The movements in chain order, and whether the budget left some out."""
        self._keep_flanks()
        cut = self._forward()
        self._backward()
        return self._between(), cut

    def _keep_flanks(self) -> None:
        for name, side, address in (("begin", "paths_begin", "from_address"), ("end", "paths_end", "to_address")):
            self._engine.keep(
                f"paths_{name}_moves",
                f"""select {_COLUMNS} from transfers t where {_LOOKED_AT}
                      and (t.{address} in (select name from {side} where kind = 'address')
                           or t.tx_hash in (select name from {side} where kind = 'transaction'))""",
                **self._asked,
            )

    def _forward(self) -> bool:
        """Reach forward, holding by holding from the block at which money can be there; whether the budget cut it."""
        self._keep(
            """select t.to_address as address, t.asset as asset, min(t.block) as block from paths_begin_moves t
               left join paths_closed c on c.address = t.to_address where c.address is null
               group by t.to_address, t.asset"""
        )
        self._engine.keep("paths_front", f"select address, asset, block from {self._reach}")
        seen = 0
        while True:
            seen += self._count(
                f"""select count(*) as n from paths_front f
                    join transfers t on t.from_address = f.address and t.asset = f.asset and t.block >= f.block
                    where {_LOOKED_AT}""",
                **self._asked,
            )
            self._tell(f"forward, {seen:,} movements looked at of {self._question.movements:,} at most")
            if seen > self._question.movements:
                return True
            self._engine.keep(
                "paths_fresh",
                f"""select n.address, n.asset, n.block
                    from (select t.to_address as address, t.asset as asset, min(t.block) as block
                          from paths_front f
                          join transfers t on t.from_address = f.address and t.asset = f.asset and t.block >= f.block
                          left join paths_closed c on c.address = t.to_address
                          where {_LOOKED_AT} and c.address is null
                          group by t.to_address, t.asset) n
                    left join {self._reach} r on r.address = n.address and r.asset = n.asset
                    where r.address is null or n.block < r.block""",
                **self._asked,
            )
            if not self._count("select count(*) as n from paths_fresh"):
                return False
            self._keep(
                f"""select address, asset, min(block) as block
                    from (select address, asset, block from {self._reach}
                          union all select address, asset, block from paths_fresh) b
                    group by address, asset"""
            )
            self._engine.keep("paths_front", "select address, asset, block from paths_fresh")

    def _backward(self) -> None:
        """Of what was reached, keep that from which an end can be reached, with the last block to leave it at."""
        self._engine.keep("paths_reach", f"select address, asset, block from {self._reach}")
        self._keep(
            """select t.from_address as address, t.asset as asset, max(t.block) as block from paths_end_moves t
               join paths_reach r on r.address = t.from_address and r.asset = t.asset and t.block >= r.block
               group by t.from_address, t.asset"""
        )
        self._engine.keep("paths_front", f"select address, asset, block from {self._reach}")
        self._tell("backward from the ends, among what was reached")
        while True:
            self._engine.keep(
                "paths_fresh",
                f"""select n.address, n.asset, n.block
                    from (select t.from_address as address, t.asset as asset, max(t.block) as block
                          from paths_front f
                          join transfers t on t.to_address = f.address and t.asset = f.asset and t.block <= f.block
                          join paths_reach r on r.address = t.from_address and r.asset = t.asset
                               and t.block >= r.block
                          where {_LOOKED_AT}
                          group by t.from_address, t.asset) n
                    left join {self._reach} b on b.address = n.address and b.asset = n.asset
                    where b.address is null or n.block > b.block""",
                **self._asked,
            )
            if not self._count("select count(*) as n from paths_fresh"):
                return
            self._keep(
                f"""select address, asset, max(block) as block
                    from (select address, asset, block from {self._reach}
                          union all select address, asset, block from paths_fresh) b
                    group by address, asset"""
            )
            self._engine.keep("paths_front", "select address, asset, block from paths_fresh")

    def _between(self) -> list[Step]:
        """The movements from a beginning or what was reached, to an end or what leads to one."""
        leads = f"(select address, asset, block from {self._reach})"
        rows = self._engine.fetch(
            f"""select {_COLUMNS}, ba.name is not null or bt.name is not null as begins,
                       ea.name is not null or et.name is not null as ends, c.address is null as through
                from (select * from paths_begin_moves
                      union select * from paths_end_moves
                      union select {_COLUMNS} from transfers t
                            join paths_reach r on r.address = t.from_address and r.asset = t.asset
                                 and t.block >= r.block
                            join {leads} b on b.address = t.to_address and b.asset = t.asset and t.block <= b.block
                            where {_LOOKED_AT}) t
                left join paths_closed c on c.address = t.to_address
                left join paths_reach r on r.address = t.from_address and r.asset = t.asset and t.block >= r.block
                left join {leads} b on b.address = t.to_address and b.asset = t.asset and t.block <= b.block
                left join paths_begin ba on ba.kind = 'address' and ba.name = t.from_address
                left join paths_begin bt on bt.kind = 'transaction' and bt.name = t.tx_hash
                left join paths_end ea on ea.kind = 'address' and ea.name = t.to_address
                left join paths_end et on et.kind = 'transaction' and et.name = t.tx_hash
                where (ba.name is not null or bt.name is not null or r.address is not null)
                  and (ea.name is not null or et.name is not null or b.address is not null)
                order by t.block, t.tx_index, t.tx_hash, t.seq, t.source, t.from_address, t.to_address, t.asset,
                         t.amount""",
            **self._asked,
        ).to_pylist()
        return [_step(row) for row in rows]

    @property
    def _reach(self) -> str:
        return f"paths_state_{self._turn % 2}"

    def _keep(self, query: str) -> None:
        """Hold the next state of what is reached; it takes turns between two names, as its query reads the last one."""
        self._engine.keep(f"paths_state_{(self._turn + 1) % 2}", query)
        self._turn += 1

    def _count(self, query: str, **params: Any) -> int:
        return int(self._engine.fetch(query, **params).column("n")[0].as_py())


_COLUMNS = "t.block, t.tx_index, t.seq, t.time, t.tx_hash, t.from_address, t.to_address, t.asset, t.amount, t.source"
_LOOKED_AT = """t.chain = $chain and t.flag is null and t.amount > 0 and t.kind not in ('fee', 'burn', 'mint', 'reward')
    and t.block >= $first and t.block <= $last"""


def _step(row: dict[str, Any]) -> Step:
    return Step(
        block=row["block"],
        tx_index=row["tx_index"],
        seq=row["seq"],
        time=row["time"],
        tx_hash=row["tx_hash"],
        payer=row["from_address"],
        payee=row["to_address"],
        from_address=row["from_address"],
        to_address=row["to_address"],
        asset=row["asset"],
        amount=int(row["amount"]),
        begins=row["begins"],
        ends=row["ends"],
        through=row["through"],
    )


def _row(step: Step) -> dict[str, Any]:
    return {
        "block": step.block,
        "time": step.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tx_hash": step.tx_hash,
        "from_address": step.from_address,
        "to_address": step.to_address,
        "asset": step.asset,
        "amount": str(step.amount),
    }
