"""Clusters as GraphSense has them, and a cross-check with its own clustering.

GraphSense keeps `fresh_address_cluster(address_id, cluster_id)`: whole numbers above nought, the cluster's number being
the smallest of its addresses', and leaves single addresses out. The file here has these two columns and the address.
Numbers follow the order of first appearance, so they do not change when blocks are added.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from dyepack.cluster import tables
from dyepack.cluster.contraction import PARTS, components
from dyepack.errors import InputError
from dyepack.store import Store, disk

COLUMNS = ("address_id", "address", "cluster_id")
_PAIRS = "cluster_pairs"


@dataclass(frozen=True, slots=True)
class Written:
    """What an export wrote."""

    file: str
    chain: str
    addresses: int
    clusters: int

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {"file": self.file, "chain": self.chain, "addresses": self.addresses, "clusters": self.clusters}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether another way to the partition gives the same one; empty where it is not installed."""

    by: str
    joins: int
    same: bool | None

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {"by": self.by, "joins": self.joins, "same": "not installed" if self.same is None else self.same}


def export(store: Store, chain: str, path: Path) -> Written:
    """Write the clusters of an output chain to a CSV or Parquet file.

    Raises:
        MissingTable: nothing was clustered.
        InputError: the file is neither `.csv` nor `.parquet`, or the chain has no clusters.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"expected a file that ends in .csv or .parquet, got {path.name!r}")
    if tables.last_block(store, chain) is None:
        raise InputError(
            f"{chain!r} has no transactions in the workspace; GraphSense numbers addresses of output chains"
        )
    rows = store.fetch(
        """select a.number + 1 as address_id, a.address, a.first + 1 as cluster_id from appearances as a
        semi join (select first from appearances where chain = $chain and first <> number) as m on a.first = m.first
        where a.chain = $chain order by address_id""",
        "appearances",
        chain=chain,
    )
    if not rows.num_rows and not _was_clustered(store, chain):
        raise InputError(f"{chain} has no clusters yet; make them with: dyepack cluster")
    with disk.delivered(path) as fresh:
        if path.suffix == ".csv":
            pc_csv.write_csv(rows, fresh)
        else:
            pq.write_table(rows, fresh, compression="zstd")
    return Written(str(path), chain, rows.num_rows, len(set(rows.column("cluster_id").to_pylist())))


def _was_clustered(store: Store, chain: str) -> bool:
    """Whether a run looked at this chain, though it may have joined nothing."""
    return bool(
        store.fetch("select 1 from appearances where chain = $chain limit 1", "appearances", chain=chain).num_rows
    )


def check(store: Store) -> tuple[Agreement, ...]:
    """Make the partition of the joins again in two other ways, and say whether it is that of `clusters`.

    Raises:
        MissingTable: nothing was clustered.
    """
    store.view("joins", "clusters")
    engine = store.engine
    engine.keep(
        "cluster_ends",
        """select chain, address, row_number() over (order by chain, address) as n from (
            select chain, first as address from joins where held is null
            union select second_chain, second from joins where held is null) as ends""",
    )
    engine.keep(
        _PAIRS,
        """select cast(a.n as bigint) as first, cast(b.n as bigint) as second from joins as j
        join cluster_ends as a on j.chain = a.chain and j.first = a.address
        join cluster_ends as b on j.second_chain = b.chain and j.second = b.address where j.held is null""",
    )
    components(engine, _PAIRS)
    joins = int(engine.fetch(f"select count(*) as n from {_PAIRS}").column("n")[0].as_py())
    answers = [Agreement(f"randomised contraction in SQL ({engine.name})", joins, _same(store))]
    if find_spec("gs_clustering") is None:
        return (*answers, Agreement("graphsense-clustering", joins, None))
    _parts_by_graphsense(store)
    return (*answers, Agreement("graphsense-clustering", joins, _same(store)))


def _parts_by_graphsense(store: Store) -> None:
    """Hold the parts that GraphSense's clustering gives, in the place of ours."""
    from gs_clustering import Clustering  # noqa: PLC0415 (optional)

    pairs = store.engine.fetch(f"select first, second from {_PAIRS} order by first, second")
    ends = np.column_stack([pairs.column(name).to_numpy() for name in ("first", "second")]).astype(np.uint32)
    most = int(ends.max(initial=0))
    theirs = Clustering(max_address_id=most)
    lists = pa.ListArray.from_arrays(pa.array(2 * np.arange(len(ends) + 1, dtype=np.int32)), pa.array(ends.ravel()))
    theirs.process_transactions_arrow(lists)
    mapping = theirs.get_mapping()
    known = np.unique(ends)
    parts = np.asarray(mapping.column(1).to_numpy())[known]
    store.engine.load(PARTS, pa.table({"member": known.astype(np.int64), "part": parts.astype(np.int64)}))


def _same(store: Store) -> bool:
    """Whether parts and clusters pair off one to one, over the same addresses."""
    row = store.engine.fetch(
        f"""select count(*) as members, count(distinct part) as parts, count(distinct cluster) as clusters,
            count(distinct part || ' ' || coalesce(cluster, '?')) as pairs,
            count(*) filter (where cluster is null) as missing from (
            select cast(l.part as varchar) as part, c.cluster from {PARTS} as l
            join cluster_ends as e on l.member = e.n
            left join clusters as c on e.chain = c.chain and e.address = c.address) as paired"""
    ).to_pylist()[0]
    size = store.engine.fetch("select count(*) as n from clusters").column("n")[0].as_py()
    return bool(
        row["missing"] == 0 and row["parts"] == row["clusters"] == row["pairs"] and int(row["members"]) == int(size)
    )
