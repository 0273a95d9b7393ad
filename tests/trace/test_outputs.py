"""Output chains: traps drawn as text, and the walk against a plain twin."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.model import UNKNOWN
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, Stop, trace
from dyepack.trace.methods import CONSERVING, METHODS
from tests.trace.drawing_outputs import chain
from tests.trace.drawing_outputs import trace as twin

THEFT, OTHER = "2016-08-02-theft", "2017-01-01-other"
FIRST = """
c: -> victim 100;
d: -> clean 50;
t: c.0 -> thief 60, victim 39;
"""


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing):
    drawn = chain(drawing)
    with store.run("ingest", {"drawn": drawing}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    return drawn


def ask(store, *, seeds=(("thief", "t"),), stops=(), **more):
    specs = tuple(SeedSpec(THEFT, "bitcoin", address, tx_hash=tx) for address, tx in seeds)
    stopped = tuple(Stop(address, "service", address.upper()) for address in stops)
    return trace(store, Request((THEFT,), specs, stopped, chain="bitcoin", **more))


def at(result, method, origin=THEFT):
    return {
        place.address: place.amounts[method] if origin != UNKNOWN else place.unknown[method]
        for place in result.places
        if (place.amounts[method] if origin != UNKNOWN else place.unknown[method])
    }


@pytest.mark.parametrize("method", METHODS)
def test_stolen_money_that_does_not_move_rests_where_it_came(store, method):
    draw(store, FIRST)
    result = ask(store)
    assert at(result, method) == {"thief": 60}
    assert all(sheet.adds_up for sheet in result.sheets)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("fifo", {"a": 60, "b": 0, "fees": 0}),
        ("lifo", {"a": 20, "b": 39, "fees": 1}),
        ("haircut", {"a": 38, "b": 21, "fees": 1}),
        ("clean_first", {"a": 20, "b": 39, "fees": 1}),
        ("taint_first", {"a": 60, "b": 0, "fees": 0}),
    ],
)
def test_inputs_in_order_outputs_in_order_the_fee_last(store, method, expected):
    draw(store, FIRST + "u: t.0 d.0 -> a 70, b 39;")
    assert at(ask(store), method) == {address: amount for address, amount in expected.items() if amount}


def test_the_order_of_inputs_matters_to_fifo(store):
    draw(store, FIRST + "u: d.0 t.0 -> a 70, b 39;")
    assert at(ask(store), "fifo") == {"a": 20, "b": 39, "fees": 1}


def test_an_output_that_pays_a_service_is_not_followed(store):
    draw(store, FIRST + "u: t.0 -> exchange 50, thief2 9; v: u.0 -> customer 50; w: u.1 -> x 9;")
    result = ask(store, stops=["exchange"])
    assert at(result, "fifo") == {"exchange": 50, "x": 9, "fees": 1}
    assert [(one.deposit, one.address) for one in result.deposits] == [("u", "exchange")]


def test_dust_is_not_followed(store):
    drawn = draw(store, "c: -> victim 9000; t: c.0 -> thief 8000, victim 1000; u: t.0 -> a 546, b 547, x 6000;"
                        "v: u.0 -> y 546; w: u.1 -> z 547;")  # fmt: skip
    with store.run("ingest", {"scripts": 1}) as draft:
        draft.put("outputs", "drawn", [replace(one, script="p2pkh") for one in drawn.outputs])
    result = ask(store)
    assert at(result, "fifo") == {"a": 546, "z": 547, "x": 6000, "fees": 907}
    assert {place.reason for place in result.places if place.address == "a"} == {"dust"}


def test_a_theft_that_spends_what_another_stole_is_followed_in_all_its_outputs(store):
    """What the second theft leaves of the first one's money went into its other output."""
    draw(store, FIRST + "r: d.0 t.0 -> robber 50, b 59; u: r.1 -> c 58;")
    specs = (SeedSpec(THEFT, "bitcoin", "thief", tx_hash="t"), SeedSpec(OTHER, "bitcoin", "robber", tx_hash="r"))
    result = trace(store, Request((THEFT, OTHER), specs, chain="bitcoin"))
    found = {(place.origin, place.address): place.amounts["fifo"] for place in result.places}
    assert found == {(OTHER, "robber"): 50, (THEFT, "c"): 58, (THEFT, "fees"): 2}


