"""What raw blocks cost: to columns, to tables in memory, to a workspace; `bitcoin_speed.py` makes the figures."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.bitcoin_speed import blocks, to_arrow, to_columns, to_parquet
from dyepack.ingest.bitcoin.raw import Raw, gathered


@pytest.fixture(scope="module")
def raw() -> Raw:
    listed = blocks()
    made = gathered(listed, [str(n) for n in range(len(listed))])
    to_arrow(made, len(listed))  # compiles, or finds what was compiled
    return made


def test_columns(benchmark: BenchmarkFixture, raw: Raw) -> None:
    """8 MB of real blocks: ids, kinds of scripts, Merkle roots."""
    benchmark(to_columns, raw)


def test_tables(benchmark: BenchmarkFixture, raw: Raw) -> None:
    """The same with ids and addresses printed, as Arrow tables."""
    benchmark(to_arrow, raw, len(raw.starts))


def test_parquet(benchmark: BenchmarkFixture, raw: Raw) -> None:
    """The same into a workspace."""
    benchmark.pedantic(to_parquet, (raw, len(raw.starts)), rounds=5)
