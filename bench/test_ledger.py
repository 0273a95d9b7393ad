"""What a total costs as the ledger grows; `bench/ledger_speed.py` prints the same for the documentation."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.ledgers import generated
from dyepack.ledger.tables import write
from dyepack.store import Store
from dyepack.workspace import Workspace


@pytest.fixture(scope="module", params=[1_000, 10_000, 100_000])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger") / str(request.param)
    with Store.open(folder, create=True) as store, store.run("load-ledger", {}) as draft:
        write(draft, generated(request.param))
    return folder


def total(folder: Path) -> int:
    with Workspace.open(folder) as workspace:
        return workspace.totals(actor="dprk").held.incidents


def test_a_total_from_parquet(benchmark: BenchmarkFixture, workspace: Path) -> None:
    """Open, read the tables it needs, sum under a rule."""
    assert benchmark.pedantic(total, args=(workspace,), rounds=3)
