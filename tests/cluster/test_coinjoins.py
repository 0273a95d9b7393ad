"""Coinjoin rules: the shapes that each must find, and the ones that look like it and must be left."""

from collections import Counter

import pytest

from dyepack.cluster import lines
from dyepack.cluster.coinjoin import NONE, RULES, judge
from dyepack.cluster.columns import Columns
from tests.cluster.drawn import coins, one

POOL = 5_000_000


def said(columns: Columns) -> str | None:
    (rule,) = judge(columns).rule
    return None if rule == NONE else RULES[rule].name


def is_joint(columns: Columns) -> bool:
    return bool(judge(columns).joint[0])


@pytest.mark.parametrize("size", range(5, 11))
def test_whirlpool_mix(size: int) -> None:
    ins = coins("i", *[POOL] * (size - 2), POOL + 4_000, POOL + 4_100)
    assert said(one(ins, coins("o", *[POOL] * size))) == "whirlpool-mix"
    assert is_joint(one(ins, coins("o", *[POOL] * size)))


@pytest.mark.parametrize(
    ("ins", "outs"),
    [
        ([POOL] * 3 + [POOL + 9], [POOL] * 4),  # too small
        ([POOL] * 5, [POOL] * 5),  # nobody pays the fee
        ([POOL + 9] * 5, [POOL] * 5),  # nobody stays
        ([POOL] * 4 + [POOL + 500_000], [POOL] * 5),  # far more than a share of the fee
        ([POOL] * 4 + [POOL + 9], [POOL] * 4 + [POOL - 9]),
        ([POOL + 1] * 4 + [POOL + 10], [POOL + 1] * 5),  # no pool has this amount
    ],
)
def test_not_quite_whirlpool(ins: list[int], outs: list[int]) -> None:
    assert said(one(coins("i", *ins), coins("o", *outs))) != "whirlpool-mix"


def test_a_whirlpool_mix_has_as_many_payers_as_inputs() -> None:
    ins = [(POOL, "same", "p2wpkh"), (POOL, "same", "p2wpkh"), *coins("i", POOL, POOL, POOL + 9)]
    assert said(one(ins, coins("o", *[POOL] * 5))) != "whirlpool-mix"


def test_tx0_is_found_and_is_one_payers() -> None:
    outs = [(0, "note", "op_return"), *coins("o", 175_000, POOL + 4_000, POOL + 4_000, 123_456)]
    columns = one(coins("i", 11_000_000), outs)
    assert said(columns) == "whirlpool-tx0"
    assert not is_joint(columns)
    assert judge(columns).parties[0] == 2


@pytest.mark.parametrize(
    "outs",
    [
        [(0, "note", "op_return"), *coins("o", 546, 104_000)],  # a token's note, its dust and the change
        [(0, "note", "op_return"), *coins("o", 175_000, POOL + 4_000, 9_000, 8_000)],  # two more
        coins("o", 175_000, POOL + 4_000, 123_456),  # no note
        [(0, "note", "op_return"), *coins("o", 175_000, POOL)],  # nothing for the block
    ],
)
def test_not_quite_a_tx0(outs: list[tuple[int, str, str]]) -> None:
    assert said(one(coins("i", 11_000_000), outs)) != "whirlpool-tx0"


def wasabi1(equal: int, levels: int, base: int = 9_987_654) -> Columns:
    ins = coins("i", *[base + 1_000_003 * n + 20_011 + 7 * n for n in range(equal)], *[2 * base + 9_001] * levels)
    changes = [1_000_003 * n + 77 for n in range(1, equal)]
    return one(ins, coins("o", *[base] * equal, *[2 * base - 40] * levels, *changes, 340_000))


def test_wasabi1_of_both_kinds() -> None:
    assert said(wasabi1(60, 0)) == "wasabi1"
    assert said(wasabi1(12, 3)) == "wasabi1"


def test_a_joinmarket_of_a_tenth_of_a_coin_is_not_wasabi() -> None:
    amount = 9_900_000
    ins = [amount + 1_000_003 * n + 5_000 for n in range(11)]
    outs = [amount] * 11 + [1_000_003 * n + 5_010 for n in range(11)]
    assert said(one(coins("i", *ins), coins("o", *outs))) == "joinmarket"


