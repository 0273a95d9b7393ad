"""Files of lakes with every column of their real source: what each is, which rows are refused, what is named."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyepack import cli
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.forms import dataset_of
from dyepack.store import Store
from tests.ingest.lakeforms import BIGNUMERIC, COLUMNS, table
from tests.ingest.test_evm import TOKEN, A, B, C
from tests.ingest.test_lake_forms import word

H = [f"0x{n:064x}" for n in range(10)]
CALL = {"transaction_hash": H[1], "trace_type": "call", "call_type": "call", "status": 1, "gas_used": 777}


def load(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> dict[str, Any]:
    """What the command says of these files, in a workspace that has nothing else."""
    words = ["-w", str(folder.parent / "ws"), "ingest", "files", str(folder), "--chain", "ethereum", *more, "--json"]
    assert cli.run(words) == code
    said = capsys.readouterr()
    return json.loads(said.out) if code == 0 else {"error": said.err}


def moved(folder: Path, *kinds: str) -> list[tuple[str, int]]:
    with Store.open(folder.parent / "ws") as store:
        rows = store.records("transfers")
    return [(row.kind, row.amount) for row in rows if not kinds or row.kind in kinds]


def rejects(folder: Path) -> list[str]:
    with Store.open(folder.parent / "ws") as store:
        return [f"{row.source}:{row.line}: {row.field}: {row.reason}" for row in store.records("rejects")]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    (tmp_path / "lake").mkdir()
    return tmp_path / "lake"


def save(lake: Path, name: str, rows: list[dict[str, Any]], **types: pa.DataType) -> None:
    pq.write_table(table(name, rows, **types), lake / f"{name.replace(' ', '-')}.parquet")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_published_schema_is_the_dataset_that_it_is(name: str) -> None:
    assert dataset_of(COLUMNS[name].split()) == name.rsplit(maxsplit=1)[-1]


def test_traces_with_all_their_columns_are_traces_and_fees_come_from_receipts(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(lake, "BigQuery blocks", [{"hash": H[7]}])
    save(lake, "BigQuery traces", [{**CALL, "value": Decimal(5)}, {**CALL, "value": Decimal(3), "trace_address": "0"}])
    said = load(lake, capsys)
    assert said["datasets"] == {"blocks": 1, "traces": 1}
    assert moved(lake) == [("native", 5), ("internal", 3)]
    save(lake, "BigQuery transactions", [{"hash": H[1], "receipt_gas_used": 21_000, "gas_price": 2 * 10**10}])
    words = ["-w", str(lake.parent / "ws2"), "ingest", "files", str(lake), "--chain", "ethereum"]
    assert cli.run(words) == 0
    assert capsys.readouterr().out.count("nothing was read from") == 3
    with Store.open(lake.parent / "ws2") as store:
        fees = [row.amount for row in store.records("transfers") if row.kind == "fee"]
    assert fees == [21_000]  # receipts name the price that was paid, 1, and not what was bid


def test_a_file_that_can_be_read_as_two_is_refused_until_somebody_says_which(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(lake, "BigQuery blocks", [{"hash": H[7]}])
    traces = table("BigQuery traces", [{**CALL, "value": Decimal(5)}])
    pq.write_table(
        traces.append_column("hash", pa.array([H[1]])).append_column("gas_price", pa.array([1])), lake / "x.parquet"
    )
    said = load(lake, capsys, code=1)["error"]
    assert "x.parquet: its columns can be read as transactions" in said
    assert "or traces" in said
    assert "--as" in said
    (lake / "BigQuery-blocks.parquet").unlink()
    load(lake, capsys, "--as", "traces")
    assert moved(lake) == [("native", 5)]
    assert "needs the columns erc20" in load(lake, capsys, "--as", "erc20_transfers", code=1)["error"]
    assert "expected --as with one of blocks" in load(lake, capsys, "--as", "gossip", code=1)["error"]


def test_rows_that_stand_twice_are_refused_by_name(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"hash": H[n], "transaction_index": n, "value": Decimal(n)} for n in (1, 2)]
    save(lake, "BigQuery transactions", rows)
    again = table("BigQuery transactions", [rows[1], {**rows[0], "value": Decimal(9)}])
    pq.write_table(again, lake / "later.parquet")
    said = load(lake, capsys)
    assert moved(lake, "native") == [("native", 1), ("native", 2)]
    assert said["refused"] == 2
    assert rejects(lake) == [
        f"later.parquet:1: row: {H[2]}: stands already in BigQuery-transactions.parquet, row 2; the first is taken",
        f"later.parquet:2: row: {H[1]}: stands already in BigQuery-transactions.parquet, row 1, with other contents;"
        " the first is taken",
    ]


def test_rewards_that_stand_in_two_files_count_once_and_equal_ones_of_one_file_twice(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(lake, "BigQuery blocks", [{"hash": H[7]}])
    nobody = {"transaction_hash": None, "transaction_index": None, "from_address": None, "call_type": None}
    reward = {**nobody, "trace_type": "reward", "reward_type": "uncle", "trace_address": None, "value": Decimal(2)}
    made = table("BigQuery traces", [{**CALL, "transaction_index": 0, "value": Decimal(5)}, reward, reward])
    for name in ("a", "b"):
        pq.write_table(made, lake / f"{name}.parquet")
    assert load(lake, capsys)["refused"] == 3
    assert moved(lake) == [("native", 5), ("reward", 2), ("reward", 2)]


@pytest.mark.parametrize("name", ["transactions", "traces", "token_transfers"])
def test_amounts_in_floating_point_refuse_the_file(name: str, lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(lake, f"AWS {name}", [{"value": 5.0, "token_address": TOKEN, "transaction_hash": H[1]}], value=pa.float64())
    assert "got floating point, which loses digits" in load(lake, capsys, code=1)["error"]


def test_decimals_of_any_width_are_taken_where_they_are_whole(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [Decimal("1234567890123456789"), Decimal("1.5"), Decimal(10) ** 26, Decimal(-1), Decimal(10) ** 37]
    rows = [{"hash": H[n + 1], "transaction_index": n, "value": value} for n, value in enumerate(values)]
    save(lake, "BigQuery transactions", rows, value=BIGNUMERIC)
    assert load(lake, capsys)["refused"] == 3
    assert moved(lake, "native") == [("native", 1234567890123456789), ("native", 10**26)]
    words = ["would be 10,000,000,000,000,000,000 ETH, more than was ever issued", "got '1.5", "got '-1"]
    assert all(any(word in reason for reason in rejects(lake)) for word in words)


def event(number: int, **more: Any) -> dict[str, Any]:
    made = {"transaction_hash": H[1], "log_index": number, "address": TOKEN, "data": f"0x{number:064x}"}
    return {**made, "topics": [TRANSFER, word(A), word(B)], **more}


def test_a_log_that_is_none_is_refused_alone(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blank = f"0x{8:063x} "
    rows = [
        event(1),
        event(2, address=None),
        event(3, data=blank),
        event(4, topics=[TRANSFER, word(A), word(B)[:-1] + "_"]),
    ]
    rows += [event(5, address="0x77"), event(6, data="0x" + "f" * 64), event(7)]
    save(lake, "BigQuery logs", rows)
    assert load(lake, capsys)["refused"] == 5
    assert moved(lake) == [("token", 1), ("token", 7)]
    said = "\n".join(rejects(lake))
    assert "BigQuery-logs.parquet:2: address: expected a value, got none" in said
    assert repr(blank) in said
    assert "BigQuery-logs.parquet:5: address:" in said
    assert str(2**256 - 1) in said


def test_logs_of_the_lake_that_rounds_its_amounts_are_exact(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(lake, "AWS blocks", [{"hash": H[7]}])
    save(lake, "AWS logs", [event(1, data=f"0x{10**37 + 1:064x}")])
    load(lake, capsys)
    assert moved(lake) == [("token", 10**37 + 1)]


def test_a_column_that_stands_twice_refuses_the_file(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = table("BigQuery transactions", [{"hash": H[1]}])
    pq.write_table(
        pa.Table.from_arrays([*made.columns, made.column("value")], [*made.column_names, "value"]), lake / "x.parquet"
    )
    assert "x.parquet: has the column 'value' twice" in load(lake, capsys, code=1)["error"]
    (lake / "x.parquet").unlink()
    (lake / "y.csv").write_text("hash,hash,number,timestamp\n")
    assert "y.csv: has the column 'hash' twice" in load(lake, capsys, code=1)["error"]


def test_a_line_in_another_encoding_or_of_another_length_is_refused_alone(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = (
        "hash,block_number,transaction_index,from_address,to_address,value,gas_price,receipt_gas_used,receipt_status"
    )
    lines = [f"{H[n]},1,{n},{A},{B},{n},1,21000,1" for n in range(1, 6)]
    lines[1] = lines[1].replace(A, "caf\xe9")
    lines[2] += ",mor\xe9"
    lines.insert(3, lines[0].replace(H[1], H[9]) + ",more")
    lines[4] = lines[4].replace(",1,4,", ",1_0,4,")
    (lake / "t.csv").write_bytes(
        "\n".join([header + ",block_timestamp", *(f"{one},1729400000" for one in lines)]).encode("latin-1")
    )
    assert load(lake, capsys)["refused"] == 4
    assert moved(lake, "native") == [("native", 1), ("native", 5)]
    assert [reason.partition("got")[0] for reason in rejects(lake)] == [
        "t.csv:3: row: expected text in UTF-8, ",
        "t.csv:4: row: expected text in UTF-8, ",
        "t.csv:5: row: expected 10 cells, ",
        "t.csv:6: block_number: expected a whole number in digits, or 0x and hex digits, ",
    ]


def test_dunes_calls_inside_a_failed_one_moved_nothing(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = {"tx_hash": H[1], "type": "call", "call_type": "call", "tx_index": 0}
    rows = [
        {**call, "value": Decimal(5), "trace_address": []},
        {**call, "value": Decimal(1), "trace_address": [1], "success": False},
        {**call, "value": Decimal(2), "trace_address": [1, 0]},
        {**call, "value": Decimal(3), "trace_address": [10]},
        {
            **call,
            "value": Decimal(4),
            "trace_address": [2],
            "type": "create",
            "to": None,
            "address": C,
            "call_type": None,
        },
        {**call, "value": Decimal(7), "trace_address": [3], "type": "suicide", "from": None, "to": None, "address": C}
        | {"refund_address": B, "call_type": None},
    ]
    save(lake, "Dune traces", rows, trace_address=pa.list_(pa.int64()))
    save(lake, "Dune transactions", [{"hash": H[1], "index": 0, "gas_used": 21_000, "gas_price": 2}])
    load(lake, capsys)
    assert moved(lake) == [("fee", 42_000), ("native", 5), ("internal", 4), ("internal", 7), ("internal", 3)]


def test_two_transactions_that_claim_one_place_are_named_in_one_line(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(lake, "BigQuery transactions", [{"hash": H[n], "transaction_index": 3, "value": Decimal(n)} for n in (1, 2)])
    said = load(lake, capsys, code=1)["error"]
    assert f"two rows have chain 'ethereum', block 1, tx_index 3, seq 0 ({H[1]} and {H[2]})" in said


def test_a_name_that_stands_twice_in_a_row_of_json_refuses_that_row(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"hash": H[1], "block_number": 7, "transaction_index": 0, "from_address": A, "to_address": B, "value": "5"}
    row |= {"gas_price": "1", "receipt_status": 1, "receipt_gas_used": 21_000, "block_timestamp": "2024-10-20T04:53:20"}
    good, twice = json.dumps(row), json.dumps({**row, "hash": H[2], "transaction_index": 1})
    twice = f'{twice[:-1]}, "value": "7"}}'
    escaped = f'{twice[:-1]}, "note": "\\u0041"}}'.replace(H[2], H[3])
    (lake / "t.json").write_text(f"{good}\n{twice}\n{escaped}\n")
    assert load(lake, capsys)["refused"] == 2
    assert moved(lake, "native") == [("native", 5)]
    assert rejects(lake) == [
        f"t.json:{n}: row: the name 'value' stands twice in one object; which is meant cannot be known" for n in (2, 3)
    ]


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_rows_of_another_chain_are_never_taken_for_this_one(
    form: str, lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cryo says the chain in every row; lakes of several chains call it in words."""
    row = {"hash": H[1], "block_number": 7, "transaction_index": 0, "from_address": A, "to_address": B, "value": "5"}
    row |= {"gas_price": "1", "receipt_status": 1, "receipt_gas_used": 21_000, "block_timestamp": "2024-10-20T04:53:20"}
    other = {**row, "hash": H[2], "transaction_index": 1}
    if form == "parquet":
        made = [{"transaction_hash": H[1], "value_string": "5", "success": True, "chain_id": 56}]
        save(lake, "cryo transactions", made)
        assert "'chain_id' says 'bsc', and --chain says ethereum" in load(lake, capsys, code=1)["error"]
    elif form == "csv":
        lines = [",".join([*row, "blockchain"]), *(",".join(map(str, one.values())) + ",bnb" for one in (row, other))]
        (lake / "t.csv").write_text("\n".join(lines) + "\n")
        assert "t.csv: the column 'blockchain' says 'bsc'" in load(lake, capsys, code=1)["error"]
    else:
        lines = [json.dumps({**row, "chain_id": "1"}), json.dumps({**other, "chain_id": 137})]
        (lake / "t.json").write_text("\n".join(lines) + "\n")
        assert load(lake, capsys)["refused"] == 1
        assert moved(lake, "native") == [("native", 5)]
        assert "'chain_id' says 'polygon'" in rejects(lake)[0]
