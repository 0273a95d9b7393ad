"""Transactions inside which no source says what came first, where that can matter to followed money.

A list with neither the number of an event, the address of a call nor a place in the transaction leaves the order of its
movements open. They stand so that money comes before it leaves (`ingest.ordering`), which may not be how it was.
"""

from collections import defaultdict
from dataclasses import replace

import pyarrow as pa

from dyepack.store import Store
from dyepack.trace.moves import FEE
from dyepack.trace.slice import Slice


def counted(store: Store, chain: str, cut: Slice) -> Slice:
    """The slice with the number of such transactions."""
    if cut.outputs or not store.parts("listed_movements"):
        return cut
    matters = _matters(cut)
    store.engine.load("inside_hashes", pa.table({"value": pa.array(sorted(matters), pa.string())}))
    rows = store.fetch(_OPEN, "listed_movements", chain=chain)
    return replace(cut, loose=int(rows.column("n")[0].as_py()))


_OPEN = """
    select count(distinct l.tx_hash) as n from listed_movements l join inside_hashes h on h.value = l.tx_hash
    where l.chain = $chain and l.index is null and l.seq is null and l.kind <> 'fee'"""


def _matters(cut: Slice) -> set[str]:
    """The transactions in which a holding with followed money pays, and pays or is paid once more."""
    moves, many = cut.moves, defaultdict[tuple[int, int], list[int]](lambda: [0, 0])
    columns = (moves.payer, moves.payee, moves.kind, moves.tx, moves.block)
    for payer, payee, kind, tx, block in zip(*(column.tolist() for column in columns), strict=True):
        for key, pays in ((payer, 1), (payee, 0)):
            if kind != FEE and cut.since.get(moves.keys[key], block + 1) <= block:
                many[tx, key][pays] += 1
    return {moves.hashes[tx] for (tx, _), (got, paid) in many.items() if paid and got + paid > 1}
