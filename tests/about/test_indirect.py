"""Indirect exposure against a haircut of exact fractions, walked over every movement from the first to the last."""

from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.about.indirect import METHODS, THEFT, Look, indirect
from dyepack.about.moves import Spot
from dyepack.errors import MissingTable
from dyepack.ledger import Ledger
from dyepack.model import AddressClaim
from dyepack.store import Store
from dyepack.trace import Budget
from tests.trace.test_sources import draw

LEDGER = Ledger(addresses=(AddressClaim("c", "a-theft", "ethereum", "thief", "thief", None, "s", (), None),))
X = Spot("x", "ethereum")
FAR = Look(12)


def told(drawing: str, services: tuple[str, ...] = (), look: Look = FAR) -> dict[str, Any]:
    with TemporaryDirectory() as folder, Store.open(Path(folder, "w"), create=True) as store:
        draw(store, drawing, services)
        return indirect(store, LEDGER, X, look)


def sums(found: dict[str, Any]) -> dict[tuple[str, str | None], int]:
    return {(row["reason"], row["name"]): int(row["amount"]) for row in found["rows"]}


def test_money_of_a_theft_is_seen_through_others():
    found = told("thief 60 -> a; q 40 -> a; a 50 -> b; b 50 -> x")
    assert sums(found) == {(THEFT, "a-theft"): 30, ("opening", None): 20}
    (theft, _) = found["rows"]
    assert (theft["concept"], theft["addresses"], theft["largest"], theft["share"]) == (THEFT, 1, "thief", 0.6)
    assert (theft["low"], theft["high"]) == ("10", "50")
    assert found["received"] == [{"asset": "ETH", "amount": "50"}]


def test_steps_end_the_look_and_say_what_they_cut():
    drawing = "thief 8 -> a; a 8 -> b; b 8 -> c; c 8 -> x"
    for steps in (1, 2, 3):
        found = told(drawing, look=Look(steps))
        assert (found["steps_made"], found["cut"], sums(found)) == (steps, 1, {("cut", None): 8})
    whole = told(drawing, look=Look(4))
    assert (whole["cut"], sums(whole)) == (0, {(THEFT, "a-theft"): 8})


def test_a_budget_ends_it_too():
    found = told("q 7 -> p; p 7 -> a; a 7 -> x", look=Look(12, Budget(addresses=1)))
    assert (found["cut"], sums(found)) == (1, {("cut", None): 7})


def test_a_service_is_not_gone_behind():
    found = told("thief 9 -> shop; shop 5 -> x", ("shop",))
    assert sums(found) == {("service", "SHOP"): 5}


def test_who_was_never_paid_has_none_and_without_movements_it_is_said():
    assert told("a 5 -> b")["rows"] == []
    with (
        TemporaryDirectory() as folder,
        Store.open(Path(folder, "w"), create=True) as store,
        pytest.raises(MissingTable),
    ):
        indirect(store, LEDGER, X, FAR)


people = st.sampled_from(["x", "a", "b", "c", "thief", "shop"])
moves = st.lists(st.tuples(people, st.integers(1, 10**15), people), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(moves)
def test_the_sums_are_those_of_exact_fractions(drawn: list[tuple[str, int, str]]):
    found = told("; ".join(f"{payer} {amount} -> {payee}" for payer, amount, payee in drawn), ("shop",))
    expected = twin(drawn)
    assert set(sums(found)) <= {key for key, amount in expected.items() if amount}
    for key, amount in expected.items():
        assert abs(amount - sums(found).get(key, 0)) <= len(drawn)
    came = sum(amount for payer, amount, payee in drawn if payee == "x")
    assert sum(int(row["amount"]) for row in found["rows"]) == came
    assert len(found["methods"]) == len(METHODS)
    for row in found["rows"]:
        assert int(row["low"]) <= int(row["amount"]) <= int(row["high"]) <= came


def twin(drawn: list[tuple[str, int, str]]) -> dict[tuple[str, str | None], Fraction]:
    """What came to x, by where it began: each payment carries its payer's mix, from the first movement on."""
    ends = {"x": ("itself", None), "thief": (THEFT, "a-theft"), "shop": ("service", "SHOP")}
    holds: dict[str, dict[Any, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    balance: dict[str, int] = defaultdict(int)
    least: dict[str, int] = defaultdict(int)
    for payer, amount, payee in drawn:
        balance[payer] -= amount
        least[payer] = min(least[payer], balance[payer])
        balance[payee] += amount
    for payer, short in least.items():
        holds[payer][("opening", None)] += -short
    came: dict[Any, Fraction] = defaultdict(Fraction)
    for payer, amount, payee in drawn:
        mix = holds[payer]
        whole = sum(mix.values())
        part = {ends[payer]: Fraction(amount)} if payer in ends else {
            origin: held * amount / whole for origin, held in mix.items()
        }  # fmt: skip
        for origin, share in part.items():
            mix[origin] -= share if payer not in ends else 0
            (came if payee == "x" else holds[payee])[origin] += share
    return came
