"""Files of lakes and exports that are cut, changed or made up: rows come, rejects, or one error in one line."""

import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.errors import DyepackError
from dyepack.ingest.bitcoin.loadfiles import load_files
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.evm.lake import load_lake
from dyepack.store import Store
from tests.conftest import attempted
from tests.ingest.lakeforms import aws_coins, table
from tests.ingest.test_exports import ROWS, coinbase


def packed(rows: pa.Table) -> bytes:
    sink = BytesIO()
    pq.write_table(rows, sink, compression=None)
    return sink.getvalue()


MOVED = [{"hash": f"0x{n:064x}", "transaction_index": n, "value": Decimal(n)} for n in (1, 2)]
SENT = table("BigQuery transactions", MOVED)
TEXTS = [{name: None if value is None else str(value) for name, value in row.items()} for row in SENT.to_pylist()]
LINES = [",".join(SENT.column_names), *(",".join(value or "" for value in row.values()) for row in TEXTS)]
FILES = {
    "lake.parquet": packed(SENT),
    "lake.json": "".join(json.dumps(row) + "\n" for row in TEXTS).encode(),
    "lake.csv": "\n".join(LINES).encode(),
    "coins.parquet": packed(aws_coins(coinbase("a" * 64, 1))["transactions"]),
    "coins.json": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
}
WORDS = b'" , { _ 1e5 - [[[[ null 99999999999999999999999999999999999999999'.split()
PARTS = st.sampled_from([*WORDS, b"\xff", b"\0", b"\r"])


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=5)
@given(st.data())
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    attempted("mutated files of lakes and exports")
    raw = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(PARTS | st.binary(max_size=3))
    with TemporaryDirectory() as folder, Store.open(Path(folder, "ws"), create=True) as store:
        path = Path(folder, name)
        path.write_bytes(bytes(raw))
        said = ""
        try:
            load_lake(store, [path], "ethereum") if "lake" in name else load_files(store, [path], network("bitcoin"))
        except DyepackError as error:
            said = str(error)
    assert "\n" not in said
