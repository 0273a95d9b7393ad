"""Seeds of one theft in several transactions: what was followed already is passed on or converted, not stolen again."""

import pytest

from dyepack.trace.explain import Question, explain
from dyepack.trace.methods import CONSERVING
from tests.trace.test_outputs import FIRST, ask, at, draw, store
from tests.trace.thefts import Case

__all__ = ("store",)
TAKEN = "d 1 -> m %fee + e 1000 USDC -> d"
SWAPPED = "d 1 -> m %fee + d 1000 USDC -> b + b 50 -> d; d 30 -> c"
D1, D2 = ("d", "t1.0"), ("d", "t2.0")
ONCE = {("d", "USDC"): 1000}
HISTORIES = {
    "the stolen money is swapped later": (
        f"{TAKEN}; {SWAPPED}", (D2, D1), ONCE, {("d", "ETH"): 20, ("c", "ETH"): 30},
    ),
    "in the same block": (
        f"{TAKEN}, {SWAPPED}", (D1, ("d", "t1.1")), ONCE, {("d", "ETH"): 20, ("c", "ETH"): 30},
    ),
    "it is passed on by a stranger to the ledger": (
        f"{TAKEN}; d 1000 USDC -> x; x 1000 USDC -> c; c 400 USDC -> y", (D1, ("c", "t3.0")), ONCE,
        {("c", "USDC"): 600, ("y", "USDC"): 400},
    ),
    "own money lies there, older": (
        f"q 500 USDC -> d; {TAKEN}; d 1 -> m %fee + d 600 USDC -> b + b 30 -> d", (D2, ("d", "t3.0")), ONCE,
        {("d", "USDC"): 400, ("d", "ETH"): 30},
    ),
    "own money goes with it, younger": (
        f"{TAKEN}; q 500 USDC -> d; d 1200 USDC -> c", (D1, ("c", "t3.0")), {**ONCE, ("c", "USDC"): 200},
        {("c", "USDC"): 1200},
    ),
    "own money is swapped with it": (
        f"{TAKEN}; q 500 USDC -> d; d 1 -> m %fee + d 1500 USDC -> b + b 75 -> d", (D1, ("d", "t3.0")),
        {**ONCE, ("d", "ETH"): 25}, {("d", "ETH"): 75},
    ),
    "more is taken and sold with it": (
        f"{TAKEN}; d 1 -> m %fee + f 600 USDC -> d + d 1600 USDC -> b + b 80 -> d", (D1, D2), {("d", "USDC"): 1600},
        {("d", "ETH"): 80},
    ),
    "it goes into the next theft from the same contract": (
        "d 1 -> m %fee + k 1000 USDC -> d; d 1 -> m %fee + d 500 USDC -> k + k 2000 USDC -> d", (D1, D2),
        {("d", "USDC"): 2500}, {("d", "USDC"): 2500},
    ),
    "a contract that it went to is robbed of its own": (
        "k 1 USDC -> u; d 1 -> m %fee + e 1000 USDC -> d; d 1000 USDC -> k; k 7000 USDC -> w;"
        "a 1 -> m %fee + k 900 USDC -> a; k 5000 USDC -> w",
        (D2, ("a", "t5.0")), {**ONCE, ("a", "USDC"): 900}, None,
    ),
    "three in a row": (
        f"{TAKEN}; d 1 -> m %fee + d 1000 USDC -> b + b 50 -> d; d 40 -> c;"
        "c 1 -> m %fee + c 38 -> p + p 700 DAI -> c; c 300 DAI -> z",
        (D1, D2, ("c", "t3.0"), ("c", "t4.0")), ONCE,
        {("c", "DAI"): 400, ("c", "ETH"): 1, ("d", "ETH"): 10, ("fees", "ETH"): 1, ("z", "DAI"): 300},
    ),
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES)
def test_what_is_followed_already_is_not_stolen_again(tmp_path, capsys, history):
    """By hand, and through trace, balance, bounds and explain; the same under every rule."""
    drawing, seeds, seeded, rests = HISTORIES[history]
    case = Case(tmp_path, capsys, drawing)
    told = case.trace(*seeds)
    assert case.seeded(told) == seeded
    for method in CONSERVING if rests else ():
        assert case.rests(told, method) == rests


def test_the_answer_says_what_was_followed_already(tmp_path, capsys):
    told = Case(tmp_path, capsys, f"{TAKEN}; {SWAPPED}").trace(D1, D2)
    (said,) = [line for line in told["warnings"] if "counts once" in line]
    assert "1000 0x" in said
    assert "was followed already" in said


OUTPUTS = {
    "passed on": ("u: t.0 -> c 58; w: u.0 -> y 50;", (("c", "u"),), {"thief": 60}, {"y": 50, "fees": 10}),
    "after other outputs": (
        "u: t.0 d.0 -> z 40, c 60; w: u.1 -> y 50;", (("c", "u"),), {"thief": 60}, {"y": 50, "fees": 10},
    ),
    "more than was followed": (
        "u: t.0 d.0 -> z 10, c 90; w: u.1 -> y 50;", (("c", "u"),), {"thief": 60, "c": 30}, {"y": 50, "fees": 40},
    ),
    "to two": ("u: t.0 d.0 -> c 50, e 50;", (("c", "u"), ("e", "u")), {"thief": 60, "e": 40}, {"c": 50, "e": 50}),
}  # fmt: skip


@pytest.mark.parametrize("history", OUTPUTS)
def test_outputs_that_followed_money_pays_are_no_second_theft(store, history):
    drawing, more, seeded, rests = OUTPUTS[history]
    draw(store, FIRST + drawing)
    told = ask(store, seeds=(("thief", "t"), *more))
    assert {seed.address: seed.amount for seed in told.seeds if seed.basis == "given"} == seeded
    for method in CONSERVING:
        assert at(told, method) == rests
    assert all(sheet.adds_up for sheet in told.sheets)


def test_an_address_alone_that_is_paid_its_own_money_is_robbed_once(store):
    draw(store, FIRST + "u: t.0 -> y 60; v: u.0 -> thief 60;")
    told = ask(store, seeds=(("thief", None),))
    assert [seed.amount for seed in told.seeds] == [60]
    (figure,) = explain(store, Question("last", "thief")).figures
    assert [len(chain.flows) for chain in figure.parts[0].told] == [5]
