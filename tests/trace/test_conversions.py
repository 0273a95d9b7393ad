"""Conversions by netting: every shape of trade drawn as a few payments, and what must hold for any payments at all."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.trace import conversions
from dyepack.trace.conversions import Converted, find, study
from dyepack.trace.parties import initiator


class Move(NamedTuple):
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int


def draw(text: str, by: str = "user") -> list[Move]:
    """`user > pool 10 A`, one to a line; nobody pays what is made and gets what is destroyed; ETH is native.

    The first movement is the initiator's fee, so a line's index is its number from 1 on.
    """
    moves = [Move("fee", by, "unknown", "ETH", 1)]
    for line in text.strip().splitlines():
        found = re.fullmatch(r"\s*(\w+) > (\w+) (\d+) (\w+)\s*", line)
        assert found, line
        payer, payee, amount, asset = found.groups()
        kind = "mint" if payer == "nobody" else "burn" if payee == "nobody" else "token"
        moves.append(Move(kind, payer, payee, asset if asset == "ETH" else f"chain:{asset}", int(amount)))
    return moves


def told(found: Sequence[Converted]) -> list[str]:
    """Conversions in words: `user 10 A = 5 B user`, and what went aside."""
    lines = []
    for one in found:
        ins, outs = (" + ".join(f"{n} {a.removeprefix('chain:')}" for a, n in side) for side in (one.ins, one.outs))
        aside = "".join(f", {x.amount} {x.asset.removeprefix('chain:')} to {x.payee}" for x in one.aside)
        lines.append(f"{one.owner} {ins} = {outs} {one.recipient}{aside}")
    return lines


def converted(text: str, *plain: str, by: str = "user") -> list[str]:
    return told(find(draw(text, by), plain))


SWAP = """
    user > pool 10 A
    pool > user 5 B
