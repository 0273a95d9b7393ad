"""Source of funds: what came to an address, by where it began."""

import json

import pytest

from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.model import AssetRow, Tag
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec
from dyepack.trace.methods import CONSERVING
from dyepack.trace.sources import sources
from dyepack.trace.steps import NEW_MONEY
from tests.trace.drawing import transfers
from tests.trace.drawing_outputs import chain as outputs

ETH = AssetRow("ETH", "ethereum", None, "ETH", 18, True, "test")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def draw(store, drawing, services=()):
    with store.run("ingest movements", {"drawn": drawing}) as draft:
        draft.put("transfers", "drawn", transfers(drawing))
        draft.put("assets", "drawn", [ETH])
    with store.run("load-tags", {"services": services}) as draft:
        draft.put("tags", "drawn", [
            Tag(name, "ethereum", name, name.upper(), None, "exchange", "forensic", 50, "pack", *[None] * 6)
            for name in services
        ])  # fmt: skip


def ask(store, *addresses, chain="ethereum", **more):
    return sources(store, Request((), tuple(SeedSpec("", chain, one) for one in addresses), chain=chain, **more))


def by(found, method):
    return {one.address: one.amounts[method] for one in found.origins if one.amounts[method]}


FUNNEL = "q 7 -> a; exchange 5 -> a; a 6 -> b; r 4 -> b; b 8 -> x; x 3 -> y; a 6 -> z"


@pytest.mark.parametrize("method", CONSERVING)
def test_the_origins_add_up_to_what_came(store, method):
    draw(store, FUNNEL, ["exchange"])
    found = ask(store, "x")
    assert found.received == {("x", "ETH"): 8}
    assert sum(by(found, method).values()) == 8
    told = {(one.address, one.reason) for one in found.origins}
    assert told <= {("q", "opening"), ("r", "opening"), ("exchange", "service")}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("fifo", {"q": 6, "r": 2}),
        ("lifo", {"q": 1, "exchange": 3, "r": 4}),
        ("haircut", {"q": 2, "exchange": 3, "r": 3}),
    ],
)
def test_by_hand(store, method, expected):
    """`a` has 7 of q, then 5 of the exchange; pays 6 to `b`, which gets 4 of r; `b` pays 8 of these 10."""
    draw(store, FUNNEL, ["exchange"])
    assert by(ask(store, "x"), method) == expected


def test_what_came_later_is_no_source(store):
    draw(store, "q 7 -> a; a 7 -> x; r 9 -> a")
    assert {one.address for one in ask(store, "x").origins} == {"q"}


def test_nobody_goes_behind_a_service(store):
    draw(store, "q 7 -> exchange; exchange 5 -> x", ["exchange"])
    (one,) = ask(store, "x").origins
    assert (one.address, one.name, one.reason, one.low, one.high) == ("exchange", "EXCHANGE", "service", 5, 5)


def test_what_comes_back_is_the_targets_own(store):
    draw(store, "q 7 -> x; x 7 -> a; a 7 -> x")
    found = ask(store, "x")
    assert found.received == {("x", "ETH"): 14}
    assert {one.address: (one.reason, one.low) for one in found.origins} == {"q": ("opening", 7), "x": ("itself", 7)}


def test_minted_money_begins_where_it_is_made(store):
    draw(store, "zero 7 -> a %mint; a 7 -> x")
    assert [(one.address, one.reason) for one in ask(store, "x").origins] == [(NEW_MONEY, "minted")]


def test_through_a_swap(store):
    draw(store, "q 10 -> a; a 10 -> pool + pool 500 T -> a; a 300 T -> x")
    found = ask(store, "x")
    assert by(found, "fifo") == {"q": 300}


def test_the_budget_says_how_many_payers_it_left_out(store):
    draw(store, "q 7 -> p; p 7 -> a; a 7 -> x")
    found = ask(store, "x", budget=Budget(addresses=1))
    assert found.cut == 1
    assert [(one.address, one.reason) for one in found.origins] == [("p", "budget")]


def test_on_an_output_chain(store):
    drawn = outputs("""
c: -> miner 50;
t: c.0 -> a 30, b 20;
d: -> other 50
u: t.0 s.0? -> x 45;
""")
    with store.run("ingest", {"drawn": 1}) as draft:
        for table in ("transactions", "inputs", "outputs"):
            draft.put(table, "drawn", getattr(drawn, table))
    found = ask(store, "x", chain="bitcoin")
    assert found.received == {("x", "BTC"): 45}
    assert {one.address: (one.reason, one.amounts["fifo"]) for one in found.origins} == {
        NEW_MONEY: ("mined", 30), "unseen": ("before the data", 15)
    }  # fmt: skip


def test_nothing_to_ask_of(store):
    draw(store, "q 7 -> a")
    with pytest.raises(InputError, match="nothing in the movements on ethereum pays q"):
        ask(store, "q")
    with pytest.raises(InputError, match="expected an address"):
        ask(store)


def test_at_a_prompt(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a, b, c = (f"0x{letter * 40}" for letter in "abc")
    rows = [f"0x{n:064x},{x},{y},{amount},{n},2023-01-0{n}T00:00:00Z" for n, (x, y, amount) in
            enumerate([(a, b, 5), (b, c, 3)], 1)]  # fmt: skip
    (tmp_path / "m.csv").write_text("\n".join(["tx_hash,from,to,amount,block,time", *rows]) + "\n")
    assert run(["ingest", "movements", "m.csv", "--chain", "ethereum"]) == 0
    capsys.readouterr()
    assert run(["trace", "--backward", c, "--chain", "ethereum", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["address"], one["reason"], one["low"]) for one in told["origins"]] == [(a, "opening", str(3 * 10**18))]
    assert run(["trace", "--backward", c]) == 0
    assert f"{c} got 3 ETH, of it 0 ETH from tagged services" in " ".join(capsys.readouterr().out.split())
    assert run(["trace", "--backward", "0x12"]) == 1
    assert "expected" in capsys.readouterr().err
