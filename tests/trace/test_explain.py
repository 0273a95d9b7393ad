"""A figure explained: chains in time that carry no more than the flows, and sum to the figure exactly."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.errors import ConservationError
from dyepack.model import Conversion, Destination, Flow, Seed
from dyepack.trace.carriage import Chain, Network
from dyepack.trace.explain import parts
from dyepack.trace.recorded import Theft
from tests.trace.drawing import START, transfers

THEFT = "2023-01-01-example"


def flow(transfer, amount, *, output=None, conversion=None, kind=None):
    return Flow(
        "r",
        "fifo",
        THEFT,
        transfer.chain,
        transfer.block,
        transfer.time,
        transfer.tx_index,
        transfer.seq,
        transfer.tx_hash,
        kind or transfer.kind,
        transfer.from_address,
        transfer.to_address,
        output,
        conversion,
        transfer.asset,
        amount,
        transfer.amount,
    )


def drawn(text):
    return [flow(transfer, transfer.amount) for transfer in transfers(text)]


def seed(address, amount, asset="ETH"):
    return Seed("r", THEFT, "ethereum", address, asset, amount, "given")


def rests(address, amount, asset="ETH"):
    return Destination("r", "fifo", THEFT, "ethereum", address, asset, amount, "held", None, None, None, START, START)


def routes(part):
    return [(chain.amount, "-".join([chain.start[1], *(one.to_address for one in chain.flows)])) for chain in part.told]


def explained(flows, seeds, place, *, amount=None, top=0, conversions=(), thefts=()):
    network = Network(flows, seeds, thefts, conversions)
    return list(parts(network, place, place.amount if amount is None else amount, top))


def test_the_widest_chain_comes_first_and_all_sum_to_the_figure():
    flows = drawn("thief 6 -> a; thief 4 -> b; a 6 -> x; b 4 -> x")
    (part,) = explained(flows, [seed("thief", 10)], rests("x", 10))
    assert routes(part) == [(6, "thief-a-x"), (4, "thief-b-x")]
    (part,) = explained(flows, [seed("thief", 10)], rests("x", 10), top=1)
    assert (routes(part), part.rest) == ([(6, "thief-a-x")], 4)


def test_money_cannot_leave_before_it_came():
    flows = drawn("p 5 -> a; a 5 -> x; q 5 -> a; a 5 -> y")
    seeds = [seed("p", 5), seed("q", 5)]
    assert routes(explained(flows, seeds, rests("y", 5))[0]) == [(5, "q-a-y")]
    assert routes(explained(flows, seeds, rests("x", 5))[0]) == [(5, "p-a-x")]


def test_a_part_of_a_figure_is_explained_too():
    flows = drawn("thief 6 -> a; a 6 -> x")
    assert routes(explained(flows, [seed("thief", 6)], rests("x", 6), amount=2)[0]) == [(2, "thief-a-x")]


def test_money_that_never_moved_is_a_chain_of_no_movements():
    (part,) = explained([], [seed("thief", 6)], rests("thief", 6))
    assert routes(part) == [(6, "thief")]


def test_a_theft_starts_with_its_own_movement():
    flows = drawn("victim 9 -> thief %taken; thief 9 -> x")
    thefts = [Theft(THEFT, "t1.0", "thief", None)]
    (part,) = explained(flows, [seed("thief", 9)], rests("x", 9), thefts=thefts)
    assert routes(part) == [(9, "victim-thief-x")]
    assert part.told[0].basis == "theft"


def test_a_conversion_ends_one_chain_and_begins_another_in_its_own_unit():
    moves = transfers("thief 6 -> a; thief 4 -> a; a 10 -> pool + pool 25 USDC -> a; a 20 USDC -> x")
    flows = [flow(one, one.amount, conversion=1 if one.block == 3 else None) for one in moves]
    swap = Conversion("r", "ethereum", 3, 0, "t3.0", 1, "a", "a", "ETH", 10, "USDC", 25)
    first, second = explained(flows, [seed("thief", 10)], rests("x", 20, "USDC"), conversions=[swap])
    assert [(chain.amount, chain.basis) for chain in first.told] == [(20, "conversion")]
    assert (second.amount, second.asset, second.into) == (8, "ETH", ("ethereum", "t3.0", 1))
    assert sum(chain.amount for chain in second.told) == 8


def test_outputs_are_followed_through_transactions():
    """thief's output o:0 is spent by t1 into 7 for a and 3 of change; t2 spends the 7."""

    def row(place, kind, ends, output, amount):
        block, seq, tx = place
        payer, payee = ends
        return Flow(
            "r", "fifo", THEFT, "bitcoin", block, START, 0, seq, tx, kind, payer, payee, output, None, "BTC", amount, 9
        )

    flows = [
        row((1, 0, "t1"), "input", ("thief", "t1"), "o:0", 10),
        row((1, 1, "t1"), "output", ("t1", "a"), "t1:0", 7),
        row((1, 2, "t1"), "output", ("t1", "thief"), "t1:1", 2),
        row((1, 3, "t1"), "fee", ("t1", "miner"), None, 1),
        row((2, 0, "t2"), "input", ("a", "t2"), "t1:0", 7),
        row((2, 1, "t2"), "output", ("t2", "x"), "t2:0", 7),
    ]
    seeds = [Seed("r", THEFT, "bitcoin", "thief", "BTC", 14, "given")]

    def place(address, amount):
        return Destination("r", "fifo", THEFT, "bitcoin", address, "BTC", amount, "held", None, None, None, None, None)

    (part,) = explained(flows, seeds, place("x", 7))
    assert [(one.tx_hash, one.kind) for one in part.told[0].flows] == [
        ("t1", "input"),
        ("t1", "output"),
        ("t2", "input"),
        ("t2", "output"),
    ]
    (part,) = explained(flows, seeds, place("thief", 6))
    assert sorted((chain.amount, len(chain.flows)) for chain in part.told) == [(2, 2), (4, 0)]
    assert [chain.amount for chain in explained(flows, seeds, place("fees", 1))[0].told] == [1]


