"""One cluster as it stands in the tables: how large, who is in it, by which heuristics, how often they are right."""

from typing import Any

from dyepack.cluster import rates
from dyepack.cluster.explain import Spot
from dyepack.store import Store

_OF = """
select cluster, members, run from clusters
where chain = $chain and address = $address
"""
_MEMBERS = """
select chain, address from clusters where cluster = $cluster
qualify row_number() over (order by chain, address) between $first and $last order by chain, address
"""
_HEURISTICS = """
select j.heuristic, j.version, count(*) as joins, count(distinct j.tx_hash) as transactions from joins as j
semi join (select chain, address from clusters where cluster = $cluster) as m
    on j.second_chain = m.chain and j.second = m.address
where j.held is null group by j.heuristic, j.version order by joins desc, j.heuristic
"""


def view(store: Store, spot: Spot, offset: int, limit: int) -> dict[str, Any]:
    """The cluster of an address, a page of its members, and the heuristics that hold it together.

    Raises:
        MissingTable: nothing was clustered.
    """
    chain, address = spot
    found = store.fetch(_OF, "clusters", chain=chain, address=address).to_pylist()
    told: dict[str, Any] = {"address": address, "chain": chain or None, "cluster": None, "run": None, "total": 0}
    if not found:
        return {**told, "offset": offset, "rows": [], "heuristics": []}
    (row,) = found
    page = store.fetch(_MEMBERS, "clusters", cluster=row["cluster"], first=offset + 1, last=offset + limit)
    return {
        **told,
        "cluster": row["cluster"],
        "run": row["run"],
        "total": row["members"],
        "offset": offset,
        "rows": page.to_pylist(),
        "heuristics": _heuristics(store, row["cluster"]),
    }


def _heuristics(store: Store, cluster: str) -> list[dict[str, Any]]:
    rows = store.fetch(_HEURISTICS, "joins", "clusters", cluster=cluster).to_pylist()
    return [
        {**row, "precision": rates.as_json(rates.precision(str(row["heuristic"]), int(row["version"])))} for row in rows
    ]
