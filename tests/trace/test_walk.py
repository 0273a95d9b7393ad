"""The walk, on chains drawn as text and against the plain twin."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dyepack.errors import ConservationError
from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.accounts import Accounts
from dyepack.trace.layout import Layout
from dyepack.trace.methods import CONSERVING, METHODS
from dyepack.trace.moves import Key, of
from dyepack.trace.openings import before_first, shortfalls
from dyepack.trace.request import Stop
from dyepack.trace.slice import framed
from dyepack.trace.steps import Given, Plan, lay, opened
from dyepack.trace.walk import Walked
from dyepack.trace.walk import follow as walk_laid
from dyepack.trace.walk import walk as walk_only
from tests.trace import twin
from tests.trace.drawing import moves

FIFO = METHODS["fifo"]


@dataclass
class Followed:
    """A walk with its accounts."""

    walked: Walked
    accounts: Accounts

    @property
    def rests(self):
        return self.accounts.rests

    @property
    def days(self):
        return self.accounts.days

    @property
    def lots(self):
        return self.walked.lots


def walk(plan, method):
    walked = walk_only(plan, method)
    return Followed(walked, Accounts(walked))


def key(address, asset="ETH"):
    return Key(address, asset)


def plan(drawn, seeds, stops=(), *, known=None, given=(), thefts=None):
    """A plan over all of the movements; `seeds` gives an address' incident, `known` a clean opening."""
    drawn = list(drawn)
    walked = [at for m in drawn for at in (m.payer, m.payee) if at.address not in stops]
    walked += [one.key for one in given]
    gathered = framed(of(drawn), walked)
    stopped = {name: Stop(name, "service", name.upper()) for name in stops}
    bare = Plan(gathered, stopped, {}, given, thefts or {})
    short = shortfalls(gathered.moves, lay(bare).steps)
    lots = {}
    for at in short.keys() | (known or {}).keys():
        clean = (known or {}).get(at, 0)
        rest = max(short[at].amount - clean, 0) if at in short else 0
        lots[at] = tuple(
            (origin, amount) for origin, amount in ((CLEAN, clean), (seeds.get(at.address, UNKNOWN), rest)) if amount
        )
    return Plan(gathered, stopped, lots, given, thefts or {})


def rests(walked):
    return {(rest.origin, *rest.key[:2]): rest.amount for rest in walked.rests}


def at(walked, origin):
    """What of one origin rests where, of ETH."""
    return {rest.key.address: rest.amount for rest in walked.rests if rest.origin == origin}


def follow(drawing, method, stops=(), **more):
    return walk(plan(moves(drawing), {"thief": "theft", "robber": "robbery"}, stops, **more), METHODS[method])


# ── chains that a reader can follow by hand

FIVE = "thief 60 -> a; b 40 -> a; a 30 -> x; a 50 -> b; b 25 -> y"
"""The example of docs/explanation/tracing.md."""


def test_the_example_of_the_tracing_page_by_fifo():
    walked = follow(FIVE, "fifo")
    assert at(walked, "theft") == {"x": 30, "b": 5, "y": 25}
    assert at(walked, UNKNOWN) == {"b": 20, "a": 20}


def test_the_example_of_the_tracing_page_by_haircut():
    walked = follow(FIVE, "haircut")
    assert at(walked, "theft") == {"x": 18, "b": 15, "y": 15, "a": 12}
    assert at(walked, UNKNOWN) == {"x": 12, "b": 10, "y": 10, "a": 8}


def test_fifo_pays_the_oldest_money_first():
    assert at(follow("thief 10 -> a; s 5 -> a; a 10 -> x; a 5 -> y", "fifo", ["s"]), "theft") == {"x": 10}


def test_fifo_carries_lots_on_in_the_order_in_which_they_left():
    assert at(follow("s 5 -> a; thief 10 -> a; a 15 -> b; b 5 -> x; b 10 -> y", "fifo", ["s"]), "theft") == {"y": 10}


def test_haircut_gives_the_odd_unit_to_the_larger_fraction_then_to_incidents_first():
    three = "thief 1 -> a; robber 1 -> a; s 1 -> a; a 1 -> x; a 1 -> y"
    walked = follow(three, "haircut", ["s"])
    assert at(walked, "robbery") == {"x": 1}
    assert at(walked, "theft") == {"y": 1}


