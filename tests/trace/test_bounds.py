"""What holds under every rule, against all allocations there are, a plain maximum flow, and the rules themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import ConservationError
from dyepack.model import UNKNOWN
from dyepack.trace.bounds import Bound, Network, Openings, Question, bounds, total
from dyepack.trace.methods import CONSERVING, METHODS
from dyepack.trace.network import TAKEN, ground
from dyepack.trace.places import Group, every
from dyepack.trace.steps import HELD, Given, lay, opened
from dyepack.trace.wide import limbs
from tests.trace import allocations
from tests.trace.drawing import moves
from tests.trace.test_walk import FIVE, SEEDS, STOPS, chains, key, plan, walk

MINE, OTHER, DOUBTFUL = range(3)


def network(holdings, movements, openings, ends=()):
    payer, payee, amounts = zip(*movements, strict=True) if movements else ((), (), ())
    holding, before, origin, opened = zip(*openings, strict=True)
    entered = np.array(holding, np.int64), np.array(before, np.int64), np.array(origin, np.int64)
    moved = np.array(payer, np.int32), np.array(payee, np.int32)
    stops = np.array([number in ends for number in range(holdings)])
    return Network(holdings, 3, *moved, *limbs(amounts), Openings(*entered, *limbs(opened)), stops)


def asked(holdings, of, at, perhaps=()):
    return Question(of, np.array([number in at for number in range(holdings)]), perhaps)


def whole(of, at, holdings, movements, openings):
    """The money there, and what was seeded."""
    balance = [0] * holdings
    for holding, _, _, amount in openings:
        balance[holding] += amount
    for payer, payee, amount in movements:
        balance[payer] -= amount
        balance[payee] += amount
    return sum(balance[h] for h in at), sum(amount for _, _, origin, amount in openings if origin in of)


@st.composite
def networks(draw, amounts, most=7):
    """Movements that their payers can make, with what enters in between: (holdings, movements, openings, ends)."""
    holdings = draw(st.integers(2, 5))
    ends = draw(st.sets(st.integers(0, holdings - 1), max_size=holdings - 1))
    balance = [0] * holdings
    movements: list = []
    openings: list = []
    for _ in range(draw(st.integers(1, most))):
        payers = [holding for holding in range(holdings) if balance[holding] and holding not in ends]
        if not payers or draw(st.booleans()):
            holding, amount = draw(st.integers(0, holdings - 1)), draw(amounts)
            openings.append((holding, len(movements), draw(st.integers(0, 2)), amount))
            balance[holding] += amount
        else:
            payer, payee = draw(st.sampled_from(payers)), draw(st.integers(0, holdings - 1))
            amount = draw(st.integers(1, min(balance[payer], 10**38 - 1)))  # of 38 digits, as all at rest
            movements.append((payer, payee, amount))
            balance[payer] -= amount
            balance[payee] += amount
    return holdings, movements, openings, ends


PLACES = st.sets(st.integers(0, 4))
TINY = st.integers(1, 4)
LARGE = st.integers(1, 10**36) | st.sampled_from([1, 2**63, 2**64 - 1, 2**64, 2**64 + 1, 2**119])


# ── every allocation there is


@given(networks(TINY), PLACES, st.sampled_from([(MINE,), (MINE, OTHER)]))
def test_equal_to_the_best_and_the_worst_of_all_allocations(drawn, at, of):
    holdings, movements, openings, _ends = drawn
    at = {number for number in at if number < holdings}
    (bound,) = bounds(network(*drawn), [asked(holdings, of, at, [DOUBTFUL])])
    least, most = allocations.tried(holdings, movements, openings, of, at)
    wide_least, wide_most = allocations.tried(holdings, movements, openings, (*of, DOUBTFUL), at)
    balance, seeded = whole(of, at, holdings, movements, openings)
    assert bound == Bound(seeded, least, most, wide_most, balance, exact=True)
    assert least <= wide_least  # so the least holds under both readings of doubtful money


@given(networks(TINY, most=6))
def test_the_least_and_the_most_of_every_set_at_once(drawn):
    """Many questions share one small network; none disturbs another."""
    holdings, movements, openings, _ends = drawn
    sets = [{number for number in range(holdings) if bits >> number & 1} for bits in range(2**holdings)]
    found = bounds(network(*drawn), [asked(holdings, [MINE], at) for at in sets])
    for at, bound in zip(sets, found, strict=True):
        assert (bound.least, bound.most) == allocations.tried(holdings, movements, openings, [MINE], at)


# ── large amounts, longer chains


@given(networks(LARGE, most=40), PLACES)
def test_equal_to_a_plain_maximum_flow_with_amounts_of_any_size(drawn, at):
    holdings, movements, openings, _ends = drawn
    at = {number for number in at if number < holdings}
    (bound,) = bounds(network(*drawn), [asked(holdings, [MINE], at)])
    assert bound.exact
    assert (bound.least, bound.most) == allocations.flowed(holdings, movements, openings, [MINE], at)


@given(networks(st.integers(10**37, 10**38 - 1), most=30), PLACES)
def test_more_than_128_bits_in_all_are_scaled_and_rounded_outwards(drawn, at):
    holdings, movements, openings, _ends = drawn
    at = {number for number in at if number < holdings}
    (bound,) = bounds(network(*drawn), [asked(holdings, [MINE], at)])
    least, most = allocations.flowed(holdings, movements, openings, [MINE], at)
    assert bound.exact == (sum(amount for *_, amount in openings) < 2**126)
    assert bound.least <= least <= most <= bound.most <= bound.seeded
    if bound.exact:
        assert (bound.least, bound.most) == (least, most)
    slack = 2**12 * (len(movements) + len(openings))  # each of them is rounded
    assert least - bound.least <= slack
    assert bound.most - most <= slack


def test_scaling_is_said():
    drawn = 2, [(0, 1, 10**38 - 1)], [(0, 0, MINE, 10**38 - 1), (0, 0, OTHER, 10**38 - 1)], {1}
    (bound,) = bounds(network(*drawn), [asked(2, [MINE], {1})])
    assert not bound.exact
    assert (bound.least, bound.most) == (0, 10**38 - 1)


@given(st.lists(st.integers(0, 10**38 - 1)))
def test_limbs_lose_nothing(amounts):
    low, high = limbs(amounts)
    assert [int(a) + (int(b) << 64) for a, b in zip(low, high, strict=True)] == amounts
    assert total(low, high) == sum(amounts)


# ── what must always hold


@given(networks(LARGE, most=30), PLACES, PLACES)
def test_more_places_never_hold_less(drawn, at, more):
    holdings = drawn[0]
    few, many = ({number for number in some if number < holdings} for some in (at, at | more))
    one, other = bounds(network(*drawn), [asked(holdings, [MINE], few), asked(holdings, [MINE], many)])
    assert one.least <= other.least
    assert one.most <= other.most


@given(networks(LARGE, most=30), PLACES)
def test_more_that_was_stolen_is_never_less_anywhere(drawn, at):
    holdings = drawn[0]
    at = {number for number in at if number < holdings}
    one, other = bounds(network(*drawn), [asked(holdings, [MINE], at), asked(holdings, [MINE, OTHER], at)])
    assert one.least <= other.least
    assert one.most <= other.most


@given(networks(LARGE, most=30), PLACES)
def test_what_is_not_here_is_elsewhere(drawn, at):
    holdings = drawn[0]
    here = {number for number in at if number < holdings}
    one, other = bounds(
        network(*drawn), [asked(holdings, [MINE], here), asked(holdings, [MINE], {*range(holdings)} - here)]
    )
    assert one.least + other.most == one.seeded == other.seeded
    assert one.balance + other.balance == sum(amount for *_, amount in drawn[2])


@given(chains(), STOPS)
@pytest.mark.parametrize("method", CONSERVING)
def test_no_conserving_rule_is_outside(method, drawing, stops):
    planned = plan(moves(drawing), SEEDS, stops)
    laid = laid_out(planned)
    groups = [*every(laid), *(spot(laid, site.address) for site in laid.sites)]
    walked = walk(planned, METHODS[method])
    for origin in ("robbery", "theft"):
        brought = {rest.key.address: rest.amount for rest in walked.rests if rest.origin == origin}
        if origin not in laid.origins:
            continue
        for group, bound in zip(groups, bounds(laid.network, _questions(laid, groups, origin)), strict=True):
            here = sum(brought.get(laid.sites[number].address, 0) for number in group.numbers)
            assert bound.least <= here <= bound.most, group.name


def laid_out(planned, asset="ETH"):
    return ground(opened(lay(planned), planned.openings), asset)


def spot(laid, *addresses):
    numbers = frozenset(number for number, site in enumerate(laid.sites) if site.address in addresses)
    return Group("address", " and ".join(addresses), None, numbers)


def _questions(laid, groups, origin):
    of = [laid.origins.index(origin)]
    return [asked(len(laid.sites), of, group.numbers, [laid.origins.index(UNKNOWN)]) for group in groups]


def test_paying_what_is_not_there_is_caught():
    with pytest.raises(ConservationError, match="pays more than it has"):
        bounds(network(2, [(0, 1, 5)], [(0, 0, MINE, 4)]), [asked(2, [MINE], {1})])


# ── chains that a reader can follow by hand


def found(drawing, address, origin="theft", stops=(), **more):
    """(least, most, most with unknown, balance) of one origin's ether at an address."""
    laid = laid_out(plan(moves(drawing), SEEDS, stops, **more))
    (bound,) = bounds(laid.network, _questions(laid, [spot(laid, address)], origin))
    return bound.least, bound.most, bound.most_perhaps, bound.balance


