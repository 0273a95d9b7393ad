"""Parquet of public lakes and exporters into movements, by columns; and what is refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyepack import cli
from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm.lake import LoadedLake, load_lake
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.test_evm import TOKEN, A, B, C

ZERO = "0x" + "0" * 40
NAMES = [f"0x{n:064x}" for n in range(20)]


def save(folder: Path, name: str, rows: list[dict[str, Any]], **types: pa.DataType) -> None:
    columns = {key: pa.array([row[key] for row in rows], types.get(key)) for key in rows[0]}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def load(folder: Path, workspace: str = "ws") -> tuple[LoadedLake, list[Any]]:
    with Store.open(folder.parent / workspace, create=True) as store:
        return load_lake(store, [folder], "ethereum"), store.records("transfers")


def blocks(folder: Path, *numbers: int) -> None:
    save(folder, "blocks", [{"number": n, "timestamp": 1_600_000_000 + n, "hash": NAMES[n]} for n in numbers])


def sent(block: int, index: int, **more: Any) -> dict[str, Any]:
    row = {"hash": NAMES[10 * block + index], "block_number": block, "transaction_index": index, "from_address": A}
    row |= {"to_address": B, "value": "5", "gas_price": "2", "receipt_gas_used": 21000, "receipt_status": 1}
    return {**row, **more}


def trace(path: str | None, payer: str = A, payee: str = B, value: str = "5", **more: Any) -> dict[str, Any]:
    row = {"block_number": 1, "transaction_index": 0, "transaction_hash": NAMES[10], "trace_type": "call"}
    row |= {"call_type": "call", "trace_address": path, "status": 1, "from_address": payer, "to_address": payee}
    return {**row, "value": value, **more}


def token(index: int, value: str = "7", payer: str = A, payee: str = B, number: int = 0) -> dict[str, Any]:
    row = {"block_number": 1, "transaction_hash": NAMES[10 + index], "log_index": number, "token_address": TOKEN}
    return {**row, "from_address": payer, "to_address": payee, "value": value}


def told(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [(r.tx_index, r.seq, r.kind, r.from_address[2:4], r.to_address[2:4], r.amount) for r in rows]


def test_a_lake_made_with_ethereum_etl(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake / "date=2020-09-13", "transactions", [sent(1, 0), sent(1, 1, value="0", receipt_status=0)])
    save(
        lake,
        "traces",
        [
            trace(None),
            trace("10", B, C, "3"),
            trace("2", B, C, "1"),
            trace("0", call_type="delegatecall"),
            trace("3", status=0),
        ],
    )
    save(lake, "token_transfers", [token(0, payer=ZERO), token(0, number=1, payee=ZERO), token(0, "0", number=2)])
    loaded, rows = load(lake)
    assert told(rows) == [
        (0, 0, "fee", "aa", "kn", 42000),
        (0, 1, "native", "aa", "bb", 5),
        (0, 2, "internal", "bb", "cc", 1),
        (0, 3, "internal", "bb", "cc", 3),
        (0, 1_000_000, "mint", "00", "bb", 7),
        (0, 1_000_001, "burn", "aa", "00", 7),
        (0, 1_000_002, "token", "aa", "bb", 0),
        (1, 0, "fee", "aa", "kn", 42000),
    ]
    assert [row.flag for row in rows if row.amount == 0] == ["zero-value"]
    assert (loaded.refused, loaded.datasets["transactions"]) == (0, 1)


def test_without_traces_values_are_those_of_transactions_that_succeeded(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "transactions", [sent(1, 0), sent(1, 1, receipt_status=0)])
    assert Counter(kind for _, _, kind, *_ in told(load(lake)[1])) == {"fee": 2, "native": 1}


def test_files_of_cryo(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "blocks", [{"block_number": 1, "timestamp": 1_600_000_001}])
    base = {"block_number": 1, "transaction_index": 4, "transaction_hash": NAMES[1], "from_address": A, "to_address": B}
    save(lake, "erc20", [{**base, "log_index": 9, "erc20": TOKEN, "value_string": "7", "value_f64": 7.0}])
    moved = [
        {**base, "transfer_index": n, "value_string": value, "value_f64": 1.0}
        for n, value in enumerate(["5", "0", "6"])
    ]
    save(lake, "native", moved)
    _, rows = load(lake)
    assert told(rows) == [
        (4, 1, "native", "aa", "bb", 5),
        (4, 3, "native", "aa", "bb", 6),
        (4, 1_000_009, "token", "aa", "bb", 7),
    ]


def test_amounts_that_do_not_fit_and_blocks_without_a_time_are_refused_and_counted(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    many = [
        token(0, str(2**256 - 1)),
        token(0, "x", number=1),
        token(0, number=2),
        {**token(0, number=3), "block_number": 2},
    ]
    save(lake, "token_transfers", many)
    save(lake, "transactions", [sent(1, 0)])
    loaded, rows = load(lake)
    assert (loaded.refused, len(rows)) == (3, 3)
    with Store.open(tmp_path / "ws") as store:
        assert sorted(row.field or "" for row in store.records("rejects")) == ["time", "value", "value"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": 7.0}, "whole amounts"),
        ({"color": "red", "log_index": None}, "no dataset that is known"),
    ],
)
def test_a_file_that_would_lose_digits_or_is_unknown_is_refused_whole(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "transactions", [sent(1, 0)])
    row = {**token(0), **change}
    save(lake, "token_transfers", [{k: v for k, v in row.items() if v is not None}])
    with pytest.raises(InputError, match=said):
        load(lake)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "token_transfers", [token(0)])
    with pytest.raises(InputError, match="add the blocks"):
        load(lake)
    blocks(lake, 1)
    with pytest.raises(InputError, match="add the transactions"):
        load(lake)
    with pytest.raises(InputError, match="found none"):
        load(tmp_path / "empty")
    (lake / "junk.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(SourceError, match="cannot read"):
        load(lake)


def test_the_same_lake_twice_changes_nothing(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "transactions", [sent(1, 0)])
    load(lake)
    before = (tmp_path / "ws" / "workspace.json").read_bytes()
    load(lake)
    assert (tmp_path / "ws" / "workspace.json").read_bytes() == before


PATHS = st.lists(st.lists(st.integers(0, 12), max_size=3).map(tuple), unique=True, max_size=12)


@given(PATHS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_calls_come_in_the_order_of_their_addresses(
    tmp_path_factory: pytest.TempPathFactory, paths: list[tuple[int, ...]]
) -> None:
    """The twin sorts the addresses as tuples of numbers."""
    lake = tmp_path_factory.mktemp("case") / "lake"
    blocks(lake, 1)
    order = sorted({(), *paths})
    rows = [trace(",".join(map(str, path)) or None, value=str(order.index(path) + 1)) for path in {(), *paths}]
    save(lake, "traces", rows, trace_address=pa.string())
    assert [row.amount for row in load(lake)[1]] == list(range(1, len(order) + 1))


def test_the_command_loads_a_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks(tmp_path / "lake", 1)
    save(tmp_path / "lake", "transactions", [sent(1, 0)])
    start = ["-w", str(tmp_path / "ws"), "ingest", "files", str(tmp_path / "lake"), "--chain", "ethereum"]
    assert cli.run(start) == 0
    assert "2 movements and 0 blocks loaded, 0 rows refused" in capsys.readouterr().out
    assert cli.run([*start, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"fee": 1, "native": 1}


def test_csv_of_ethereum_etl_is_read_as_text_and_real_token_transfers_come_through(tmp_path: Path) -> None:
    """Block 483,920 as ethereum-etl exports it; its transactions have no status, so traces are made for the purpose."""
    folder = shared("data", "formats", "ethereum-etl")
    lake = tmp_path / "lake"
    lake.mkdir()
    for name, source in (
        ("blocks", "test_export_blocks_job/block_with_logs/expected_blocks.csv"),
        ("transactions", "test_export_blocks_job/block_with_logs/expected_transactions.csv"),
        ("token_transfers", "test_export_token_transfers_job/block_with_transfers/expected_token_transfers.csv"),
        ("traces", "test_export_traces_job/block_with_subtraces/expected_traces.csv"),
    ):
        (lake / f"{name}.csv").write_bytes((folder / source).read_bytes())
    with Store.open(tmp_path / "ws", create=True) as store:
        loaded = load_lake(store, [lake], "ethereum")
        rows = store.records("transfers")
    assert [(r.block, r.tx_index, r.seq, r.kind, r.amount) for r in rows] == [
        (483_920, 0, 1_000_000, "token", 100_000),
        (483_920, 1, 1_000_001, "token", 200_000),
    ]
    assert loaded.refused > 0  # the traces are of block 1,000,000, of which no time is there


def test_a_lake_and_a_list_of_the_same_transaction_come_to_one_table_in_either_order(tmp_path: Path) -> None:
    """What the lake says goes before the list; what the list has beside it stays."""
    blocks(tmp_path / "lake", 1)
    save(tmp_path / "lake", "transactions", [sent(1, 0)])
    head = "tx_hash,from,to,amount,block,time,kind\n"
    rows = f"{NAMES[10]},{A},{B},5,1,1600000001,native\n{NAMES[11]},{B},{A},3,1,1600000001,native\n"
    (tmp_path / "m.csv").write_text(head + rows)
    ways = [
        ["ingest", "files", str(tmp_path / "lake"), "--chain", "ethereum"],
        ["ingest", "movements", str(tmp_path / "m.csv"), "--chain", "ethereum", "--base-units"],
    ]
    found = []
    for name, order in (("one", ways), ("two", ways[::-1])):
        for words in order:
            assert cli.run(["-w", str(tmp_path / name), *words]) == 0
        with Store.open(tmp_path / name) as store:
            found.append([(row.tx_hash, row.seq, row.kind, row.amount) for row in store.records("transfers")])
    assert found[0] == found[1]
    assert sorted(amount for *_, amount in found[0]) == [3, 5, 42000]
