"""The SQL of what is asked about one address, and of what a page shows of a trace: work for `test_shipped`."""

from collections.abc import Callable
from typing import Any

from dyepack.about.activity import activity, movements
from dyepack.about.address import about
from dyepack.about.counterparties import counterparties, exposure
from dyepack.about.indirect import Look, indirect
from dyepack.about.moves import Spot
from dyepack.about.search import search
from dyepack.about.transaction import transaction
from dyepack.about.units import units
from dyepack.cluster import Request as ClusterRequest
from dyepack.cluster.run import cluster
from dyepack.cluster.view import view
from dyepack.ledger import Ledger
from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Request, remarks, trace
from dyepack.trace.recorded import find
from dyepack.trace.stored import answer, places
from tests.cluster.drawn import write
from tests.trace.drawing_outputs import chain

THEFT = "2023-01-01-example"
B, C, D, SERVICE = ("0x" + letter * 40 for letter in "bcd1")


def an_address(store: Store) -> Any:
    """All questions about addresses of an account chain, one of them where there are no tags."""
    trace(store, Request((THEFT,)))
    found: list[Any] = [indirect(store, Ledger(), Spot(SERVICE, "ethereum"), Look(steps)) for steps in (1, 9)]
    for address in (B, C, D, SERVICE):
        found += _asked(store, Spot(address))
    with store.run("load-tags", {"less": 1}) as draft:
        draft.put("tags", "pack", [])
        draft.drop("tags", "pack")
    return found, exposure(store, Spot(C)), about(store, C)["sums"]


def whole_units(store: Store) -> Any:
    """What a token's amounts count, beside one that nobody has listed and a chain's own."""
    token = AssetRow(f"ethereum:{B}", "ethereum", B, "USDT", 6, True, "test")
    with store.run("ingest", {}) as draft:
        draft.put("assets", "tokens", [token])
    return units(store, {token.asset, f"ethereum:{C}", "ETH"})


def an_output_address(store: Store) -> Any:
    """The same on an output chain, beside an account chain."""
    drawn = chain("c: -> victim 100; d: -> clean 50; t: c.0 -> thief 60, victim 39; u: t.0 d.0 -> a 70, b 39;")
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    return [_asked(store, Spot(name, "bitcoin"), whole=False) for name in ("victim", "thief", "a")]


def nothing(store: Store) -> Any:
    """An address where no chain was loaded."""
    with store.run("ingest movements", {}) as draft:
        for part in store.parts("transfers"):
            draft.drop("transfers", part)
    return _asked(store, Spot(B), whole=False)


def found_by_words(store: Store) -> Any:
    """What may be meant, by a tag's name, the beginning of an address, and a transaction."""
    drawn = chain("c: -> victim 100; t: c.0 -> thief 60, victim 39;")
    trace(store, Request((THEFT,)))
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    found = [transaction(store, f"{number:064x}") for number in (1, 2, 99)]
    asked = ("ban", SERVICE[:12], f"0x{1:064x}", f"{1:064x}", "100%\\", "")
    return found, [search(Ledger(), store, text) for text in asked]


def a_recorded_trace(store: Store) -> Any:
    """A trace's answer from its tables is the trace's own."""
    made = trace(store, Request((THEFT,))).as_json()
    told = find(store, "last")
    read, resting = answer(store, told), places(store, told)
    assert read["methods"] == made["methods"]
    assert resting == made["destinations"]
    said = remarks.read(store, told)
    assert said == {name: made[name] for name in remarks.SAID}
    return read["methods"], resting, said


def a_cluster(store: Store) -> Any:
    """A cluster with its members and heuristics, and an address that has none."""
    write(store, "1 a: -> A=50\n1 b: -> B=50\n2 c: A=50 B=50 -> C/p2pkh=70 D=29")
    cluster(store, ClusterRequest())
    return [view(store, ("bitcoin", address), 0, 10) for address in "ADX"], view(store, ("bitcoin", "A"), 1, 1)


def _asked(store: Store, spot: Spot, *, whole: bool = True) -> list[Any]:
    head = [about(store, spot.address, spot.chain)] if whole else []
    return [
        *head,
        counterparties(store, spot, 0, 10),
        counterparties(store, spot, 1, 1),
        exposure(store, spot),
        activity(store, spot),
        movements(store, spot, 0, 10),
        movements(store, spot, 1, 1),
    ]


WORK: dict[str, Callable[[Store], Any]] = {
    "about an address": an_address,
    "what amounts count": whole_units,
    "about an address of outputs": an_output_address,
    "about an address, nothing loaded": nothing,
    "search": found_by_words,
    "a trace from its tables": a_recorded_trace,
    "one cluster": a_cluster,
}
