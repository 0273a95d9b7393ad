"""Loans inside one transaction come down to their cost, in one asset too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.trace.methods import CONSERVING
from dyepack.trace.netted import Loan, netted
from tests.trace.drawing import transfers
from tests.trace.test_conversions import Move
from tests.trace.thefts import Case

LENT = "e 100 USDC -> f; a 1 -> m %fee + {loan}{more}; l 500 USDC -> o"
LOANS = {
    "one lender": "l 1000 USDC -> f + f 1001 USDC -> l",
    "by a router": "l 1000 USDC -> r + r 1000 USDC -> f + f 1001 USDC -> r + r 1001 USDC -> l",
    "back past the router": "l 1000 USDC -> r + r 1000 USDC -> f + f 1001 USDC -> l",
    "two lenders": "l 600 USDC -> f + k 400 USDC -> f + f 600 USDC -> l + f 401 USDC -> k",
    "two loans": "l 600 USDC -> f + f 600 USDC -> l + l 400 USDC -> f + f 401 USDC -> l",
    "a fee to a third": "l 1000 USDC -> f + f 1000 USDC -> l + f 1 USDC -> t",
    "used on the way": "l 1000 USDC -> f + f 1000 USDC -> v + v 1000 USDC -> f + f 1001 USDC -> l",
}
COST = {"two lenders": "k", "a fee to a third": "t"}


@pytest.mark.parametrize("more", ["", " + a 5 -> f"], ids=["one asset", "two assets"])
@pytest.mark.parametrize("loan", LOANS)
def test_only_the_cost_of_a_loan_moves(tmp_path, capsys, loan, more):
    """By every rule 99 stay where they were and 1 is where the cost went, though the lender pays out later."""
    here = Case(tmp_path, capsys, LENT.format(loan=LOANS[loan], more=more))
    told = here.trace(("f", "t1.0"))
    for method in CONSERVING:
        rests = here.rests(told, method)
        assert rests["f", "USDC"] == 99
        assert sum(rests.values()) == 100
        assert set(rests) - {("f", "USDC")} <= {(COST.get(loan, "l"), "USDC"), ("o", "USDC")}


def net(drawing, owners=()):
    found = netted([Move(t.kind, t.from_address, t.to_address, t.asset, t.amount) for t in transfers(drawing)], owners)
    return [(item.payer, item.amount, item.asset, item.payee) for item in found.items], found.loans


@pytest.mark.parametrize("drawing", ["a 10 T -> b + b 9 T -> a", "a 10 T -> b + b 10 U -> a", "b 10 T -> c"])
def test_what_does_not_come_back_whole_is_no_loan(drawing):
    found, loans = net(drawing)
    assert not loans
    assert len(found) == drawing.count("->")


def test_who_sends_the_transaction_gets_back_its_own():
    found, loans = net("a 1 -> m %fee + a 10 T -> router + router 12 T -> a")
    assert not loans
    assert len(found) == 3


def test_what_a_borrower_pays_comes_after_what_it_is_paid():
    """The lender is repaid with what came in; nothing of the borrower's own was needed."""
    found, loans = net("z 1 -> m %fee + l 10 T -> f + f 10 T -> p + o 12 T -> f + f 11 T -> l")
    assert found[1:] == [("o", 12, "T", "f"), ("f", 10, "T", "p"), ("f", 1, "T", "l")]
    assert loans == {("f", "T"): Loan(10, 1)}


@st.composite
def transactions(draw):
    names = st.sampled_from("abcde")
    moves = draw(
        st.lists(st.tuples(names, st.integers(1, 5), st.sampled_from(["T", "U"]), names), min_size=1, max_size=9)
    )
    told = [f"{payer} {amount} {asset} -> {payee}" for payer, amount, asset, payee in moves if payer != payee]
    return " + ".join(told or ["a 1 T -> b"])


@given(transactions())
def test_every_balance_changes_by_the_same(drawing):
    found, _ = net(drawing)
    sums: dict[tuple[str, str], int] = {}
    before = [(t.from_address, t.amount, t.asset, t.to_address) for t in transfers(drawing)]
    for sign, rows in ((1, before), (-1, found)):
        for payer, amount, asset, payee in rows:
            sums[payer, asset] = sums.get((payer, asset), 0) - sign * amount
            sums[payee, asset] = sums.get((payee, asset), 0) + sign * amount
    assert not any(sums.values())
