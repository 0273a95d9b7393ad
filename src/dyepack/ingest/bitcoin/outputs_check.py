"""Checks of an output chain: what is spent was made, every transaction adds up, and no block makes too much.

Only what the workspace shows can be held against itself. Where it does not begin with the first block, an output that
is spent may lie before it: such inputs are counted, and no error.
"""

from collections.abc import Iterator
from typing import Any

from dyepack import amounts, chains
from dyepack.ingest.bitcoin.network import NETWORKS
from dyepack.ingest.blocks_check import WHOLE
from dyepack.ingest.findings import Check, Finding, Note
from dyepack.store import Store

TABLES = ("blocks", "transactions", "inputs", "outputs")
KNOWN_TWICE = {
    "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468": (91_722, 91_880),
    "d5d27987d2a3dfc724e359870c6644b40e497bdc0589a033220fe15429d88599": (91_812, 91_842),
}
"""The two ids that two coinbases of Bitcoin share: the later took the place of the earlier, whose reward is lost."""
_COUNTS = f"""
select b.block, b.transactions as said, count(t.tx_index) as found
from blocks b left join transactions t on t.chain = b.chain and t.block = b.block
where b.chain = $chain and b.{WHOLE} group by b.block, b.transactions
having b.transactions <> count(t.tx_index) order by b.block
"""
_ROWS = """
select t.block, t.tx_hash, t.{name} as said, coalesce(r.found, 0) as found
from transactions t
left join (select block, tx_index, count(*) as found from {name} where chain = $chain group by block, tx_index) r
    on r.block = t.block and r.tx_index = t.tx_index
where t.chain = $chain and t.{name} <> coalesce(r.found, 0) order by t.block, t.tx_hash
"""
_IDS = """
select tx_hash, count(*) as times, min(block) as first, max(block) as last
from transactions where chain = $chain group by tx_hash having count(*) > 1 order by first
"""
_SPENT = """
select spent_hash, spent_index, count(*) as times, max(block) as block
from inputs where chain = $chain group by spent_hash, spent_index having count(*) > 1 order by block, spent_hash
"""
_MISSING = """
select i.block, i.tx_hash, i.index, i.spent_hash, i.spent_index from inputs i
anti join outputs o on o.chain = i.chain and o.tx_hash = i.spent_hash and o.index = i.spent_index
where i.chain = $chain order by i.block, i.tx_hash, i.index limit 100000
"""
_OTHER = """
select i.block, i.tx_hash, i.index, i.amount as said, o.amount as made, i.address as named, o.address as owner
from inputs i join outputs o on o.chain = i.chain and o.tx_hash = i.spent_hash and o.index = i.spent_index
where i.chain = $chain and (i.amount <> o.amount or (i.amount is not null and i.address <> o.address))
order by i.block, i.tx_hash, i.index
"""
_BALANCE = """
with had as (
    select block, tx_index, count(amount) as known, count(*) as inputs, cast(sum(amount) as decimal(38, 0)) as amount
    from inputs where chain = $chain group by block, tx_index
), paid as (
    select block, tx_index, cast(sum(amount) as decimal(38, 0)) as amount
    from outputs where chain = $chain group by block, tx_index
)
select t.block, t.tx_hash, t.fee, h.amount as had, p.amount as paid, h.known, h.inputs
from transactions t
left join had h on h.block = t.block and h.tx_index = t.tx_index
left join paid p on p.block = t.block and p.tx_index = t.tx_index
where t.chain = $chain and not t.coinbase and (
    t.fee is null or h.known is null or h.known <> h.inputs or t.fee < 0 or h.amount - p.amount <> t.fee
) order by t.block, t.tx_hash
"""
_MADE = f"""
select t.block, cast(sum(t.paid) as decimal(38, 0)) as took, cast(sum(t.fee) as decimal(38, 0)) as fees,
    count(*) filter (where t.unknown) as unknown
from (
    select t.block, case when t.coinbase then o.amount else cast(0 as decimal(38, 0)) end as paid,
        coalesce(t.fee, 0) as fee, not t.coinbase and t.fee is null as unknown
    from transactions t join (
        select block, tx_index, cast(sum(amount) as decimal(38, 0)) as amount
        from outputs where chain = $chain group by block, tx_index
    ) o on o.block = t.block and o.tx_index = t.tx_index
    where t.chain = $chain and t.{WHOLE}
) t group by t.block order by t.block
"""


def counts(store: Store, chain: str) -> Iterator[Finding | Note]:
    """As many transactions as the block says, as many inputs and outputs as the transaction says."""
    for row in store.fetch(_COUNTS, *TABLES, chain=chain).to_pylist():
        yield Finding("count", row["block"], f"says {row['said']} transactions, there are {row['found']}")
    for name in ("inputs", "outputs"):
        for row in store.fetch(_ROWS.format(name=name), *TABLES, chain=chain).to_pylist():
            text = f"transaction {row['tx_hash']} says {row['said']} {name}, there are {row['found']}"
            yield Finding("count", row["block"], text)


