"""What the store costs: a large part, many small ones, and opening them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from dyepack.model import Transfer
from dyepack.schema import TABLES
from dyepack.store import Store

ROWS = 100_000
PARTS = 1_000


@pytest.fixture(scope="module")
def transfers() -> pa.Table:
    start = datetime(2023, 1, 1, tzinfo=UTC)
    places = [(f"0x{n:064x}", f"0x{n % 5_000:040x}", f"0x{n * 7 % 5_000:040x}") for n in range(ROWS)]
    return TABLES["transfers"].rows(
        Transfer("ethereum", n, start + timedelta(seconds=n), tx, 0, 0, "native", a, b, "ETH", n * 10**18, None, "f")
        for n, (tx, a, b) in enumerate(places)
    )


def commit(folder: Path, turn: int, parts: dict[str, pa.Table]) -> None:
    with Store.open(folder, create=True) as store, store.run("bench", {"turn": turn}) as draft:
        for name, rows in parts.items():
            draft.put("transfers", name, rows)


def test_commit_a_large_part(benchmark: BenchmarkFixture, tmp_path: Path, transfers: pa.Table) -> None:
    """100,000 transfers: in key order, checked, written, hashed, synced."""
    turns = iter(range(100))
    benchmark.pedantic(lambda: commit(tmp_path, next(turns), {"p": transfers}), rounds=5)


def test_open_and_add_to_many_parts(benchmark: BenchmarkFixture, tmp_path: Path, transfers: pa.Table) -> None:
    """One part more, where there are a thousand."""
    commit(tmp_path, -1, {f"part-{n}": transfers.slice(n, 1) for n in range(PARTS)})
    turns = iter(range(100))
    benchmark.pedantic(lambda: commit(tmp_path, next(turns), {"p": transfers.slice(0, 1)}), rounds=5)
