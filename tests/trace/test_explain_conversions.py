"""Figures behind conversions, traced for real: each leg explained in its own unit, each asset's sheet adding up."""

import pytest

from dyepack.errors import InputError
from dyepack.model import AssetRow
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, trace
from dyepack.trace.balance import Question as BalanceQuestion
from dyepack.trace.balance import balance
from dyepack.trace.explain import Question, explain
from tests.trace.drawing import transfers

THEFT = "2023-01-13-theft"
METHODS = ["fifo", "lifo", "haircut", "clean_first", "taint_first"]
SWAP = "thief 60 -> a; b 40 -> a; a 50 -> pool + pool 500 USDC -> a + a 1 -> x %fee; a 200 USDC -> y; a 20 -> z"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        with store.run("ingest movements", {}) as draft:
            draft.put("transfers", "drawn", transfers(SWAP))
            rows = [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "USDC")]
            draft.put("assets", "drawn", rows)
        yield store


def follow(store):
    return trace(store, Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"),)))


@pytest.mark.parametrize("method", METHODS)
def test_what_came_of_a_swap_is_explained_by_what_went_into_it(store, method):
    result = follow(store)
    (place,) = (place for place in result.places if (place.address, place.asset, place.origin) == ("y", "USDC", THEFT))
    if not place.amounts[method]:
        with pytest.raises(InputError, match=r"no money|nothing rests"):
            explain(store, Question("last", "y", method, THEFT, "USDC"))
        return
    (figure,) = explain(store, Question("last", "y", method, THEFT, top=0)).figures
    first, *more = figure.parts
    assert (first.amount, first.rest) == (place.amounts[method], 0)
    assert {one.basis for one in first.told} == {"conversion"}
    assert [part.asset for part in more] == ["ETH"]
    assert more[0].rest == 0
    assert {one.start[1] for one in more[0].told} == {"thief"}


@pytest.mark.parametrize("method", METHODS)
def test_both_assets_have_a_sheet_that_adds_up_at_every_block(store, method):
    result = follow(store)
    for block in range(1, 6):
        for sheet in balance(store, BalanceQuestion("last", block, method)).sheets:
            assert sheet.seeded + sheet.came == sum(sheet.lines.values())
    told = {sheet.asset: sheet for sheet in balance(store, BalanceQuestion("last", None, method)).sheets}
    for sheet in result.sheets:
        if (sheet.method, sheet.origin) == (method, THEFT):
            mine = told[sheet.asset]
            assert (mine.seeded, mine.came) == (sheet.seeded, sheet.received)
            assert mine.lines.get(("converted", None), 0) == sheet.converted
            assert mine.lines.get(("held", None), 0) == sheet.held


def test_what_was_converted_can_be_explained_itself(store):
    follow(store)
    (figure,) = explain(store, Question("last", "converted", "fifo", THEFT, top=0)).figures
    assert figure.parts[0].rest == 0
    assert figure.destination.amount == sum(one.amount for one in figure.parts[0].told) == 50


LIQUIDITY = """thief 10 -> a; s 100 T -> a; a 10 -> pool + a 100 T -> pool + pool 8 LP -> a;
               a 8 LP -> pool + pool 11 -> a + pool 90 T -> a"""
TWICE = "thief 6 -> a; robber 4 -> a; a 10 -> pool + pool 100 T -> a; a 60 T -> pool + pool 6 -> b; b 3 -> c; c 1 -> b"


@pytest.mark.parametrize("drawing", [LIQUIDITY, TWICE])
@pytest.mark.parametrize("method", METHODS)
def test_every_figure_behind_several_conversions_is_explained_leg_by_leg(tmp_path, drawing, method):
    with Store.open(tmp_path / "v", create=True) as store:
        with store.run("ingest movements", {}) as draft:
            draft.put("transfers", "drawn", transfers(drawing))
            rows = [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "T", "LP")]
            draft.put("assets", "drawn", rows)
        seeds = tuple(SeedSpec(THEFT, "ethereum", name, "ETH") for name in ("thief", "robber") if name in drawing)
        result = trace(store, Request((THEFT,), seeds))
        for place in result.places:
            if place.amounts[method]:
                asked = Question("last", place.address, method, THEFT, place.asset, top=0)
                (figure,) = explain(store, asked).figures
                assert figure.parts[0].amount == place.amounts[method]
                assert all(part.rest == 0 for part in figure.parts)
        for sheet in balance(store, BalanceQuestion("last", None, method)).sheets:
            assert sheet.seeded + sheet.came == sum(sheet.lines.values())
