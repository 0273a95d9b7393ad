"""Checks of blocks that hold on every chain: none missing, none twice, each after the one that it names."""

from collections.abc import Iterator

from dyepack.ingest.findings import Check, Finding, Note
from dyepack.store import Store

WHOLE = "source not like 'explorer %'"
"""Blocks that are there with all that they hold; explorers show only what touches the addresses that were asked for."""
_GAPS = f"""
select before + 1 as first, block - 1 as last from (
    select block, lag(block) over (order by block) as before
    from (select distinct block from blocks where chain = $chain and {WHOLE}) as heights
) as pairs where block - before > 1 order by first
"""
_BROKEN = """
select block, previous, before from (
    select block, previous, lag(hash) over (order by block) as before, lag(block) over (order by block) as below
    from blocks where chain = $chain
) as pairs where block = below + 1 and previous is not null and before is not null and previous <> before order by block
"""
_TWICE = """
select block, count(*) as times from blocks where chain = $chain group by block having count(*) > 1 order by block
"""
_UNNAMED = """
select count(*) as blocks from blocks where chain = $chain and (hash is null or (previous is null and block > 0))
"""


_SLICED = f"select count(*) as blocks from blocks where chain = $chain and not ({WHOLE})"


def gaps(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Heights between the lowest and the highest that have no block."""
    for row in store.fetch(_GAPS, "blocks", chain=chain).to_pylist():
        first, last = row["first"], row["last"]
        what = f"block {first} is" if first == last else f"blocks {first} to {last} are"
        yield Finding("gap", first, f"{what} missing")


def chained(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Each block names the hash of the one before it."""
    for row in store.fetch(_BROKEN, "blocks", chain=chain).to_pylist():
        yield Finding("chain", row["block"], f"names {row['previous']} before it; there stands {row['before']}")
    unnamed = store.fetch(_UNNAMED, "blocks", chain=chain).column("blocks")[0].as_py()
    if unnamed:
        yield Note("unchained", unnamed, "blocks whose own or earlier hash the source does not say")


def twice(store: Store, chain: str) -> Iterator[Finding | Note]:
    """One block for each height."""
    for row in store.fetch(_TWICE, "blocks", chain=chain).to_pylist():
        yield Finding("duplicate", row["block"], f"the block is there {row['times']} times")


def refused(store: Store, chain: str) -> Iterator[Finding | Note]:  # noqa: ARG001 (rejects do not say their chain)
    """What loading refused: stale blocks, blocks that a reorg left, bytes that are no block, rows that are none."""
    if not store.parts("rejects"):
        return
    asked = "select reason, row from rejects where stage = 'ingest' order by reason, row"
    rows = store.fetch(asked, "rejects").to_pylist()
    for name, begins in (("stale", "stale:"), ("reorged", "left the best chain")):
        found = [f"{row['row']} ({row['reason']})" for row in rows if row["reason"].startswith(begins)]
        if found:
            yield Note(name, len(found), "; ".join(found[:20]))
    if rows:
        yield Note(
            "refused", len(rows), "rows and blocks that were not loaded, with their reasons in the table rejects"
        )


def sliced(store: Store, chain: str) -> Iterator[Finding | Note]:
    """Blocks of which only a part is there."""
    count = store.fetch(_SLICED, "blocks", chain=chain).column("blocks")[0].as_py()
    if count:
        yield Note("slice", count, "blocks from an explorer: of these only what touches the addresses asked for")


BLOCKS: tuple[Check, ...] = (gaps, chained, twice, sliced, refused)
