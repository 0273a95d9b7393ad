"""What a seed took in a transaction: counted once, net, and at the same places whichever address is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import InputError
from dyepack.trace.methods import CONSERVING
from tests.trace.thefts import THEFT, Case, address, ends, settled

SWAPPED = "a 1 -> m %fee + a 100 -> b + b 1000 USDC -> a; a 400 USDC -> c"
DRAINED = "d 1 -> m %fee + e 1000 USDC -> d + d 1000 USDC -> b + b 50 -> d; d 30 -> c"
LOAN = """a 1 -> m %fee + l 1000 -> f + f 1000 -> p + p 5000 USDC -> f + o 1003 -> f + f 1003 -> l + f 5000 USDC -> a;
          a 5000 USDC -> c"""
PERMIT = "d 1 -> m %fee + e 1000 USDC -> b + b 50 -> d; d 30 -> c"
REENTERED = """a 1 -> m %fee + l 1000 -> f + f 1000 -> v + v 2500 -> f + f 1003 -> l + f 1497 -> a; a 1400 -> c"""


@pytest.fixture
def case(tmp_path, capsys):
    return lambda drawing: Case(tmp_path, capsys, drawing)


def test_an_exploit_that_is_a_swap_took_what_it_has_more(case):
    told = (here := case(SWAPPED)).trace(("a", "t1.0"))
    assert here.seeded(told) == {("a", "USDC"): 1000}
    for method in CONSERVING:
        assert here.rests(told, method) == {("a", "USDC"): 600, ("c", "USDC"): 400}


@pytest.mark.parametrize("asset", [(), ("USDC",)])
def test_what_stolen_money_became_in_its_own_transaction_is_no_second_theft(case, asset):
    told = (here := case(DRAINED)).trace(("d", "t1.0", *asset))
    assert here.seeded(told) == {("d", "USDC"): 1000}
    for method in CONSERVING:
        assert here.rests(told, method) == {("d", "ETH"): 20, ("c", "ETH"): 30}


def test_the_bounds_of_what_it_became_are_the_same_as_if_that_were_named(case):
    """All of it is stolen money under every rule, so the bounds need not end there."""
    said = []
    for asset in ((), ("ETH",)):
        (here := case(DRAINED)).trace(("d", "t1.0", *asset))
        given = ("--unlisted", "--seeds", str(here.folder / "s.csv"), "--json")
        told = json.loads(here("bounds", THEFT, "--at", address("d"), *given))
        said.append([(one["least"], one["most"]) for one in told["bounds"] if one["asset"] == "ETH"])
    assert said == [[("20", "20")]] * 2


def test_a_seed_that_names_what_it_became_takes_that(case):
    told = (here := case(DRAINED)).trace(("d", "t1.0", "ETH"))
    assert here.seeded(told) == {("d", "ETH"): 50}
    assert here.rests(told) == {("d", "ETH"): 20, ("c", "ETH"): 30}


@pytest.mark.parametrize("names", ["a", "f", "af"])
def test_an_exploit_on_borrowed_money(case, names):
    told = (here := case(LOAN)).trace(*((name, "t1.0") for name in names))
    assert sum(here.seeded(told).values()) == 5000
    assert {asset for _, asset in here.seeded(told)} == {"USDC"}
    for method in CONSERVING:
        assert here.rests(told, method) == {("c", "USDC"): 5000}


@pytest.mark.parametrize("names", ["a", "f", "af"])
def test_an_exploit_and_its_loan_in_one_asset(case, names):
    told = (here := case(REENTERED)).trace(*((name, "t1.0") for name in names))
    assert sum(here.seeded(told).values()) == 1497
    for method in CONSERVING:
        assert here.rests(told, method) == {("a", "ETH"): 97, ("c", "ETH"): 1400}


def test_what_was_taken_and_sold_by_others(case):
    told = (here := case(PERMIT)).trace(("d", "t1.0"))
    assert here.seeded(told) == {("d", "ETH"): 50}
    assert here.rests(told) == {("d", "ETH"): 20, ("c", "ETH"): 30}


@pytest.mark.parametrize("method", CONSERVING)
def test_money_of_its_own_that_a_hand_had_is_not_passed_on_for_it(case, method):
    drawing = "q 700 USDC -> f; a 1 -> m %fee + v 1000 USDC -> f + f 1000 USDC -> a; a 10 USDC -> c"
    told = (here := case(drawing)).trace(("f", "t2.0"))
    assert here.rests(told, method) == {("a", "USDC"): 990, ("c", "USDC"): 10}


def test_own_money_that_was_given_is_said(case):
    told = case(SWAPPED).trace(("a", "t1.0"))
    assert any("gave 0.0000000000000001 ETH" in warning for warning in told["warnings"]), told["warnings"]


def test_two_seeds_of_one_theft_in_a_transaction_are_one_taking(case):
    drawing = "v 1000 USDC -> f + f 600 USDC -> a + f 400 USDC -> d + v 1 -> m %fee; a 5 USDC -> c"
    told = (here := case(drawing)).trace(("f", "t1.0"), ("a", "t1.0"), ("d", "t1.0"))
    assert sum(here.seeded(told).values()) == 1000
    assert here.rests(told) == {("a", "USDC"): 595, ("c", "USDC"): 5, ("d", "USDC"): 400}


def test_what_came_and_went_back_was_not_taken(case):
    here = case("v 1000 USDC -> a + a 1000 USDC -> v + a 1 -> m %fee; a 5 -> c")
    with pytest.raises(AssertionError, match="or what came went back"):
        here.trace(("a", "t1.0"))


def test_two_incidents_cannot_take_the_same():
    with pytest.raises(InputError, match="claimed by two incidents"):
        settled("v 10 T -> f + f 10 T -> a", {"one": {"f"}, "two": {"a"}})


def test_a_theft_from_a_thief_in_one_transaction():
    """What was taken from the first thief was, before, taken from the victim by another seed of the same day."""
    one = settled("v 10 T -> f + f 4 T -> g + u 7 T -> a", {"one": {"f"}, "two": {"a"}})
    assert ends(one, "one") == {("f", "T"): 6, ("g", "T"): 4, ("a", "T"): 7}


def test_stolen_money_that_comes_to_a_stop_inside_the_transaction_ends_there():
    one = settled("v 10 T -> f + f 10 T -> shop + shop 10 T -> y", {THEFT: {"f"}}, stops=["shop"])
    assert ends(one) == {("shop", "T"): 10}


@st.composite
def exploits(draw):
    """A transaction in which a contract f takes money for a, and all of it goes on to a: (drawing, what a has)."""
    asset = draw(st.sampled_from(["T", "U"]))
    loot = draw(st.integers(1, 10**6))
    hands = draw(st.sampled_from([["f"], ["f", "g"], ["f", "g", "h"]]))
    lent, cost = draw(st.integers(1, 10**6)), draw(st.integers(0, 1000))
    lender = draw(st.sampled_from([[], ["l"], ["l", "r"], ["k", "l"]]))
    moves, back = [], []
    if lender == ["l", "r"]:
        moves, back = [f"l {lent} {asset} -> r", f"r {lent} {asset} -> f"], [f"f {lent + cost} {asset} -> l"]
    else:
        for name in lender:
            moves.append(f"{name} {lent} {asset} -> f")
            back.append(f"f {lent + cost} {asset} -> {name}")
    costs = cost * len(back)
    if draw(st.booleans()):
        moves += [f"f {lent} {asset} -> v"] if lender else []
        moves.append(f"v {loot + costs + (lent if lender else 0)} {asset} -> f")
    else:
        moves += [f"v {loot} {asset} -> f", *([f"w {costs} {asset} -> f"] if costs else [])]
    moves += back
    came, out = asset, loot
    if draw(st.booleans()):
        came, out = "ETH", draw(st.integers(1, 10**6))
        via = draw(st.sampled_from(["pool", "router"]))
        moves.append(f"f {loot} {asset} -> {via}")
        moves += [f"router {loot} {asset} -> pool"] if via == "router" else []
        moves.append(f"pool {out} {came} -> f")
    for payer, payee in zip(hands, [*hands[1:], "a"], strict=True):
        moves.append(f"{payer} {out} {came} -> {payee}")
    return "a 1 -> m %fee + " + " + ".join(moves), hands, {("a", came): out}


@given(exploits(), st.data())
def test_where_it_all_ends_up_is_the_same_whichever_address_is_named(exploit, data):
    drawing, hands, expected = exploit
    named = data.draw(st.sets(st.sampled_from([*hands, "a"]), min_size=1))
    assert ends(settled(drawing, {THEFT: named})) == expected


@st.composite
def histories(draw):
    """Any movements at all of a few names in two assets."""
    names = st.sampled_from("abcdef")
    moves = draw(st.lists(st.tuples(names, st.integers(1, 9), st.sampled_from(["ETH", "T"]), names), max_size=9))
    told = [f"{payer} {amount} {asset} -> {payee}" for payer, amount, asset, payee in moves if payer != payee]
    return " + ".join([*told, "z 3 T -> a"])


@given(histories(), st.sets(st.sampled_from("abcdef"), min_size=1), st.sets(st.sampled_from("abcdef"), max_size=2))
def test_whatever_the_transaction_every_balance_comes_to_what_the_movements_say(drawing, named, stops):
    """Replaced movements and what stands in their place change every holding by the same; moments end empty."""
    one = settled(drawing, {THEFT: named}, stops)
    for (who, moment, _), left in _sums(one).items():
        assert not moment or not left or not _lasts(moment), (who, moment)


def _lasts(moment):
    return moment.endswith(THEFT)


def _sums(one):
    sums: dict[tuple[str, str, str], int] = {}
    for event in one.events:
        for _, part in event.moves():
            for spot, sign in ((part.payer, -1), (part.payee, 1)):
                key = spot.address, spot.moment, part.asset
                sums[key] = sums.get(key, 0) + sign * part.amount
    return sums


def test_who_got_a_part_is_the_seed_of_that_part_and_the_answer_says_so(case):
    drawing = "v 1000 USDC -> f + f 600 USDC -> a + f 400 USDC -> d + v 1 -> m %fee; a 5 USDC -> c"
    told = (here := case(drawing)).trace(("a", "t1.0"))
    assert here.seeded(told) == {("a", "USDC"): 600}
    (said,) = [line for line in told["warnings"] if "passed on" in line]
    assert f"name {address('f')} to follow all of it" in said
    assert "to 1 that are not" in said
    assert not any("passed on" in line for line in here.trace(("f", "t1.0"))["warnings"])