def test_what_the_flows_do_not_bring_is_an_error():
    with pytest.raises(ConservationError, match="bring 6 of ETH to x, the destinations say 7"):
        explained(drawn("thief 6 -> x"), [seed("thief", 6)], rests("x", 7))


@st.composite
def carried(draw):
    """Flows that a run might have: random payments of what places have, among five, from two seeds."""
    names = "abcde"
    balances = {"a": draw(st.integers(1, 20)), "b": draw(st.integers(0, 20))}
    seeds = [seed(name, amount) for name, amount in balances.items()]
    lines = []
    for _ in range(draw(st.integers(0, 14))):
        payer = draw(st.sampled_from([name for name in names if balances.get(name)]))
        payee = draw(st.sampled_from(names))
        amount = draw(st.integers(1, balances[payer]))
        balances[payer] -= amount
        balances[payee] = balances.get(payee, 0) + amount
        lines.append(f"{payer} {amount} -> {payee}")
    return drawn("; ".join(lines)) if lines else [], seeds, {name: left for name, left in balances.items() if left}


@given(carried())
def test_chains_are_in_order_sum_exactly_and_never_carry_more_than_there_was(case):
    """The plain twin: replay what all chains of all destinations say, and no place and no movement is short."""
    flows, seeds, left = case
    network = Network(flows, seeds)
    chains: list[Chain] = []
    for name, amount in left.items():
        (part,) = parts(network, rests(name, amount), amount, 0)
        assert part.rest == 0
        assert [one.amount for one in part.told] == sorted((one.amount for one in part.told), reverse=True)
        chains += part.told
    used: dict[int, int] = defaultdict(int)
    started: dict[str, int] = defaultdict(int)
    for chain in chains:
        started[chain.start[1]] += chain.amount
        at, order = chain.start[1], (0, 0, 0)
        for one in chain.flows:
            assert one.from_address == at
            assert (one.block, one.tx_index, one.seq) > order
            at, order = one.to_address, (one.block, one.tx_index, one.seq)
            used[one.block] += chain.amount
    assert started == {one.address: one.amount for one in seeds if one.amount}
    assert used == {one.block: one.amount for one in flows if one.from_address != one.to_address}
