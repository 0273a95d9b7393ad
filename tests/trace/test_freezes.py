"""What issuers freeze and destroy, as where a trace ends: by the chain's own events, day by day, for every rule."""

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack.model import AssetRow, Freeze
from dyepack.store import Store
from dyepack.trace import Request, SeedSpec, Stop, trace
from dyepack.trace.balance import Question, balance
from tests.trace.drawing import START, transfers

THEFT = "2023-01-13-theft"
EVENTS = {"frozen": "AddedBlackList", "held": "RemovedBlackList", "destroyed": "DestroyedBlackFunds"}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def said(what, address, block, log=0, asset="T"):
    event, when = EVENTS[what], START + dt.timedelta(days=block // 100, seconds=12 * block)
    amount = 1 if what == "destroyed" else None
    return Freeze("ethereum", block, when, f"t{block}.0", 0, log, asset, address, what, amount, event, "drawn")


def traced(store, drawing, *freezes, methods=("all",)):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("freezes", "drawn", freezes)
        draft.put("assets", "drawn", [AssetRow(name, "ethereum", None, name, 0, True, "test") for name in ("ETH", "T")])
    seeds = (SeedSpec(THEFT, "ethereum", "thief"),)
    return trace(store, Request((THEFT,), seeds, (Stop("bank", "service", "Bank"),), methods))


def ends(result, method="fifo"):
    return {(place.address, place.reason, place.name): place.amounts[method] for place in result.places}


def test_what_is_frozen_where_it_lies_is_an_end_of_its_own(store):
    result = traced(store, "thief 10 T -> a; a 4 T -> b; q 1 -> r", said("frozen", "a", 3))
    assert ends(result) == {("a", "frozen", "AddedBlackList of T"): 6, ("b", "held", None): 4}
    (sheet,) = [one for one in result.sheets if one.method == "haircut"]
    assert (sheet.held, dict(sheet.stopped)) == (4, {"frozen": 6})
    assert sheet.conserved


def test_a_freeze_speaks_of_its_token_and_its_chain_alone(store):
    other = said("frozen", "a", 3, asset="ETH")
    elsewhere = Freeze("tron", *[getattr(said("frozen", "a", 3), name) for name in Freeze.__slots__[1:]])
    result = traced(store, "thief 10 T -> a; q 1 -> r", other, elsewhere)
    assert ends(result) == {("a", "held", None): 10}


def test_what_was_freed_again_is_held(store):
    result = traced(store, "thief 10 T -> a; q 1 -> r", said("frozen", "a", 1, 1), said("held", "a", 1, 2))
    assert ends(result) == {("a", "held", None): 10}


def test_what_the_issuer_destroyed_is_told_apart_from_what_was_burned(store):
    drawing = "thief 10 T -> a; a 2 T -> none %burn; a 8 T -> none %burn"
    result = traced(store, drawing, said("frozen", "a", 2), said("destroyed", "a", 3, 1))
    assert ends(result) == {("burned", "burned", None): 2, ("destroyed", "destroyed", None): 8}
    told = balance(store, Question("last"))
    assert dict(told.sheets[0].lines) == {("burned", None): 2, ("destroyed", None): 8}
    kinds = {row.block: row.kind for row in store.records("flows") if row.method == "fifo"}
    assert kinds == {1: "native", 2: "burn", 3: "destroyed"}


def test_the_sheet_of_a_day_knows_the_freezes_of_that_day(store):
    days = "; ".join(["thief 10 T -> a", *["q 1 -> r"] * 99, "a 1 T -> b", *["q 1 -> r"] * 99, "a 1 T -> b"])
    traced(store, days, said("frozen", "a", 50), said("held", "a", 150), methods=("fifo",))
    assert kept(store) == {0: {"frozen": 10}, 1: {"held": 10}, 2: {"held": 10}}


def test_a_freeze_on_a_day_without_a_movement_has_a_day_of_its_own(store):
    days = "; ".join(["thief 10 T -> a", *["q 1 -> r"] * 299, "a 1 T -> b"])
    traced(store, days, said("frozen", "a", 150), said("held", "a", 290), said("frozen", "a", 777), methods=("fifo",))
    ends = {0: {"held": 10}, 1: {"frozen": 10}, 2: {"held": 10}, 3: {"held": 10}, 7: {"frozen": 9, "held": 1}}
    assert kept(store) == ends
    told = balance(store, Question("last", over_time=True))
    assert {(one.day - START.date()).days: amounts(one) for one in told.days} == ends
    assert (told.sheets[0].day - START.date()).days == 7
    for at, amounts_then in ((149, {"held": 10}), (150, {"frozen": 10}), (301, {"held": 10}), (777, ends[7])):
        assert amounts(balance(store, Question("last", at)).sheets[0]) == amounts_then
    for day, amounts_then in ends.items():
        when = START.date() + dt.timedelta(days=day)
        assert amounts(balance(store, Question("last", when)).sheets[0]) == amounts_then


def kept(store):
    """The table `balance`, by the number of the day."""
    by_day: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in store.records("balance"):
        if row.origin == THEFT and row.line != "seeded":
            by_day[(row.day - START.date()).days][row.line] += row.amount
    return by_day


def amounts(sheet):
    return {line: amount for (line, _), amount in sheet.lines.items()}


@st.composite
def chains(draw):
    names, drawn = "tabcd", []
    for _ in range(draw(st.integers(1, 12))):
        payer, payee = draw(st.sampled_from(names)), draw(st.sampled_from([*names, "bank", "none %burn"]))
        drawn.append(f"{payer} {draw(st.integers(1, 9))} T -> {payee}")
    blocks = st.integers(1, 14)
    freezes = st.builds(said, st.sampled_from(sorted(EVENTS)), st.sampled_from(names), blocks, st.integers(0, 99))
    return "thief 9 T -> a; " + "; ".join(drawn), draw(st.lists(freezes, max_size=6, unique_by=lambda one: one.log))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chains())
def test_nothing_is_lost_to_a_freeze_and_the_balance_sheet_says_the_same(tmp_path_factory, drawn):
    """The trace and the balance sheet, which is added up from the postings, agree on every line; the plain twin is the
    same trace without the freezes: only `held` and `burned` may become something else, and by no unit more.
    """
    drawing, freezes = drawn
    with Store.open(tmp_path_factory.mktemp("w"), create=True) as store:
        plain = traced(store, drawing)
        told = traced(store, drawing, *freezes)
        for before, sheet in zip(plain.sheets, told.sheets, strict=True):
            taken = sheet.stopped.get("frozen", 0), sheet.stopped.get("destroyed", 0)
            assert before.held == sheet.held + taken[0]
            assert before.stopped.get("burned", 0) == sheet.stopped.get("burned", 0) + taken[1]
            assert (before.seeded, before.stopped.get("service")) == (sheet.seeded, sheet.stopped.get("service"))
            if sheet.method == "poison" or sheet.origin != THEFT:
                continue
            lines: dict[str, int] = defaultdict(int)
            for (line, _), amount in balance(store, Question("last", None, sheet.method)).sheets[0].lines.items():
                lines[line] += amount
            assert dict(lines) == {
                name: amount for name, amount in {"held": sheet.held, **sheet.stopped}.items() if amount
            }