def test_what_an_output_address_got_elsewhere_is_not_tainted(store):
    """Coins do not mix at an address, only in a transaction."""
    draw(store, FIRST + "e: d.0 -> thief 50; u: e.0 -> x 50;")
    assert at(ask(store), "haircut") == {"thief": 60}


def test_an_address_alone_means_what_others_paid_it(store):
    """Its own change is not stolen anew."""
    draw(store, FIRST + "e: d.0 -> thief 50; u: t.0 -> x 20, thief 40; v: u.1 -> y 40;")
    result = ask(store, seeds=(("thief", None),))
    assert sum(seed.amount for seed in result.seeds) == 110
    assert at(result, "fifo") == {"thief": 50, "x": 20, "y": 40}


def test_two_thefts_that_meet_stay_apart(store):
    draw(store, FIRST + "r: d.0 -> robber 50; u: t.0 r.0 -> a 110;")
    specs = (SeedSpec(THEFT, "bitcoin", "thief", tx_hash="t"), SeedSpec(OTHER, "bitcoin", "robber", tx_hash="r"))
    result = trace(store, Request((THEFT, OTHER), specs, chain="bitcoin"))
    for method in CONSERVING:
        found = {(place.origin, place.address): place.amounts[method] for place in result.places}
        assert found == {(THEFT, "a"): 60, (OTHER, "a"): 50}


FEES = "c: -> victim 100; d: -> m 50\nt: c.0 -> thief 60, victim 40; m2: -> miner 60\nu: t.0 -> a 50;"


def test_fees_are_booked_or_go_on_to_the_miner_as_asked(store):
    draw(store, FEES)
    assert at(ask(store), "fifo") == {"a": 50, "fees": 10}
    result = ask(store, fees="miner")
    assert at(result, "fifo") == {"a": 50, "miner": 10}
    assert at(result, "clean_first") == {"a": 50, "miner": 10}
    assert all(sheet.adds_up for sheet in result.sheets)


def test_an_input_whose_amount_is_not_shown_is_of_unknown_origin(store):
    draw(store, FIRST + "u: t.0 lost.0? -> a 90;")
    result = ask(store)
    assert at(result, "fifo", UNKNOWN) == {"a": 30}
    assert at(result, "fifo") == {"a": 60}
    assert any("1 transactions spend outputs whose amounts the data does not show" in text for text in result.warnings)


def test_the_budget_leaves_outputs_out_and_says_so(store):
    draw(store, FIRST + "u: t.0 -> a 59; v: u.0 -> b 58; w: v.0 -> c 57;")
    result = ask(store, budget=Budget(addresses=2))
    assert [(place.address, place.reason) for place in result.places if place.reason != "fees"] == [("a", "budget")]
    assert (result.scope.hops, result.scope.cut_forward) == (1, 1)


def test_a_seed_of_an_output_chain_has_no_amount(store):
    draw(store, FIRST)
    with pytest.raises(
        InputError, match="on bitcoin a seed is an output: name in tx_hash the transaction that pays thief"
    ):
        trace(store, Request((THEFT,), (SeedSpec(THEFT, "bitcoin", "thief", "BTC", 5),), chain="bitcoin"))


def test_a_seed_that_occurs_nowhere(store):
    draw(store, FIRST)
    with pytest.raises(InputError, match="no seed address occurs in the movements on bitcoin: nobody"):
        ask(store, seeds=(("nobody", None),))


