"""The SQL of what is asked of a trace after it was made: work for `test_shipped`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from dyepack.model import Conversion, Price
from dyepack.store import Store
from dyepack.trace import Request, trace
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.balance import balance
from dyepack.trace.explain import Question, explain

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


WORK: dict[str, Callable[[Store], Any]] = {"explain": explained, "balance": balanced}
