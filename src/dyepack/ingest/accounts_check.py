"""Checks of an account chain: no movement twice, and nobody pays what they do not have.

What came in less what went out, in chain order, is what an account has. Where a balance is known, and for the native
coin where the tables begin with the chain's allocations, an account that goes below nothing is an error. Elsewhere it
only shows that the account had something before, that movements are missing, or that a token's balances grow by
themselves: a note, with the worst of each asset. Flagged movements, and tokens of which more moved than can be added
up, are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dyepack import amounts, chains
from dyepack.ingest.evm import daofork
from dyepack.ingest.evm.networks import ZERO
from dyepack.ingest.evm.records import NOBODY_SAID
from dyepack.ingest.findings import Check, Finding, Note
from dyepack.ingest.tron.fields import NOBODY
from dyepack.schema import TABLES
from dyepack.store import Store

WORST = 20
_PLACES = """
select block, tx_index, seq, count(*) as times, min(tx_hash) as tx_hash from transfers where chain = $chain
group by block, tx_index, seq having count(*) > 1 order by block, tx_index, seq
"""
_HASHES = """
select block, tx_index, min(tx_hash) as one, max(tx_hash) as other from transfers where chain = $chain
group by block, tx_index having count(distinct tx_hash) > 1 order by block, tx_index
"""
_BLOCKS = """
select tx_hash, min(block) as first, max(block) as last from transfers where chain = $chain
group by tx_hash having count(distinct block) > 1 order by last, tx_hash
"""
_SOURCES = """
select tx_hash, max(block) as block, min(source) as one, max(source) as other from transfers
where chain = $chain and source not in (select source from listed_movements)
group by tx_hash having count(distinct source) > 1 order by block, tx_hash
"""
"""Lists are put together movement by movement; what nodes gave is not."""
_CLAIMED = """
select block, tx_index, min(tx_hash) as one, max(tx_hash) as other from listed_movements
where chain = $chain and tx_index is not null
group by block, tx_index having count(distinct tx_hash) > 1 order by block, tx_index
"""
_CLAIMS = """
select tx_hash, max(block) as block, min(tx_index) as one, max(tx_index) as other from listed_movements
where chain = $chain group by tx_hash having count(distinct tx_index) > 1 order by block, tx_hash
"""
_NAMED = """
select tx_hash, max(block) as block, name from (
    select tx_hash, block, coalesce(index, 'place ' || cast(seq as varchar)) as name,
        from_address || ' ' || to_address || ' ' || asset || ' ' || cast(amount as varchar) as said
    from listed_movements where chain = $chain and (index is not null or seq is not null)
) s group by tx_hash, name having count(distinct said) > 1 order by block, tx_hash, name
"""
_SEVERAL = "select count(*) as movements from transfers where chain = $chain and others > 0"
_LISTED_BLOCKS = """
select tx_hash, min(block) as first, max(block) as last from listed_movements where chain = $chain
group by tx_hash having count(distinct block) > 1 order by last, tx_hash
"""
_TIMES = """
select block, min(time) as first, max(time) as last from transfers where chain = $chain
group by block having count(distinct time) > 1 order by block
"""
_MORE = """
select b.block, b.transactions as said, count(distinct t.tx_hash) as found
from transfers t join blocks b on b.chain = t.chain and b.block = t.block
where t.chain = $chain and t.kind <> 'reward' and t.tx_index >= 0 and t.tx_hash is distinct from b.hash
group by b.block, b.transactions having count(distinct t.tx_hash) > b.transactions order by b.block
"""
"""What a block makes itself stands under its own hash, and a decree before its first transaction."""
_DECREE = """
select count(*) as movements, count(*) filter (where tx_hash = $decree) as decreed from transfers
where chain = $chain and block = $block
"""
_GENESIS = """
select count(*) as made from transfers t join blocks b on b.chain = t.chain and b.block = t.block
where t.chain = $chain and t.block = 0 and t.kind = 'mint'
"""
_BEYOND = """
select asset from transfers where chain = $chain and flag is null
group by asset having sum(cast(amount as double)) > 1e37 order by asset
"""
_LOWEST = """
with sides as (
    select to_address as address, asset, block, tx_index, seq, 0 as side, amount from transfers
    where chain = $chain and flag is null and kind <> 'burn'
    union all
    select from_address as address, asset, block, tx_index, seq, 1 as side,
        cast(0 - amount as decimal(38, 0)) as amount
    from transfers where chain = $chain and flag is null and kind not in ('mint', 'reward')
), running as (
    select s.address, s.asset, s.block, s.tx_index, s.seq, s.side, cast(sum(s.amount) over (
        partition by s.address, s.asset order by s.block, s.tx_index, s.seq, s.side
        rows between unbounded preceding and current row
    ) as decimal(38, 0)) as held
    from sides s anti join ingest_beyond b on b.asset = s.asset
    where s.address not in ($zero, $nobody, $unsaid)
), lowest as (
    select address, asset, block, held from running
    qualify row_number() over (partition by address, asset order by held, block, tx_index, seq, side) = 1
), known as (
    select o.address, o.asset, cast(max(o.amount) as decimal(38, 0)) as amount,
        cast(coalesce(sum(s.amount), 0) as decimal(38, 0)) as before
    from openings o left join sides s on s.address = o.address and s.asset = o.asset and s.block <= o.block
    where o.chain = $chain group by o.address, o.asset
)
select l.address, l.asset, l.block, k.amount is not null as known,
    cast(l.held + coalesce(k.amount - k.before, 0) as decimal(38, 0)) as held, a.asset is not null as verified,
    a.symbol as symbol, a.decimals as decimals