def test_flows_name_the_outputs_that_they_spend_and_make(store):
    draw(store, FIRST + "u: t.0 -> a 59;")
    ask(store, methods=("fifo",))
    rows = [(f.kind, f.from_address, f.to_address, f.output, f.amount) for f in store.records("flows")]
    assert rows == [
        ("output", "t", "thief", "t:0", 60),
        ("input", "thief", "u", "t:0", 60),
        ("output", "u", "a", "u:0", 59),
        ("fee", "u", "fees", None, 1),
    ]


@st.composite
def drawings(draw):
    """Random chains: a coinbase a block, and transactions that spend some of what is unspent, to few addresses."""
    unspent: list[tuple[str, int, int]] = []
    lines: list[str] = []
    names = 0
    for block in range(draw(st.integers(2, 6))):
        own, fees, txs = draw(st.integers(1, 60) | st.integers(2**62, 2**66)), 0, []
        for _ in range(draw(st.integers(0, 3)) if unspent else 0):
            count = draw(st.integers(1, min(3, len(unspent))))
            spent = [unspent.pop(draw(st.integers(0, len(unspent) - 1))) for _ in range(count)]
            total, paid = sum(amount for _, _, amount in spent), []
            for _ in range(draw(st.integers(1, 3))):
                amount = draw(st.integers(1, total)) if total else 0
                if amount:
                    paid.append((draw(ADDRESS), amount))
                    total -= amount
            fees += total
            name, names = f"t{names}", names + 1
            txs.append(
                f"{name}: {' '.join(f'{tx}.{index}' for tx, index, _ in spent)} -> "
                + ", ".join(f"{address} {amount}" for address, amount in paid)
            )
            unspent += [(name, index, amount) for index, (_, amount) in enumerate(paid)]
            if not unspent:
                break
        unspent.append((f"c{block}", 0, own + fees))  # nobody spends a coinbase in its own block
        lines += [f"c{block}: -> {draw(ADDRESS)} {own + fees}", *txs]
        lines[-1] += ";"
    return "\n".join(lines)


ADDRESS = st.sampled_from(("a", "b", "e", "x", "exchange"))


@pytest.fixture(scope="module")
def engine():
    from dyepack.engine.duckdb import DuckDB

    engine = DuckDB()
    yield engine
    engine.close()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.parametrize("miner", [False, True])
@given(drawing=drawings(), data=st.data(), stops=st.sets(st.sampled_from(("a", "exchange"))))
def test_equal_to_the_twin_to_the_unit(engine, miner, drawing, data, stops):
    from dyepack.trace.accounts import Accounts
    from dyepack.trace.outputs import OutputSlicer
    from dyepack.trace.steps import Plan
    from dyepack.trace.walk import walk

    drawn = chain(drawing)
    some = data.draw(st.lists(st.sampled_from(drawn.outputs), min_size=1, max_size=3, unique_by=lambda o: o.tx_hash))
    seeds = [one for one in some if one.address not in stops]
    stolen = {
        (out.tx_hash, out.index): THEFT
        for seed in seeds
        for out in drawn.outputs
        if (out.tx_hash, out.address) == (seed.tx_hash, seed.address)
    }
    for table in ("transactions", "inputs", "outputs"):
        engine.load(table, TABLES[table].rows(getattr(drawn, table)))
    slicer = OutputSlicer(engine, "bitcoin", stops, Budget(), "miner" if miner else "booked")
    gathered = slicer.gather(list(stolen))
    thefts = {(seed.tx_hash, seed.address, "BTC"): THEFT for seed in seeds}
    plan = Plan(gathered, {name: Stop(name, "service") for name in stops}, {}, (), thefts)
    for method in CONSERVING:
        found = Accounts(walk(plan, METHODS[method]))
        rests = {(rest.origin, rest.key.address): rest.amount for rest in found.by_address}
        assert rests == twin(drawn, stolen, stops, method, miner=miner)
        assert found.days or not len(gathered.moves)
