"""Compiled integers against Python's own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dyepack.trace import wide
from dyepack.trace.moves import as_decimals, decimals
from dyepack.trace.tally import NEVER, tally

MOST = 2**127 - 1
AMOUNTS = st.integers(0, MOST) | st.integers(0, 2**64) | st.integers(0, 2**90) | st.sampled_from([0, 1, 2**64, MOST])


def limbs(value):
    return np.uint64(value & (2**64 - 1)), np.uint64(value >> 64)


def whole(lo, hi):
    return int(lo) | (int(hi) << 64)


@given(AMOUNTS, AMOUNTS)
def test_sums_differences_and_order(a, b):
    assert whole(*wide.add(*limbs(a), *limbs(b))) == a + b
    assert whole(*wide.sub(*limbs(max(a, b)), *limbs(min(a, b)))) == abs(a - b)
    assert wide.less(*limbs(a), *limbs(b)) == (a < b)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_share_is_the_quotient_and_remainder_of_the_whole_product(a, b, c):
    weight, total = sorted((b, c))
    if total and a * weight // total <= MOST:
        q_lo, q_hi, r_lo, r_hi = wide.share(*limbs(a), *limbs(weight), *limbs(total))
        assert (whole(q_lo, q_hi), whole(r_lo, r_hi)) == divmod(a * weight, total)


@given(st.lists(AMOUNTS))
def test_there_and_back(amounts):
    lo, hi = wide.limbs(amounts)
    assert wide.integers(lo, hi) == amounts


@given(st.lists(st.integers(0, 10**38 - 1)))
def test_decimals_there_and_back(amounts):
    import pyarrow as pa

    lo, hi = wide.limbs(amounts)
    column = as_decimals(lo, hi)
    assert [int(value) for value in column.to_pylist()] == amounts
    for got, put in zip(decimals(pa.chunked_array([column, column])), (lo, hi), strict=True):
        assert (got == np.concatenate([put, put])).all()


ROWS = st.lists(st.tuples(st.integers(-1, 8) | st.integers(0, 2**62), st.integers(0, 2**100), st.integers(-1, 9)))


@given(ROWS)
def test_sums_by_key_are_those_of_a_dictionary(rows):
    sums: dict[int, int] = {}
    times: dict[int, list[int]] = {}
    for key, amount, time in rows:
        if key >= 0:
            sums[key] = sums.get(key, 0) + amount
            times.setdefault(key, []).extend([time] * (time != NEVER))
    lo, hi = wide.limbs([amount for _, amount, _ in rows])
    keys, whens = (np.array([row[at] for row in rows], np.int64) for at in (0, 2))
    found = tally(keys, lo, hi, whens)
    assert dict(zip(found.key.tolist(), wide.integers(found.lo, found.hi), strict=True)) == sums
    assert found.key.tolist() == sorted(sums)
    assert found.first.tolist() == [min(times[key], default=NEVER) for key in sorted(sums)]
    assert found.last.tolist() == [max(times[key], default=NEVER) for key in sorted(sums)]


def test_sums_by_many_keys():
    keys = np.arange(5_000, dtype=np.int64) % 1_700
    found = tally(keys, np.ones(5_000, np.uint64), np.zeros(5_000, np.uint64), keys)
    assert found.key.tolist() == list(range(1_700))
    assert found.lo.tolist() == [3] * 1_600 + [2] * 100
