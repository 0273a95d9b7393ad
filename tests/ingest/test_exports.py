"""Exports into the tables: bitcoin-etl in JSON and CSV, Parquet lakes, the numbered CSV of 2009."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bip_utils.base58 import Base58Encoder

from dyepack.errors import InputError, RecordError, SourceError
from dyepack.ingest.bitcoin.exports import Refusal, amount, read_exports
from dyepack.ingest.bitcoin.lakes import columns_of
from dyepack.ingest.bitcoin.loadfiles import LoadedFiles, load_files
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.check import check
from dyepack.ingest.findings import Note
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.chainfiles import first_blocks, twice

A, B, C = "a" * 64, "b" * 64, "c" * 64
TO_KEY, TO_SCRIPT = "76a914" + "00" * 20 + "88ac", "a914" + "01" * 20 + "87"
FIRST, OTHER = (str(Base58Encoder.CheckEncode(raw)) for raw in (bytes(21), b"\5" + b"\1" * 20))
Tables = dict[str, list[dict[str, Any]]]


def coinbase(digest: str, block: int, value: Any = 5_000_000_000, **more: Any) -> dict[str, Any]:
    made = {"index": 0, "script_hex": TO_KEY, "type": "pubkeyhash", "addresses": [FIRST], "value": value}
    said = {
        "hash": digest,
        "block_number": block,
        "block_hash": f"{block:064x}",
        "block_timestamp": 1_300_000_000 + block,
    }
    return {**said, "is_coinbase": True, "index": 0, "inputs": [], "outputs": [made], "output_count": 1, **more}


def payment(digest: str, block: int, spent: str | None, value: Any, had: Any, **more: Any) -> dict[str, Any]:
    coin = {"index": 0, "spent_transaction_hash": spent, "spent_output_index": 0, "addresses": [FIRST], "value": had}
    row = coinbase(digest, block, value, is_coinbase=False, index=1, inputs=[coin], input_count=1)
    row["outputs"] = [{"index": 0, "script_hex": TO_SCRIPT, "type": "scripthash", "addresses": [], "value": value}]
    return {**row, **more}


def block(number: int, **more: Any) -> dict[str, Any]:
    said = {"number": number, "hash": f"{number:064x}", "timestamp": 1_300_000_000 + number, "transaction_count": 1}
    return {**said, "merkle_root": A, **more}


ROWS = [coinbase(A, 1), coinbase(B, 2), payment(C, 2, A, 4_000_000_000, None)]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def loaded(folder: Path, *paths: Path, chain: str = "bitcoin") -> tuple[LoadedFiles, Tables]:
    with Store.open(folder / "ws", create=True) as store:
        done = load_files(store, paths, network(chain))
        names = [name for name in ("blocks", "transactions", "inputs", "outputs", "rejects") if store.parts(name)]
        return done, {name: store.fetch(f"select * from {name} order by all", name).to_pylist() for name in names}


def test_rows_of_json(tmp_path: Path):
    done, tables = loaded(tmp_path, written(tmp_path / "x.json", [*ROWS, block(1), block(2, transaction_count=2)]))
    assert (done.blocks, done.transactions, done.inputs, done.outputs) == (2, 3, 1, 3)
    assert [row["fee"] for row in tables["transactions"]] == [None, None, Decimal(1_000_000_000)]
    assert tables["inputs"][0]["amount"] == Decimal(5_000_000_000), "looked up: the export had no amount"
    assert [row["address"] for row in tables["outputs"]] == [FIRST, FIRST, OTHER], "the script says it, if nothing else"
    assert tables["blocks"][0]["root"] == A
    assert tables["blocks"][0]["previous"] is None


def test_the_same_in_csv_and_parquet(tmp_path: Path):
    _, expected = loaded(tmp_path, written(tmp_path / "x.json", ROWS))
    names = list(dict.fromkeys(name for row in ROWS for name in row))
    with (tmp_path / "x.csv").open("w", newline="") as file:
        out = csv.DictWriter(file, names)
        out.writeheader()
        out.writerows(
            {**row, "inputs": json.dumps(row["inputs"]), "outputs": json.dumps(row["outputs"])} for row in ROWS
        )
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "x.parquet")
    for name in ("x.csv", "x.parquet"):
        (tmp_path / name[2:]).mkdir()
        _, tables = loaded(tmp_path / name[2:], tmp_path / name)
        for table in ("transactions", "inputs", "outputs"):
            assert [{**row, "source": ""} for row in tables[table]] == [
                {**row, "source": ""} for row in expected[table]
            ]


def test_a_lake_that_is_parted_by_day(tmp_path: Path):
    """Whole coins in floating point, one address a coin, times as times: as one public lake has them."""
    lake = tmp_path / "lake"
    for day, rows in (("1", ROWS[:1]), ("2", ROWS[1:])):
        (lake / f"date=2011-03-1{day}").mkdir(parents=True)
        for row in json.loads(json.dumps(rows)):
            for coin in (*row["inputs"], *row["outputs"]):
                coin["address"] = next(iter(coin.pop("addresses")), None)
                coin["value"] = None if coin["value"] is None else coin["value"] / 10**8
            row |= {"input_value": 50.0, "output_value": 50.0, "fee": 0.0, "size": 135, "virtual_size": 135}
            row |= {"version": 1, "lock_time": 0, "input_count": len(row["inputs"]), "last_modified": 1_668_000_000}
            path = lake / f"date=2011-03-1{day}" / f"{row['hash'][:4]}.snappy.parquet"
            pq.write_table(pa.Table.from_pylist([row]), path)
    done, tables = loaded(tmp_path, lake)
    assert (done.files, done.blocks, done.transactions) == (3, 2, 3)
    assert [row["amount"] for row in tables["outputs"]] == [Decimal(5 * 10**9), Decimal(5 * 10**9), Decimal(4 * 10**9)]
    said = ["fee", "input_value", "last_modified", "lock_time", "output_value", "size", "version", "virtual_size"]
    assert done.unread == said


def test_amounts_in_floating_point_are_coins_only_where_that_is_known(tmp_path: Path):
    """Base units that some tool has put into a column with gaps look like coins, 100 million times too many."""
    row = json.loads(json.dumps(ROWS[0]))
    row["outputs"][0]["value"] = 50.0
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    with pytest.raises(RecordError, match=r"floating-point numbers.*--as whole-coins"):
        loaded(tmp_path, path)
    with Store.open(tmp_path / "ws2", create=True) as store:
        load_files(store, [path], network("bitcoin"), said="whole-coins")
        assert [one.amount for one in store.records("outputs")] == [50 * 10**8]
    with pytest.raises(InputError, match="expected --as whole-coins"), Store.open(tmp_path / "ws2") as store:
        load_files(store, [path], network("bitcoin"), said="traces")


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.Table.from_pylist(rows).combine_chunks().to_batches()[0]


def test_a_batch_of_parquet_is_read_as_its_rows_are(tmp_path: Path):
    """Column by column what `read_exports` reads row by row, coinbases with an input of no transaction among them."""
    nothing: dict[str, Any] = {
        "index": 0,
        "spent_transaction_hash": None,
        "spent_output_index": None,
        "addresses": [],
        "value": None,
    }
    rows = [{**ROWS[0], "inputs": [nothing]}, *ROWS[1:]]
    by_row = read_exports([written(tmp_path / "x.json", rows)]).transactions
    by_column = columns_of(batch(rows), "x.json", 1)
    assert by_column is not None
    assert by_column.to_pylist() == by_row.to_pylist()


REFUSED = {
    "a negative amount": (
        coinbase(A, 1, -1),
        "value",
        "expected a whole number in digits, or 0x and hex digits, got -1",
    ),
    "no amount": (coinbase(A, 1, None), "outputs", "expected an amount of every output, got none"),
    "words for an amount": (coinbase(A, 1, "five"), "value", "expected a whole number in digits"),
    "a short id": (coinbase("ab", 1), "hash", "expected 64 hexadecimal digits, got 'ab'"),
    "no coinbase told": (coinbase(A, 1, is_coinbase=None), "is_coinbase", "expected true or false"),
    "no block": (coinbase(A, -1), "block_number", "expected a whole number in digits"),
    "lost outputs": (
        coinbase(A, 1, output_count=2),
        "output_count",
        "says 2, but there are 1: the export has lost some",
    ),
    "nothing spent": (
        payment(A, 1, None, 1, 1),
        "inputs",
        "expected the output that is spent; only a coinbase has none",
    ),
    "no inputs": (payment(A, 1, B, 1, 1, inputs=[], input_count=0), "inputs", "a transaction has some, got none"),
    "a time of another century": (coinbase(A, 1, block_timestamp=99), "timestamp", "expected a time between 2009"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_that_is_none_is_refused_and_the_rest_loads(tmp_path: Path, case: str):
    row, field, reason = REFUSED[case]
    assert columns_of(batch([row]), "x", 1) is None, "such a batch is read row by row"
    done, tables = loaded(tmp_path, written(tmp_path / "x.json", [row, coinbase(C, 7)]))
    assert (done.transactions, done.rejected) == (1, 1)
    [refused] = tables["rejects"]
    assert (refused["source"], refused["line"], refused["field"]) == ("x.json", 1, field)
    assert refused["reason"].startswith(reason)


@pytest.mark.parametrize("line", ["{", "[1]", "\\x00", "7"])
def test_lines_that_are_no_objects(tmp_path: Path, line: str):
    path = written(tmp_path / "x.json", [coinbase(C, 7)])
    path.write_text(f"{line}\n{path.read_text()}")
    done, tables = loaded(tmp_path, path)
    assert (done.transactions, done.rejected) == (1, 1)
    assert tables["rejects"][0]["reason"].startswith("expected a JSON object")


def test_a_transaction_that_is_there_twice(tmp_path: Path):
    done, tables = loaded(tmp_path, written(tmp_path / "x.json", [coinbase(A, 1), coinbase(A, 1), coinbase(B, 1)]))
    assert (done.transactions, done.rejected) == (1, 2)
    assert {row["reason"] for row in tables["rejects"]} == {
        "duplicate: block 1 has a transaction of this id or place already"
    }


def test_places_that_are_not_given_are_ranks(tmp_path: Path):
    rows = [payment(C, 2, A, 1, 1, index=None), coinbase(B, 2, index=None)]
    _, tables = loaded(tmp_path, written(tmp_path / "x.json", rows))
    assert [(row["tx_index"], row["tx_hash"]) for row in tables["transactions"]] == [(0, B), (1, C)]


def test_blocks_that_are_there_from_elsewhere_are_refused(tmp_path: Path):
    first = written(tmp_path / "x.json", ROWS)
    loaded(tmp_path, first)
    again, _ = loaded(tmp_path, first)
    assert again.transactions == 3
    with pytest.raises(
        InputError, match=r"blocks 1 to 2 of bitcoin are in the workspace already, from x\.json; these files"
    ):
        loaded(tmp_path, written(tmp_path / "y.json", ROWS[1:]))


def test_a_hole_parts_the_tables(tmp_path: Path):
    loaded(tmp_path, written(tmp_path / "x.json", [coinbase(A, 1), coinbase(B, 9)]))
    with Store.open(tmp_path / "ws") as store:
        assert sorted(store.parts("outputs")) == ["bitcoin-000000001-000000001", "bitcoin-000000009-000000009"]
        assert [finding.text for finding in check(store)[0].findings] == ["blocks 2 to 8 are missing"]


def test_a_folder_without_exports(tmp_path: Path):
    with pytest.raises(SourceError, match="no such file"):
        loaded(tmp_path, tmp_path / "nowhere.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"\.parquet in .*; a folder of the 2009 chain has adr_hash\.csv"):
        loaded(tmp_path, tmp_path / "empty")


@pytest.mark.parametrize(("given", "expected"), [(0.1, 10**7), (20999999.9769, 2099999997690000), (7, 7), (None, None)])
def test_amounts(given: Any, expected: int | None):
    assert amount(given) == expected


@pytest.mark.parametrize("given", [0.1 + 0.2, 90_071_992.54740993, -0.1, float("nan"), Decimal("0.5"), True, 2**62])
def test_what_is_no_exact_amount(given: Any):
    with pytest.raises(Refusal, match="value: expected"):
        amount(given)


FIXTURES = ("data", "formats", "bitcoin-etl", "test_export_blocks_job")


def fixture(*parts: str) -> tuple[Path, Path]:
    folder = shared(*FIXTURES, *parts)
    return folder / "expected_blocks.json", folder / "expected_transactions.json"


@pytest.mark.parametrize(
    ("chain", "parts", "address", "value"),
    [
        ("bitcoin", ("bitcoin", "block_0"), "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 5_000_000_000),
        (
            "bitcoin_cash",
            ("bitcoin_cash", "block_with_duplicate_txid"),
            "bitcoincash:qzkddwa6hgh03skr4qsrygk7e087zjydxgqkpjnsw7",
            5_000_000_000,
        ),
        (
            "dogecoin",
            ("dogecoin", "block_with_float_precision_loss"),
            "DLrPBnddK81Tn7YStmKVAhqfxYexZFJymq",
            14_962_000_010_000,
        ),
    ],
)
def test_recorded_exports(tmp_path: Path, chain: str, parts: tuple[str, ...], address: str, value: int):
    done, tables = loaded(tmp_path, *fixture(*parts), chain=chain)
    assert done.rejected == 0
    first = tables["outputs"][0]
    assert (first["address"], first["amount"]) == (address, Decimal(value))


def test_recorded_exports_with_what_was_spent(tmp_path: Path):
    done, tables = loaded(tmp_path, *fixture("bitcoin", "stream_50001_50002"))
    assert done.unknown == 0
    assert "1DoQeKfU3dYhN9bxMpFFcVUnufCPDqSPae" in {row["address"] for row in tables["inputs"]}
    assert [row["fee"] for row in tables["transactions"] if not row["coinbase"]] == [Decimal(0), Decimal(0)]


def test_the_chain_of_2009(tmp_path: Path):
    folder = shared("data", "bitcoin", "chain-2009")
    done, tables = loaded(tmp_path, folder)
    assert (done.blocks, done.transactions, done.rejected, done.unknown) == (32_490, 32_709, 2, 0)
    assert [(row["line"], row["reason"]) for row in tables["rejects"]] == [
        (24_304, "duplicate: output 0 of transaction 24251 was there before"),
        (24_305, "duplicate: output 0 of transaction 24252 was there before"),
    ]
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
    assert report.counts == {}
    supply = next(note for note in report.notes if note.name == "supply")
    made = 1_624_500 * 10**8
    assert supply == Note("supply", made, f"base units made (1624500 BTC); the schedule allows {made}")
    real = [twice(_first_transaction(raw))[::-1].hex() for raw in first_blocks()]
    found = [row["tx_hash"] for row in tables["transactions"] if row["coinbase"]][: len(real)]
    assert found == real, "the digit that the file has lost was put back right"


def _first_transaction(raw: bytes) -> bytes:
    at = 81 + 41
    end = at + 1 + raw[at] + 4
    count, end = raw[end], end + 1
    for _ in range(count):
        end += 9 + raw[end + 8]
    return raw[81 : end + 4]
