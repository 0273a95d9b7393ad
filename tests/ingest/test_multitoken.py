"""Tokens of ERC-1155 and shares of vaults that only the vault's own event says, through the commands that load them."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sha3
from hypothesis import given
from hypothesis import strategies as st

from dyepack import cli
from dyepack.errors import InputError
from dyepack.ingest.evm import multitoken, vaults
from dyepack.ingest.evm.records import Log
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.test_evm import TOKEN, A, B, C, transfer, word
from tests.ingest.test_evm_load import other, save, with_logs
from tests.ingest.test_lake import blocks
from tests.ingest.test_lake import save as save_lake

VAULT = "0x" + "8" * 40
ZERO = "0x" + "0" * 40


def single(number: int, amount: int, payer: str = A, payee: str = B, log: int = 0) -> Log:
    topics = (multitoken.SINGLE, word(C), word(payer), word(payee))
    return Log(log, TOKEN, topics, word(number) + word(amount)[2:])


def laid(*lists: list[int]) -> str:
    """Lists as the ABI lays them out."""
    places = [32 * (len(lists) + sum(1 + len(one) for one in lists[:n])) for n in range(len(lists))]
    body = "".join(word(len(one))[2:] + "".join(word(v)[2:] for v in one) for one in lists)
    return "0x" + "".join(word(place)[2:] for place in places) + body


def batch(numbers: list[int], amounts: list[int], log: int = 0) -> Log:
    return Log(log, TOKEN, (multitoken.BATCH, word(C), word(A), word(B)), laid(numbers, amounts))


def vault(topic: str, assets: int, shares: int, log: int = 0) -> Log:
    topics = (topic, word(A), word(A)) if topic == vaults.DEPOSIT else (topic, word(A), word(A), word(A))
    return Log(log, VAULT, topics, word(assets) + word(shares)[2:])


def rows_of(path: Path, workspace: Path) -> list[tuple[Any, ...]]:
    assert cli.run(["-w", str(workspace), "ingest", "evm", str(path)]) == 0
    return of(workspace)


def of(workspace: Path) -> list[tuple[Any, ...]]:
    """The movements of tokens, and how they are flagged."""
    with Store.open(workspace) as store:
        rows = [row for row in store.records("transfers") if row.asset != "ETH"]
        return [(row.kind, row.asset.removeprefix("ethereum:"), row.amount, row.flag, row.index) for row in rows]


def test_topics_are_the_hashes_of_what_they_stand_for() -> None:
    for text, topic in (
        ("TransferSingle(address,address,address,uint256,uint256)", multitoken.SINGLE),
        ("TransferBatch(address,address,address,uint256[],uint256[])", multitoken.BATCH),
        ("Deposit(address,address,uint256,uint256)", vaults.DEPOSIT),
        ("Withdraw(address,address,address,uint256,uint256)", vaults.WITHDRAW),
    ):
        assert "0x" + sha3.keccak_256(text.encode()).hexdigest() == topic


def test_an_id_of_which_more_than_one_moves_is_a_token_and_others_are_pieces(tmp_path: Path) -> None:
    lines = with_logs(other(1), single(7, 1), batch([7, 9], [1000, 1], log=1)), with_logs(other(2), single(9, 1))
    assert rows_of(save(tmp_path / "t.jsonl", *lines), tmp_path / "ws") == [
        ("token", f"{TOKEN}/7", 1, None, "log 0"),
        ("token", f"{TOKEN}/7", 1000, None, "log 1.0"),
        ("token", f"{TOKEN}/9", 1, "erc1155-piece", "log 1.1"),
        ("token", f"{TOKEN}/9", 1, "erc1155-piece", "log 0"),
    ]


def test_ids_are_made_and_destroyed_and_a_later_load_knows_what_is_fungible(tmp_path: Path) -> None:
    first = save(tmp_path / "a.jsonl", with_logs(other(1), single(7, 5, ZERO, A), single(7, 2, A, ZERO, 1)))
    found = rows_of(first, tmp_path / "ws")
    assert [row[0] for row in found] == ["mint", "burn"]
    later = rows_of(save(tmp_path / "b.jsonl", with_logs(other(2), single(7, 1))), tmp_path / "ws")
    assert ("token", f"{TOKEN}/7", 1, None, "log 0") in later


@pytest.mark.parametrize("turned", [False, True])
def test_whether_an_id_is_a_token_does_not_hang_on_the_order_of_loading(tmp_path: Path, turned: bool) -> None:
    ways = [
        save(tmp_path / "one.jsonl", with_logs(other(1), single(7, 1))),
        save(tmp_path / "more.jsonl", with_logs(other(2), batch([7, 9], [1000, 1]))),
    ]
    for path in reversed(ways) if turned else ways:
        rows_of(path, tmp_path / "ws")
    assert sorted((asset, amount, flag) for _, asset, amount, flag, _ in of(tmp_path / "ws")) == [
        (f"{TOKEN}/7", 1, None),
        (f"{TOKEN}/7", 1000, None),
        (f"{TOKEN}/9", 1, "erc1155-piece"),
    ]


def test_the_shared_erc1155_is_read(tmp_path: Path) -> None:
    rows = rows_of(shared("cases", "tracing", "22-erc1155", "x.jsonl"), tmp_path / "ws")
    assert [(kind, asset, amount) for kind, asset, amount, *_ in rows] == [("token", f"{'0x' + '7' * 40}/7", 1000)]


@pytest.mark.parametrize(
    "data", ["0x", word(7), word(64) + word(1)[2:], laid([7], [1, 2]), word(2**200) + word(64)[2:], "0x" + "0" * 66]
)
def test_what_is_no_erc1155_transfer_is_refused_by_name(data: str, tmp_path: Path) -> None:
    log = Log(0, TOKEN, (multitoken.BATCH, word(C), word(A), word(B)), data)
    assert rows_of(save(tmp_path / "t.jsonl", with_logs(other(1), log)), tmp_path / "ws") == []
    with Store.open(tmp_path / "ws") as store:
        assert "ERC-1155" in store.records("rejects")[0].reason


@given(st.lists(st.tuples(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1)), max_size=5))
def test_every_batch_is_read_as_it_was_laid_out(pairs: list[tuple[int, int]]) -> None:
    log = batch([number for number, _ in pairs], [amount for _, amount in pairs])
    assert multitoken.moved(log) == [(f"{TOKEN}/{number}", amount) for number, amount in pairs]


@given(st.text("0123456789abcdef", max_size=400))
def test_any_data_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        assert len(multitoken.moved(Log(0, TOKEN, (multitoken.BATCH,), "0x" + text))) * 128 <= len(text)


def test_shares_that_no_transfer_says_are_made_and_destroyed_by_the_vaults_event(tmp_path: Path) -> None:
    into = transfer(A, VAULT, 1000), vault(vaults.DEPOSIT, 1000, 900, log=1)
    back = transfer(VAULT, A, 400), vault(vaults.WITHDRAW, 400, 300, log=1)
    lines = with_logs(other(1), *into), with_logs(other(2), *back)
    found = rows_of(save(tmp_path / "t.jsonl", *lines), tmp_path / "ws")
    assert [row for row in found if row[1] == VAULT] == [
        ("mint", VAULT, 900, None, "log 1"),
        ("burn", VAULT, 300, None, "log 1"),
    ]


def test_shares_with_a_transfer_of_their_own_count_once(tmp_path: Path) -> None:
    logs = transfer(A, VAULT, 1000), transfer(ZERO, A, 900, VAULT, 1), vault(vaults.DEPOSIT, 1000, 900, log=2)
    found = rows_of(save(tmp_path / "t.jsonl", with_logs(other(1), *logs)), tmp_path / "ws")
    assert [row for row in found if row[1] == VAULT] == [("mint", VAULT, 900, None, "log 1")]


def test_a_deposit_whose_assets_did_not_move_is_another_contracts(tmp_path: Path) -> None:
    path = save(tmp_path / "t.jsonl", with_logs(other(1), vault(vaults.DEPOSIT, 1000, 900)))
    assert rows_of(path, tmp_path / "ws") == []


def lake_of(folder: Path, *logs: Log) -> list[tuple[Any, ...]]:
    blocks(folder, 1)
    head = {"block_number": 1, "transaction_index": 0, "transaction_hash": "0x" + "1" * 64}
    rows = [{**head, "log_index": o.number, "address": o.contract, "topics": o.topics, "data": o.data} for o in logs]
    save_lake(folder, "logs", rows)
    workspace = folder.parent / "ws"
    assert cli.run(["-w", str(workspace), "ingest", "files", str(folder), "--chain", "ethereum"]) == 0
    return of(workspace)


def test_a_lake_reads_both_by_the_same_rules(tmp_path: Path) -> None:
    logs = transfer(A, VAULT, 1000), vault(vaults.DEPOSIT, 1000, 900, log=1), batch([7, 9], [1000, 1], log=2)
    found = lake_of(tmp_path / "lake", *logs, single(7, 1, log=3))
    assert {row for row in found if row[1] != TOKEN} == {
        ("mint", VAULT, 900, None, "log 1"),
        ("token", f"{TOKEN}/7", 1000, None, "log 2.0"),
        ("token", f"{TOKEN}/9", 1, "erc1155-piece", "log 2.1"),
        ("token", f"{TOKEN}/7", 1, None, "log 3"),
    }


def test_a_lakes_shares_with_a_transfer_count_once(tmp_path: Path) -> None:
    logs = transfer(A, VAULT, 1000), transfer(ZERO, A, 900, VAULT, 1), vault(vaults.DEPOSIT, 1000, 900, log=2)
    assert [row for row in lake_of(tmp_path / "lake", *logs) if row[1] == VAULT] == [
        ("mint", VAULT, 900, None, "log 1")
    ]


def test_the_shared_vault_gives_900_shares_and_no_other_customer_gets_any(tmp_path: Path, capsys: Any) -> None:
    folder = shared("cases", "tracing", "32-vault-shares-without-transfer")
    start = ["-w", str(tmp_path / "ws")]
    assert cli.run([*start, "ingest", "evm", str(folder / "x.jsonl")]) == 0
    capsys.readouterr()
    assert cli.run([*start, "trace", "x-case", "--unlisted", "--seeds", str(folder / "s.csv"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    held = [one for one in said["destinations"] if one["reason"] == "held" and one["amounts"]["fifo"] != "0"]
    assert [(one["address"][-5:], one["amounts"]["fifo"]) for one in held] == [("aaaa2", "900")]
