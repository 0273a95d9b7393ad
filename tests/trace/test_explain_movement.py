"""What one movement carries, explained: chains that end with it, sum to it, and rest on nothing that came later."""

import pytest

from dyepack.errors import InputError
from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, trace
from dyepack.trace.explain import explain_movement
from dyepack.trace.recorded import flows
from tests.trace.drawing import transfers
from tests.trace.drawing_outputs import chain

THEFT = "2023-01-13-theft"
SWAP = "thief 60 -> a; b 40 -> a; a 50 -> pool + pool 500 USDC -> a + a 1 -> x %fee; a 200 USDC -> y; a 20 -> z"
CHAIN = """
c: -> victim 100;
d: -> clean 50;
t: c.0 -> thief 60, victim 39;
u: t.0 d.0 -> a 70, b 39;
v: u.0 -> shop 50, a 19
"""


def on_accounts(store):
    with store.run("ingest movements", {}) as draft:
        draft.put("transfers", "drawn", transfers(SWAP))
        rows = [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "USDC")]
        draft.put("assets", "drawn", rows)
    return trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"),)))


def on_outputs(store):
    drawn = chain(CHAIN)
    with store.run("ingest", {}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    return trace(store, Request((THEFT,), (SeedSpec(THEFT, "bitcoin", "thief", tx_hash="t"),), chain="bitcoin"))


@pytest.mark.parametrize("made", [on_accounts, on_outputs])
def test_every_movement_is_explained_by_chains_that_sum_to_it_and_end_with_it(tmp_path, made):
    with Store.open(tmp_path / "w", create=True) as store:
        run = made(store).run
        told = 0
        for flow in flows(store, run, "fifo", THEFT):
            place = (flow.block, flow.tx_index, flow.seq)
            (figure,) = explain_movement(store, run, place, ("fifo", None), 0)["figures"]
            part = figure["parts"][0]
            assert sum(int(one["amount"]) for one in part["chains"]) == flow.amount == int(figure["rests"])
            for one in part["chains"]:
                last = one["movements"][-1]
                assert (last["block"], last["seq"]) == (flow.block, flow.seq)
                assert all(step["block"] <= flow.block for step in one["movements"])
            told += 1
        assert told >= 4


def test_a_movement_without_stolen_money_is_said_to_have_none(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        run = on_accounts(store).run
        with pytest.raises(InputError, match="no money of the incidents moved there"):
            explain_movement(store, run, (99, 0, 0))
