"""The last run, gone on from: a block that was read once is not read again.

It is taken up only where everything that could change it is what it was: the request, the version, tags and
decisions, and every part of the chain's tables; new parts may only hold later blocks. Else it begins anew. Either way
the result is the same, since a join depends on nothing that comes after it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.cluster import rates
from dyepack.cluster.coinjoin import RULES
from dyepack.cluster.request import Request, version_of
from dyepack.cluster.tables import TABLES
from dyepack.model import Run
from dyepack.store import Store
from dyepack.version import code_digest

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
    """The parts of `joins` and `coinjoins` that are kept, and the last block that they cover."""

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
        run, all_there = _last_run(store), {*parts} <= {*store.parts("coinjoins")} and bool(store.parts("appearances"))
        if (
            run is None
            or not all_there
            or last > to_block
            or not _same_request(run, request)
            or not _same_tables(store, run, chain, last)
        ):
            return nothing
        return cls(chain, last, tuple(parts))

    def joins(self, store: Store) -> Mapping[str, tuple[int, int]]:
        """How many joins of each heuristic the kept blocks have, and how many of them are held."""
        if not self.parts:
            return {}
        rows = store.fetch(
            """select heuristic, count(*) as n, count(held) as held from joins
            where chain = $chain and block <= $last group by heuristic""",
            "joins",
            chain=self.chain,
            last=self.last,
        )
        return {row["heuristic"]: (int(row["n"]), int(row["held"])) for row in rows.to_pylist()}

    def coinjoins(self, store: Store) -> Mapping[str, tuple[int, int]]:
        """How many verdicts of each rule the kept blocks have, and how many inputs their transactions have."""
        if not self.parts:
            return {}
        rows = store.fetch(
            """select rule, count(*) as n, sum(inputs) as inputs from coinjoins
            where chain = $chain and block <= $last group by rule""",
            "coinjoins",
            chain=self.chain,
            last=self.last,
        )
        return {row["rule"]: (int(row["n"]), int(row["inputs"])) for row in rows.to_pylist()}


def _last_run(store: Store) -> Run | None:
    runs = [run for run in store.records("runs") if run.verb == "cluster"] if store.parts("runs") else []
    return max(runs, key=lambda run: run.number, default=None)


def _same_request(run: Run, request: Request) -> bool:
    before, now = json.loads(run.parameters), json.loads(json.dumps(parameters(request)))
    before.pop("as_of_block", None)
    now.pop("as_of_block", None)
    return run.code == code_digest("dyepack.cluster") and before == now


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