"""


def test_a_swap_is_the_owners_and_not_the_pools() -> None:
    (found,) = find(draw(SWAP))
    assert told([found]) == ["user 10 A = 5 B user"]
    assert (found.legs_in, found.legs_out, found.through) == ((1,), (2,), ())


def test_a_pool_that_pays_first_is_still_the_pool() -> None:
    assert converted("pool > user 5 B\nuser > pool 10 A") == ["user 10 A = 5 B user"]


def test_several_hops_through_a_router_are_one_conversion() -> None:
    (found,) = find(
        draw("""
            user > router 10 A
            router > first 10 A
            first > second 7 B
            second > router 5 C
            router > user 5 C
        """)
    )
    assert told([found]) == ["user 10 A = 5 C user"]
    assert (found.legs_in, found.legs_out, found.through) == ((1,), (5,), (2, 3, 4))


def test_hops_by_hand_are_one_conversion_too() -> None:
    hops = "user > first 10 A\nfirst > user 7 B\nuser > second 7 B\nsecond > user 5 C"
    assert converted(hops) == ["user 10 A = 5 C user"]


def test_split_routes_and_change_add_up() -> None:
    (found,) = find(
        draw("""
            user > router 12 A
            router > first 4 A
            first > user 2 B
            router > second 6 A
            second > router 3 B
            router > user 3 B
            router > user 2 A
        """)
    )
    assert told([found]) == ["user 10 A = 5 B user"]
    assert (found.legs_in, found.legs_out) == ((1, 7), (3, 6))


def test_wrapping_and_unwrapping_are_conversions_with_the_coins_contract() -> None:
    assert converted("user > WETH 5 ETH\nnobody > user 5 WETH") == ["user 5 ETH = 5 WETH user"]
    assert converted("WETH > user 5 ETH\nuser > nobody 5 WETH") == ["user 5 WETH = 5 ETH user"]


def test_a_router_that_wraps_on_the_way_is_passed_through() -> None:
    assert converted("""
        user > router 5 ETH
        router > WETH 5 ETH
        nobody > router 5 WETH
        router > pool 5 WETH
        pool > user 9 B
    """) == ["user 5 ETH = 9 B user"]


def test_another_recipient_than_the_owner() -> None:
    assert converted("user > pool 10 A\npool > friend 5 B") == ["user 10 A = 5 B friend"]
    assert converted("user > WETH 5 ETH\nnobody > friend 5 WETH") == ["user 5 ETH = 5 WETH friend"]


def test_what_an_integrator_takes_before_the_trade_went_aside() -> None:
    (found,) = find(
        draw("""
            user > router 100 A
            router > integrator 1 A
            router > pool 99 A
            pool > user 50 B
        """)
    )
    assert told([found]) == ["user 99 A = 50 B user, 1 A to integrator"]
    assert found.through == (2, 3)


def test_what_an_integrator_takes_after_the_trade_was_the_owners_too() -> None:
    assert converted("""
        user > router 100 A
        router > pool 100 A
        pool > router 50 B
        router > integrator 5 B
        router > user 45 B
    """) == ["user 90 A = 45 B user", "user 10 A = 5 B integrator"]


def test_half_to_a_friend_by_way_of_the_router_is_not_lost() -> None:
    assert converted("""
        user > router 100 A
        router > friend 50 A
        router > pool 50 A
        pool > user 20 B
    """) == ["user 50 A = 20 B user, 50 A to friend"]


def test_liquidity_in_and_out_of_a_pool_that_is_its_own_share() -> None:
    assert converted("user > LP 10 A\nuser > LP 5 B\nnobody > user 7 LP") == ["user 10 A + 5 B = 7 LP user"]
    assert converted("user > LP 7 LP\nLP > nobody 7 LP\nLP > user 10 A\nLP > user 5 B") == [
        "user 7 LP = 10 A + 5 B user"
    ]


def test_liquidity_in_a_vault_whose_share_is_another_contract() -> None:
    (found,) = find(draw("user > vault 10 A\nuser > vault 5 B\nnobody > user 7 LP"))
    assert told([found]) == ["user 10 A + 5 B = 7 LP user"]
    assert converted("user > nobody 7 LP\nvault > user 10 A") == ["user 7 LP = 10 A user"]


def test_one_payment_may_have_tokens_made_by_several_contracts() -> None:
    """A Pendle mint: the share goes to the contract of one token, and both tokens are made; and the way back."""
    made = """
        user > router 10 SY
        router > YT 10 SY
        nobody > PT 10 X
        nobody > user 10 PT
        nobody > user 10 YT
    """
    assert converted(made) == ["user 10 SY = 10 PT + 10 YT user"]
    assert converted("user > nobody 10 PT\nuser > nobody 10 YT\nYT > user 10 SY") == ["user 10 PT + 10 YT = 10 SY user"]


def test_a_reward_that_is_made_beside_a_trade_is_no_part_of_it() -> None:
    assert converted("user > pool 10 A\npool > user 5 B\nnobody > user 1 R") == ["user 10 A = 5 B user"]


def test_a_contract_may_be_paid_and_another_pay() -> None:
    """A peg module with its pocket; a pool whose router pays out of another."""
    assert converted("user > module 1000 A\npocket > user 1 B") == ["user 1000 A = 1 B user"]
    hops = "user > in 1000 A\nin > pool 1000 A\nother > out 985 B\nout > user 985 B"
    assert converted(hops) == ["user 1000 A = 985 B user"]


@pytest.mark.parametrize(
    "text",
    [
        "user > friend 10 A\nother > user 10 A",
        "user > shop 10 A\npayer > user 11 B",
        "user > shop 10 A\nuser > second 10 A\npayer > user 10 B",
        "user > shop 10 A\npayer > user 10 B\nthird > user 1 C",
    ],
    ids=["the same asset", "not at par", "two are paid", "two pay"],
)
def test_who_is_paid_and_who_pays_are_not_always_one(text: str) -> None:
    assert converted(text) == []


def test_a_pools_fee_to_its_maker_is_the_pools() -> None:
    assert converted("""
        user > LP 10 A
        user > LP 5 B
        nobody > maker 1 LP
        nobody > user 7 LP
    """) == ["user 10 A + 5 B = 7 LP user"]


def test_who_collects_a_pools_fees_in_several_assets_is_no_recipient() -> None:
    assert converted("""
        LP > collector 1 A
        LP > collector 1 B
        user > nobody 7 LP
        LP > user 9 A
    """) == ["user 7 LP = 9 A user"]


def test_a_token_that_keeps_a_fee_from_each_payment() -> None:
    assert converted("""
        user > pool 97 A
        user > nobody 1 A
        user > taxes 2 A
        pool > user 50 B
    """) == ["user 97 A = 50 B user"]


def test_payments_beside_a_swap_stay_payments() -> None:
    (found,) = find(draw(SWAP + "user > friend 3 A\nfund > user 2 C"))
    assert (found.ins, {*found.legs_in, *found.legs_out, *found.through}) == ((("chain:A", 10),), {1, 2})


@pytest.mark.parametrize(
    "text",
    [
        "user > friend 10 A",
        "user > one 10 A\nuser > two 10 A\nuser > three 5 B",
        "user > batcher 30 ETH\nbatcher > one 10 ETH\nbatcher > two 20 ETH",
        "user > deposit 10 A\ndeposit > hot 10 A",
        "user > forwarder 10 A\nforwarder > service 10 A",
        "nobody > user 10 A",
        "user > nobody 10 A",
        "airdrop > user 10 A\nuser > friend 5 B",
    ],
)
def test_payments_payouts_deposits_and_airdrops_are_no_conversions(text: str) -> None:
    assert study(draw(text)) == conversions.Study([], [])


def test_fees_and_the_burnt_base_fee_are_never_part() -> None:
    moves = [Move("burn", "user", "nobody", "ETH", 3), *draw("pool > user 5 B")]
    assert study(moves) == conversions.Study([], [])
    assert initiator(moves) == "user"


def test_a_flash_loan_of_an_owner_who_trades_nets_to_what_is_left() -> None:
    loan = """
        lender > user 100 A
        user > pool 110 A
        pool > user 50 B
        user > lender 100 A
    """
    assert converted(loan) == ["user 110 A = 50 B user"]
    back = loan.replace("110", "100").replace("user > lender", "user > other 50 B\nother > user 103 A\nuser > lender")
    assert converted(back) == ["user  = 3 A user"]


def test_a_loan_that_is_paid_back_moves_nothing_but_its_cost() -> None:
    (free,) = find(draw("lender > user 100 A\nuser > lender 100 A"))
    assert (told([free]), free.legs_in) == (["user  =  user"], (1, 2))
    assert converted("lender > user 100 A\nuser > lender 101 A") == ["user  =  user, 1 A to lender"]


def test_a_payment_with_change_is_no_loan() -> None:
    assert converted("user > shop 10 A\nshop > user 3 A") == []


ARBITRAGE = """
    trader > first 10 A
    first > second 7 B
    second > trader 12 A
