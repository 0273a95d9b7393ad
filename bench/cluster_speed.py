"""What clustering costs, step by step, and what graphsense-clustering costs on the same lists.

`.venv/bin/python -m bench.cluster_speed 1e6 1e7` prints the tables of `docs/reference/cluster-benchmarks.md`. Each
measurement runs in a process of its own, so that its peak memory is its own.
"""

# ruff: noqa: PLC0415 (each process imports what it measures, so that its memory is its own)

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.chain_tables import later, lists, workspace

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def peak() -> float:
    """The most memory this process had since `mark`, or ever, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def mark() -> float:
    """Forget the most memory so far (Linux); returns what there is now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak()


def ours(folder: Path) -> dict[str, float]:
    """Lists of numbers to a partition, with our union-find."""
    from dyepack.cluster.components import Components

    start, members = (np.load(folder / name) for name in ("start.npy", "members.npy"))
    small = Components(3)
    small.add_lists(np.array([0, 2]), np.array([1, 2], np.uint32))
    small.roots()
    before, size = mark(), int(members.max()) + 1

    def work() -> int:
        parts = Components(size)
        parts.add_lists(start, members)
        return int(parts.roots()[-1])

    took = min(timed(work)[0] for _ in range(RUNS))
    return {"seconds": took, "before": before, "peak": peak()}


def theirs(folder: Path) -> dict[str, float]:
    """The same with graphsense-clustering, by its fastest way in and its leanest way out."""
    import pyarrow as pa
    from gs_clustering import Clustering

    start, members = (np.load(folder / name) for name in ("start.npy", "members.npy"))
    rows = pa.ListArray.from_arrays(pa.array(start.astype(np.int32)), pa.array(members))
    before, size = mark(), int(members.max())

    def work() -> int:
        parts = Clustering(max_address_id=size)
        parts.process_transactions_arrow(rows)
        return int(parts.get_mapping_min(skip_singletons=True).num_rows)

    took = min(timed(work)[0] for _ in range(RUNS))
    return {"seconds": took, "before": before, "peak": peak()}


def steps(folder: Path) -> dict[str, float]:
    """Tables with addresses as text, step by step."""
    from dyepack.cluster import cospend, tables
    from dyepack.cluster.coinjoin import judge
    from dyepack.cluster.components import NO_ACTOR, Guard, Guarded
    from dyepack.cluster.places import Places
    from dyepack.cluster.request import LARGE
    from dyepack.store import Store

    out: dict[str, float] = {}
    _warm()
    with Store.open(folder) as store:
        names = ("blocks read", "addresses to numbers, blocks to columns", "coinjoin verdicts", "co-spend joins")
        out |= dict.fromkeys((*names, "union-find"), 0.0) | {"transactions": 0}
        places, growing = Places("bitcoin"), Guarded(Guard(LARGE, np.zeros(0, np.int64)))
        reading = tables.read(store, "bitcoin", (0, 1 << 40))
        while True:
            took, rows = timed(lambda: next(reading, None))
            out["blocks read"] += took
            if rows is None:
                break
            took, batch = timed(partial(tables.numbered, rows, places))
            out["addresses to numbers, blocks to columns"] += took
            took, verdicts = timed(partial(judge, batch.columns))
            out["coinjoin verdicts"] += took
            took, joins = timed(partial(cospend.joins, batch.columns, verdicts.apart))
            out["co-spend joins"] += took
            growing.grow(np.full(len(places) - len(growing), NO_ACTOR))
            free = np.zeros(len(joins[1]), np.int8)
            out["union-find"] += timed(partial(growing.add, joins[1], joins[2], free))[0]
            out["transactions"] += len(batch.columns)
        out["union-find"] += timed(growing.roots)[0]
        out["addresses"] = len(places)
    return out | {"peak": peak()}


def verb(folder: Path) -> dict[str, float]:
    """The whole verb: everything above, and the tables written."""
    from dyepack.cluster import Request
    from dyepack.cluster.detect import detect
    from dyepack.cluster.run import cluster
    from dyepack.store import Store

    _warm()
    with Store.open(folder) as store:
        took, _ = timed(lambda: cluster(store, Request(anew=True)))
        more, _ = timed(lambda: cluster(store, Request()))
        top = peak()
        later(store, int(folder.name.rsplit("-", 1)[-1]))
        grown, _ = timed(lambda: cluster(store, Request()))
        looked, _ = timed(lambda: detect(store, limit=0))
    return {
        "cluster, all of it": took,
        "again, nothing new": more,
        "again, three blocks later": grown,
        "coinjoins, all of it": looked,
        "peak": top,
    }


def _warm() -> None:
    """Compile what is compiled at first use."""
    from dyepack.cluster import Request
    from dyepack.cluster.run import cluster
    from dyepack.store import Store

    with tempfile.TemporaryDirectory() as folder, Store.open(workspace(Path(folder) / "w", 300)) as store:
        cluster(store, Request())


def alone(name: str, folder: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.cluster_speed", f"--{name}", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(sizes: list[int], folder: Path) -> str:
    lines = [f"Python {platform.python_version()}, {os.cpu_count()} cores.", ""]
    heads = ("inputs in lists", "dyepack", "graphsense-clustering", "memory above the lists, dyepack", "the other")
    lines += [f"| {' | '.join(heads)} |"]
    lines += ["|---:|---:|---:|---:|---:|"]
    for size in sizes:
        place = folder / f"lists-{size}"
        place.mkdir(parents=True, exist_ok=True)
        for name, part in zip(("start.npy", "members.npy"), lists(size), strict=True):
            np.save(place / name, part)
        mine, other = alone("ours", place), alone("theirs", place)
        cells = [f"{one['seconds']:.3f} s" for one in (mine, other)]
        cells += [f"{one['peak'] - one['before']:.0f} MB" for one in (mine, other)]
        lines.append(f"| {size:,} | {' | '.join(cells)} |")
    tables = {size: _tables(size, folder) for size in sizes}
    lines += ["", f"| from tables | {' | '.join(f'{size:,} inputs' for size in sizes)} |"]
    lines += [f"|---|{'---:|' * len(sizes)}"]
    for name in next(iter(tables.values())):
        lines.append(f"| {name} | {' | '.join(tables[size][name] for size in sizes)} |")
    return "\n".join(lines) + "\n"


def _tables(size: int, folder: Path) -> dict[str, str]:
    place = workspace(folder / f"tables-{size}", size)
    found, whole = alone("steps", place), alone("verb", place)
    rate = found["transactions"] / found["coinjoin verdicts"]
    counts = {name: f"{found.pop(name):,.0f}" for name in ("addresses", "transactions")}
    memory = {"peak memory, steps": f"{found.pop('peak'):,.0f} MB", "peak memory, verb": f"{whole.pop('peak'):,.0f} MB"}
    took = {name: f"{seconds:.2f} s" for name, seconds in (found | whole).items()}
    return counts | took | {"coinjoin verdicts, transactions a second": f"{rate:,.0f}"} | memory


def main() -> None:
    if sys.argv[1].startswith("--"):
        print(json.dumps(globals()[sys.argv[1][2:]](Path(sys.argv[2]))))
        return
    folder = Path(os.environ.get("DYEPACK_BENCH") or tempfile.mkdtemp(prefix="dyepack-bench-"))
    try:
        print(report([int(float(size)) for size in sys.argv[1:]], folder))
    finally:
        if "DYEPACK_BENCH" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
