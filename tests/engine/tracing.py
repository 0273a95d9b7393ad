"""The SQL of traces on output chains, through conversions, beside what else the data says, and backward.

Work for `test_shipped`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dyepack.model import AssetRow, Note, Price, Tag
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, trace
from dyepack.trace.sources import sources
from dyepack.trace.twins import listed
from tests.trace.drawing import START, transfers
from tests.trace.drawing_outputs import chain

THEFT = "2023-01-01-example"
CHAIN = """
c: -> victim 100;
t: c.0 -> thief 60, victim 39;
m: -> miner 52
u: t.0 lost.0? -> a 40, exchange 30;
v: u.0 -> b 40
"""
COIN = """
e 100 old -> thief + e 100 new -> thief; thief 60 old -> c + thief 60 new -> c; d 5 old -> c;
thief 10 new -> none %burn; thief 20 new -> none %burn
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


def of_one_coin(store: Store) -> Any:
    """A coin of two contracts, priced by two sources, partly destroyed, where some of the data could not be read."""
    old, new = next(pair for pair in listed().items() if pair[0].startswith("gnosis:"))
    names = {"old": old, "new": new}
    unread: tuple[tuple[Any, ...], ...] = (
        ("event", "t2.0", None, "thief", "x"),
        ("fee", "t9.0", None, "c", None),
        ("movement", "t9.0", None, None, "thief"),
        ("movement", "t9.0", None, "e", None),
        ("crossing", "t4.0", None, None, None),
        ("redemption", "t5.0", new.removeprefix("gnosis:"), None, None),
    )
    prices = [(0, 2 * 10**6, "us"), (0, 10**6, "eu"), (-1, 5, "us"), (9, 7, "us")]
    with store.run("ingest movements", {"coin": 1}) as draft:
        moves = [replace(one, asset=names[one.asset]) for one in transfers(COIN, "gnosis")]
        draft.put("transfers", "coin", moves)
        listing = [AssetRow(one, "gnosis", one[7:], "EURe", 0, True, "test") for one in (old, new)]
        draft.put("assets", "coin", listing)
        notes = [Note("gnosis", 1, tx, what, by, payer, payee, "test", "d") for what, tx, by, payer, payee in unread]
        draft.put("notes", "coin", notes)
        rows = [Price(new, START + timedelta(days=day), "day", usd, source) for day, usd, source in prices]
        draft.put("prices", "coin", rows)
    seeds = (SeedSpec(THEFT, "gnosis", "thief", tx_hash="t1.0"),)
    made = trace(store, Request((THEFT,), seeds, chain="gnosis"))
    return made.as_json(), backward(store, "gnosis", ("c",))


def backward(store: Store, on: str, targets: Sequence[str], budget: Budget | None = None) -> Any:
    specs = tuple(SeedSpec("", on, address) for address in targets)
    return sources(store, Request((), specs, chain=on, budget=budget or Budget())).as_json()


WORK: dict[str, Callable[[Store], Any]] = {
    "on an output chain": on_outputs,
    "through a swap": through_a_swap,
    "of one coin": of_one_coin,
}
