"""Money that goes into a contract with the money of many ends there, and never goes on to its other customers."""

import json

import pytest

from dyepack.trace.methods import CONSERVING
from tests.trace.thefts import Case, address

SHARES = "e 1000 DAI -> a; a 1000 DAI -> vault; q 900 vault -> r; vault 500 DAI -> o; o 500 DAI -> u"
SWAPS = """e 1000 DAI -> a; a 1000 DAI -> pool;
           q 1 -> m %fee + q 300 T -> pool + pool 290 DAI -> q; q 290 DAI -> u"""
CUSTOMERS = """e 1000 DAI -> a; q 1 -> m %fee + q 70 DAI -> pool, r 1 -> m %fee + r 80 DAI -> pool;
               a 1 -> m %fee + a 1000 DAI -> pool;
               q 1 -> m %fee + pool 75 DAI -> q, r 1 -> m %fee + pool 85 DAI -> r; q 75 DAI -> u"""


APART = """e 1000 DAI -> a; a 1 -> m %fee + a 1000 DAI -> pool + router 3000 T -> a;
           q 1 -> m %fee + q 300 T -> router + pool 100 DAI -> q; q 100 DAI -> u"""


@pytest.mark.parametrize(
    ("drawing", "where"), [(SHARES, "vault"), (SWAPS, "pool"), (CUSTOMERS, "pool"), (APART, "pool")]
)
def test_what_goes_into_a_pool_and_does_not_come_back_ends_there(tmp_path, capsys, drawing, where):
    told = (here := Case(tmp_path, capsys, drawing)).trace(("a", "t1.0"))
    for method in CONSERVING:
        assert here.rests(told, method) == {(where, "DAI"): 1000}
    assert {place["reason"] for place in told["destinations"]} == {"pooled"}
    assert any("pooled" in warning and address(where) in warning for warning in told["warnings"])


def test_it_is_followed_past_if_that_is_asked(tmp_path, capsys):
    here = Case(tmp_path, capsys, SHARES)
    told = here.trace(("a", "t1.0"), words=("--follow", address("vault"), "--follow", address("o")))
    assert ("u", "DAI") in here.rests(told)
    past = [text for text in told["warnings"] if "went on past" in text or "changed nothing" in text]
    assert [address(name) in text for name, text in zip(("o", "vault"), past, strict=True)] == [True, True]
    assert "--follow changed nothing" in past[0]
    assert "where it would have ended as pooled" in past[1]


@pytest.mark.parametrize(
    "drawing",
    [
        "e 1000 DAI -> a; a 1000 DAI -> f; f 1000 DAI -> u",
        "e 1000 DAI -> a; a 1000 DAI -> f; f 1 -> m %fee + f 300 DAI -> pool + pool 2 -> f; f 700 DAI -> u",
        "e 1000 DAI -> a; a 1000 DAI -> f; g 1 -> m %fee + f 300 DAI -> pool + pool 2 -> f; f 700 DAI -> u",
        "e 1000 DAI -> a; a 1000 DAI -> f; q 1 -> m %fee + f 200 DAI -> q; f 800 DAI -> u",
    ],
    ids=["forwards", "trades", "trades by another's hand", "pays who calls it"],
)
def test_who_forwards_or_trades_for_himself_is_no_pool(tmp_path, capsys, drawing):
    told = (here := Case(tmp_path, capsys, drawing)).trace(("a", "t1.0"))
    assert "pooled" not in {place["reason"] for place in told["destinations"]}
    assert ("u", "DAI") in here.rests(told)


@pytest.mark.parametrize(("drawing", "where"), [(SHARES, "vault"), (CUSTOMERS, "pool")])
def test_what_comes_out_of_a_pool_began_there_and_not_at_its_other_customers(tmp_path, capsys, drawing, where):
    here = Case(tmp_path, capsys, drawing)
    told = json.loads(here("trace", "--backward", address("u"), "--json"))
    came = {(one["address"], one["reason"]): one["amounts"] for one in told["origins"]}
    assert came.keys() == {(address(where), "pooled")}
    assert {int(amount) for amount in came[address(where), "pooled"].values()} == {int(told["received"][0]["amount"])}
    assert "pooled: out of a contract that holds the money of many" in here("trace", "--backward", address("u"))
    past = json.loads(here("trace", "--backward", address("u"), "--follow", address(where), "--json"))
    assert (address(where), "pooled") not in {(one["address"], one["reason"]) for one in past["origins"]}


def test_who_turns_out_to_hold_stolen_money_was_no_pool(tmp_path, capsys):
    """What d pays x and b pays d looks like a trade at par until b is reached: its 600 went to d, and counted twice."""
    drawing = "e 1000 -> a; q 7 T -> u; a 600 -> b; d 1 -> m %fee + u 7 T -> d + d 6 T -> x + b 600 -> d"
    told = (here := Case(tmp_path, capsys, drawing)).trace(("a", "t1.0"), ("u", "t2.0"))
    for method in CONSERVING:
        assert here.rests(told, method) == {("a", "ETH"): 400, ("d", "ETH"): 600, ("x", "T"): 6, ("d", "T"): 1}
