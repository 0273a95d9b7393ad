"""What raw blocks cost: bytes to columns with ids, and to finished tables, beside python-bitcoinlib in the same run.

The real blocks of the shared folder are repeated to get volume. `.venv/bin/python -m bench.bitcoin_speed` prints the
tables of `docs/reference/benchmarks.md`. Each figure is CPU time of this process, so that other work on the machine
counts for little; all measures take turns, so that ratios hold even where times do not.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from bitcoin.core import CBlock

from dyepack.ingest.bitcoin.columns import Where, tables
from dyepack.ingest.bitcoin.exports import read_exports
from dyepack.ingest.bitcoin.flatten import flatten
from dyepack.ingest.bitcoin.load import Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.bitcoin.raw import Raw, gathered, parse
from dyepack.ingest.machine.undo import nothing_spent
from dyepack.store import Store
from tests.conftest import shared

BITCOIN = network("bitcoin")
NAMES = ("bcoin/block300025.raw", "bcoin/block426884.raw", "bcoin/block928848.raw")
TIMES = 5
MAGIC = BITCOIN.magic


@dataclass(frozen=True)
class Measure:
    """Bytes in a second of CPU time, best of some turns."""

    name: str
    rate: float


def blocks() -> list[bytes]:
    """Real blocks of 2014 to 2023."""
    folder = shared("data", "bitcoin", "blocks")
    paths = (
        [folder / name for name in NAMES]
        + sorted(folder.glob("btcd/*.blk"))
        + sorted(folder.glob("rust-bitcoin/*.raw"))
    )
    return [path.read_bytes() for path in paths]


def rate(size: int, work: Callable[[], object], turns: int = TIMES) -> float:
    """Bytes in a second of CPU time."""
    best = float("inf")
    for _ in range(turns):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return size / best


def to_columns(raw: Raw) -> object:
    """Typed columns, with ids, kinds of scripts and Merkle roots."""
    return parse(raw, BITCOIN)


def to_arrow(raw: Raw, count: int) -> object:
    """The four tables in memory, ids and addresses printed."""
    parsed = parse(raw, BITCOIN)
    return tables(parsed, nothing_spent(len(parsed.in_tx)), BITCOIN, Where(range(count), raw.sources))


def to_parquet(raw: Raw, count: int) -> object:
    """The four tables in a workspace: in order, checked, compressed, hashed, synced."""
    found: object = to_arrow(raw, count)
    folder = Path(tempfile.mkdtemp())
    try:
        with Store.open(folder / "ws", create=True) as store, store.run("bench", {}) as draft:
            for name, rows in found.items():  # type: ignore[attr-defined]
                draft.put(name, "part", rows)
    finally:
        shutil.rmtree(folder)
    return None


def by_bitcoinlib(listed: Sequence[bytes]) -> None:
    """The same bytes to python-bitcoinlib's objects, with every id."""
    for one in listed:
        for transaction in CBlock.deserialize(one).vtx:
            transaction.GetTxid()


def write_lake(raw: Raw, path: Path) -> Path:
    """The blocks as a Parquet lake in bitcoin-etl's columns, without scripts of inputs."""
    found: Any = to_arrow(raw, len(raw.starts))
    for name, rows in found.items():
        duckdb.register(name, rows)
    duckdb.sql(
        f"""copy (
        select t.tx_hash as hash, t.block as block_number, t.time as block_timestamp, t.coinbase as is_coinbase,
            t.tx_index as index, i.coins as inputs, o.coins as outputs
        from transactions t left join (select block, tx_index, list(struct_pack(index := index,
            spent_transaction_hash := spent_hash, spent_output_index := spent_index, address := address,
            value := amount::bigint) order by index) as coins from inputs group by all) i using (block, tx_index)
        join (select block, tx_index, list(struct_pack(index := index, type := 'x', address := address,
            value := amount::bigint) order by index) as coins from outputs group by all) o using (block, tx_index)
        order by block, tx_index) to '{path}'"""
    )
    return path


def read_lake(path: Path) -> int:
    """The four tables in memory; returns the number of transactions."""
    export = read_exports([path])
    return int(flatten(export.transactions, export.blocks, BITCOIN).tables["transactions"].num_rows)


def copy_lake(path: Path) -> None:
    """The same columns copied by the engine."""
    with tempfile.TemporaryDirectory() as folder:
        duckdb.sql(f"copy (select * from '{path}') to '{folder}/copy.parquet'")


def chain_of(listed: Sequence[bytes], count: int) -> list[bytes]:
    """The same blocks as a chain: each header's first hash made that of the block before."""
    before, out = bytes(32), []
    for n in range(count):
        raw = listed[n % len(listed)]
        raw = raw[:4] + before + raw[36:]
        before = sha256(sha256(raw[:80]).digest()).digest()
        out.append(raw)
    return out