@pytest.mark.parametrize(
    ("address", "told"),
    [("x", (0, 30, 30, 30)), ("y", (0, 25, 25, 25)), ("b", (0, 25, 25, 25)), ("a", (0, 20, 20, 20))],
)
def test_the_five_transfers_of_the_tracing_page(address, told):
    assert found(FIVE, address) == told


def test_what_is_paid_on_whole_leaves_no_choice():
    assert found("thief 10 -> a; a 10 -> x", "x") == (10, 10, 10, 10)


def test_what_stays_is_as_free_as_what_leaves():
    assert found("thief 60 -> a; s 40 -> a; a 50 -> x", "x", stops=["s"]) == (10, 50, 50, 50)
    assert found("thief 60 -> a; s 40 -> a; a 50 -> x", "a", stops=["s"]) == (10, 50, 50, 50)


def test_money_cannot_come_before_it_left():
    assert found("b 10 -> x; thief 10 -> b", "x") == (0, 0, 10, 10)


def test_the_order_within_a_block_counts():
    assert found("s 10 -> a, thief 10 -> a, a 10 -> x", "x", stops=["s"]) == (0, 10, 10, 10)
    assert found("s 10 -> a, a 10 -> x, thief 10 -> a", "x", stops=["s"]) == (0, 0, 0, 10)


