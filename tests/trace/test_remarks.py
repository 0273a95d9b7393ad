"""What a trace says beside its figures is read from its tables as the trace itself said it."""

import pytest

from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, Stop, recorded, remarks, trace
from dyepack.trace.sources import sources
from tests.trace.drawing import transfers

THEFT, OTHER = "2023-01-13-theft", "2023-01-13-other"
BANK, LOST = Stop("bank", "service", "Bank"), Stop("lost", "analyst", "we stopped here")
PLAIN = (
    "thief 60 -> a; b 40 -> a; a 30 -> c, a 20 -> bank; c 10 -> d + c 15 -> bank; a 25 -> lost; bait 1 -> a !lookalike"
)
TWICE = "thief 60 -> a; second 9 -> a; a 50 -> bank + a 50 -> bank; a 20 -> c"
SWAPPED = "thief 60 -> a; a 50 -> pool + pool 500 USDC -> a; a 200 USDC -> bank"


def store_of(folder, drawing):
    store = Store.open(folder, create=True)
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        assets = [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "USDC")]
        draft.put("assets", "drawn", assets)
    return store


def asked(**more):
    seeds = (SeedSpec(THEFT, "ethereum", "thief"), SeedSpec(OTHER, "ethereum", "second"))
    plain = {"incidents": (THEFT,), "seeds": seeds[:1], "stops": (BANK, LOST), "chain": "ethereum"}
    return Request(
        **{**plain, **({"seeds": seeds, "incidents": (THEFT, OTHER)} if more.pop("both", False) else {}), **more}
    )


@pytest.mark.parametrize(
    ("drawing", "request_"),
    [
        (PLAIN, asked()),
        (PLAIN, asked(methods=("haircut",))),
        (PLAIN, asked(methods=("poison",))),
        (PLAIN, asked(budget=Budget(addresses=2))),
        (TWICE, asked(both=True)),
        (TWICE, asked(both=True, repeated="once")),
        (SWAPPED, asked()),
    ],
)
def test_it_is_read_as_it_was_said(tmp_path, drawing, request_):
    with store_of(tmp_path / "w", drawing) as store:
        said = trace(store, request_).as_json()
        told = remarks.read(store, recorded.find(store, "last"))
    assert told == {name: said[name] for name in remarks.SAID}
    assert told["warnings"]
    assert (told["alternative"] is None) == (drawing != TWICE)


def test_the_same_trace_again_changes_nothing(tmp_path):
    with store_of(tmp_path / "w", TWICE) as store:
        trace(store, asked(both=True))
        before = {table: store.parts(table) for table in store.tables}
        trace(store, asked(both=True))
        assert {table: store.parts(table) for table in store.tables} == before


def test_a_run_of_an_older_version_has_none_of_it(tmp_path):
    with store_of(tmp_path / "w", PLAIN) as store:
        run = trace(store, asked()).run
        with store.run("as it was before", {}) as draft:
            for table in ("scopes", "remarks", "not_followed", "payments", "unfunded"):
                draft.drop(table, run)
        assert remarks.read(store, recorded.find(store, run)) is None


def test_a_search_backward_says_what_it_looked_at(tmp_path):
    with store_of(tmp_path / "w", PLAIN) as store:
        sources(store, Request((), (SeedSpec("", "ethereum", "d"),), chain="ethereum"))
        told = remarks.read(store, recorded.find(store, "last"))
    assert told is not None
    assert told["scope"]["movements"] > 0
    assert told["deposits"] == []
