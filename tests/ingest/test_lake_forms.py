"""Lakes and exports in every form that is read: events, bytes, JSON, CSV, TRON, object stores; what is said of them."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyepack import cli
from dyepack.addresses import normalise
from dyepack.errors import InputError, SourceError
from dyepack.ingest.check import check
from dyepack.ingest.evm.events import DEPOSIT, TRANSFER, WITHDRAWAL
from dyepack.ingest.evm.lake import LoadedLake, load_lake
from dyepack.ingest.evm.normal import hexed
from dyepack.ingest.places import here, look
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.s3 import Bucket, served
from tests.ingest.test_evm import TOKEN, A, B, C
from tests.ingest.test_lake import NAMES, blocks, load, save, sent, token, told, trace

WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"


def word(address: str) -> str:
    return "0x" + address[2:].rjust(64, "0")


def log(number: int, contract: str, topics: list[str], data: str) -> dict[str, Any]:
    row = {"block_number": 1, "transaction_index": 0, "transaction_hash": NAMES[10], "log_index": number}
    return {**row, "address": contract, "topics": topics, "data": data}


LOGS = [
    log(0, TOKEN, [TRANSFER, word(A), word(B)], f"0x{7:064x}"),
    log(1, WETH, [DEPOSIT, word(A)], f"0x{8:064x}"),
    log(2, WETH, [WITHDRAWAL, word(A)], f"0x{9:064x}"),
    log(3, TOKEN, [DEPOSIT, word(A)], f"0x{9:064x}"),
    log(4, TOKEN, [TRANSFER, word(A), word(B), word(C)], "0x"),
    log(5, TOKEN, ["0x" + "1" * 64], "0x"),
    log(6, TOKEN, [TRANSFER, word(A)], "0x"),
    log(7, TOKEN, [], "0x"),
]
MADE = [
    (0, 1_000_000, "token", "aa", "bb", 7),
    (0, 1_000_001, "mint", "00", "aa", 8),
    (0, 1_000_002, "burn", "aa", "00", 9),
]


def as_topics(rows: list[dict[str, Any]], form: str) -> list[dict[str, Any]]:
    """Lists as BigQuery has them, text as ethereum-etl's CSV, columns as cryo, with ids as text or as bytes."""
    if form == "lists":
        return rows
    if form == "text":
        return [{**row, "topics": ",".join(row["topics"])} for row in rows]
    found = []
    for row in rows:
        four = {f"topic{n}": row["topics"][n] if n < len(row["topics"]) else None for n in range(4)}
        plain = {**{name: value for name, value in row.items() if name != "topics"}, **four}
        ids = ("transaction_hash", "address", "data", *four)
        raw = {name: None if plain[name] is None else bytes.fromhex(plain[name][2:]) for name in ids}
        found.append({**plain, **raw} if form == "bytes" else plain)
    return found


@pytest.mark.parametrize("form", ["lists", "text", "columns", "bytes"])
def test_events_show_wrapped_coins_and_take_the_place_of_transfers_made_of_them(tmp_path: Path, form: str) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    kind = pa.binary() if form == "bytes" else pa.string()
    types = {f"topic{n}": kind for n in range(4)} if form in ("columns", "bytes") else {}
    save(lake, "logs", as_topics(LOGS, form), **types)
    save(lake, "transactions", [sent(1, 0, value="0")])
    save(lake, "token_transfers", [token(0)])
    loaded, rows = load(lake)
    assert told([row for row in rows if row.kind != "fee"]) == MADE
    assert loaded.passed == {
        "ERC-721 transfer": 1,
        "deposit or withdrawal of another contract": 1,
        "event of another kind": 2,
    }
    assert loaded.refused == 1
    assert any("taken from events" in line for line in loaded.warnings)


def test_what_the_files_cannot_show_is_said(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "transactions", [sent(1, 0)])
    assert [line.partition(":")[0] for line in load(lake)[0].warnings] == ["no events or token transfers", "no calls"]
    save(lake, "token_transfers", [token(0)])
    save(lake, "traces", [trace(None)])
    loaded, _ = load(lake, "other")
    assert [line.partition(":")[0] for line in loaded.warnings] == ["no events"]


