"""What could not be read and may have moved value, where followed money passes; and why tokens were destroyed.

Followed money passes wherever it can have gone from the seeds, by any rule: money that leaves an account that had some
may be it. A thing that was not read matters there if it is in a transaction that such money is in, or names an account
that had some.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dyepack.store import Store
from dyepack.trace.moves import BURN, CROSSED, GONE, INTO, OUT_OF, REDEEMED, TAKEN, Key
from dyepack.trace.slice import Slice

NAMES: Mapping[str, str] = {
    "event": "refused-event",
    "fee": "unknown-fee",
    "movement": "refused-movement",
}
"""What things that were not read are called among what was not followed."""
SAYS: Mapping[str, str] = {
    "refused-event": "events that may move tokens were refused at load (the table rejects says why)",
    "unknown-fee": "fees are not in the data",
    "refused-movement": "movements were refused at load (the table rejects says why)",
    "erc1155-piece": "movements of single pieces of an ERC-1155 collection were not read as money",
}


def says(name: str, count: int) -> str | None:
    """A sentence on things that were not read, where followed money passes; nothing for what is flagged otherwise."""
    what = SAYS.get(name)
    return None if what is None else f"where followed money passes, {count} {what}: what they moved is missing here"


def counted(store: Store, chain: str, cut: Slice, seeds: Iterable[Key]) -> Slice:
    """The slice with how many things were not read where money of these holdings passes."""
    if not store.parts("notes"):
        return cut
    addresses, hashes = passed(cut, seeds)
    thefts = {cut.moves.hashes[tx] for tx in np.unique(cut.moves.tx[np.isin(cut.moves.kind, TAKEN)]).tolist()}
    named = (("unread_addresses", addresses), ("unread_hashes", hashes), ("unread_thefts", thefts))
    for name, values in named:
        store.engine.load(name, pa.table({"value": pa.array(sorted(values), pa.string())}))
    rows = store.fetch(_TOUCHED, "notes", chain=chain).to_pylist()
    return replace(cut, not_followed={**cut.not_followed, **{NAMES[row["what"]]: row["n"] for row in rows}})


_TOUCHED = """
    select n.what as what, count(*) as n from notes n
    where n.chain = $chain and n.what in ('event', 'fee', 'movement')
      and (n.tx_hash in (select value from unread_hashes) or n.from_address in (select value from unread_addresses)
           or n.to_address in (select value from unread_addresses)
           or (n.what <> 'fee' and n.tx_hash in (select value from unread_thefts)))
    group by n.what order by n.what"""


def passed(cut: Slice, seeds: Iterable[Key]) -> tuple[set[str], set[str]]:
    """The addresses that money of these holdings can have come to, and the transactions that it can have been in."""
    moves = cut.moves
    at = {key: number for number, key in enumerate(moves.keys)}
    reached = {at[key] for key in seeds if key in at}
    swaps: set[str] = set()
    txs = set[int]()
    columns = (moves.payer, moves.payee, moves.kind, moves.tx)
    for payer, payee, kind, tx in zip(*(column.tolist() for column in columns), strict=True):
        swap = moves.keys[payer].output.rstrip(">") if kind == OUT_OF else ""
        if payer not in reached and swap not in swaps and not moves.keys[payer].inside:
            continue
        txs.add(tx)
        if kind == INTO:
            swaps.add(moves.keys[payee].output)
        elif kind not in GONE and cut.walked[payee]:
            reached.add(payee)
    return {moves.keys[number].address for number in reached}, {moves.hashes[tx] for tx in txs}


def explained(store: Store, chain: str, cut: Slice) -> Slice:
    """The slice with tokens that left for another chain, or were given back, told apart from what was burned."""
    moves = cut.moves
    burns = np.flatnonzero(moves.kind == BURN).tolist()
    if not burns:
        return cut
    crossed, redeemed = _reasons(store, chain, {moves.hashes[moves.tx[at]] for at in burns})
    kind = moves.kind.copy()
    for at in burns:
        key, tx = moves.keys[moves.payer[at]], moves.hashes[moves.tx[at]]
        if key.address == _ARBSYS or (key.asset.startswith(f"{chain}:") and tx in crossed):
            kind[at] = CROSSED
        elif (tx, key.asset) in redeemed:
            kind[at] = REDEEMED
    return replace(cut, moves=replace(moves, kind=kind))


_ARBSYS = "0x" + "64".rjust(40, "0")
"""Arbitrum's own contract: what it destroys arrives on the layer below."""


def _reasons(store: Store, chain: str, hashes: Iterable[str]) -> tuple[set[str], set[tuple[str, str]]]:
    """Transactions in which an event says that money crosses, and those with the token that is given back in them."""
    if not store.parts("notes"):
        return set(), set()
    store.engine.load("unread_hashes", pa.table({"value": pa.array(sorted(hashes), pa.string())}))
    rows: list[dict[str, str]] = store.fetch(_EXPLAINED, "notes", chain=chain).to_pylist()
    crossed = {row["tx_hash"] for row in rows if row["what"] == "crossing"}
    return crossed, {(row["tx_hash"], f"{chain}:{row['contract']}") for row in rows if row["what"] == "redemption"}


_EXPLAINED = """
    select distinct what, tx_hash, contract from notes
    where chain = $chain and what in ('crossing', 'redemption') and tx_hash in (select value from unread_hashes)
    order by what, tx_hash, contract"""
