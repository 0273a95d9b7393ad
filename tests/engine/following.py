"""The SQL of what is asked of a trace after it was made: work for `test_shipped`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from dyepack.model import Conversion, Input, Output, Price, Transaction
from dyepack.store import Store
from dyepack.store.loaded import chain_meant
from dyepack.trace import Request, SeedSpec, trace
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.balance import balance
from dyepack.trace.behaviour import Rule, measure, service_like
from dyepack.trace.ends import Ends
from dyepack.trace.ends import Question as Ways
from dyepack.trace.explain import Question, explain
from dyepack.trace.paths import paths
from tests.trace.drawing_outputs import chain

THEFT = "2023-01-01-example"
SERVICE, STRANGER = "0x" + "1" * 40, "0x" + "2" * 40


def explained(store: Store) -> Any:
    """A figure of a trace, taken apart into the movements that bring it."""
    made = trace(store, Request((THEFT,)))
    with store.run("made", {}) as draft:
        draft.put("conversions", "c", [Conversion(made.run, "ethereum", 1, 0, "t", 1, "a", "a", "ETH", 1, "X", 1)])
    return explain(store, Question(made.run, SERVICE, top=0)).as_json()


def balanced(store: Store) -> Any:
    """A balance sheet over time, with prices."""
    trace(store, Request((THEFT,)))
    with store.run("ingest prices", {}) as draft:
        rows = [Price("ETH", datetime(2023, 1, day, tzinfo=UTC), "day", day * 10**6, "us") for day in (1, 2, 3)]
        draft.put("prices", "us", rows)
    return [
        balance(store, BalanceQuestion("last", at, method, over_time=True)).as_json()
        for at in (3, date(2023, 1, 4), None)
        for method in ("fifo", "haircut")
    ]


def balanced_outputs(store: Store) -> Any:
    """The sheet of an output chain, whose seeds are addresses alone, and a figure of it."""
    drawn = chain("c: -> victim 100; d: -> clean 50; t: c.0 -> thief 60, victim 39; u: t.0 d.0 -> a 70, b 39;")
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    trace(store, Request((THEFT,), (SeedSpec(THEFT, "bitcoin", "thief"),), chain="bitcoin"))
    return balance(store, BalanceQuestion("last", 4)).as_json(), explain(store, Question("last", "a")).as_json()


def ways(store: Store) -> Any:
    """Paths between addresses and transactions of both kinds of chain, and a search that a budget cuts."""
    found: list[Any] = [chain_meant(store, None)]
    with store.run("ingest", {}) as draft:
        time = datetime(2023, 1, 1, tzinfo=UTC)
        spent = ((1, "t1", "t0", 0, "a"), (2, "t2", "t1", 1, None), (3, "t3", "t2", 0, "c"))
        draft.put(
            "transactions", "o", [Transaction("bitcoin", n, time, 0, f"t{n}", False, 1, 2, 0, "s") for n in range(4)]
        )
        draft.put("inputs", "o", [Input("bitcoin", n, 0, tx, 0, of, at, who, 5) for n, tx, of, at, who in spent])
        paid = [(n, at, who) for n, pair in enumerate(("ax", "yb", "cz", "dz")) for at, who in enumerate(pair)]
        draft.put("outputs", "o", [Output("bitcoin", n, 0, f"t{n}", at, "p2pkh", who, 5 + at) for n, at, who in paid])
    for begin, end in ((Ends(("a",)), Ends(("z",))), (Ends((), ("t1",)), Ends((), ("t3",)))):
        found += [paths(store, Ways(begin, end, "bitcoin", movements=most)) for most in (1, 100)]
    first, last = f"0x{1:064x}", f"0x{8:064x}"
    for begin, end in (
        (Ends(("0x" + "a" * 40,)), Ends(("0x" + "f" * 40, SERVICE))),
        (Ends((), (first,)), Ends((), (last,))),
    ):
        found += [paths(store, Ways(begin, end, "ethereum", movements=most)) for most in (1, 100)]
    return found


def behaving(store: Store) -> Any:
    """Addresses that behave as services do, of all and of some."""
    store.view("transfers")
    rule = Rule(payers=1, payees=2, swept=1)
    some = service_like(store.engine, "ethereum", rule, ["0x" + "b" * 40, STRANGER])
    return measure(store.engine, "ethereum", [SERVICE], rule), some


WORK: dict[str, Callable[[Store], Any]] = {
    "explain": explained,
    "balance": balanced,
    "balance of outputs": balanced_outputs,
    "paths": ways,
    "behaviour": behaving,
}