def test_cryo_as_it_writes_by_default_bytes_and_all(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    raw = {"from_address": bytes.fromhex(A[2:]), "to_address": bytes.fromhex(B[2:])}
    name = bytes.fromhex(NAMES[1][2:])
    save(lake, "blocks", [{"block_number": 1, "timestamp": 1_600_000_001, "block_hash": name}])
    tx = {"block_number": 1, "transaction_index": 4, "transaction_hash": name, "nonce": 1, **raw, "gas_price": 2}
    value = {"value_binary": b"\x05", "value_string": "5", "value_f64": 5.0}
    save(lake, "transactions", [{**tx, **value, "gas_used": 21000, "success": True}])
    moved = {"block_number": 1, "transaction_index": 4, "transaction_hash": name, **raw, "value_string": "7"}
    save(lake, "erc20", [{**moved, "log_index": 9, "erc20": bytes.fromhex(TOKEN[2:])}])
    loaded, rows = load(lake)
    assert told(rows) == [
        (4, 0, "fee", "aa", "kn", 42000),
        (4, 1, "native", "aa", "bb", 5),
        (4, 1_000_009, "token", "aa", "bb", 7),
    ]
    assert {row.tx_hash for row in rows} == {NAMES[1]}
    assert rows[2].asset == f"ethereum:{TOKEN}"
    assert loaded.refused == 0


@pytest.mark.parametrize("size", [0, 1, 3])
def test_bytes_as_hex(size: int) -> None:
    given = [bytes(range(n, n + size)) for n in range(4)] + [None, b""]
    chunks = pa.chunked_array([pa.array(given, pa.binary()), pa.array([b"\xff"], pa.binary())])
    assert hexed(chunks).to_pylist() == [None if one is None else "0x" + one.hex() for one in [*given, b"\xff"]]


def write(folder: Path, name: str, rows: list[Any]) -> None:
    folder.mkdir(exist_ok=True)
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    (folder / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())


HEAD = {"number": 1, "timestamp": 1_600_000_001, "hash": NAMES[1], "parent_hash": NAMES[0], "transaction_count": 1}
SENT = {k: v for k, v in sent(1, 0).items() if not k.startswith("receipt")} | {"value": 10**20}
PAID = {"transaction_hash": NAMES[10], "block_number": 1, "transaction_index": 0, "gas_used": 21000, "status": 1}
PAID |= {"cumulative_gas_used": 21000, "effective_gas_price": 3}


@pytest.mark.parametrize("name", ["all.json", "all.ndjson", "all.jsonl.gz"])
def test_json_of_ethereum_etl_keeps_every_digit_and_names_what_it_refuses(tmp_path: Path, name: str) -> None:
    most = {**LOGS[0], "data": f"0x{10**37:064x}"}
    rows = [
        {"type": "block", **HEAD},
        {"type": "transaction", **SENT},
        {"type": "receipt", **PAID},
        {"type": "log", **most},
        {"type": "token", "address": TOKEN},
        {"type": "transaction", **SENT, "value": 1.5e19},
        {"type": "transaction", **SENT, "transaction_index": -1},
        "{nonsense",
        "[1]",
        {"type": "gossip"},
    ]
    write(tmp_path / "lake", name, rows)
    loaded, moved = load(tmp_path / "lake")
    assert told(moved) == [
        (0, 0, "fee", "aa", "kn", 63000),
        (0, 1, "native", "aa", "bb", 10**20),
        (0, 1_000_000, "token", "aa", "bb", 10**37),
    ]
    assert (loaded.blocks, loaded.refused, loaded.passed) == (1, 5, {"row of another kind": 1})
    with Store.open(tmp_path / "ws") as store:
        fields = [(row.line, row.field) for row in store.records("rejects")]
    assert fields == [(6, "value"), (7, "transaction_index"), (8, "row"), (9, "row"), (10, "row")]


def test_rows_of_json_leave_out_what_they_have_not_and_are_read_whole(tmp_path: Path) -> None:
    """As BigQuery exports them: a column is there where any row has it."""
    paid = {"receipt_gas_used": "21000", "receipt_status": "1"}
    made = {**SENT, **paid, "hash": NAMES[11], "transaction_index": "1", "receipt_contract_address": C}
    del made["to_address"]
    write(tmp_path / "lake", "x.json", [HEAD, {**SENT, **paid}, made])
    loaded, rows = load(tmp_path / "lake")
    assert told([row for row in rows if row.kind == "native"]) == [
        (0, 1, "native", "aa", "bb", 10**20),
        (1, 1, "native", "aa", "cc", 10**20),
    ]
    assert loaded.refused == 0


def test_contracts_that_are_made_with_value_are_paid(tmp_path: Path) -> None:
    made = {**SENT, "to_address": None}
    write(tmp_path / "lake", "x.json", [HEAD, made, {**PAID, "contract_address": C}])
    assert told(load(tmp_path / "lake")[1])[1] == (0, 1, "native", "aa", "cc", 10**20)
    write(tmp_path / "other", "x.json", [HEAD, made, PAID])
    loaded, rows = load(tmp_path / "other", "ws2")
    assert (len(rows), loaded.refused) == (1, 1)
    assert "expected an address of who is paid" in loaded.reasons[0]


def test_what_does_not_say_whether_it_failed_is_refused_and_an_error_where_nothing_does(tmp_path: Path) -> None:
    write(tmp_path / "lake", "x.json", [HEAD, SENT, {**PAID, "status": None}])
    with pytest.raises(InputError, match="1 transactions do not say whether it failed"):
        load(tmp_path / "lake")
    blocks(tmp_path / "two", 1)
    save(tmp_path / "two", "transactions", [sent(1, 0)])
    save(tmp_path / "two", "traces", [trace(None), trace("0", status=None), trace("1", trace_type="reward")])
    loaded, rows = load(tmp_path / "two", "two-ws")
    assert [row.kind for row in rows] == ["fee", "native", "reward"]
    assert [reason for reason in loaded.reasons if "does not say its status or hash" in reason]


def test_what_is_there_already_is_refused_and_blocks_show_gaps(tmp_path: Path) -> None:
    for name, number in (("one", 1), ("two", 3)):
        head = {**HEAD, "number": number, "hash": NAMES[number], "parent_hash": NAMES[number - 1]}
        tx = {**SENT, "hash": NAMES[10 + number], "block_number": number}
        write(tmp_path / name, "x.json", [head, tx, {**PAID, "transaction_hash": tx["hash"], "block_number": number}])
        load(tmp_path / name)
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
    assert (report.blocks, report.counts) == (2, {"gap": 1})
    again = {**SENT, "hash": NAMES[11]}
    write(tmp_path / "three", "y.json", [HEAD, again, {**PAID, "transaction_hash": NAMES[11]}])
    with pytest.raises(InputError, match="1 of its transactions are in the workspace already, from lake@"):
        load(tmp_path / "three")


def test_tron_with_its_addresses_in_hex(tmp_path: Path) -> None:
    """CSV in ethereum-etl's columns: addresses in hex with 41, with 0x, or base58; a TRC-10 token by its number."""
    hexes = ["41" + "a" * 40, "0x" + "b" * 40, normalise("41" + "c" * 40, "tron")]
    a, b, c = (normalise("41" + letter * 40, "tron") for letter in "abc")
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "blocks.csv").write_text(
        f"number,hash,parent_hash,timestamp,transaction_count\n1,{NAMES[1]},{NAMES[0]},1600000001,1\n"
    )
    (lake / "transactions.csv").write_text(
        "hash,block_number,transaction_index,from_address,to_address,value,gas_price,receipt_status\n"
        f"{NAMES[10]},1,0,{hexes[0]},{hexes[1]},5,0,1\n{NAMES[11]},1,1,zz,{hexes[1]},5,0,1\n"
    )
    (lake / "token_transfers.csv").write_text(
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n"
        f"{hexes[2]},{hexes[0]},{'0x' + '0' * 40},7,{NAMES[10]},0,1\n1002000,{hexes[2]},{hexes[1]},8,{NAMES[10]},1,1\n"
    )
    with Store.open(tmp_path / "ws", create=True) as store:
        loaded = load_lake(store, [lake], "tron")
        rows = store.records("transfers")
        assert [(r.kind, r.from_address, r.to_address, r.asset, r.amount) for r in rows] == [
            ("native", a, b, "TRX", 5),
            ("burn", a, "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", f"tron:{c}", 7),
            ("token", c, b, "tron:1002000", 8),
        ]
        assert {row.tx_hash for row in rows} == {NAMES[10][2:]}
    assert (loaded.refused, loaded.blocks) == (1, 1)