"""


def test_an_arbitrage_of_an_owner_leaves_its_own_money_where_it_is() -> None:
    (found,) = find(draw(ARBITRAGE), ["trader"])
    assert told([found]) == ["trader  = 2 A trader"]
    assert {*found.legs_in, *found.through} == {1, 2, 3}


def test_an_arbitrage_of_a_contract_is_nobodys_conversion() -> None:
    assert study(draw(ARBITRAGE)) == conversions.Study([], [("first", "second", "trader")])


RELAYED = SWAP.replace("user", "customer")


def test_a_relayed_swap_needs_to_know_who_is_a_plain_account() -> None:
    """The pool's sums are the customer's mirrored; nothing in the movements tells them apart."""
    assert study(draw(RELAYED, "relayer")) == conversions.Study([], [("customer", "pool")])
    assert converted(RELAYED, "customer", by="relayer") == ["customer 10 A = 5 B customer"]


def test_a_batch_auction_converts_for_each_of_its_owners() -> None:
    auction = """
        anna > hall 10 A
        bert > hall 20 B
        hall > pool 10 A
        pool > hall 9 C
        hall > other 20 B
        other > hall 8 D
        hall > anna 9 C
        hall > bert 8 D
    """
    assert converted(auction, "anna", "bert", by="solver") == ["anna 10 A = 9 C anna", "bert 20 B = 8 D bert"]


def test_a_drained_victim_is_the_owner_and_the_thief_the_recipient() -> None:
    drained = "victim > router 10 A\nrouter > pool 10 A\npool > thief 5 B"
    assert converted(drained, by="thief") == ["victim 10 A = 5 B thief"]


def test_a_seized_pledge_is_not_the_borrowers_conversion() -> None:
    assert study(draw("liquidator > market 10 A\nborrower > liquidator 5 B", "bot")).conversions == []


def test_two_trades_with_two_pools_are_two_conversions() -> None:
    assert converted(SWAP + "user > other 3 C\nother > user 4 D") == ["user 10 A = 5 B user", "user 3 C = 4 D user"]


def test_a_swap_into_a_bridge_that_destroys_what_it_gets() -> None:
    (found,) = find(draw("user > pool 10 A\npool > bridge 5 B\nbridge > nobody 5 B"))
    assert told([found]) == ["user 10 A = 5 B bridge"]
    assert 3 not in {*found.legs_in, *found.legs_out, *found.through}


def test_a_bridges_charge_does_not_buy_the_tokens_it_takes() -> None:
    (found,) = find(draw("user > bridge 1 ETH\nuser > bridge 9 A\nbridge > WETH 1 ETH\nnobody > relay 1 WETH"))
    assert told([found]) == ["user 1 ETH = 1 WETH relay"]
    assert 2 not in {*found.legs_in, *found.legs_out, *found.through}


def test_a_loan_that_is_swapped_into_somebody_elses_pledge_is_left_alone() -> None:
    text = "bank > desk 100 A\ndesk > pool 100 A\npool > desk 5 B\ndesk > vault 5 B\nuser > vault 2 B"
    assert find(draw(text)) == []


# ── what must hold for any payments

NAMES = ["user", "anna", "router", "pool", "other", "A", "B", "nobody"]
MOVES = st.builds(
    lambda ends, asset, amount: (*ends, asset, amount),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda ends: ends[0] != ends[1]),
    st.sampled_from(["A", "B", "C", "ETH"]),
    st.integers(1, 9),
)
ANY = st.lists(MOVES, max_size=9).map(lambda rows: "\n".join(f"{a} > {b} {n} {x}" for a, b, x, n in rows))


def gains(moves: Sequence[Move], taken: set[int]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for index in taken:
        move = moves[index]
        contract = move.asset.partition(":")[2]
        found[contract if move.kind == "mint" else move.payer, move.asset] -= move.amount
        found[contract if move.kind == "burn" else move.payee, move.asset] += move.amount
    return found


@given(ANY, st.sets(st.sampled_from(["anna", "router", "pool"])))
def test_who_has_a_part_in_a_conversion_ends_with_the_same_balance(text: str, plain: set[str]) -> None:
    """Taking the replaced movements away and putting the conversions in their place changes nobody's balance."""
    moves = draw(text)
    found = find(moves, plain)
    taken = {leg for one in found for leg in (*one.legs_in, *one.legs_out, *one.through)}
    told_: Counter[tuple[str, str]] = Counter()
    for one in found:
        for asset, amount in one.ins:
            assert amount > 0
            told_[one.owner, asset] -= amount
        for asset, amount in one.outs:
            told_[one.recipient, asset] += amount
        for payee, asset, amount in one.aside:
            told_[one.owner, asset] -= amount
            told_[payee, asset] += amount
    real = gains(moves, taken)
    parties = (
        {one.owner for one in found} | {one.recipient for one in found} | {x.payee for o in found for x in o.aside}
    )
    lenders = {x.payee for one in found for x in one.aside if not one.ins}
    for who in parties - lenders:
        for asset in {asset for _, asset in (*real, *told_)}:
            assert real[who, asset] == told_[who, asset], (who, asset, told(found))


