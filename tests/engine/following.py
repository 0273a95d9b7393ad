"""The SQL of what is asked of a trace after it was made: work for `test_shipped`."""

from collections.abc import Callable
from typing import Any

from dyepack.model import Conversion
from dyepack.store import Store
from dyepack.trace import Request, trace
from dyepack.trace.explain import Question, explain

THEFT = "2023-01-01-example"
SERVICE, STRANGER = "0x" + "1" * 40, "0x" + "2" * 40


def explained(store: Store) -> Any:
    """A figure of a trace, taken apart into the movements that bring it."""
    made = trace(store, Request((THEFT,)))
    with store.run("made", {}) as draft:
        draft.put("conversions", "c", [Conversion(made.run, "ethereum", 1, 0, "t", 1, "a", "a", "ETH", 1, "X", 1)])
    return explain(store, Question(made.run, SERVICE, top=0)).as_json()


WORK: dict[str, Callable[[Store], Any]] = {"explain": explained}
