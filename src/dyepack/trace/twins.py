"""One coin with two contracts that both tell of a payment: it is counted once.

Some issuers moved a coin to a new contract and left the old one in use: whoever pays by either, both emit the Transfer.
`twins.csv` lists such pairs with source and date. Where a transaction has the same payment from both, that of the older
contract is flagged `twin` and not followed; alone it counts as what it is, a payment of the one coin. A pair of which
the data has one contract alone is left as it is.

Misleads where a payment of each contract is a payment of its own; no pair of the table is known to do that. Coins whose
old contract only forwards to the new one, and emits nothing itself (TUSD, the proxies of Synthetix), need no row here.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

import pyarrow as pa

from dyepack.schema import TABLES
from dyepack.store import Store

TWIN = "twin"
"""The flag of a movement that another contract of the same coin tells too."""


@cache
def listed() -> Mapping[str, str]:
    """The asset that an asset is the same coin as, by id."""
    text = (resources.files("dyepack.trace") / "twins.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {f"{row['chain']}:{row['contract']}": f"{row['chain']}:{row['same_as']}" for row in rows}


def show(store: Store, chain: str) -> Mapping[str, str]:
    """Show the movements with every coin counted once; the assets that are told by another id then, and by which."""
    store.view("transfers")
    mine = {old: new for old, new in listed().items() if old.startswith(f"{chain}:")}
    if not mine:
        return {}
    engine = store.engine
    both = pa.array([*mine, *mine.values()], pa.string())
    engine.load("twin_contracts", pa.table({"asset": both, "same_as": pa.array([*mine.values()] * 2, pa.string())}))
    seen = engine.fetch(
        "select distinct t.asset from transfers t join twin_contracts c on c.asset = t.asset where t.chain = $chain",
        chain=chain,
    )
    there = set(seen.column("asset").to_pylist())
    mine = {old: new for old, new in mine.items() if {old, new} <= there}
    if mine:
        both = pa.array([*mine, *mine.values()], pa.string())
        engine.load("twin_contracts", pa.table({"asset": both, "same_as": pa.array([*mine.values()] * 2, pa.string())}))
        engine.keep("transfers_once", _once(), twin=TWIN)
        engine.keep("transfers", "select * from transfers_once")
    return mine


def _once() -> str:
    """All movements; those of twins under one asset, and what both contracts tell flagged once."""
    names = TABLES["transfers"].arrow.names
    plain = ", ".join(f"t.{name}" for name in names)
    told = {"asset": "t.same_as as asset"}
    told["flag"] = (
        "case when t.flag is null and t.asset <> t.same_as and t.twin_place <= t.twin_others then $twin"
        " else t.flag end as flag"
    )
    ours = ", ".join(told.get(name, f"t.{name}") for name in names)
    same = "t.chain, t.tx_hash, c.same_as, t.kind, t.from_address, t.to_address, t.amount"
    return f"""select {plain} from transfers t left join twin_contracts c on c.asset = t.asset where c.asset is null
        union all
        select {ours} from (
            select {plain}, c.same_as, row_number() over (partition by {same}, t.asset order by t.seq) as twin_place,
                   sum(case when t.asset = c.same_as then 1 else 0 end) over (partition by {same}) as twin_others
            from transfers t join twin_contracts c on c.asset = t.asset) t"""
