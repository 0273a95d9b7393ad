"""What one hop costs, as tables for the documentation: `.venv/bin/python -m bench.slice_speed [--rows N] [--folder F]`.

Processor time of all threads, since a hop does nothing but compute and what else the machine does would count on a
clock; the first of two hops over a frontier, and the second. The workspace is made in a folder of its own, which is
taken away at the end; with `--folder` it stays, and is used if it is there. `--layouts` sets the layouts that were
thought of side by side on one part.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench import transfers
from dyepack.engine.base import Engine
from dyepack.engine.duckdb import DuckDB
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.store.lookup import columns
from dyepack.trace import slice as slices
from dyepack.trace.near import Near

SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
ROW_GROUPS = ((10_000, True), (10_000, False), (50_000, False), (122_880, False))
EMPTY = {
    "slice_legs": {"block": pa.int64(), "tx_index": pa.int64(), "seq": pa.int64()},
    "slice_links": {"block": pa.int64()} | dict.fromkeys(("owner", "asset_in", "recipient", "asset_out"), pa.string()),
}


def main() -> None:
    """Print what was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--per-part", type=int, default=transfers.PART)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--layouts", action="store_true")
    asked.add_argument("--hops", choices=("table", "lookup"), help="used by the script itself, in a process each")
    said = asked.parse_args()
    with folder(said.folder) as home:
        if not (home / "workspace.json").exists():
            transfers.workspace(home, said.rows, said.per_part)
        if said.hops:
            print(json.dumps(hops(home, said.rows, lookups=said.hops == "lookup")))
        elif said.layouts:
            layouts(home, said.rows)
        else:
            tables(home, said.rows)


@contextmanager
def folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="dyepack-bench-") as passing:
        yield Path(passing)


def tables(home: Path, rows: int) -> None:
    """Hops by reading the table and by lookups, each in a process of its own, for its memory."""
    command = [sys.executable, "-m", "bench.slice_speed", "--rows", str(rows), "--folder", str(home), "--hops"]
    found = {}
    for how in ("lookup", "table"):
        out = subprocess.run([*command, how], capture_output=True, text=True, check=True).stdout
        found[how] = json.loads(out)
    read, near = found["table"], found["lookup"]
    print(f"\n{rows} transfers; lookups made in {near['made']:.1f} s, {near['bytes'] / rows:.0f} bytes a transfer")
    print(f"peak memory: table {read['peak']} MB, lookup {near['peak']} MB\n")
    print("| frontier | way | movements | reading the table: first, second | by lookup: first, second |")
    print("|---:|---|---:|---:|---:|")
    for by_table, by_lookup in zip(read["hops"], near["hops"], strict=True):
        assert by_table[:3] == by_lookup[:3], "a hop by lookup is a hop by reading"
        cells = [", ".join(map(ms, each[3:])) for each in (by_table, by_lookup)]
        print(f"| {by_table[0]:,} | {by_table[1]} | {by_table[2]:,} | {cells[0]} | {cells[1]} |")


def hops(home: Path, rows: int, *, lookups: bool) -> dict[str, Any]:
    """Each frontier, forward and backward: size, way, movements found, and the time of two hops."""
    done = []
    with Store.open(home) as store:
        store.view("transfers")
        made, near = spent(lambda: Near.of(store) if lookups else Near(store.engine))
        for size in SIZES:
            for way in ("forward", "backward"):
                number, *took = hop(store.engine, near, way, transfers.frontier(rows, size, 0))
                done.append([size, way, number, *took])
        size = sum(path.stat().st_size for path in home.glob("lookups/*/*"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"made": made, "bytes": size, "peak": peak, "hops": done}


def hop(engine: Engine, near: Near, way: str, addresses: list[str]) -> tuple[float, ...]:
    """How many movements one hop finds, and what it costs for the first and the second time."""
    for name, kinds in EMPTY.items():
        engine.load(name, pa.schema(kinds).empty_table())
    front = {"address": [*addresses, *addresses], "asset": ["ETH"] * len(addresses) + ["USDT"] * len(addresses)}
    block = transfers.FIRST_BLOCK if way == "forward" else 10**9
    engine.load("slice_front", pa.table({**front, "block": pa.array([block] * len(front["asset"]), pa.int64())}))

    def once() -> None:
        query = slices.onward("slice_front", near) if way == "forward" else slices.before_then(near)
        engine.keep("hop", query, chain="ethereum")

    took = [spent(once)[0] for _ in range(2)]
    return engine.fetch("select count(*) as n from hop").column("n")[0].as_py(), *took


def layouts(home: Path, rows: int) -> None:
    """One hop forward over the first part, laid out in every way that was thought of."""
    with Store.open(home) as store:
        part = store.parts("transfers")[min(store.parts("transfers"))]
        whole = pq.read_table(home / "tables" / "transfers" / part.file, columns=columns("transfers"))
        schema = pa.schema([TABLES["transfers"].arrow.field(name) for name in columns("transfers")])
        engine = DuckDB()
        print(f"| layout of {part.rows:,} transfers, MB | {' | '.join(f'{size:,}' for size in SIZES[:-1])} |")
        print(f"|---|{'---:|' * (len(SIZES) - 1)}")
        with tempfile.TemporaryDirectory(prefix="dyepack-bench-") as passing:
            path = Path(passing, "copy.parquet")
            pq.write_table(whole, path, row_group_size=131_072, compression="zstd")
            engine.view("transfers", [str(path)], schema)
            line("as it came", path, engine, rows)
            ordered = whole.sort_by([("from_address", "ascending"), ("block", "ascending")])
            for size, bloom in ROW_GROUPS:
                options = {"bloom_filter_options": {"from_address": True}} if bloom else {}
                pq.write_table(ordered, path, row_group_size=size, compression="zstd", write_page_index=True, **options)
                engine.view("transfers", [str(path)], schema)
                line(f"by payer, row groups of {size:,}{', Bloom filters' if bloom else ''}", path, engine, rows)
                line("… and the addresses written into the query", path, engine, rows, listed=True)


def line(name: str, path: Path, engine: Engine, rows: int, *, listed: bool = False) -> None:
    cells = []
    for size in SIZES[:-1]:
        addresses = transfers.frontier(rows, size, 0)
        near = Listed(engine, addresses) if listed else Near(engine)
        cells.append(ms(min(hop(engine, near, "forward", addresses)[1:])))
    print(f"| {name}, {path.stat().st_size / 1e6:.0f} | {' | '.join(cells)} |", flush=True)


class Listed(Near):
    """Reads the table where the payer is in a list that stands in the query, so that the engine may skip row groups."""

    def __init__(self, engine: Engine, addresses: list[str]) -> None:
        super().__init__(engine)
        self._listed = ", ".join(f"'{address}'" for address in addresses)

    def paid_by(self, front: str) -> str:  # noqa: ARG002
        return f"(select * from transfers where from_address in ({self._listed}))"


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def ms(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
