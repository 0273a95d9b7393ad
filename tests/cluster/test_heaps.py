"""Heaps and deals: held against plain searches that try everything."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cluster.heaps import GIVEN, IMPOSSIBLE, POSSIBLE, UNDECIDED, dealt, enough

amounts = st.lists(st.integers(1, 60), min_size=1, max_size=7)


def heaps_by_trying(sums: list[int], need: int, what: int) -> bool:
    """Every payer in every heap, or in none."""
    least = what - what // GIVEN
    for where in product(range(need + 1), repeat=len(sums)):
        if all(sum(s for s, w in zip(sums, where, strict=True) if w == k) >= least for k in range(need)):
            return True
    return False


@given(amounts, st.integers(1, 4), st.integers(1, 80))
def test_heaps_are_counted_exactly(sums: list[int], need: int, what: int) -> None:
    said = enough(np.array(sums, np.int64), need, what)
    assert said == (POSSIBLE if heaps_by_trying(sums, need, what) else IMPOSSIBLE)


def test_heaps_that_a_greedy_count_misses() -> None:
    """Smallest first heaps up 3+4+5, 6: one heap; 3+6 and 4+5 are two."""
    assert enough(np.array([3, 4, 5, 6], np.int64), 2, 9) == POSSIBLE


def test_beyond_the_bound_it_is_undecided() -> None:
    sums = np.array([59, 10, 54, 38, 27, 56, 24, 47, 16], np.int64)
    assert enough(sums, 4, 80, 1) == UNDECIDED
    assert enough(sums, 4, 80) == POSSIBLE


def deals_by_trying(sums: list[int], n: int, amount: int, others: list[int]) -> bool:
    """Every payer with every participant; one output may be nobody's change, one participant may pay more."""
    slack = max(min(200_000, amount // 2), amount // 20)
    for left_out in (None, *range(len(others))):
        kept = [other for k, other in enumerate(others) if k != left_out]
        if len(kept) > n:
            continue
        targets = [amount + change for change in kept] + [amount] * (n - len(kept))
        for where in product(range(n), repeat=len(sums)):
            got = [sum(s for s, w in zip(sums, where, strict=True) if w == k) for k in range(n)]
            more = sum(g > t + slack for g, t in zip(got, targets, strict=True))
            if more <= 1 and all(g >= t - slack for g, t in zip(got, targets, strict=True)):
                return True
    return False


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 60).map(lambda n: n * 100_000), min_size=2, max_size=6),
    st.integers(2, 3),
    st.integers(5, 40).map(lambda n: n * 100_000),
    st.lists(st.integers(1, 40).map(lambda n: n * 100_000), max_size=4),
)
def test_deals_are_found_exactly(sums: list[int], n: int, amount: int, others: list[int]) -> None:
    said = dealt(np.array(sums, np.int64), n, amount, np.array(others, np.int64), 10_000_000)
    assert said == (POSSIBLE if deals_by_trying(sums, n, amount, others) else IMPOSSIBLE)


def test_a_deal_beyond_the_bound_is_undecided() -> None:
    sums = np.array([1_100_000 + 10_007 * n for n in range(20)], np.int64)
    assert dealt(sums, 6, 3_000_000, np.array([650_000, 777_000], np.int64), 10) == UNDECIDED
