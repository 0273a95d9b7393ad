"""How fast account chains are read: blocks with traces, and Parquet of a lake beside a bare copy of the same columns.

`python -m bench.evm_speed` prints the tables of docs/reference/benchmarks.md. Processor time, this process alone; the
blocks are the 27 real ones where DYEPACK_SHARED has them, a lake of token transfers is made for the purpose.
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.ingest.evm import decode, parity
from dyepack.ingest.evm.lake import load_lake
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.records import BlockData
from dyepack.ingest.evm.rows import Rows, Sink
from dyepack.schema import TABLES
from dyepack.store import Store

LAKE = 1_000_000


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Processor time of the best of some runs."""
    best = float("inf")
    for _ in range(times):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best


def blocks() -> list[bytes]:
    """The traced blocks, unpacked."""
    folder = Path(os.environ.get("DYEPACK_SHARED", "shared")) / "evm" / "blocks-with-traces"
    return [gzip.decompress(path.read_bytes()) for path in sorted(folder.iterdir())]


def traced(texts: list[bytes]) -> None:
    """Blocks with traces per second: read, decoded, and as rows of `transfers`."""
    ethereum = by_chain("ethereum")
    read = [parity.read(text, ethereum) for text in texts]
    traces = sum(len(tx.frames or ()) + 1 for block in read for tx in block.txs)
    times = {("ethereum", block.head.number): datetime(2021, 1, 1, tzinfo=UTC) for block in read}

    def rows(found: list[BlockData]) -> None:
        made, sink = Rows(times), Sink("bench")
        TABLES["transfers"].rows(row for block in found for row in made.of(block, sink))

    parsed = seconds(lambda: [parity.read(text, ethereum) for text in texts])
    decoded = seconds(lambda: [decode.decode(tx) for block in read for tx in block.txs])
    whole = parsed + seconds(lambda: rows(read))
    size = sum(map(len, texts)) / 1e6
    say(f"| {len(texts)} blocks, {traces:,} traces, {size:.0f} MB of JSON | blocks/s | traces/s | MB/s |")
    say("|---|---:|---:|---:|")
    for what, took in (
        ("read and checked", parsed),
        ("to movements", decoded),
        ("read, decoded, rows of `transfers`", whole),
    ):
        say(f"| {what} | {len(texts) / took:,.0f} | {traces / took:,.0f} | {size / took:,.0f} |")


def lake(folder: Path) -> None:
    """Rows per second of a lake, beside a bare engine copy of the same columns into one sorted Parquet file."""
    rows = made_lake(folder / "lake")

    def load() -> None:
        with Store.open(folder / f"ws{process_time()}", create=True) as store:
            load_lake(store, [folder / "lake"], "ethereum")

    def bare() -> None:
        with duckdb.connect() as connection:
            connection.execute(
                "copy (select 'ethereum' as chain, block_number as block, cast(null as timestamptz) as time,"
                " transaction_hash as tx_hash, transaction_index as tx_index, log_index as seq, 'token' as kind,"
                " from_address, to_address, 'ethereum:' || erc20 as asset,"
                " cast(value_string as decimal(38, 0)) as amount,"
                f" cast(null as varchar) as flag, 'lake' as source from '{folder}/lake/erc20.parquet'"
                " order by block_number, transaction_index, log_index)"
                f" to '{folder}/bare.parquet' (format parquet, compression zstd)"
            )

    ours, theirs = seconds(load, 2), seconds(bare, 2)
    say(f"\n| {rows:,} token transfers | rows/s | × the bare copy |")
    say("|---|---:|---:|")
    say(f"| a bare engine copy: read, amounts cast, sorted, Parquet | {rows / theirs:,.0f} | 1 |")
    say(f"| `ingest files`: times, kinds, flags, keys checked, hashed | {rows / ours:,.0f} | {ours / theirs:.2f} |")


def made_lake(folder: Path) -> int:
    """Token transfers as cryo writes them, and their blocks."""
    folder.mkdir()
    draw = np.random.default_rng(1)
    block = np.sort(draw.integers(0, LAKE // 100, LAKE))
    index = np.arange(LAKE) - np.searchsorted(block, block)
    names = pa.array([f"0x{n:040x}" for n in range(50_000)])
    pick = lambda: names.take(pa.array(draw.integers(0, len(names), LAKE)))  # noqa: E731
    tokens = names.take(pa.array(draw.integers(0, 200, LAKE)))
    columns = {
        "block_number": block,
        "transaction_index": index // 4,
        "log_index": index,
        "transaction_hash": pa.array(
            [f"0x{b:032x}{i:032x}" for b, i in zip(block.tolist(), (index // 4).tolist(), strict=True)]
        ),
        "erc20": tokens,
        "from_address": pick(),
        "to_address": pick(),
        "value_string": pa.array([str(n) for n in draw.integers(0, 2**62, LAKE).tolist()]),
    }
    pq.write_table(pa.table(columns), folder / "erc20.parquet")
    numbers = np.unique(block)
    pq.write_table(
        pa.table({"block_number": numbers, "timestamp": 1_600_000_000 + 12 * numbers}), folder / "blocks.parquet"
    )
    return LAKE


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    traced(blocks())
    with tempfile.TemporaryDirectory() as place:
        lake(Path(place))
