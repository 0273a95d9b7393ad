"""A chain out of thin air, as tables of a workspace: so many inputs, two to a transaction, addresses as text.

Addresses of a transaction are near each other in number, and three in ten are anywhere, so that clusters of all sizes
come about. The same number gives the same chain.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from dyepack.store import Store

PER_BLOCK = 2_000
PART = 2_000_000


def lists(inputs: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Address numbers of the inputs of transactions: where each list begins, and the members."""
    random = np.random.default_rng(seed)
    addresses = max(2, inputs // 2)
    sizes = random.geometric(0.5, size=inputs)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), inputs, side="right")]
    start = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=start[1:])
    near = np.repeat(random.integers(1, addresses, size=len(sizes)), sizes) + random.integers(0, 50, size=start[-1])
    anywhere = random.integers(1, addresses, size=start[-1])
    return start, np.where(random.random(start[-1]) < 0.3, anywhere, np.minimum(near, addresses - 1)).astype(np.uint32)


def write(store: Store, inputs: int) -> None:
    """Write the tables, some millions of rows a part."""
    start, members = lists(inputs)
    first = 0
    while first < len(start) - 1:
        last = min(len(start) - 1, (int(np.searchsorted(start, start[first] + PART)) // PER_BLOCK + 1) * PER_BLOCK)
        _part(store, start[first : last + 1], members, first)
        first = last


def later(store: Store, inputs: int, transactions: int = 3 * PER_BLOCK) -> None:
    """Blocks after the last one of a chain of so many inputs, which spend from addresses anywhere in it."""
    last = store.fetch("select max(block) as block from transactions", "transactions").column("block")[0].as_py()
    members = np.random.default_rng(inputs).integers(1, max(2, inputs // 2), size=2 * transactions, dtype=np.uint32)
    _part(store, np.arange(0, len(members) + 1, 2), members, (int(last) + 1) * PER_BLOCK)


def _part(store: Store, start: np.ndarray, members: np.ndarray, first: int) -> None:
    random = np.random.default_rng(first)
    sizes = np.diff(start)
    tx = np.arange(first, first + len(sizes))
    ins = np.repeat(tx, sizes)
    outs = np.repeat(tx, 2)
    payees = random.integers(1, members.max(initial=2), size=len(outs))
    nth = np.arange(len(ins)) - np.repeat(start[:-1] - start[0], sizes)
    engine, name = store.engine, f"part-{first:012}"
    engine.load("drawn_txs", pa.table({"tx": tx, "inputs": sizes}))
    engine.load("drawn_ins", pa.table({"tx": ins, "n": nth, "who": members[start[0] : start[-1]].astype(np.int64)}))
    engine.load("drawn_outs", pa.table({"tx": outs, "n": np.tile([0, 1], len(tx)), "who": payees}))
    place = f"tx // {PER_BLOCK} as block, tx % {PER_BLOCK} as tx_index"
    at = f"'bitcoin' as chain, {place}, sha256(cast(tx as varchar)) as tx_hash"
    who = "'bc1q' || substr(sha256(cast(who as varchar)), 1, 38) as address"
    amount = "cast(10000 + (who * 7919 + tx * 104729) % 100000000 as decimal(38, 0)) as amount"
    with store.run("ingest", {"part": name}) as draft:
        draft.put_query(
            "transactions",
            name,
            f"""select {at}, cast('2024-01-01 00:00:00+00' as timestamptz) as time, false as coinbase, inputs,
                2 as outputs, cast(null as decimal(38, 0)) as fee, 'drawn' as source from drawn_txs""",
        )
        draft.put_query(
            "inputs",
            name,
            f"""select {at}, n as "index", sha256('spent') as spent_hash, 0 as spent_index, {who}, {amount}
            from drawn_ins""",
        )
        draft.put_query(
            "outputs",
            name,
            f"""select {at}, n as "index", 'p2wpkh' as script, {who}, {amount} from drawn_outs""",
        )


def workspace(folder: Path, inputs: int) -> Path:
    """A workspace with so many inputs, made where it is not there yet."""
    if not folder.exists():
        with Store.open(folder, create=True) as store:
            write(store, inputs)
    return folder
