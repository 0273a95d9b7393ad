"""What a whole trace costs, as a table for the documentation: `.venv/bin/python -m bench.trace_speed [--rows N …]`.

Three seeds in a table of so many movements, followed by all rules to the end or to a budget of addresses, everything
written: seconds by the clock and of the processor, and the peak memory of the process, beside the walks alone in the
same process. Each measure is a process of its own; the code is compiled and the lookups are made before.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench import transfers
from dyepack.store import Store
from dyepack.trace import Budget, Request, SeedSpec, Stop, trace
from dyepack.trace import run as verb

THEFT = "2023-01-01-bench"


def main() -> None:
    """Print a row for each size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    asked.add_argument("--addresses", type=int, default=Budget().addresses)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--measure", type=Path, help="used by the script itself, in a process of its own")
    said = asked.parse_args()
    if said.measure:
        print(json.dumps(measured(said.measure, said.rows[0], said.addresses)))
        return
    print("| movements in the table | followed | whole | of the processor | the six walks of it | peak memory |")
    print("|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=said.folder) as home:
        for rows in said.rows:
            folder = Path(home, str(rows))
            transfers.workspace(folder, rows)
            for _ in range(2):
                told = apart(folder, rows, said.addresses)
            print(
                f"| {rows:,} | {told['moves']:,} | {told['clock']:.1f} s | {told['processor']:.1f} s |"
                f" {told['walks']:.1f} s | {told['memory'] / 1024:.1f} GB |".replace(",", " "),
                flush=True,
            )


def apart(folder: Path, rows: int, addresses: int) -> dict[str, float]:
    """The measure of a process of its own."""
    command = [sys.executable, "-m", "bench.trace_speed", "--measure", str(folder)]
    more = ["--rows", str(rows), "--addresses", str(addresses)]
    told = subprocess.run([*command, *more], check=True, capture_output=True, text=True)
    return json.loads(told.stdout)  # type: ignore[no-any-return]


def measured(folder: Path, rows: int, addresses: int) -> dict[str, float]:
    """One trace of a workspace."""
    walks = 0.0
    plain = verb.follow

    def timed(laid, method):  # type: ignore[no-untyped-def]
        nonlocal walks
        before = time.process_time()
        found = plain(laid, method)
        walks += time.process_time() - before
        return found

    verb.follow = timed  # type: ignore[assignment]
    with Store.open(folder) as store:
        clock, processor = time.perf_counter(), time.process_time()
        result = trace(store, asked_for(rows, addresses))
        return {
            "moves": result.scope.movements,
            "clock": time.perf_counter() - clock,
            "processor": time.process_time() - processor,
            "walks": walks,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def asked_for(rows: int, addresses: int) -> Request:
    """Seeds of some money at three addresses, and the busiest addresses as services."""
    seeds = transfers.frontier(rows, 3, 0)
    services = transfers.addresses(np.arange(min(transfers.SERVICES, rows // 100), dtype=np.uint64)).to_pylist()
    return Request(
        (THEFT,),
        tuple(SeedSpec(THEFT, "ethereum", one, "ETH", 10**21, transfers.FIRST_BLOCK) for one in seeds),
        tuple(Stop(one, "service", "A service") for one in services),
        chain="ethereum",
        budget=Budget(addresses=addresses),
    )


if __name__ == "__main__":
    main()
