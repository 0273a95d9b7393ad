"""The last run's joins, taken up again: a block that was read once is not read again.

They are taken up only where everything that could change them is what it was: the request, the version, tags and
decisions, and every part of the chain's tables; new parts may only hold later blocks. Else it begins anew. Either way
the result is the same, since a join depends on nothing that comes after it.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack import __version__
from dyepack.cluster import rates
from dyepack.cluster.coinjoin import RULES
from dyepack.cluster.guard import show_decisions
from dyepack.cluster.request import Request, version_of
from dyepack.cluster.rows import Joins
from dyepack.cluster.tables import PLACES, TABLES
from dyepack.model import Run
from dyepack.store import Store

READS = (*TABLES, "transfers", "tags", "join_decisions")


def parameters(request: Request) -> dict[str, Any]:
    """What identifies a run, apart from what it reads."""
    return {
        "chains": list(request.chains),
        "as_of_block": request.as_of_block,
        "rules": {name: version_of(name) for name in request.rules},
        "coinjoins": {rule.name: rule.version for rule in RULES},
        "large": request.large,
        "error_rates": rates.digest(),
    }


@dataclass(frozen=True)
class Earlier:
    """The parts of `joins` that are kept, and the last block that they cover."""

    chain: str
    last: int
    parts: tuple[str, ...]

    @classmethod
    def of(cls, store: Store, chain: str, request: Request, to_block: int) -> Self:
        """What can be kept for this request; nothing where anything moved."""
        nothing = cls(chain, -1, ())
        parts = sorted(part for part in store.parts("joins") if part.rsplit("-", 2)[0] == chain)
        if request.anew or not parts:
            return nothing
        last = max(int(part.rsplit("-", 1)[1]) for part in parts)
        run = _last_run(store)
        if (
            run is None
            or last > to_block
            or not _same_request(run, request)
            or not _same_tables(store, run, chain, last)
        ):
            return nothing
        return cls(chain, last, tuple(parts))

    def replay(
        self, store: Store, heuristics: tuple[str, ...], take: Callable[[Joins, npt.NDArray[np.int8]], None]
    ) -> None:
        """Hand over the kept joins in chain order, some millions at a time, with what people decided about them."""
        if not self.parts:
            return
        store.view("joins")
        show_decisions(store)
        spans = [part.rsplit("-", 2)[1:] for part in self.parts]
        for first, last in spans:
            rows = store.engine.fetch(
                f"""select j.heuristic, a.id as first, b.id as second,
                    case when d.passes then 1 when d.passes is null then 0 else -1 end as choice
                from joins as j join {PLACES} as a on j.first = a.address join {PLACES} as b on j.second = b.address
                left join join_decisions as d on d.chain = j.chain and d.tx_hash = j.tx_hash
                    and d.heuristic = j.heuristic and d.first = j.first and d.second = j.second
                where j.chain = $chain and j.block between $first and $last
                order by j.block, j.tx_index, {_rank(heuristics)}, b.id""",
                chain=self.chain,
                first=int(first),
                last=int(last),
            )
            kind = pc.index_in(rows.column("heuristic"), value_set=_texts(heuristics)).to_numpy().astype(np.int8)
            ends = [rows.column(name).to_numpy().astype(np.int64) for name in ("first", "second")]
            take(Joins(np.zeros(len(kind), np.int64), kind, *ends), rows.column("choice").to_numpy().astype(np.int8))

    def coinjoins(self, store: Store) -> Mapping[str, int]:
        """How many coinjoins of each rule the kept blocks have."""
        if not self.parts:
            return {}
        rows = store.fetch(
            "select rule, count(*) as n from coinjoins where chain = $chain and block <= $last group by rule",
            "coinjoins",
            chain=self.chain,
            last=self.last,
        )
        return Counter({row["rule"]: int(row["n"]) for row in rows.to_pylist()})


def _rank(heuristics: tuple[str, ...]) -> str:
    """An expression that orders joins of one transaction as they were made; the names are our own and checked."""
    arms = " ".join(f"when '{name}' then {place}" for place, name in enumerate(heuristics))
    return f"case j.heuristic {arms} else {len(heuristics)} end" if arms else "0"


def _texts(names: tuple[str, ...]) -> pa.Array:
    return pa.array(names, pa.string())


def _last_run(store: Store) -> Run | None:
    runs = [run for run in store.records("runs") if run.verb == "cluster"] if store.parts("runs") else []
    return max(runs, key=lambda run: run.finished, default=None)


def _same_request(run: Run, request: Request) -> bool:
    before, now = json.loads(run.parameters), json.loads(json.dumps(parameters(request)))
    before.pop("as_of_block", None)
    now.pop("as_of_block", None)
    return run.version == __version__ and before == now


def _same_tables(store: Store, run: Run, chain: str, last: int) -> bool:
    """Whether all that was read is there as it was, and what is new comes later."""
    before = {
        name: digest for name, digest in json.loads(run.inputs)["tables"].items() if not name.startswith("transfers/")
    }
    now = {
        f"{table}/{name}": part.sha256
        for table in READS
        if table != "transfers"
        for name, part in store.parts(table).items()
    }
    if any(now.get(name) != digest for name, digest in before.items()):
        return False
    return all(_later(store, name, chain, last) for name in now.keys() - before.keys())


def _later(store: Store, name: str, chain: str, last: int) -> bool:
    """Whether a part of a chain's table holds no block of the chain up to the last one."""
    table, part = name.split("/", 1)
    if table not in TABLES:
        return False
    path = store.path / "tables" / table / store.parts(table)[part].file
    rows = pq.read_table(path, columns=["chain", "block"])
    of_chain = rows.filter(pc.equal(rows.column("chain"), chain)).column("block")
    return len(of_chain) == 0 or pc.min(of_chain).as_py() > last