@given(ANY, st.sets(st.sampled_from(["anna", "router", "pool"])))
def test_a_fee_is_never_a_leg_and_owners_are_never_strangers(text: str, plain: set[str]) -> None:
    for one in find(draw(text), plain):
        assert 0 not in {*one.legs_in, *one.legs_out, *one.through}
        assert not (set(one.legs_in) | set(one.legs_out)) & set(one.through)
        assert one.ins or one.owner in plain | {"user"} or one.owner


class Pool(NamedTuple):
    """A pool of two assets with a constant product, in integers."""

    name: str
    reserves: tuple[int, int]

    def swap(self, amount: int) -> int:
        x, y = self.reserves
        return int(Fraction(y * amount * 997, x * 1000 + amount * 997))


@st.composite
def swaps(draw_: st.DrawFn) -> tuple[list[Move], dict[str, int], dict[str, int]]:
    """A trade of the user through routes of pools, some by a router, pools paying before or after they are paid."""
    routes = draw_(st.integers(1, 3))
    hops = draw_(st.integers(1, 3))
    lines, total, got = [], 0, 0
    for route in range(routes):
        amount = draw_(st.integers(10_000, 10**6))
        total += amount
        holder = "user"
        if draw_(st.booleans()):
            lines.append(f"user > router {amount} A0")
            holder = "router"
        for hop in range(hops):
            pool = Pool(f"pool{route}{hop}", (draw_(st.integers(10**6, 10**9)), draw_(st.integers(10**8, 10**9))))
            out = pool.swap(amount)
            last = hop == hops - 1
            payee = "user" if last else draw_(st.sampled_from(["router", "user"]))
            pair = [f"{holder} > {pool.name} {amount} A{hop}", f"{pool.name} > {payee} {out} A{hop + 1}"]
            lines += pair[::-1] if draw_(st.booleans()) else pair
            holder, amount = payee, out
            if not out:
                return swapped_nothing()
        got += amount
    return draw("\n".join(lines)), {"chain:A0": total}, {f"chain:A{hops}": got}