from lowest l
left join known k on k.address = l.address and k.asset = l.asset
left join (
    select asset, min(symbol) as symbol, min(decimals) as decimals from assets where verified group by asset
) a on a.asset = l.asset
where l.held + coalesce(k.amount - k.before, 0) < 0 order by held, l.address, l.asset
"""


def twice(store: Store, chain: str) -> Iterator[Finding | Note]:
    """One movement for each place, one transaction for each place in a block, one block and one source for each."""
    for row in _rows(store, _PLACES, chain):
        text = f"place {row['seq']} of transaction {row['tx_hash']} is there {row['times']} times"
        yield Finding("duplicate", row["block"], text)
    for row in _rows(store, _HASHES, chain):
        text = f"{row['one']} and {row['other']} both have place {row['tx_index']} in it"
        yield Finding("duplicate", row["block"], text)
    for row in _rows(store, _BLOCKS, chain):
        yield Finding("duplicate", row["last"], f"transaction {row['tx_hash']} is in block {row['first']} too")
    for row in _rows(store, _SOURCES, chain, "listed_movements"):
        text = f"transaction {row['tx_hash']} came from {row['one']} and from {row['other']}"
        yield Finding("duplicate", row["block"], text)


def lists(store: Store, chain: str) -> Iterator[Finding | Note]:
    """No two lists contradict each other about where a transaction or a movement stands."""
    for row in _rows(store, _CLAIMED, chain, "listed_movements"):
        text = f"lists put {row['one']} and {row['other']} at place {row['tx_index']} in it; their order is not known"
        yield Finding("duplicate", row["block"], text)
    for row in _rows(store, _CLAIMS, chain, "listed_movements"):
        text = f"lists put transaction {row['tx_hash']} at places {row['one']} and {row['other']} in it"
        yield Finding("duplicate", row["block"], text)
    for row in _rows(store, _NAMED, chain, "listed_movements"):
        text = f"lists have different movements as {row['name']} of transaction {row['tx_hash']}"
        yield Finding("duplicate", row["block"], text)
    for row in _rows(store, _LISTED_BLOCKS, chain, "listed_movements"):
        text = f"lists put transaction {row['tx_hash']} in block {row['first']} too"
        yield Finding("duplicate", row["last"], text)
    if count := _rows(store, _SEVERAL, chain)[0]["movements"]:
        text = (
            "movements stand in several lists, and nothing says whether they are the same; a trace reads them both ways"
        )
        yield Note("in several lists", count, text)


def counts(store: Store, chain: str) -> Iterator[Finding | Note]:
    """One time for each block, and no more transactions than it says that it has."""
    for row in _rows(store, _TIMES, chain):
        yield Finding("count", row["block"], f"its movements have times from {row['first']} to {row['last']}")
    if store.parts("blocks"):
        for row in _rows(store, _MORE, chain, "blocks"):
            text = f"says {row['said']} transactions, there are movements of {row['found']}"
            yield Finding("count", row["block"], text)


def irregular(store: Store, chain: str) -> Iterator[Finding | Note]:
    """The ether that block 1,920,000 moved without a transaction is there, where its movements are."""
    if chain == daofork.CHAIN:
        found = _rows(store, _DECREE, chain, block=daofork.BLOCK, decree=daofork.NAME)[0]
        if found["movements"] and not found["decreed"]:
            wei = sum(daofork.drained().values())
            text = (
                f"block {daofork.BLOCK} moved {amounts.show(wei, 18)} ETH of {len(daofork.drained())} accounts to"
                f" {daofork.REFUND} without a transaction (EIP-779), and the tables do not have it: what these accounts"
                " have is told wrongly from there on; load the block from a node, or with its daofork traces"
            )
            yield Note("irregular", 1, text)


def whole(store: Store, chain: str) -> bool:
    """Whether the tables have the chain from its first block on, with what that gave to accounts."""
    if not store.parts("blocks"):
        return False
    return bool(_rows(store, _GENESIS, chain, "blocks")[0]["made"])


def negative(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Nobody pays what they do not have."""
    store.view("transfers")
    beyond = store.engine.fetch(_BEYOND, chain=chain)
    store.engine.load("ingest_beyond", beyond)
    rows = _rows(store, _LOWEST, chain, "openings", "assets", zero=ZERO, nobody=NOBODY, unsaid=NOBODY_SAID)
    from_first, native = whole(store, chain), chains.chain(chain).symbol
    unexplained = []
    for row in rows:
        if row["known"] or (from_first and row["asset"] == native):
            text = f"{row['address']} pays {_lacking(row)} that it does not have"
            yield Finding("negative", row["block"], text)
        else:
            unexplained.append(row)
    if unexplained:
        yield Note("unexplained", len(unexplained), _worst(unexplained))
    if len(beyond):
        yield Note("beyond", len(beyond), "tokens of which more moved than can be added up: balances not replayed")


