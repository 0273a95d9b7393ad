"""The slice: what it gathers on the engine, and that walking it is walking everything."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.engine.duckdb import DuckDB
from dyepack.schema import TABLES
from dyepack.trace.method import by_origin
from dyepack.trace.methods import METHODS
from dyepack.trace.moves import Key
from dyepack.trace.openings import shortfalls
from dyepack.trace.request import Budget, Stop
from dyepack.trace.slice import Slicer
from dyepack.trace.steps import Plan, lay
from tests.trace import twin
from tests.trace.drawing import moves, transfers
from tests.trace.test_walk import NAMES, SEEDS, STOPS, chains, plan, rests, walk


@pytest.fixture(scope="module")
def engine():
    engine = DuckDB()
    yield engine
    engine.close()


def gather(engine, drawing, stops=(), budget=None, seeds=("thief",)):
    engine.load("transfers", TABLES["transfers"].rows(transfers(drawing)))
    return Slicer(engine, "ethereum", stops, budget or Budget()).gather({Key(seed, "ETH"): 0 for seed in seeds})


def names(gathered):
    return {key.address for key in gathered.holdings}


def lots_of(found, seeds, stops=()):
    bare = Plan(found, {name: Stop(name, "service") for name in stops})
    short = shortfalls(found.moves, lay(bare).steps)
    return {key: ((seeds.get(key.address, "unknown"), one.amount),) for key, one in short.items()}


def test_it_follows_money_to_where_it_rests(engine):
    found = gather(engine, "thief 10 -> a; a 5 -> b; b 5 -> c; d 1 -> e")
    assert names(found) == {"thief", "a", "b", "c"}
    assert found.hops == 3
    assert len(found.moves) == 3


def test_it_ends_at_stops_and_does_not_go_behind_them(engine):
    found = gather(engine, "thief 10 -> exchange; exchange 5 -> a; b 3 -> exchange; exchange 1 -> thief", ["exchange"])
    assert names(found) == {"thief"}
    assert [(move.payer.address, move.payee.address) for move in found.moves] == [
        ("thief", "exchange"),
        ("exchange", "thief"),
    ]


def test_money_does_not_leave_before_it_came(engine):
    assert "b" not in names(gather(engine, "a 5 -> b; thief 10 -> a; a 5 -> c"))


def test_an_earlier_way_found_later_is_followed_too(engine):
    """`b` is reached at block 6 by one hop and at block 3 by two; what it paid at block 4 can be stolen money."""
    found = gather(engine, "thief 9 -> a; a 3 -> c; c 3 -> b; b 1 -> d; thief 1 -> e; thief 1 -> b")
    assert "d" in names(found)


def test_who_paid_them_is_looked_at_too_with_their_own_payers(engine):
    found = gather(engine, "q 7 -> p; p 7 -> a; p 1 -> z; thief 10 -> a; z 1 -> w")
    assert names(found) == {"thief", "a", "p", "q"}
    assert ("p", "z") in [(move.payer.address, move.payee.address) for move in found.moves]


def test_flagged_and_empty_movements_are_never_followed(engine):
    found = gather(engine, "thief 10 -> a; thief 5 -> b !decoy-token; thief 0 -> c; b 5 -> d; a 1 FAKE -> e")
    assert names(found) == {"thief", "a"}
    assert found.not_followed == {"decoy-token": 1}


def test_fees_and_burned_money_are_not_followed(engine):
    found = gather(engine, "thief 1 -> miner %fee; miner 1 -> a; thief 1 -> zero %burn; zero 1 -> b")
    assert names(found) == {"thief"}


def test_a_block_with_many_transfers_is_taken_whole(engine):
    drawing = "thief 2000 -> a; " + ", ".join(f"a 1 -> x{index}" for index in range(2000))
    assert len(gather(engine, drawing).moves) == 2001


@pytest.mark.parametrize(
    ("budget", "walked", "beyond"),
    [
        (Budget(addresses=2), {"thief", "a"}, {"b", "c"}),
        (Budget(movements=2), {"thief"}, {"a"}),
        (Budget(movements=3), {"thief", "a"}, {"b", "c"}),
        (Budget(movements=4), {"thief", "a", "b", "c", "d"}, set()),
    ],
)
def test_a_budget_cuts_whole_hops_and_says_what_it_left_out(engine, budget, walked, beyond):
    found = gather(engine, "thief 10 -> a; a 4 -> b, a 6 -> c; b 4 -> d", budget=budget)
    assert names(found) == walked
    assert {key.address for key, cut in zip(found.moves.keys, found.beyond, strict=True) if cut} == beyond


def test_money_beyond_the_budget_rests_as_budget_and_what_comes_back_from_there_is_unknown(engine):
    drawing = "thief 10 -> a; a 4 -> b; b 4 -> thief; thief 4 -> exchange"
    found = gather(engine, drawing, ["exchange"], Budget(addresses=2))
    lots = lots_of(found, {"thief": "theft"}, ["exchange"])
    walked = walk(Plan(found, {"exchange": Stop("exchange", "service")}, lots), METHODS["fifo"])
    assert rests(walked) == {("theft", "b", "ETH"): 4, ("theft", "a", "ETH"): 6, ("unknown", "exchange", "ETH"): 4}
    assert {rest.reason for rest in walked.rests} == {"held", "service", "budget"}


def test_payers_beyond_the_budget_are_counted(engine):
    found = gather(engine, "p 1 -> a, q 1 -> a; thief 10 -> a", budget=Budget(addresses=2))
    assert found.unseen == 2
    assert names(found) == {"thief", "a"}


def test_a_seed_without_movements_makes_an_empty_slice(engine):
    assert len(gather(engine, "a 1 -> b").moves) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("method", METHODS)
@given(drawing=chains(), stops=STOPS, seeds=st.sets(st.sampled_from(("thief", "robber")), min_size=1))
def test_walking_the_slice_is_walking_everything(engine, method, drawing, stops, seeds):
    """Wherever an incident's money can be, the slice gives what the twin finds by looking at all movements."""
    incidents = {seed: SEEDS[seed] for seed in seeds}
    found = gather(engine, drawing, sorted(stops), seeds=sorted(seeds))
    lots = lots_of(found, incidents, stops)
    walked = walk(Plan(found, {name: Stop(name, "service") for name in stops}, lots), METHODS[method])
    everything = twin.trace(moves(drawing), incidents, stops, method)
    of_incidents = {key: amount for key, amount in everything.items() if key[0] != "unknown"}
    assert {key: amount for key, amount in rests(walked).items() if key[0] != "unknown"} == of_incidents
    for address, asset, _ in found.holdings:
        assert rests(walked).get(("unknown", address, asset), 0) == everything.get(("unknown", address, asset), 0)


def test_the_plan_of_the_other_tests_is_the_whole_of_the_data():
    drawn = moves("thief 3 -> a; a 3 -> b")
    assert set(plan(drawn, SEEDS).slice.holdings) == {Key(name, "ETH") for name in ("thief", "a", "b")}
    assert set(NAMES) > {"thief", "a", "b"}
    assert by_origin([("x", 1), ("y", 2), ("x", 3)]) == {"x": 4, "y": 2}
