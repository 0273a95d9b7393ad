"""A slice gathered by lookups is the slice gathered by reading the table, whatever the movements are."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dyepack.engine.duckdb import DuckDB
from dyepack.store import Store
from dyepack.trace.moves import Key
from dyepack.trace.near import PAYEE, PAYER, TABLE, Near
from dyepack.trace.request import Budget
from dyepack.trace.slice import Slicer
from tests.trace.drawing import transfers

NAMES = ("thief", "a", "b", "c", "d", "exchange")
FLAGS = ("", "", "", " !decoy-token")
MOVES = st.lists(
    st.builds(
        "{} {}{} -> {}{}".format,
        st.sampled_from(NAMES),
        st.integers(0, 9),
        st.sampled_from(("", "", " FAKE")),
        st.sampled_from(NAMES),
        st.sampled_from(FLAGS),
    ),
    min_size=1,
    max_size=10,
).map("; ".join)


def plain(cut):
    beside = (cut.unseen, cut.hops, dict(cut.not_followed))
    return [*cut.moves], cut.moves.keys, cut.walked.tolist(), cut.beyond.tolist(), beside


def stored(folder, *parts):
    store = Store.open(folder, create=True)
    for number, drawing in enumerate(parts):
        with store.run("ingest movements", {"part": number}) as draft:
            draft.put(TABLE, f"part-{number}", transfers(drawing))
    store.view(TABLE)
    return store


def near(store, share=1):
    return Near(store.engine, {name: store.lookup(TABLE, name, from_rows=0) for name in (PAYER, PAYEE)}, share)


def slicer(store, budget, found):
    return Slicer(store.engine, "ethereum", ["exchange"], budget, found)


@example(
    "c 1 -> a; exchange 1 FAKE -> b; c 7 -> exchange; d 5 -> b; b 1 FAKE -> thief; b 5 -> d; d 3 -> exchange; b 2 -> d",
    "b 6 -> thief; b 6 -> a; b 8 FAKE -> exchange; d 4 FAKE -> thief; thief 4 -> b; thief 1 FAKE -> d; d 6 FAKE -> a",
    6,
)
@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MOVES, MOVES, st.integers(1, 12))
def test_the_same_slice_either_way(tmp_path_factory, first, second, movements):
    """Two parts that may hold movements of one key, as two files that overlap do."""
    with stored(tmp_path_factory.mktemp("ws"), first, second) as store:
        budget = Budget(movements=movements)
        for found in (near(store), near(store, share=3)):
            onward = [slicer(store, budget, each).gather({Key("thief", "ETH"): 0}) for each in (found, None)]
            assert plain(onward[0]) == plain(onward[1])
            against = [slicer(store, budget, each).against(["d"]) for each in (found, None)]
            assert plain(against[0]) == plain(against[1])


def test_a_hop_reads_the_rows_of_its_front_alone(tmp_path):
    with stored(tmp_path, "thief 9 -> a; a 9 -> b; b 9 -> c; q 1 -> r") as store:
        store.engine.load("front", store.engine.fetch("select 'a' as address"))
        found = near(store)
        for table, column in ((found.paid_by("front f"), PAYER), (found.paid_to("front f"), PAYEE)):
            assert table != TABLE
            assert store.engine.fetch(f"select distinct {column} as x from {table}").column("x").to_pylist() == ["a"]


def test_half_of_the_table_is_read_as_a_table(tmp_path):
    with stored(tmp_path, "thief 9 -> a; thief 9 -> b; b 9 -> c; q 1 -> r") as store:
        store.engine.load("front", store.engine.fetch("select 'thief' as address"))
        assert near(store, share=8).paid_by("front f") == TABLE


def test_a_small_workspace_gets_no_files(tmp_path):
    with stored(tmp_path, "thief 9 -> a") as store:
        assert Near.of(store).paid_by("front f") == TABLE
    assert not (tmp_path / "lookups").exists()


def test_without_a_store_the_table_is_read():
    engine = DuckDB()
    assert Near(engine).paid_to("front f") == TABLE
    engine.close()
