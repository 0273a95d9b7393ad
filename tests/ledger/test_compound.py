"""Sums of a random number of thefts against enumeration and simulation; arrivals against the formula by hand."""

import datetime as dt
from itertools import product
from math import exp, factorial, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.ledger.arrivals import MEMORIES, QUARTER, arrivals, quarters
from dyepack.ledger.compound import LARGEST_MEAN, chance_to_reach, compound


def enumerated(masses: list[float], mean: float, below: int) -> list[float]:
    """Probabilities of the sums 0 … below-1, over every sequence of up to eleven terms."""
    out = [0.0] * below
    for count in range(12):
        weight = exp(-mean) * mean**count / factorial(count)
        for terms in product(range(len(masses)), repeat=count):
            if sum(terms) < below:
                chance = weight
                for term in terms:
                    chance *= masses[term]
                out[sum(terms)] += chance
    return out


@pytest.mark.parametrize("masses", [[0.2, 0.5, 0.3], [0.0, 0.9], [0.1, 0.2, 0.3]])
def test_the_recursion_is_the_enumeration(masses: list[float]):
    lattice = np.array([[*masses, *[0.0] * (6 - len(masses))]])
    found = compound(lattice, np.array([0.7]))[0]
    assert found == pytest.approx(enumerated(masses, 0.7, 6), abs=1e-8)


def test_a_large_mean_is_halved_and_put_together_again():
    masses = np.zeros((2, 400))
    masses[:, [0, 1]] = 0.5
    means = np.array([3.0, LARGEST_MEAN * 3])
    found = compound(masses, means)
    for row, mean in zip(found, means / 2, strict=True):  # a thinned Poisson count of ones
        expected = np.exp(-mean + np.arange(400) * np.log(mean) - np.cumsum(np.log(np.maximum(np.arange(400), 1))))
        assert row == pytest.approx(expected, abs=1e-12)


def test_the_chance_is_what_simulation_finds():
    rng = np.random.default_rng(5)
    mean, gap = 4.0, 60.0
    counts = rng.poisson(mean, 200_000)
    sizes = (1.0 - rng.random(counts.sum())) ** (-1 / 1.1)  # a power law with exponent 1.1
    years = np.repeat(np.arange(len(counts)), counts)
    simulated = (np.bincount(years, sizes, minlength=len(counts)) >= gap).mean()
    found = chance_to_reach(gap, np.array([mean]), lambda at: np.maximum(at, 1.0)[None, :] ** -1.1)
    assert found[0] == pytest.approx(simulated, abs=0.003)


@given(st.floats(0.05, 30), st.floats(0.4, 3), st.lists(st.floats(5, 5000), min_size=2, max_size=2))
def test_more_money_is_less_likely(mean: float, exponent: float, gaps: list[float]):
    def survival(at: np.ndarray) -> np.ndarray:
        return np.maximum(at, 1.0)[None, :] ** -exponent

    near, far = (chance_to_reach(gap, np.array([mean]), survival)[0] for gap in sorted(gaps))
    more = chance_to_reach(max(gaps), np.array([mean * 1.2]), survival)[0]
    assert near >= far - 2e-3
    assert more >= far - 1e-9
    alone = 1 - exp(-mean * max(gaps) ** -exponent)  # one theft is enough
    assert far >= alone - 2e-3
    assert 0 <= far <= 1


def test_nothing_missing_is_certain():
    assert list(chance_to_reach(0.0, np.array([1.0, 2.0]), lambda at: np.ones((2, len(at))))) == [1.0, 1.0]


UNTIL = dt.date(2023, 12, 31)


def days(*ages: int) -> list[dt.date]:
    return [UNTIL - dt.timedelta(age) for age in ages]


def test_quarters_count_back_from_the_day():
    assert quarters(days(0, 90, 91, 300), UNTIL) == [1, 0, 1, 2]


def test_a_memory_of_one_is_a_negative_binomial_by_hand():
    """Two thefts, then three: after Jeffreys' half, the second count is negative binomial with r = 2.5 and p = 1/2."""
    found = arrivals(days(100, 120, 1, 2, 3), UNTIL)
    by_memory = dict(found.compared)
    assert by_memory[1.0] == pytest.approx(log(2.5 * 3.5 * 4.5 / 6 * 0.5**2.5 * 0.5**3))
    assert set(by_memory) == set(MEMORIES)
    assert max(by_memory.values()) == by_memory[found.memory]


def test_a_rate_that_jumps_is_followed_and_a_constant_one_is_kept():
    rng = np.random.default_rng(9)
    slow = [UNTIL - dt.timedelta(int(age)) for age in rng.uniform(1500, 4000, 15)]
    fast = [UNTIL - dt.timedelta(int(age)) for age in rng.uniform(0, 700, 120)]
    jumped = arrivals([*slow, *fast], UNTIL)
    assert jumped.memory < 1
    assert jumped.per_year == pytest.approx(120 / 700 * 365, rel=0.3)
    steady = arrivals([UNTIL - dt.timedelta(age) for age in range(0, 4000, 40)], UNTIL)
    assert steady.memory == 1.0
    assert steady.per_year == pytest.approx(365 / 40, rel=0.05)


def test_draws_have_the_mean_and_the_spread_of_the_posterior():
    found = arrivals(days(*range(0, 1000, 20)), UNTIL)
    drawn = found.means(QUARTER, np.random.default_rng(1), 50_000)
    assert drawn.mean() == pytest.approx(found.thefts / found.quarters, rel=0.01)
    assert drawn.var() == pytest.approx(found.thefts / found.quarters**2, rel=0.03)
    assert max(drawn) < inf
