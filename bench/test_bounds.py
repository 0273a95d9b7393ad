"""What bounds cost as a slice grows; `bench/bounds_speed.py` prints the same for the documentation."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.bounds_speed import questions
from bench.networks import SHAPES
from dyepack.trace.bounds import bounds


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_ten_questions(benchmark: BenchmarkFixture, shape: str, size: int) -> None:
    """Every service, all of them, and what is held."""
    network = SHAPES[shape](size)
    asked = questions(network)
    bounds(network, asked)
    found = benchmark.pedantic(bounds, args=(network, asked), rounds=3)
    assert all(bound.least <= bound.most for bound in found)
