"""The page on getting the days around a theft: every command on it runs, against servers on loopback."""

import re
import shlex
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dyepack import cli
from dyepack.ingest.evm.events import TRANSFER
from dyepack.store import Store
from tests.conftest import ROOT
from tests.ingest.esplora import Explorer
from tests.ingest.esplora import served as coins_served
from tests.ingest.evmnode import Chain, FakeNode
from tests.ingest.evmnode import served as node_served
from tests.ingest.lakeforms import table
from tests.ingest.s3 import Bucket
from tests.ingest.s3 import served as bucket_served
from tests.ingest.test_blocks import drawn
from tests.ingest.test_esplora import MINER, OWNERS
from tests.ingest.test_evm import TOKEN, A, C
from tests.ingest.test_explorer import Lists, own
from tests.ingest.test_explorer import served as explorer_served
from tests.ingest.test_lake import NAMES
from tests.ingest.test_lake_forms import word
from tests.ingest.test_tron import B, info, tx
from tests.ingest.test_tron import Node as TronServer
from tests.ingest.test_tron import served as tron_served
from tests.ingest.test_trongrid import WHO, Grid
from tests.ingest.test_trongrid import served as grid_served

PAGE = (ROOT / "docs" / "how-to" / "get-the-days-around-a-theft.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if "dyepack" in line
] + re.findall(r"`(dyepack ingest tron [^`]+)`", PAGE)


def arguments(line: str, urls: dict[str, str]) -> list[str]:
    """A command of the page with small blocks and the servers of the test, confirmations aside."""
    line = line.partition("dyepack ")[2]
    for told, small in {
        "15012600": "1",
        "15019000": "9",
        "51000000": "1",
        "51100000": "5",
        "420000": "1",
        "430000": "9",
        " N ": " 1 ",
        " M": " 5",
        **urls,
    }.items():
        line = line.replace(told, small)
    return shlex.split(line)


def written(folder: Path, exporter: str, names: Sequence[str], row: dict[str, Any]) -> None:
    """Files of these datasets with every column that the exporter publishes."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.parquet").write_bytes(packed(table(f"{exporter} {name}", [row])))


def packed(rows: pa.Table) -> bytes:
    sink = BytesIO()
    pq.write_table(rows, sink)
    return sink.getvalue()


def in_store(text: str, url: str) -> str:
    """A path of the public store as one of the store of the test."""
    path = text.removeprefix("s3://aws-public-blockchain/")
    return text if path == text else f"s3://lake/{path}?scheme=http&endpoint_override={url}&region=us-east-2"


def test_every_command_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _: None)
    cryo = {"transaction_hash": NAMES[10], "value_string": "5", "log_index": 1, "transfer_index": 0, "topic0": TRANSFER}
    cryo |= {"topic1": word(A), "topic2": word(C), "data": f"0x{7:064x}", "address": TOKEN}
    written(tmp_path / "lake", "cryo", ("blocks", "transactions", "logs", "native_transfers"), cryo)
    query = {
        "hash": NAMES[10],
        "transaction_hash": NAMES[10],
        "value": Decimal(5),
        "trace_type": "call",
        "log_index": 1,
    }
    query |= {"call_type": "call", "topics": [TRANSFER, word(A), word(C)], "data": f"0x{7:064x}", "address": TOKEN}
    written(tmp_path / "bigquery", "BigQuery", ("blocks", "transactions", "traces", "logs"), query)
    lake = {
        f"v1.0/eth/{name}/date=2022-06-23/x.parquet": packed(table(f"AWS {name}", [query]))
        for name in ("blocks", "logs")
    }
    thief = re.findall(r"0x[0-9a-f]{40}", PAGE)[0]
    lists = Lists(txlist=[own(1, thief)])
    with (
        node_served(FakeNode(Chain(200))) as fake,
        tron_served(TronServer(40)) as tron,
        explorer_served(lists) as explorer,
        grid_served(Grid({n: [(tx("TransferContract", n, to_address=B, amount=5), info(n))] for n in (2, 3)})) as grid,
        coins_served(Explorer(drawn(15), OWNERS)) as coins,
        bucket_served(Bucket(lake)) as bucket,
    ):
        explorers = {"ethereum": (explorer, thief), "tron": (grid.url, WHO), "bitcoin": (coins.url, MINER)}
        urls = {"http://127.0.0.1:8545": fake.url, "https://api.trongrid.io": tron.url}
        for line in COMMANDS:
            words = arguments(line, urls)
            if words[1] == "explorer":
                chain = words[words.index("--chain") + 1]
                url, address = explorers[chain]
                words = ["ingest", "explorer", address, *words[3:], "--url", url]
            where = f"ws-{words[2].partition(':')[0]}" if words[1] == "files" else f"ws-{words[1]}"
            where = "ws-node" if words[1] in ("evm", "tron", "check") else where
            assert cli.run(["-w", where, *(in_store(word, bucket.url) for word in words)]) == 0, line
    assert len(COMMANDS) >= 12
    assert Path("case/answers/answers.jsonl").exists()
    for where, kinds in (
        ("ws-lake", ["fee", "native", "token"]),
        ("ws-bigquery", ["fee", "native", "token"]),
        ("ws-s3", ["token"]),
    ):
        with Store.open(Path(where)) as store:
            assert sorted(row.kind for row in store.records("transfers")) == kinds, where
            assert not store.parts("rejects") or store.records("rejects") == []
    assert "0 differ" in capsys.readouterr().out
