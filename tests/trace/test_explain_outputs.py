"""Figures of output chains, traced for real: explained to the last satoshi, and on the balance sheet at any block."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.model import UNKNOWN
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.balance import balance
from dyepack.trace.explain import Question, explain
from tests.trace.drawing_outputs import chain
from tests.trace.test_outputs import FIRST, THEFT, draw, drawings

SHOP = (Stop("shop", "service", "Shop"),)
CHAIN = """
c: -> victim 100;
d: -> clean 50;
t: c.0 -> thief 60, victim 39;
u: t.0 d.0 -> a 70, b 39;
v: u.0 -> shop 50, a 19;
w: u.1 v.1 -> shop 30, x 27
"""


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def follow(store, *seeds, **more):
    specs = tuple(SeedSpec(THEFT, "bitcoin", address, tx_hash=tx) for address, tx in seeds)
    return trace(store, Request((THEFT,), specs, SHOP, chain="bitcoin", **more))


@pytest.mark.parametrize("seed", [("thief", "t"), ("thief", None)])
@pytest.mark.parametrize("method", ["fifo", "lifo", "haircut", "clean_first", "taint_first"])
def test_every_destination_is_explained_by_inputs_and_outputs_in_turn(store, seed, method):
    draw(store, CHAIN)
    result = follow(store, seed)
    told = 0
    for place in result.places:
        amount = place.amounts[method]
        if amount:
            (figure,) = explain(store, Question("last", place.address, method, THEFT, top=0)).figures
            (part,) = figure.parts
            assert (sum(one.amount for one in part.told), part.rest) == (amount, 0)
            for one in part.told:
                kinds = [flow.kind for flow in one.flows]
                assert set(kinds[1::2]) <= {"input"}
                assert set(kinds[:-1:2]) | {kinds[-1].replace("fee", "output")} <= {"output"}
            told += amount
    assert told == 60


@pytest.mark.parametrize("fees", ["booked", "miner"])
def test_fees_that_go_to_the_miner_are_explained_like_any_other(store, fees):
    draw(store, FIRST + "u: t.0 -> a 50\n;")
    drawn = chain(FIRST + "m: -> miner 60\nu: t.0 -> a 50;")
    with store.run("ingest", {"more": 1}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    follow(store, ("thief", "t"), fees=fees)
    where = "fees" if fees == "booked" else "miner"
    (figure,) = explain(store, Question("last", where, origin=THEFT)).figures
    assert sum(one.amount for one in figure.parts[0].told) == figure.destination.amount == 10


@pytest.mark.parametrize("method", ["fifo", "haircut"])
def test_the_sheet_of_an_output_chain_at_every_block(store, method):
    draw(store, CHAIN)
    result = follow(store, ("thief", None))
    sheets = []
    for block in range(3, 7):
        (sheet,) = balance(store, BalanceQuestion("last", block, method)).sheets
        assert sheet.seeded == sum(sheet.lines.values()) == 60
        sheets.append(dict(sheet.lines))
    assert sheets[0] == {("held", None): 60}
    (end,) = (sheet for sheet in result.sheets if (sheet.method, sheet.origin) == (method, THEFT))
    assert sheets[-1].get(("service", "Shop"), 0) == end.stopped.get("service", 0)


def test_money_of_unknown_origin_is_explained_from_where_it_shows(store):
    draw(store, FIRST + "u: t.0 q.0? -> a 70, b 39;")
    result = follow(store, ("thief", "t"))
    (place,) = (place for place in result.places if place.address == "a")
    (figure,) = explain(store, Question("last", "a", "fifo", UNKNOWN, top=0)).figures
    assert sum(one.amount for one in figure.parts[0].told) == place.unknown["fifo"] == 49


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(drawing=drawings(), data=st.data(), fees=st.sampled_from(["booked", "miner"]))
def test_on_random_chains_every_figure_is_explained_and_every_sheet_adds_up(tmp_path_factory, drawing, data, fees):
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        drawn = draw(store, drawing)
        some = data.draw(
            st.lists(st.sampled_from(drawn.outputs), min_size=1, max_size=2, unique_by=lambda o: o.tx_hash)
        )
        result = follow(store, *((one.address, one.tx_hash) for one in some), fees=fees)
        for method in ("fifo", "haircut"):
            for place in result.places:
                if place.amounts[method]:
                    (figure,) = explain(store, Question("last", place.address, method, THEFT, top=0)).figures
                    chains = figure.parts[0].told
                    assert sum(one.amount for one in chains) == place.amounts[method]
                    for one in chains:
                        assert all(flow.amount >= one.amount for flow in one.flows)
            for block in {one.block for one in drawn.transactions}:
                for sheet in balance(store, BalanceQuestion("last", block, method)).sheets:
                    assert sheet.seeded == sum(sheet.lines.values())