def test_real_exports_of_ethereum_etl_in_csv_and_in_json_are_the_same_movements(tmp_path: Path) -> None:
    """Blocks 1,755,634 and 1,755,635 as ethereum-etl streams them: The DAO's tokens, and what cost what."""
    folder = shared("data", "formats", "ethereum-etl", "test_stream", "blocks_1755634_1755635")
    (tmp_path / "json").mkdir()
    for name in ("blocks", "transactions", "logs"):
        (tmp_path / "json" / f"{name}.json").write_bytes((folder / f"expected_{name}.json").read_bytes())
    rows = {
        name: [json.loads(line) for line in (tmp_path / "json" / f"{name}.json").read_text().splitlines()]
        for name in ("blocks", "transactions", "logs")
    }
    traces = [
        {"type": "trace", "transaction_hash": tx["hash"], "block_number": tx["block_number"], "trace_type": "call"}
        | {"transaction_index": tx["transaction_index"], "trace_address": [], "status": 1, "call_type": "call"}
        | {name: tx[name] for name in ("from_address", "to_address", "value")}
        for tx in rows["transactions"]
    ]
    write(tmp_path / "json", "traces.json", traces)
    loaded, moved = load(tmp_path / "json")
    (tmp_path / "csv").mkdir()
    for name, said in {**rows, "traces": traces}.items():
        flat = [{k: ",".join(map(str, v)) if isinstance(v, list) else v for k, v in row.items()} for row in said]
        columns = [k for k in flat[0] if k not in ("type", "input", "logs_bloom", "extra_data")]
        lines = [",".join(columns)] + [
            ",".join(f'"{row[c]}"' if row[c] is not None else "" for c in columns) for row in flat
        ]
        (tmp_path / "csv" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    again, same = load(tmp_path / "csv", "ws2")

    def plain(one: Any) -> tuple[Any, ...]:
        return tuple(getattr(one, name) for name in one.__slots__ if name != "source")

    assert list(map(plain, moved)) == list(map(plain, same))
    assert (loaded.blocks, loaded.kinds) == (again.blocks, again.kinds)
    assert loaded.kinds["token"] == sum(
        row["topics"][0] == TRANSFER and len(row["topics"]) == 3 for row in rows["logs"]
    )
    assert sum(row.amount for row in moved if row.kind == "native") == sum(tx["value"] for tx in rows["transactions"])
    fees = Counter(row.amount for row in moved if row.kind == "fee")
    assert fees == Counter(tx["receipt_gas_used"] * tx["gas_price"] for tx in rows["transactions"])


# ── files that lie elsewhere


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def objects(folder: Path) -> dict[str, bytes]:
    blocks(folder, 1)
    save(folder / "date=2020-09-13", "transactions", [sent(1, 0)])
    (folder / "date=2020-09-13" / "README.txt").write_text("no data")
    return {f"v1/{path.relative_to(folder)}": path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("more", [[], ["--anonymous"]])
@pytest.mark.usefixtures("credentials")
def test_a_lake_in_an_object_store(tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with served(Bucket(objects(tmp_path / "lake"))) as bucket:
        url = f"s3://lake/v1?scheme=http&endpoint_override={bucket.url}&region=eu-central-1"
        command = ["-w", str(tmp_path / "ws"), "ingest", "files", url, "--chain", "ethereum", *more]
        assert cli.run([*command, "--dry-run", "--json"]) == 0
        plan = json.loads(capsys.readouterr().out)
        assert {name: one["rows"] for name, one in plan["datasets"].items()} == {"blocks": 1, "transactions": 1}
        assert not (tmp_path / "ws").exists()
        assert cli.run(command) == 0
        assert "2 movements and 0 blocks loaded" in capsys.readouterr().out
        one = [
            f"s3://lake/v1/{name}?{url.partition('?')[2]}"
            for name in ("blocks.parquet", "date=2020-09-13/transactions.parquet")
        ]
        assert cli.run(["-w", str(tmp_path / "ws2"), "ingest", "files", *one, "--chain", "ethereum", *more]) == 0
        assert bucket.signed == {not more}
    with Store.open(tmp_path / "ws") as store, Store.open(tmp_path / "ws2") as same:
        assert list(map(told, [store.records("transfers")])) == list(map(told, [same.records("transfers")]))


@pytest.mark.usefixtures("credentials")
def test_stores_that_fail_are_told_apart(tmp_path: Path) -> None:
    with served(Bucket(objects(tmp_path / "lake"))) as bucket:
        where = f"?scheme=http&endpoint_override={bucket.url}&region=eu-central-1"
        with pytest.raises(InputError, match="found none"), here([f"s3://lake/nothing{where}"]):
            pass
        with (
            pytest.raises(InputError, match="after the question mark, got colour"),
            here([f"s3://lake/v1{where}&colour=red"]),
        ):
            pass
        bucket.lost = 3
        with pytest.raises(SourceError) as caught, here([f"s3://lake/v1{where}"]):
            pass
        assert "\n" not in str(caught.value)
    with pytest.raises((SourceError, InputError)), here([f"s3://lake/v1{where}"]):
        pass
    with pytest.raises(InputError, match="no store that is known"):
        look(["gopher://lake/v1"])


def test_files_of_another_file_system_by_its_url(tmp_path: Path) -> None:
    objects(tmp_path / "lake")
    with here([f"file://{tmp_path}/lake"]) as [copied], Store.open(tmp_path / "ws", create=True) as store:
        loaded = load_lake(store, [copied], "ethereum")
        assert copied != tmp_path / "lake"
    assert isinstance(loaded, LoadedLake)
    assert (loaded.rows, copied.exists()) == (2, False)


def test_the_dry_run_prints_datasets_and_columns_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    objects(tmp_path / "lake")
    write(tmp_path / "lake", "more.json", [SENT])
    (tmp_path / "lake" / "strange.csv").write_text("colour,size\nred,1\n")
    command = ["-w", str(tmp_path / "ws"), "ingest", "files", str(tmp_path / "lake"), "--dry-run"]
    assert cli.run([*command, "--chain", "ethereum"]) == 0
    out = capsys.readouterr().out
    assert "4 files of ethereum with" in out
    assert "strange.csv is of no dataset that is known: it has colour, size" in out
    assert "from_address" in out
    assert cli.run([*command, "--chain", "bitcoin", "--json"]) == 0
    told_of = json.loads(capsys.readouterr().out)
    assert (told_of["chain"], list(told_of["tables"])) == ("bitcoin", ["blocks", "transactions", "inputs", "outputs"])
    assert told_of["datasets"]["transactions"] | {"bytes": 0} == {
        "files": 2,
        "bytes": 0,
        "rows": None,
        "from": 1,
        "to": 1,
    }
    assert not (tmp_path / "ws").exists()
    pq.write_table(pa.table({"block_number": [7, 9]}), tmp_path / "lake" / "spans.parquet")
    [seen] = [one for one in look([str(tmp_path / "lake")]) if one.name == "spans.parquet"]
    assert (seen.rows, seen.first, seen.last) == (2, 7, 9)
    (tmp_path / "lake" / "bad.json").write_bytes(b"\xff\xfe")
    assert cli.run([*command, "--chain", "bitcoin", "--json"]) == 1