def test_two_payments_share_what_there_is():
    laid = laid_out(plan(moves("thief 60 -> a; s 40 -> a; a 50 -> x; a 50 -> y"), SEEDS, ["s"]))
    groups = [spot(laid, "x"), spot(laid, "y"), spot(laid, "x", "y")]
    told = [(bound.least, bound.most) for bound in bounds(laid.network, _questions(laid, groups, "theft"))]
    assert told == [(10, 50), (10, 50), (60, 60)]


def test_of_two_thefts_that_meet_each_is_other_money_to_the_other():
    drawing = "thief 30 -> a; robber 10 -> a; a 25 -> x"
    assert found(drawing, "x", "theft") == (15, 25, 25, 25)
    assert found(drawing, "x", "robbery") == (0, 10, 10, 25)


def test_a_transfer_to_oneself_moves_nothing_away():
    assert found("thief 10 -> a; s 5 -> a; a 12 -> a; a 4 -> x", "x", stops=["s"]) == (0, 4, 4, 4)


def test_a_cycle_makes_no_money():
    assert found("thief 10 -> a; a 10 -> b; b 10 -> a; a 10 -> b; b 10 -> x", "x") == (10, 10, 10, 10)


def test_fees_and_burned_money_are_places_of_their_own():
    drawing = "thief 10 -> a; s 10 -> a; a 1 -> miner %fee; a 2 -> zero %burn; a 17 -> x"
    assert found(drawing, "fees", stops=["s"]) == (0, 1, 1, 1)
    assert found(drawing, "burned", stops=["s"]) == (0, 2, 2, 2)
    assert found(drawing, "x", stops=["s"]) == (7, 10, 10, 17)


def test_minted_money_is_clean():
    assert found("zero 10 -> a %mint; thief 10 -> a; a 15 -> x", "x") == (5, 10, 10, 15)


def test_what_a_service_pays_later_is_its_own_money():
    assert found("thief 10 -> exchange; exchange 10 -> x", "x", stops=["exchange"]) == (0, 0, 0, 10)
    assert found("thief 10 -> exchange; exchange 10 -> x", "exchange", stops=["exchange"]) == (10, 10, 10, 10)


def test_money_given_as_a_seed_enters_before_its_block():
    late = (Given(2, key("a"), "theft", 10),)
    assert found("s 10 -> a; a 15 -> x", "x", stops=["s"], given=late) == (5, 10, 10, 15)
    later = (Given(3, key("a"), "theft", 10),)
    assert found("s 10 -> a; a 10 -> x; s 1 -> q", "x", stops=["s"], given=later) == (0, 0, 0, 10)


def test_a_seeded_transaction_ends_what_was_there_and_begins_anew():
    drawing, thefts = "thief 10 -> v; v 10 -> a; a 10 -> x", {("t2.0", "a", "ETH"): "robbery"}
    assert found(drawing, TAKEN, thefts=thefts) == (10, 10, 10, 10)
    assert found(drawing, "x", "robbery", thefts=thefts) == (10, 10, 10, 10)
    assert found(drawing, "x", "theft", thefts=thefts) == (0, 0, 0, 10)


def test_an_output_chain_is_the_same_network():
    """Outputs 0 and 1 are spent by transaction 2, which makes outputs 3 (30) and 4 (65) and pays a fee of 5 to 5."""
    spends = [(0, 2, 60), (1, 2, 40), (2, 3, 30), (2, 4, 65), (2, 5, 5)]
    drawn = network(6, spends, [(0, 0, MINE, 60), (1, 0, OTHER, 40)], {5})
    told = bounds(drawn, [asked(6, [MINE], {place}) for place in (3, 4, 5)])
    assert [(bound.least, bound.most) for bound in told] == [(0, 30), (25, 60), (0, 5)]


# ── what can be asked for


def test_every_group_that_there_is():
    laid = laid_out(plan(moves("thief 9 -> a; a 2 -> x; a 3 -> y; a 1 -> m %fee"), SEEDS, ["x", "y"]))
    told = [(group.kind, group.name, len(group.numbers)) for group in every(laid)]
    assert told == [
        ("set", "stopped", 2),
        ("reason", "service", 2),
        ("name", "X", 1),
        ("name", "Y", 1),
        ("reason", HELD, 1),
        ("reason", "fees", 1),
    ]
