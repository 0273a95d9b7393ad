"""EVM files into a workspace: what is loaded, refused, repeated and loaded twice."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dyepack import cli
from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm.load import load_evm
from dyepack.store import Store, manifest
from tests.ingest.test_evm import HASH, TOKEN, A, B, C, line, transfer


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "ws", create=True) as opened:
        yield opened


def save(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def other(number: int, **changes: Any) -> dict[str, Any]:
    """Another transaction of the same shape."""
    made = line(**changes)
    made["tx"] = {**made["tx"], "hash": f"0x{number:064x}", "blockNumber": hex(number)}
    made["receipt"] = {**made["receipt"], "transactionHash": f"0x{number:064x}"}
    return made


def with_logs(made: dict[str, Any], *logs: Any) -> dict[str, Any]:
    raw = [{"address": o.contract, "topics": o.topics, "data": o.data, "logIndex": hex(o.number)} for o in logs]
    return {**made, "receipt": {**made["receipt"], "logs": raw}}


def test_rows_are_in_order_with_assets_and_flags(store: Store, tmp_path: Path) -> None:
    logs = (transfer(A, B, 7), transfer(B, C, 0, number=1))
    loaded = load_evm(store, [save(tmp_path / "t.jsonl", with_logs(line(), *logs))])
    rows = store.records("transfers")
    assert [(row.seq, row.kind, row.asset, row.amount, row.flag) for row in rows] == [
        (0, "fee", "ETH", 21000, None),
        (1, "native", "ETH", 5, None),
        (2, "token", f"ethereum:{TOKEN}", 7, None),
        (3, "token", f"ethereum:{TOKEN}", 0, "zero-value"),
    ]
    assert {row.asset: row.verified for row in store.records("assets")} == {"ETH": True, f"ethereum:{TOKEN}": False}
    assert (loaded.rows, loaded.unlisted, loaded.flagged) == (4, 1, {"zero-value": 1})


def test_an_amount_that_does_not_fit_is_refused_and_the_rest_keeps_its_place(store: Store, tmp_path: Path) -> None:
    logs = (transfer(A, B, 2**256 - 1), transfer(A, C, 7, number=1))
    loaded = load_evm(store, [save(tmp_path / "t.jsonl", with_logs(line(), *logs))])
    assert [(row.seq, row.amount) for row in store.records("transfers")] == [(0, 21000), (1, 5), (3, 7)]
    assert loaded.refused == {"amount": 1}
    assert "at most 38 digits" in store.records("rejects")[0].reason


def test_a_bad_line_is_refused_and_the_rest_loads(store: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "t.jsonl", line())
    path.write_text("{}\nnot json\n" + path.read_text())
    loaded = load_evm(store, [path])
    assert (loaded.transactions, loaded.refused) == ({"ethereum": 1}, {"line": 2})
    assert [reject.line for reject in store.records("rejects")] == [1, 2]


def test_the_same_files_again_change_nothing(store: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "t.jsonl", line())
    load_evm(store, [path])
    before = (store.path / manifest.NAME).read_bytes()
    load_evm(store, [path])
    assert (store.path / manifest.NAME).read_bytes() == before


def test_a_transaction_that_files_repeat_is_taken_once(store: Store, tmp_path: Path) -> None:
    paths = [save(tmp_path / "a.jsonl", line()), save(tmp_path / "b.jsonl", line(), other(2))]
    loaded = load_evm(store, paths)
    assert (loaded.twice, loaded.transactions, loaded.refused) == (1, {"ethereum": 2}, {})


def test_a_transaction_with_two_stories_is_refused(store: Store, tmp_path: Path) -> None:
    told = line()
    told["tx"] = {**told["tx"], "value": "0x6"}
    loaded = load_evm(store, [save(tmp_path / "t.jsonl", line(), told)])
    assert loaded.refused == {"transaction": 1}
    assert "different movements" in loaded.reasons[0]


def test_two_transactions_in_one_place_are_refused(store: Store, tmp_path: Path) -> None:
    rival = other(2)
    rival["tx"]["blockNumber"] = "0x1"
    loaded = load_evm(store, [save(tmp_path / "t.jsonl", line(), rival)])
    assert loaded.refused == {"transaction": 1}
    assert "reorganised" in loaded.reasons[0]


def test_a_transaction_that_another_file_gave_before_is_refused(store: Store, tmp_path: Path) -> None:
    load_evm(store, [save(tmp_path / "a.jsonl", line())])
    loaded = load_evm(store, [save(tmp_path / "b.jsonl", line(), other(2))])
    assert loaded.refused == {"transaction": 1}
    assert f"{HASH}: its movements were loaded from a.jsonl" in loaded.reasons[0]
    assert len(store.records("transfers")) == 4


def block(**changes: Any) -> dict[str, Any]:
    traces = [
        {
            "type": "call",
            "action": {"from": A, "to": B, "value": "0x5", "callType": "call"},
            "block_hash": "0x" + "3" * 64,
            "block_number": 9,
            "trace_address": [],
            "transaction_hash": HASH,
            "transaction_position": 0,
        },
        {
            "type": "reward",
            "action": {"author": C, "value": "0x2", "rewardType": "block"},
            "block_hash": "0x" + "3" * 64,
        },
    ]
    receipts = [{"transaction_hash": HASH, "gas_used": 21000, "effective_gas_price": 3}]
    return {"block_number": 9, "miner": C, "base_fee_per_gas": 2, "traces": traces, "receipts": receipts, **changes}


def test_a_traced_block_gives_movements_and_its_row(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "9.json.gz"
    path.write_bytes(gzip.compress(json.dumps(block(block_timestamp=1_600_000_000)).encode()))
    loaded = load_evm(store, [path], chain="eth")
    assert loaded.kinds == {"burn": 1, "fee": 1, "native": 1, "reward": 1}
    assert [(row.tx_index, row.kind, row.amount) for row in store.records("transfers")][-1] == (1, "reward", 2)
    assert [(row.block, row.transactions) for row in store.records("blocks")] == [(9, 1)]


def test_a_block_without_a_time_needs_one(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "9.json"
    path.write_text(json.dumps(block()))
    assert load_evm(store, [path], chain="ethereum").refused == {"time": 1}
    times = tmp_path / "blocks.csv"
    times.write_text("number,timestamp\n9,1600000000\n")
    assert load_evm(store, [path], chain="ethereum", times=times).rows == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"receipts": []}, "none for transaction"),
        ({"block_number": 8}, "expected those of block 8 alone"),
        ({"traces": []}, "expected 1 transactions"),
        ({"miner": "me"}, "miner"),
    ],
)
def test_a_block_whose_parts_do_not_fit_is_refused(
    store: Store, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    path = tmp_path / "9.json"
    path.write_text(json.dumps(block(block_timestamp=1_600_000_000, **changes)))
    loaded = load_evm(store, [path], chain="ethereum")
    assert loaded.rows == 0
    assert said in loaded.reasons[0]


def test_what_a_chain_began_with_is_made_in_block_0(store: Store, tmp_path: Path) -> None:
    path, times = tmp_path / "genesis.json", tmp_path / "times.csv"
    path.write_text(json.dumps({"timestamp": "0x0", "alloc": {A[2:]: {"balance": "0x5"}, B: {"balance": "7"}, C: {}}}))
    assert load_evm(store, [path], chain="ethereum").refused == {"time": 1}
    times.write_text("block,time\n0,2015-07-30T15:26:13Z\n")
    assert load_evm(store, [path], chain="ethereum", times=times).kinds == {"mint": 2}
    assert [(r.block, r.kind, r.to_address, r.amount) for r in store.records("transfers")] == [
        (0, "mint", A, 5),
        (0, "mint", B, 7),
    ]
    path.write_text(json.dumps({"alloc": {"0x1": {"balance": "1"}}}))
    assert "alloc" in load_evm(store, [path], chain="ethereum").reasons[0]


def test_files_that_cannot_be_read_change_nothing(store: Store, tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl.gz"
    short.write_bytes(gzip.compress(json.dumps(line()).encode())[:-9])
    for path, error in ((tmp_path / "none.jsonl", SourceError), (short, SourceError), (tmp_path / "ws", InputError)):
        with pytest.raises((error, SourceError)):
            load_evm(store, [path])
    json_path = tmp_path / "9.json"
    json_path.write_text("{}")
    with pytest.raises(InputError, match="--chain"):
        load_evm(store, [json_path])
    assert not store.parts("transfers")


def test_the_command_says_what_became_of_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "t.jsonl", line(), {})
    start = ["-w", str(tmp_path / "ws"), "ingest", "evm", str(path)]
    assert cli.run([*start, "--dry-run"]) == 0
    told = f"1 files with {path.stat().st_size:,} bytes would be loaded"
    assert told in capsys.readouterr().out
    assert cli.run([*start, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == {str(path): path.stat().st_size}
    assert cli.run([*start, "missing.jsonl", "--dry-run"]) == 1
    assert not (tmp_path / "ws").exists()
    capsys.readouterr()
    assert cli.run(start) == 0
    assert "2 movements of 1 transactions loaded, 1 things refused" in capsys.readouterr().out
    assert cli.run([*start, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"fee": 1, "native": 1}


def test_an_event_that_is_none_is_refused_alone(store: Store, tmp_path: Path) -> None:
    made = with_logs(line(), transfer(A, B, 7), transfer(A, C, 8, number=1), transfer(B, C, 9, number=2))
    logs = made["receipt"]["logs"]
    del logs[0]["address"]
    logs[1]["data"] = logs[1]["data"][:-1] + " "
    loaded = load_evm(store, [save(tmp_path / "t.jsonl", made)])
    assert [row.amount for row in store.records("transfers") if row.kind == "token"] == [9]
    assert loaded.refused == {"log": 2}
    assert any(repr(logs[1]["data"]) in row.reason for row in store.records("rejects"))


def test_more_than_was_ever_issued_is_refused_of_every_loader_and_of_a_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "t.jsonl", line(), {**other(2), "tx": {**other(2)["tx"], "value": hex(2 * 10**26)}})
    assert cli.run(["-w", "w", "ingest", "evm", "t.jsonl"]) == 0
    assert "would be 200,000,000 ETH, more than was ever issued" in capsys.readouterr().out
    with Store.open(tmp_path / "w") as kept:
        assert [row.amount for row in kept.records("transfers") if row.kind == "native"] == [5]
    (tmp_path / "s.csv").write_text(f"address,asset,amount\n{A},ETH,{2 * 10**26}\n")
    assert cli.run(["-w", "w", "trace", "x-case", "--unlisted", "--seeds", "s.csv", "--chain", "ethereum"]) == 1
    said = capsys.readouterr().err
    assert "s.csv:2" in said
    assert "more than was ever issued" in said
    assert "write whole units" in said
