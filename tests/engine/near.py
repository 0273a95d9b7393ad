"""The SQL of hops that find their rows by lookups: work for `test_shipped`."""

from typing import Any

from dyepack.store import Store
from dyepack.trace import Budget
from dyepack.trace.moves import Key
from dyepack.trace.near import PAYEE, PAYER, Near
from dyepack.trace.slice import Slice, Slicer

A, D, SERVICE = ("0x" + letter * 40 for letter in "ad1")


def by_lookups(store: Store) -> Any:
    """Slices forward and against the stream; reading the whole table gives the same, as is looked at beside it."""
    store.view("transfers")
    found = {column: store.lookup("transfers", column, from_rows=0) for column in (PAYER, PAYEE)}
    lookups = {column: each for column, each in found.items() if each is not None}
    assert len(lookups) == 2
    near = Near(store.engine, lookups, share=1)
    told = []
    for budget in (Budget(), Budget(movements=3, addresses=3)):
        told += [gathered(store, budget, near)]
        assert gathered(store, budget, None) == told[-1]
    return told


def gathered(store: Store, budget: Budget, near: Near | None) -> Any:
    """What both slices hold."""
    forward = Slicer(store.engine, "ethereum", [SERVICE], budget, near).gather({Key(A, "ETH"): 0})
    return plain(forward), plain(Slicer(store.engine, "ethereum", [SERVICE], budget, near).against([D]))


def plain(cut: Slice) -> Any:
    """A slice as values that can be compared."""
    marks = cut.walked.tolist(), cut.beyond.tolist()
    return [*cut.moves], cut.moves.keys, marks, (cut.unseen, cut.hops, dict(cut.not_followed))
