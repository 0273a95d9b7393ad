"""What a source leaves away is unknown and named, never zero: fees, whatever form they come in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dyepack import cli
from dyepack.ingest.evm.networks import NETWORKS
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.test_evm import A, line
from tests.ingest.test_explorer import Lists, own, served
from tests.ingest.test_lake import blocks, save, sent


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "ws"


def loaded(workspace: Path, *command: object) -> tuple[list[int], list[str]]:
    """What a command loads: its fees, and the reasons of what it refuses."""
    assert cli.run(["-w", str(workspace), *map(str, command)]) == 0
    with Store.open(workspace) as store:
        fees = [row.amount for row in store.records("transfers") if row.kind == "fee"]
        return fees, [row.reason for row in store.records("rejects")] if store.parts("rejects") else []


def recorded(path: Path, chain: int, **receipt: str) -> Path:
    made = line(chain_id=chain)
    made["receipt"] |= receipt
    path.write_text(json.dumps(made) + "\n")
    return path


@pytest.mark.parametrize("chain", sorted(number for number, one in NETWORKS.items() if one.l1_fee))
def test_a_rollups_receipt_without_its_l1_fee_leaves_the_fee_unknown(
    chain: int, workspace: Path, tmp_path: Path
) -> None:
    fees, reasons = loaded(workspace, "ingest", "evm", recorded(tmp_path / "t.jsonl", chain))
    assert fees == []
    assert ["l1Fee" in one and "fee is unknown" in one for one in reasons] == [True]
    assert loaded(tmp_path / "other", "ingest", "evm", recorded(tmp_path / "t.jsonl", chain, l1Fee="0x7")) == (
        [21007],
        [],
    )


def test_arbitrum_pays_for_the_layer_below_in_gas(workspace: Path, tmp_path: Path) -> None:
    assert loaded(workspace, "ingest", "evm", recorded(tmp_path / "t.jsonl", 42161)) == ([21000], [])


def _without(name: str) -> dict[str, Any]:
    made = line()
    made["tx"].pop("gasPrice", None)
    made["receipt"].pop("effectiveGasPrice", None)
    if name == "blobs":
        made["tx"] |= {"gasPrice": "0x1", "type": "0x3"}
        made["receipt"]["blobGasPrice"] = "0x1"
    return made


@pytest.mark.parametrize(("name", "said"), [("price", "effectiveGasPrice"), ("blobs", "blobGasUsed")])
def test_a_fee_whose_price_or_blobs_are_not_there_is_unknown(
    name: str, said: str, workspace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(_without(name)) + "\n")
    fees, reasons = loaded(workspace, "ingest", "evm", path)
    assert fees == []
    assert said in reasons[0]


def test_the_shared_receipts_of_optimism_without_their_l1_fee(workspace: Path) -> None:
    fees, reasons = loaded(workspace, "ingest", "evm", shared("cases", "evm", "op-no-l1fee.jsonl"))
    assert fees == []
    assert "l1Fee" in reasons[0]


def of_lake(folder: Path, chain: str, row: dict[str, Any], capsys: Any) -> tuple[list[int], list[str], str]:
    blocks(folder, 1)
    save(folder, "transactions", [row])
    found = loaded(folder.parent / "ws", "ingest", "files", folder, "--chain", chain)
    return *found, " ".join(capsys.readouterr().out.split())


def test_a_lake_of_a_rollup_without_l1_fees_leaves_fees_unknown(tmp_path: Path, capsys: Any) -> None:
    fees, reasons, said = of_lake(tmp_path / "lake", "base", sent(1, 0), capsys)
    assert fees == []
    assert "l1_fee" in reasons[0]
    assert "fees are unknown" in said


@pytest.mark.parametrize(
    ("chain", "more", "fees"),
    [
        ("base", {"receipt_l1_fee": "7"}, [42007]),
        ("base", {"receipt_l1_fee": None, "transaction_type": 126}, []),
        ("ethereum", {}, [42000]),
        ("ethereum", {"transaction_type": 3, "receipt_blob_gas_used": 5, "receipt_blob_gas_price": 4}, [42020]),
        ("ethereum", {"transaction_type": 2, "receipt_blob_gas_used": None, "receipt_blob_gas_price": None}, [42000]),
    ],
)
def test_a_lake_gives_every_part_of_a_fee_that_it_has(
    chain: str, more: dict[str, Any], fees: list[int], tmp_path: Path, capsys: Any
) -> None:
    assert of_lake(tmp_path / "lake", chain, sent(1, 0, **more), capsys)[:2] == (fees, [])


def test_a_lake_with_blobs_and_without_their_price_leaves_the_fee_unknown(tmp_path: Path, capsys: Any) -> None:
    fees, reasons, _ = of_lake(tmp_path / "lake", "ethereum", sent(1, 0, transaction_type=3), capsys)
    assert (fees, len(reasons)) == ([], 1)


def cases_of_explorers() -> Iterator[tuple[str, dict[str, str], list[int]]]:
    yield "base", own(1), []
    yield "base", own(1, L1FeesPaid="7"), [42007]
    yield "ethereum", {**own(1), "gasPrice": ""}, []


@pytest.mark.parametrize(("chain", "row", "fees"), list(cases_of_explorers()))
def test_an_explorers_list_without_a_part_of_the_fee_leaves_it_unknown(
    chain: str, row: dict[str, str], fees: list[int], workspace: Path
) -> None:
    with served(Lists(txlist=[row])) as url:
        asked = [
            "ingest",
            "explorer",
            A,
            "--url",
            url,
            "--answers",
            workspace.parent / "answers",
            "--rate",
            "100",
            "--chain",
            chain,
        ]
        found, reasons = loaded(workspace, *asked)
    assert found == fees
    assert ["fee is unknown" in one for one in reasons] == ([] if fees else [True])


def test_an_explorers_list_that_does_not_say_what_failed_moves_no_value(workspace: Path) -> None:
    row = {name: value for name, value in own(1).items() if name != "isError"}
    with served(Lists(txlist=[row])) as url:
        asked = [
            "ingest",
            "explorer",
            A,
            "--url",
            url,
            "--answers",
            workspace.parent / "answers",
            "--rate",
            "100",
            "--chain",
            "ethereum",
        ]
        _, reasons = loaded(workspace, *asked)
    assert "whether the transaction failed" in reasons[0]
    with Store.open(workspace) as store:
        assert {row.kind for row in store.records("transfers")} == {"fee"}
