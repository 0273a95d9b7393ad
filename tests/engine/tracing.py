"""The SQL of traces on output chains, through conversions, and backward: work for `test_shipped`."""

from collections.abc import Callable, Sequence
from typing import Any

from dyepack.model import AssetRow, Tag
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, trace
from dyepack.trace.sources import sources
from tests.trace.drawing import transfers
from tests.trace.drawing_outputs import chain

THEFT = "2023-01-01-example"
CHAIN = """
c: -> victim 100;
t: c.0 -> thief 60, victim 39;
m: -> miner 52
u: t.0 lost.0? -> a 40, exchange 30;
v: u.0 -> b 40
"""
SWAP = "thief 10 -> a; a 10 -> pool + pool 500 T -> a; a 300 T -> x; q 3 T -> x"


def on_outputs(store: Store) -> Any:
    """Forward by both rules about fees, cut by a budget, from the ledger's own address; then backward."""
    drawn = chain(CHAIN)
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    with store.run("load-tags", {"more": 1}) as draft:
        said = ("Bank", None, "exchange", "ownership", 100, "pack", None, None, None, None, None, None)
        draft.put("tags", "outputs", [Tag("2", "bitcoin", "exchange", *said)])
    seeds = (SeedSpec(THEFT, "bitcoin", "thief"),)
    asked = (
        Request((THEFT,), seeds, chain="bitcoin"),
        Request((THEFT,), seeds, chain="bitcoin", fees="miner"),
        Request((THEFT,), seeds, chain="bitcoin", budget=Budget(addresses=2)),
    )
    return [trace(store, one).as_json() for one in asked], backward(store, "bitcoin", ("b",))


def through_a_swap(store: Store) -> Any:
    """Forward through a conversion, and back through it, whole and on a budget."""
    with store.run("ingest movements", {"swap": 1}) as draft:
        draft.put("transfers", "swap", transfers(SWAP, "bsc"))
        draft.put("assets", "swap", [AssetRow(name, "bsc", None, name, 0, True, "test") for name in ("ETH", "T")])
    told = trace(store, Request((THEFT,), (SeedSpec(THEFT, "bsc", "thief"),), chain="bsc"))
    cut = backward(store, "bsc", ("x",), Budget(addresses=1))
    return told.as_json(), store.records("conversions"), backward(store, "bsc", ("x",)), cut


def backward(store: Store, on: str, targets: Sequence[str], budget: Budget | None = None) -> Any:
    specs = tuple(SeedSpec("", on, address) for address in targets)
    return sources(store, Request((), specs, chain=on, budget=budget or Budget())).as_json()


WORK: dict[str, Callable[[Store], Any]] = {"on an output chain": on_outputs, "through a swap": through_a_swap}
