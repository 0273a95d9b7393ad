"""Which chain is meant, over HTTP: of those that are loaded, and where several fit they are listed with 422."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dyepack.cli import run
from dyepack.store import Store
from dyepack.web.app import create
from dyepack.web.jobs import Jobs
from dyepack.web.work import run as work
from tests.cluster.drawn import write
from tests.test_smallest import OTHER, THEFT, THIEF, TRON, USDC, VICTIM, movements

SEED = {"incident": THEFT, "address": THIEF, "tx_hash": f"{1:064x}"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Movements of two EVM chains and of TRON, and nothing else."""
    folder = tmp_path_factory.mktemp("chains")
    for chain, payer, payee in (("ethereum", VICTIM, THIEF), ("bsc", VICTIM, THIEF), ("tron", OTHER, TRON)):
        token = USDC if chain == "ethereum" else ""
        rows = [(1, payer, payee, "1000", token), (2, payee, payer, "600", token)]
        file = movements(folder / f"{chain}.csv", rows)
        assert run(["-w", str(folder / "w"), "ingest", "movements", str(file), "--chain", chain, "--base-units"]) == 0
    return folder / "w"


@pytest.fixture
def desk(loaded: Path) -> Iterator[TestClient]:
    app = create(loaded)
    with_no_crew = TestClient(app, base_url="http://localhost")
    yield with_no_crew
    with_no_crew.close()
    app.state.house.close()


def ordered(desk: TestClient, verb: str, **parameters: Any) -> Any:
    return desk.post("/api/jobs", json={"verb": verb, "parameters": parameters}, headers={"Origin": "http://localhost"})


@pytest.mark.parametrize(
    "path", [f"/api/paths?begin={VICTIM}&end={THIEF}", f"/api/addresses/{THIEF}/exposure/indirect"]
)
def test_a_question_that_fits_several_chains_is_422_with_the_list(desk: TestClient, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["kind"] == "several-chains"
    assert "bsc, ethereum" in error["message"]
    assert error["next"] == "say which: chain=bsc, or chain=ethereum"
    assert desk.get(f"{path}{'&' if '?' in path else '?'}chain=bsc").status_code == 200


def test_an_address_in_clusters_of_several_chains_is_422_with_the_list(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        for chain in ("bitcoin", "litecoin"):
            write(store, "1 x: -> A=50 B=50\n2 y: A=50 B=50 -> C=99", chain, chain)
    assert run(["-w", str(tmp_path / "w"), "cluster"]) == 0
    app = create(tmp_path / "w")
    with TestClient(app, base_url="http://localhost") as desk:
        answer = desk.get("/api/clusters/why?first=A&second=B")
        assert answer.status_code == 422
        assert answer.json()["error"]["next"] == "say which: chain=bitcoin, or chain=litecoin"
        assert desk.get("/api/clusters/why?first=A&second=B&chain=litecoin").status_code == 200
    app.state.house.close()


def test_the_form_of_an_address_is_enough_where_one_chain_fits(desk: TestClient) -> None:
    assert desk.get(f"/api/paths?begin={OTHER}&end={TRON}").json()["chain"] == "tron"
    assert desk.get(f"/api/addresses/{TRON}/exposure/indirect").json()["chain"] == "tron"


def test_an_order_that_fits_several_chains_is_refused_at_once(desk: TestClient) -> None:
    for answer in (
        ordered(desk, "trace", incidents=[THEFT], seeds=[SEED]),
        ordered(desk, "bounds", incidents=[THEFT], seeds=[SEED]),
        ordered(desk, "paths", begin=[VICTIM], end=[THIEF]),
    ):
        assert answer.status_code == 422
        assert answer.json()["error"]["next"] == "say which: chain=bsc, or chain=ethereum"


def test_an_order_leaves_the_chain_to_its_addresses(desk: TestClient, loaded: Path) -> None:
    """And the incident is not in the ledger: that is what the job then says, with its chain settled."""
    seed = {"incident": THEFT, "address": TRON, "tx_hash": f"{1:064x}"}
    answer = ordered(desk, "trace", incidents=[THEFT], seeds=[seed])
    assert answer.status_code == 202
    jobs = Jobs(loaded)
    taken = jobs.next()
    assert taken is not None
    work(loaded, taken["job"])
    assert "no incident" in jobs.job(taken["job"])["error"]["message"]


@pytest.mark.parametrize(
    ("verb", "parameters", "reason"),
    [
        ("trace", {"seeds": [{**SEED, "tx_hash": None, "block": 7}]}, "a block says when an amount was put there"),
        ("bounds", {"run": "last", "incidents": [THEFT]}, "expected no incidents beside it"),
        ("bounds", {"run": "last", "fees": "miner", "chain": "bsc"}, "expected no chain and no fees beside it"),
    ],
)
def test_an_order_that_says_what_nobody_would_read_is_refused(
    desk: TestClient, verb: str, parameters: dict[str, Any], reason: str
) -> None:
    answer = ordered(desk, verb, **parameters)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]["message"]