def test_wasabi2_of_a_small_coordinator() -> None:
    outs = [4_194_304] * 3 + [2_000_000, 531_441, 531_441, 354_294, 354_294, 177_147, 177_147, 51_078, 50_000, 50_000]
    ins = [9_000_000 - 777_777 * n for n in range(11)]
    assert said(one(coins("i", *ins), coins("o", *outs))) == "wasabi2"
    assert said(one(coins("i", *ins), coins("o", *outs[::-1]))) != "wasabi2"
    assert said(one(coins("i", *ins[:9]), coins("o", *outs))) != "wasabi2"


def test_round_payouts_in_falling_order_are_not_wasabi2() -> None:
    outs = [5_000_000] * 6 + [2_000_000] * 6 + [1_000_000] * 6
    assert said(one(coins("i", *[7_000_000] * 12), coins("o", *outs))) != "wasabi2"


def test_joinmarket_with_a_sweeping_taker_and_a_maker_of_two_coins() -> None:
    amount = 40_000
    ins = [41_500, 500_000, 231_820, 30_000, 25_000]
    outs = [amount] * 4 + [460_002, 191_822, 15_004]
    assert said(one(coins("i", *ins), coins("o", *outs))) == "joinmarket"


def test_joinmarket_wants_changes_that_inputs_explain() -> None:
    ins = [3_000_000, 3_100_000, 3_200_000]
    outs = [1_000_000] * 3 + [900_000, 1_500_000, 3_800_000]
    assert said(one(coins("i", *ins), coins("o", *outs))) == "batch-payout"


def test_equal_outputs_need_enough_money_with_each_payer() -> None:
    outs = coins("o", *[10_000_000] * 6, 70_001, 90_003, 20_007)
    each = [10_070_901, 10_091_003, 10_021_407, 10_004_000, 10_003_000, 10_002_001]
    assert said(one(coins("i", *each), outs)) == "equal-outputs"
    assert said(one(coins("i", *[10_100_000] * 6), outs)) == "undecided"  # nothing tells whose change is whose
    assert said(one(coins("i", 70_000_000, *[5_000] * 5), outs)) == "batch-payout"
    assert said(one([(10_100_000, "same", "p2wpkh")] * 6, outs)) == "batch-payout"


def test_payouts_and_stonewalls_are_negatives() -> None:
    payout = one(coins("i", 90_000_000, 80_000_000), coins("o", *[5_000_000] * 20, 12_345))
    assert (said(payout), is_joint(payout)) == ("batch-payout", False)
    stonewall = one(coins("i", 800_000, 900_000), coins("o", 300_000, 300_000, 499_000, 599_000))
    assert (said(stonewall), is_joint(stonewall)) == ("stonewall-like", False)
    assert judge(stonewall).apart[0]  # two can make it as well as one, so nobody is joined
    assert (
        said(one([(800_000, "a", "p2wpkh"), (900_000, "a", "p2wpkh")], coins("o", 300_000, 300_000, 499_000))) is None
    )
    assert said(one(coins("i", 800_000), coins("o", 300_000, 499_000))) is None


def test_amounts_that_are_not_shown_make_rules_abstain() -> None:
    ins = coins("i", *[POOL] * 4, -1)
    assert not is_joint(one(ins, coins("o", *[POOL] * 5)))


def test_each_rule_is_called_by_its_own_name() -> None:
    assert max(Counter(rule.name for rule in RULES).values()) == 1


def test_a_batch_is_judged_as_its_transactions_are() -> None:
    shapes = [wasabi1(30, 2), one(coins("i", *[POOL] * 4, POOL + 7), coins("o", *[POOL] * 5)), wasabi1(9, 0)]
    ins = [[(int(a), f"{n}i{m}", "p2wpkh") for m, a in enumerate(each.ins.amount)] for n, each in enumerate(shapes)]
    outs = [[(int(a), f"{n}o{m}", "p2wpkh") for m, a in enumerate(each.outs.amount)] for n, each in enumerate(shapes)]
    both = lines.columns(
        lines.Line(n, str(n), n, 0, (), tuple(i), tuple(o)) for n, (i, o) in enumerate(zip(ins, outs, strict=True))
    )
    assert judge(both).rule.tolist() == [int(judge(each).rule[0]) for each in shapes]
