"""What raw blocks cost: to columns, to tables in memory, to a workspace; `bitcoin_speed.py` makes the figures."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.bitcoin_speed import blocks, copy_lake, read_lake, to_arrow, to_columns, to_parquet, write_lake
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


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, raw: Raw) -> Path:
    """The same blocks as a lake has them: transactions with their coins nested."""
    return write_lake(raw, tmp_path_factory.mktemp("lake") / "x.parquet")


def test_lake(benchmark: BenchmarkFixture, lake: Path) -> None:
    """A Parquet file of transactions into the four tables in memory."""
    benchmark.pedantic(read_lake, (lake,), rounds=3)


def test_lake_copied(benchmark: BenchmarkFixture, lake: Path) -> None:
    """The same file copied by the engine, for comparison."""
    benchmark.pedantic(copy_lake, (lake,), rounds=3)