def swapped_nothing() -> tuple[list[Move], dict[str, int], dict[str, int]]:
    return draw(SWAP), {"chain:A": 10}, {"chain:B": 5}


@given(swaps())
def test_trades_through_any_pools_are_what_the_user_gave_and_got(
    trade: tuple[list[Move], dict[str, int], dict[str, int]],
) -> None:
    """The plain twin is the user's own balance; no pool or router is ever an owner, and all of its legs are gone."""
    moves, gave, got = trade
    found = find(moves)
    assert {one.owner for one in found} == {"user"} == {one.recipient for one in found}
    ins, outs = Counter[str](), Counter[str]()
    for one in found:
        ins.update(dict(one.ins))
        outs.update(dict(one.outs))
    for asset in ins.keys() & outs.keys():
        both = min(ins[asset], outs[asset])
        ins[asset] -= both
        outs[asset] -= both
    assert (+ins, +outs) == (Counter(gave), Counter(got))
    taken = {leg for one in found for leg in (*one.legs_in, *one.legs_out, *one.through)}
    assert taken == set(range(1, len(moves)))


@given(swaps(), st.randoms(use_true_random=False))
def test_the_order_of_movements_does_not_change_a_trade(
    trade: tuple[list[Move], dict[str, int], dict[str, int]], shuffle: random.Random
) -> None:
    moves, _, _ = trade
    mixed = list(moves)
    shuffle.shuffle(mixed)
    assert sorted(told(find(mixed))) == sorted(told(find(moves)))


def test_shares_of_recipients_are_the_mean_over_what_came_out() -> None:
    assert conversions.shares([{"A": 1, "B": 1}, {"A": 1, "B": 3}]) == [1 * 4 + 1 * 2, 1 * 4 + 3 * 2]
