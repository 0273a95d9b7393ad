"""Swaps on the way of a trace: what the owner gave becomes what it got, by every rule, and pools hold nothing."""

import pytest

from dyepack.model import UNKNOWN, AssetRow
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.methods import CONSERVING, METHODS
from tests.trace.drawing import transfers

THEFT, OTHER = "2023-01-13-theft", "2023-01-13-other"
ASSETS = [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "T", "U", "LP")]


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def follow(store, drawing, *, seeds=("thief",), stops=(), origins=None, **more):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("assets", "drawn", ASSETS)
    specs = tuple(SeedSpec((origins or {}).get(seed, THEFT), "ethereum", seed, "ETH") for seed in seeds)
    stopped = tuple(Stop(address, "service") for address in stops)
    incidents = tuple(dict.fromkeys(spec.incident for spec in specs))
    return trace(store, Request(incidents, specs, stopped, **more))


def at(result, method, origin=THEFT):
    found = {}
    for place in result.places:
        amount = place.unknown[method] if origin == UNKNOWN else place.amounts[method]
        if amount and origin in (UNKNOWN, place.origin):
            found[place.address, place.asset] = amount
    return found


SWAP = "thief 10 -> a; a 10 -> pool + pool 500 T -> a; a 300 T -> x"


@pytest.mark.parametrize("method", CONSERVING)
def test_a_swap_is_followed_and_the_pool_is_not_tainted(store, method):
    result = follow(store, SWAP)
    assert at(result, method) == {("converted", "ETH"): 10, ("a", "T"): 200, ("x", "T"): 300}
    told = {(sheet.asset, sheet.method): sheet for sheet in result.sheets if sheet.origin == THEFT}
    assert (told["ETH", method].converted, told["T", method].received) == (10, 500)
    assert all(sheet.conserved for sheet in told.values() if sheet.method != "poison")


def test_the_tables_name_the_conversion_and_its_legs(store):
    follow(store, SWAP, methods=("fifo",))
    (row,) = store.records("conversions")
    told = row.owner, row.recipient, row.asset_in, row.amount_in, row.asset_out, row.amount_out
    assert told == ("a", "a", "ETH", 10, "T", 500)
    legs = [(flow.kind, flow.from_address, flow.to_address, flow.asset, flow.amount, flow.conversion)
            for flow in store.records("flows") if flow.conversion is not None]  # fmt: skip
    assert legs == [
        ("conversion_in", "a", "t2.0", "ETH", 10, 0),
        ("conversion_out", "t2.0", "a", "T", 500, 0),
    ]


def test_what_was_mixed_stays_mixed_at_the_recorded_rate(store):
    """Six stolen and four clean become 60 and 40, whatever the pool holds."""
    drawing = "thief 6 -> a; s 4 -> a; a 10 -> pool + pool 100 T -> a; a 50 T -> x"
    result = follow(store, drawing, stops=["s"])
    assert at(result, "haircut") == {("converted", "ETH"): 6, ("a", "T"): 30, ("x", "T"): 30}
    assert at(result, "fifo") == {("converted", "ETH"): 6, ("a", "T"): 10, ("x", "T"): 50}
    assert at(result, "clean_first") == {("converted", "ETH"): 6, ("a", "T"): 50, ("x", "T"): 10}


def test_the_part_that_was_converted_is_what_the_rule_says(store):
    drawing = "thief 6 -> a; s 4 -> a; a 4 -> pool + pool 40 T -> a"
    result = follow(store, drawing, stops=["s"])
    assert at(result, "fifo") == {("a", "ETH"): 2, ("converted", "ETH"): 4, ("a", "T"): 40}
    assert at(result, "clean_first") == {("a", "ETH"): 6}


@pytest.mark.parametrize("method", CONSERVING)
@pytest.mark.parametrize(
    "drawing",
    [
        "thief 10 -> a; a 10 -> pool + pool 200 T -> a + a 200 T -> x + pool 300 T -> a",
        "thief 10 -> a; a 4 -> pool + pool 200 T -> a + a 200 T -> x + a 6 -> pool + pool 300 T -> a",
        "thief 10 -> b; z 1 -> m %fee + pool 200 T -> a + a 200 T -> x + b 10 -> a + a 10 -> pool + pool 300 T -> a",
    ],
    ids=["two legs out", "two legs each way", "paid out before it is funded"],
)
def test_what_is_passed_on_inside_the_transaction_is_not_held_and_was_not_there_before(store, drawing, method):
    """A conversion comes after what funds it and before what it funds: nobody needs an opening, 300 are left."""
    result = follow(store, drawing)
    assert at(result, method) == {("converted", "ETH"): 10, ("a", "T"): 300, ("x", "T"): 200}
    assert not at(result, method, UNKNOWN)
    assert not result.unexplained


def test_two_thefts_stay_apart_through_a_swap(store):
    drawing = "thief 6 -> a; robber 4 -> a; a 10 -> pool + pool 100 T -> a"
    result = follow(store, drawing, seeds=("thief", "robber"), origins={"robber": OTHER})
    for method in CONSERVING:
        assert at(result, method)["a", "T"] == 60
        assert at(result, method, OTHER)["a", "T"] == 40


def test_liquidity_in_and_out_again(store):
    """Two assets count for an equal part each of the share that they bring."""
    drawing = """thief 10 -> a; s 100 T -> a; a 10 -> pool + a 100 T -> pool + pool 8 LP -> a;
                 a 8 LP -> pool + pool 11 -> a + pool 90 T -> a"""
    result = follow(store, drawing, stops=["s"])
    assert at(result, "haircut") == {
        ("a", "ETH"): 6, ("a", "T"): 45, ("converted", "ETH"): 10, ("converted", "LP"): 4
    }  # fmt: skip


def test_another_recipient_gets_the_stolen_money(store):
    result = follow(store, "thief 10 -> a; a 10 -> pool + pool 500 T -> friend; friend 500 T -> x")
    assert at(result, "fifo") == {("converted", "ETH"): 10, ("x", "T"): 500}


def test_a_pool_that_many_use_does_not_taint_them(store):
    drawing = """thief 10 -> a; a 10 -> pool + pool 500 T -> a;
                 q 7 -> pool + pool 350 T -> q; r 100 T -> pool + pool 2 -> r; r 2 -> z"""
    result = follow(store, drawing)
    assert {place.address for place in result.places} == {"a", "converted"}


@pytest.mark.parametrize("method", METHODS)
def test_who_paid_the_converter_before_is_looked_at_too(store, method):
    """What came to `a` as T has a history in ETH: the stranger's 30 are unknown, and are converted with the rest."""
    drawing = "thief 10 -> a; stranger 30 -> a; a 40 -> pool + pool 400 T -> a; a 400 T -> x"
    result = follow(store, drawing)
    assert all(sheet.adds_up for sheet in result.sheets)
    assert at(result, method)["x", "T"] == (400 if method == "poison" else 100)
    if method != "poison":
        assert at(result, method, UNKNOWN)["x", "T"] == 300