def peak(count: int, chunk: int) -> tuple[float, float]:
    """Peak memory, in MB, and MB/s of wall time, of a whole load of so many blocks, in a process of its own."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        folder = Path(tempfile.mkdtemp())
        (folder / "blocks").mkdir()
        size = 0
        with (folder / "blocks" / "blk00000.dat").open("wb") as file:
            for raw in chain_of(blocks(), count):
                file.write(MAGIC + len(raw).to_bytes(4, "little") + raw)
                size += len(raw)
        os.write(there, _loaded(folder, size, chunk).encode())
        shutil.rmtree(folder)
        os._exit(0)
    os.waitpid(child, 0)
    used, speed = os.read(here, 100).decode().split()
    return float(used), float(speed)


def _loaded(folder: Path, size: int, chunk: int) -> str:
    command = [sys.executable, "-m", "bench.bitcoin_speed", "--load", str(folder), str(chunk)]
    begun = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, sys.executable, command)
    _, _, usage = os.wait4(child, 0)
    return f"{usage.ru_maxrss / 1000:.0f} {size / 1e6 / (time.perf_counter() - begun):.1f}"


def index(count: int) -> tuple[float, float]:
    """Bytes of memory and seconds of CPU time that a block costs before any is read: located, put in order."""
    folder = Path(tempfile.mkdtemp())
    before = bytes(32)
    with (folder / "blk00000.dat").open("wb") as file:
        for n in range(count):
            raw = (1).to_bytes(4, "little") + before + n.to_bytes(36, "little") + b"\xff\xff\x7f\x20" + bytes(4)
            before = sha256(sha256(raw).digest()).digest()
            file.write(MAGIC + (200).to_bytes(4, "little") + raw + bytes(120))
    tracemalloc.start()
    begun = time.process_time()
    source = FileSource(folder, BITCOIN)
    used, spent = tracemalloc.get_traced_memory()[1], time.process_time() - begun
    tracemalloc.stop()
    shutil.rmtree(folder)
    return used / len(source.chain.blocks), spent / count


def load(folder: Path, chunk: int) -> None:
    """One load, for `peak`."""
    with Store.open(folder / "ws", create=True) as store:
        load_blocks(store, FileSource(folder / "blocks", BITCOIN), Asked(confirmations=0, chunk=chunk))


def main() -> None:
    """Print the tables."""
    listed = blocks()
    raw = gathered(listed, [str(n) for n in range(len(listed))])
    begun = time.perf_counter()
    to_arrow(raw, len(listed))
    sys.stdout.write(f"first call: {time.perf_counter() - begun:.1f} s\n")
    volume = gathered(listed * 3, [str(n) for n in range(3 * len(listed))])
    size, count = len(volume.data), 3 * len(listed)
    ours = [
        Measure("to typed columns with ids and Merkle roots", rate(size, lambda: to_columns(volume))),
        Measure("to the four tables in memory, addresses printed", rate(size, lambda: to_arrow(volume, count))),
        Measure("to finished Parquet tables", rate(size, lambda: to_parquet(volume, count))),
    ]
    theirs = rate(len(raw.data), lambda: by_bitcoinlib(listed), 1)
    sys.stdout.write(f"{size / 1e6:.0f} MB of real blocks, a second of CPU time of one core\n\n")
    for one in (*ours, Measure("python-bitcoinlib: to objects, with ids", theirs)):
        sys.stdout.write(f"| {one.name} | {one.rate / 1e6:.1f} MB/s | {one.rate / theirs:.0f} |\n")
    with tempfile.TemporaryDirectory() as folder:
        lake = write_lake(raw, Path(folder) / "x.parquet")
        rows = read_lake(lake)
        for name, work in (("a lake into the four tables", read_lake), ("copied by the engine", copy_lake)):
            sys.stdout.write(f"| {name} | {rate(rows, lambda work=work: work(lake)):,.0f} transactions/s |\n")  # type: ignore[misc]
    each, seconds = index(50_000)
    sys.stdout.write(f"| each block of the files, before any is read | {each:.0f} bytes | {seconds * 1e6:.0f} µs |\n")
    for blocks_, chunk in ((1, 1), (60, 20), (180, 20), (60, 5)):
        used, speed = peak(blocks_, chunk)
        sys.stdout.write(f"| {blocks_} blocks, {chunk} at a time | {used:.0f} MB | {speed:.1f} MB/s |\n")
    own = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(f"all of it: {own.ru_utime + own.ru_stime:.0f} s of CPU time\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