def _worst(rows: list[dict[str, Any]]) -> str:
    """Of each asset the holding that lacks most, listed assets first."""
    worst: dict[str, dict[str, Any]] = {}
    for row in rows:  # by what they lack, most first
        worst.setdefault(row["asset"], row)
    listed = sorted(worst.values(), key=lambda row: (not row["verified"], row["asset"]))
    told = [f"{row['address']} {_lacking(row)} by block {row['block']}" for row in listed[:WORST]]
    return (
        f"holdings of {len({row['address'] for row in rows})} accounts pay more than came in: they had something before"
        f" the first movement, or movements are missing; the worst of {len(worst)} assets: {'; '.join(told)}"
    )


def _lacking(row: Mapping[str, Any]) -> str:
    """How much a holding lacks; in whole units too where the asset is listed, so that its decimals can be relied on."""
    lacks = -int(row["held"])
    units = f"{lacks} base units of {row['asset']}"
    return f"{amounts.show(lacks, row['decimals'])} {row['symbol']} ({units})" if row["verified"] else units


def _rows(store: Store, query: str, chain: str, *tables: str, **params: Any) -> list[dict[str, Any]]:
    """Rows of a query over movements; a table of these that there is none of is empty."""
    store.view("transfers")
    for name in tables:
        show(store, name)
    found: list[dict[str, Any]] = store.engine.fetch(query, chain=chain, **params).to_pylist()
    return found


def show(store: Store, table: str) -> None:
    """A table on the engine, empty where the workspace has none."""
    if store.parts(table):
        store.view(table)
    else:
        store.engine.load(table, TABLES[table].arrow.empty_table())


CHECKS: tuple[Check, ...] = (twice, lists, counts, irregular, negative)