def ids(store: Store, chain: str) -> Iterator[Finding | Note]:
    """One transaction for each id, the two pairs that Bitcoin has aside."""
    for row in store.fetch(_IDS, "transactions", chain=chain).to_pylist():
        where = row["first"], row["last"]
        if row["times"] == 2 and KNOWN_TWICE.get(row["tx_hash"]) == where and chain in ("bitcoin", "bitcoin_cash"):
            yield Note("known duplicate", 1, f"{row['tx_hash']} is the coinbase of blocks {where[0]} and {where[1]}")
        else:
            text = f"transaction {row['tx_hash']} is there {row['times']} times, in blocks {where[0]} to {where[1]}"
            yield Finding("duplicate", where[1], text)


def merkle_roots(store: Store, chain: str) -> Iterator[Finding | Note]:
    """The root of each block, worked out anew from the ids of its transactions."""
    from dyepack.ingest.bitcoin.roots import roots  # noqa: PLC0415 (compiled loops)

    unknown = 0
    for block, said, found in roots(store, chain):
        if said is None:
            unknown += 1
        elif said != found:
            yield Finding("merkle", block, f"says root {said}; its transactions give {found}")
    if unknown:
        yield Note("unrooted", unknown, "blocks whose Merkle root the source does not say")


def spent_once(store: Store, chain: str) -> Iterator[Finding | Note]:
    """No output is spent twice."""
    for row in store.fetch(_SPENT, "inputs", chain=chain).to_pylist():
        text = f"output {row['spent_hash']}:{row['spent_index']} is spent {row['times']} times"
        yield Finding("spent", row["block"], text)


def spent_was_made(store: Store, chain: str) -> Iterator[Finding | Note]:
    """What is spent was made, with that amount, for that address."""
    whole = store.fetch(
        f"select min(block) as first from blocks where chain = $chain and {WHOLE}", "blocks", chain=chain
    )
    rows = store.fetch(_MISSING, *TABLES, chain=chain).to_pylist()
    if whole.column("first")[0].as_py() == 0:
        for row in rows:
            spent = f"{row['spent_hash']}:{row['spent_index']}"
            text = f"input {row['index']} of {row['tx_hash']} spends {spent}, which was made nowhere"
            yield Finding("missing", row["block"], text)
    elif rows:
        yield Note("outside", len(rows), "inputs whose output lies before the first block of the workspace")
    for row in store.fetch(_OTHER, *TABLES, chain=chain).to_pylist():
        text = (
            f"input {row['index']} of {row['tx_hash']} says it spends {row['said']} of {row['named']}; the output has"
            f" {row['made']} of {row['owner']}"
        )
        yield Finding("missing", row["block"], text)


def balanced(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Inputs are outputs and fee, to the unit."""
    unknown = 0
    for row in store.fetch(_BALANCE, *TABLES, chain=chain).to_pylist():
        if row["fee"] is None and (row["known"] or 0) < (row["inputs"] or 1):
            unknown += 1
            continue
        text = (
            f"transaction {row['tx_hash']} has {row['had']}, pays {row['paid']}, and says that its fee is {row['fee']}"
        )
        yield Finding("balance", row["block"], text)
    if unknown:
        yield Note("unknown fee", unknown, "transactions of which not all inputs are known")


def supply(store: Store, chain: str) -> Iterator[Finding | Note]:
    """No block makes more than its reward; one that makes less is a note: what is not taken was never made."""
    if chain not in NETWORKS:
        return
    known = NETWORKS[chain]
    made = allowed = unknown = 0
    less: list[str] = []
    for row in store.fetch(_MADE, *TABLES, chain=chain).to_pylist():
        block, reward = row["block"], known.reward(row["block"])
        if row["unknown"]:
            unknown += 1
            continue
        here = int(row["took"]) - int(row["fees"])
        made, allowed = made + here, allowed + reward
        if here > reward:
            yield Finding("supply", block, f"makes {here}; its reward is {reward}")
        elif here < reward:
            less.append(f"{block} ({reward - here})")
    coin = chains.chain(chain)
    told = f"{amounts.show(made, coin.decimals)} {coin.symbol}"
    yield Note("supply", made, f"base units made ({told}); the schedule allows {allowed}")
    if less and known.halving:
        yield Note(
            "under-claimed", len(less), f"blocks that took less than they might, and how much: {', '.join(less[:50])}"
        )
    if unknown:
        yield Note(
            "unknown supply", unknown, "blocks with a transaction whose fee is not known: left out of the supply"
        )


def unresolved(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Inputs of which nothing shows what they spent."""
    found: Any = store.fetch(
        "select count(*) as inputs from inputs where chain = $chain and amount is null", "inputs", chain=chain
    )
    if count := found.column("inputs")[0].as_py():
        yield Note("unknown input", count, "inputs of which neither undo data nor the tables show what they spent")


CHECKS: tuple[Check, ...] = (
    counts,
    ids,
    merkle_roots,
    spent_once,
    spent_was_made,
    balanced,
    supply,
    unresolved,
)
