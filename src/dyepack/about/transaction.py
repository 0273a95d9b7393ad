"""What the tables hold about one transaction: its movements, or its inputs and outputs, and the traces it is in."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dyepack.about.moves import told
from dyepack.errors import InputError
from dyepack.store import Store

INPUT = "input"
MOST = 100_000
"""Movements of one transaction that are told; they are leafed through."""
_HASH = re.compile(r"(0x)?[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_MOVED = """
select chain, block, time, tx_hash, tx_index, seq, kind, from_address, to_address, asset, amount, flag
from transfers where tx_hash = $plain or tx_hash = $marked order by chain, block, tx_index, seq limit 100001
"""
_SPENT = """
select i.chain, i.block, t.time, i.tx_hash, i.tx_index, i.index as seq, 'input' as kind, i.address as from_address,
    cast(null as varchar) as to_address, i.chain as asset, i.amount, cast(null as varchar) as flag
from inputs as i left join transactions as t on i.chain = t.chain and i.block = t.block and i.tx_index = t.tx_index
where i.tx_hash = $plain or i.tx_hash = $marked order by i.chain, i.block, i.index limit 100001
"""
_MADE = """
select o.chain, o.block, t.time, o.tx_hash, o.tx_index, o.index as seq, 'output' as kind,
    cast(null as varchar) as from_address, o.address as to_address, o.chain as asset, o.amount,
    cast(null as varchar) as flag
from outputs as o left join transactions as t on o.chain = t.chain and o.block = t.block and o.tx_index = t.tx_index
where o.tx_hash = $plain or o.tx_hash = $marked order by o.chain, o.block, o.index limit 100001
"""
_RUNS = """
select run, count(distinct method) as methods from flows where tx_hash = $plain or tx_hash = $marked
group by run order by run
"""


def transaction(store: Store, text: str) -> dict[str, Any]:
    """A transaction by its hash, with or without 0x, as a JSON object; nothing under it where no table has it.

    Raises:
        InputError: not the hash of a transaction.
    """
    if not _HASH.fullmatch(text.strip()):
        raise InputError(f"expected the hash of a transaction, 64 hex digits, got {text!r}")
    plain = text.strip().lower().removeprefix("0x")
    forms = {"plain": plain, "marked": f"0x{plain}"}
    rows: list[dict[str, Any]] = []
    if store.parts("transfers"):
        rows += told(store.fetch(_MOVED, "transfers", **forms))
    if all(store.parts(table) for table in ("transactions", "inputs", "outputs")):
        for query in (_SPENT, _MADE):
            rows += told(store.fetch(query, "transactions", "inputs", "outputs", **forms))
    runs = store.fetch(_RUNS, "flows", **forms).to_pylist() if store.parts("flows") else []
    return {
        "tx_hash": rows[0]["tx_hash"] if rows else text.strip().lower(),
        "rows": rows[:MOST],
        "moved": [] if len(rows) > MOST else _moved(rows),
        "cut": len(rows) > MOST,
        "runs": [row["run"] for row in runs],
    }


def _moved(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What moved of each asset, without what is flagged or does not fit.

    Of an output chain what came out: what went in is the same and the fee.
    """
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["amount"] is not None and not row["flag"] and row["kind"] != INPUT:
            sums[row["asset"]] += int(row["amount"])
    return [{"asset": asset, "amount": str(amount)} for asset, amount in sums.items()]