@pytest.mark.parametrize("method", CONSERVING)
def test_two_thefts_that_meet_stay_apart(method):
    walked = follow("thief 30 -> a; robber 10 -> a; a 40 -> x", method)
    assert at(walked, "theft") == {"x": 30}
    assert at(walked, "robbery") == {"x": 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_rounding_never_makes_taint_from_nothing(method):
    drawing = "thief 1 -> a; s 999 -> a; " + "; ".join(["a 1 -> x"] * 1000)
    assert sum(at(follow(drawing, method, ["s"]), "theft").values()) == 1


@pytest.mark.parametrize("method", METHODS)
def test_what_a_service_pays_later_is_its_own_money(method):
    walked = follow("thief 10 -> exchange; exchange 10 -> customer", method, ["exchange"])
    assert at(walked, "theft") == {"exchange": 10}
    assert not at(walked, UNKNOWN)


@pytest.mark.parametrize("method", CONSERVING)
def test_a_shortfall_that_no_seed_explains_is_of_unknown_origin_and_the_oldest_money(method):
    walked = follow("thief 10 -> a; a 25 -> x", method)
    assert at(walked, UNKNOWN) == {"x": 15}
    assert at(walked, "theft") == {"x": 10}
    first = follow("thief 10 -> a; a 15 -> x; a 10 -> y", "fifo")
    assert at(first, "theft") == {"y": 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_a_known_opening_is_clean_and_only_the_rest_is_unknown(method):
    walked = follow("a 25 -> x; thief 1 -> x", method, known={key("a"): 20})
    assert at(walked, UNKNOWN) == {"x": 5}


@pytest.mark.parametrize("method", CONSERVING)
def test_a_seed_whose_opening_is_partly_known_stole_only_the_rest(method):
    walked = follow("thief 25 -> x", method, known={key("thief"): 20})
    assert at(walked, "theft") == {"x": 5}


@pytest.mark.parametrize("method", CONSERVING)
def test_a_transfer_to_oneself_moves_nothing_away(method):
    walked = follow("thief 10 -> a; a 10 -> a; a 4 -> x", method)
    assert at(walked, "theft") == {"a": 6, "x": 4}


@pytest.mark.parametrize("method", METHODS)
def test_a_cycle_makes_no_money(method):
    walked = follow("thief 10 -> a; a 10 -> b; b 10 -> thief; thief 10 -> a; a 10 -> x", method)
    assert at(walked, "theft") == {"x": 10}


def test_order_within_a_block_is_by_transaction_then_movement_never_by_time():
    drawn = moves("s 10 -> a, thief 10 -> a, a 10 -> x")
    early = [drawn[0], drawn[1]._replace(time=drawn[0].time.replace(year=2022)), drawn[2]]
    walked = walk(plan(early, {"thief": "theft"}, ["s"]), FIFO)
    assert at(walked, "theft") == {"a": 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_money_cannot_leave_before_it_came(method):
    walked = follow("a 10 -> x; thief 10 -> a", method)
    assert at(walked, "theft") == {"a": 10}
    assert at(walked, UNKNOWN) == {"x": 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_amounts_of_38_digits_stay_exact(method):
    most = 10**38 - 1
    walked = follow(f"thief {most} -> a; s 1 -> b; a {most - 7} -> x; a 3 -> b; b 4 -> x", method, ["s"])
    assert sum(at(walked, "theft").values()) == most
    assert at(walked, "theft")["a"] == 4


@pytest.mark.parametrize("method", CONSERVING)
def test_assets_do_not_mix(method):
    walked = follow("thief 10 T -> a; s 5 -> a; a 5 -> x; a 10 T -> x", method, ["s"])
    assert rests(walked) == {("theft", "x", "T"): 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_fees_and_burned_money_are_gone_and_booked(method):
    walked = follow("thief 10 -> a; a 1 -> miner %fee; a 2 -> zero %burn; a 7 -> x", method)
    assert {rest.key.address: rest.reason for rest in walked.rests} == {"fees": "fees", "burned": "burned", "x": "held"}
    assert at(walked, "theft") == {"fees": 1, "burned": 2, "x": 7}


@pytest.mark.parametrize("method", CONSERVING)
def test_minted_money_is_clean(method):
    walked = follow("zero 10 -> a %mint; thief 10 -> a; a 20 -> x", method)
    assert at(walked, "theft") == {"x": 10}
    assert not at(walked, UNKNOWN)


@pytest.mark.parametrize("method", CONSERVING)
def test_money_given_as_a_seed_is_there_before_the_first_movement_of_its_block(method):
    given_money = (Given(2, key("a"), "theft", 10),)
    walked = follow("s 10 -> a; a 20 -> x", method, ["s"], given=given_money)
    assert at(walked, "theft") == {"x": 10}


@pytest.mark.parametrize("method", CONSERVING)
def test_a_seeded_transaction_makes_all_that_it_brings_stolen(method):
    walked = follow("victim 10 -> a; a 10 -> x", method, thefts={("t1.0", "a", "ETH"): "theft"})
    assert at(walked, "theft") == {"x": 10}
    lines = walked.days[-1].lines
    assert lines[UNKNOWN, "ETH", "seeded", None] == lines[UNKNOWN, "ETH", "stolen", None] == 10


def test_the_balance_sheet_of_every_day_adds_up_and_names_the_service():
    drawing = "thief 10 -> a" + "; a 1 -> exchange" + "; s 1 -> q" * 120 + "; a 2 -> exchange"
    walked = follow(drawing, "fifo", ["exchange", "s"])
    assert len(walked.days) == 2
    for day, stopped in zip(walked.days, (1, 3), strict=True):
        assert day.lines["theft", "ETH", "seeded", None] == 10
        assert day.lines["theft", "ETH", "service", "EXCHANGE"] == stopped
        assert day.lines["theft", "ETH", "held", None] == 10 - stopped


# ── the check that nothing is lost


@pytest.mark.parametrize("column", ["lo", "origin"])
@pytest.mark.parametrize("method", CONSERVING)
def test_a_record_that_is_not_what_happened_is_caught(method, column):
    walked = follow("thief 10 -> a; robber 3 -> a; a 4 -> x", method).walked
    broken = getattr(walked, column).copy()
    broken[-1] += 1
    with pytest.raises(ConservationError, match=r"vanished|appeared"):
        _ = Accounts(replace(walked, **{column: broken})).rests


@pytest.mark.parametrize("method", METHODS)
def test_a_lot_that_is_not_where_the_records_lead_is_caught(method):
    walked = follow("thief 10 -> a; a 4 -> x", method).walked
    with pytest.raises(ConservationError, match="at a: its records leave 6, its lots are 7"):
        _ = Accounts(replace(walked, lot_lo=np.where(walked.lot_lo == 6, 7, walked.lot_lo).astype(np.uint64))).rests


def test_a_day_that_does_not_add_up_is_caught():
    walked = follow("thief 10 -> a; a 4 -> x", "fifo").walked
    laid = replace(walked.laid, place=walked.laid.place.copy())
    layout = Layout(laid)
    layout.sources = {source: column * 0 for source, column in layout.sources.items()}
    accounts = Accounts(replace(walked, laid=laid), layout)
    with pytest.raises(ConservationError, match=r"vanished|appeared"):
        _ = accounts.days


@pytest.mark.parametrize("method", METHODS)
def test_paying_what_is_not_there_is_caught(method):
    short = plan(moves("thief 10 -> a"), {"thief": "theft"})
    with pytest.raises(ConservationError, match=r"thief pays 10 of ETH in block 1, and has 0"):
        walk(Plan(short.slice, {}), METHODS[method])


@pytest.mark.parametrize("method", METHODS)
@given(st.data())
def test_room_for_lots_and_records_grows_as_it_is_needed(method, data):
    drawing = data.draw(chains())
    laid = opened(lay(plan(moves(drawing), SEEDS)), plan(moves(drawing), SEEDS).openings)
    tight, roomy = (walk_laid(laid, METHODS[method], room) for room in (1, 10_000))
    assert (tight.lo == roomy.lo).all()
    assert tight.lots == roomy.lots


# ── against the plain twin, on random chains

NAMES = ("thief", "robber", "a", "b", "c", "exchange")
AMOUNTS = st.integers(0, 40) | st.integers(10**18, 10**30) | st.integers(10**30, 10**36)
PAYMENTS = st.tuples(st.sampled_from(NAMES), AMOUNTS, st.sampled_from(NAMES))


@st.composite
def chains(draw):
    """Some payments, each in a block of its own or in the block of the one before."""
    drawn = draw(st.lists(st.tuples(PAYMENTS, st.sampled_from([";", ",", "+", ";"])), min_size=1, max_size=30))
    text = ""
    for (payer, amount, payee), joint in drawn:
        text += f"{joint if text else ''} {payer} {amount} -> {payee}"
    return text


STOPS = st.sets(st.sampled_from(("a", "exchange")))
SEEDS = {"thief": "theft", "robber": "robbery"}


@pytest.mark.parametrize("method", METHODS)
@given(chains(), STOPS)
@example(FIVE, set())
def test_equal_to_the_twin_to_the_unit(method, drawing, stops):
    drawn = moves(drawing)
    found = walk(plan(drawn, SEEDS, stops), METHODS[method])
    assert rests(found) == twin.trace(drawn, SEEDS, stops, method)


@pytest.mark.parametrize("method", CONSERVING)
@given(chains(), STOPS, st.integers(0, 30))
def test_a_run_split_at_any_block_goes_on_as_if_it_had_not_been(method, drawing, stops, block):
    drawn = moves(drawing)
    whole = plan(drawn, SEEDS, stops)
    keys = whole.slice.holdings

    def part(some, lots):
        return walk(Plan(framed(of(some), keys), whole.stops, lots), METHODS[method])

    begun = part([m for m in drawn if m.block <= block], whole.openings)
    gone_on = part([m for m in drawn if m.block > block], begun.lots)
    assert gone_on.lots == walk(whole, METHODS[method]).lots


@pytest.mark.parametrize("method", [name for name in CONSERVING if name != "haircut"])
@given(chains(), STOPS)
def test_more_seeds_never_mean_less_taint(method, drawing, stops):
    drawn = moves(drawing)
    few = at(walk(plan(drawn, {"thief": "theft"}, stops), METHODS[method]), "theft")
    more = at(walk(plan(drawn, {"thief": "theft", "robber": "theft"}, stops), METHODS[method]), "theft")
    assert all(more.get(address, 0) >= amount for address, amount in few.items())


@given(chains(), STOPS)
def test_more_seeds_never_mean_less_taint_by_haircut_but_for_odd_units(drawing, stops):
    """Every payment may round the other way by less than a unit for each of three origins."""
    drawn = moves(drawing)
    few = at(walk(plan(drawn, {"thief": "theft"}, stops), METHODS["haircut"]), "theft")
    more = at(walk(plan(drawn, {"thief": "theft", "robber": "theft"}, stops), METHODS["haircut"]), "theft")
    assert all(more.get(address, 0) + 3 * len(drawn) >= amount for address, amount in few.items())


@pytest.mark.parametrize("method", CONSERVING)
@given(chains(), STOPS)
def test_two_incidents_apart_make_what_they_make_as_one(method, drawing, stops):
    drawn = moves(drawing)
    apart = walk(plan(drawn, SEEDS, stops), METHODS[method])
    one = walk(plan(drawn, dict.fromkeys(SEEDS, "theft"), stops), METHODS[method])
    both = {**at(apart, "theft")}
    for address, amount in at(apart, "robbery").items():
        both[address] = both.get(address, 0) + amount
    slack = 0 if method in ("fifo", "lifo") else 3 * len(drawn)
    together = at(one, "theft")
    assert all(abs(both.get(a, 0) - together.get(a, 0)) <= slack for a in both.keys() | together.keys())


# ── openings


def test_the_least_opening_is_the_lowest_point_and_says_the_block():
    drawn = plan(moves("a 5 -> x; s 3 -> a; a 7 -> x; s 20 -> a; a 1 -> x"), {}, ["s"])
    found = shortfalls(drawn.slice.moves, lay(drawn).steps)
    assert {at: (short.amount, short.block) for at, short in found.items()} == {key("a"): (9, 3)}


def test_a_known_balance_is_carried_back_to_before_the_first_movement():
    drawn = of(moves("a 5 -> x; s 3 -> a; a 7 -> x"))
    assert before_first(drawn, {key("a"): (2, 10), key("x"): (2, 1)}) == {key("a"): 12, key("x"): -4}
    assert before_first(drawn, {}) == {}
