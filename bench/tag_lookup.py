"""What looking addresses up costs, as a table for the documentation: `.venv/bin/python -m bench.tag_lookup`.

10,000 addresses, half of them tagged, against workspaces of tags. Every figure is the best of several runs, each in a
process of its own: `inside` is the work alone, in a process that has its modules; `whole` is `dyepack tags FILE --json`
at a prompt, from its start to the last line of its JSON.
"""

import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa

from dyepack.schema import TABLES
from dyepack.store import Store

TIMES = 7
ASKED = 10_000
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled by the first run, as on any machine; a build machine may say that they are not to be kept."""
SIZES = (10_000, 100_000, 1_000_000)
INSIDE = """
import json, sys, time
from dyepack.cli import lean
lean.begin()
from pathlib import Path
from dyepack.cli.tags import _of_file
from dyepack.workspace import Workspace
import dyepack.tags.lookup, dyepack.engine.duckdb
with Workspace.open(sys.argv[1]) as workspace:
    began = time.perf_counter()
    wanted = _of_file(Path(sys.argv[2]), None)
    read = time.perf_counter()
    found = workspace.tags(wanted)
    done = time.perf_counter()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
tagged = sum(bool(one.tags) for one in found)
print(json.dumps([read - began, done - read, int(peak.split()[1]) / 1024, tagged]))
"""


def main() -> None:
    """Print the table."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, best of {TIMES} runs.\n")
    print("| tags | addresses read and checked | looked up, inside | whole | processor time, whole | peak memory |")
    print("|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            print(row(Path(folder, str(size)), size), flush=True)
    print(f"| a command that does nothing | | | {' | '.join(map(ms, whole(['--version'])))} | |")


def row(folder: Path, size: int) -> str:
    """Make a workspace, and measure it."""
    asked = store_in(folder, size)
    runs = [inside(folder, asked) for _ in range(TIMES)]
    assert {run[3] for run in runs} == {ASKED // 2}
    command = ["-w", str(folder), "tags", str(asked), "--json"]
    cells = [ms(min(run[0] for run in runs)), ms(min(run[1] for run in runs)), *map(ms, whole(command))]
    return f"| {size:,} | {' | '.join(cells)} | {min(run[2] for run in runs):.0f} MB |"


def store_in(folder: Path, size: int) -> Path:
    """A workspace of so many tags, and a file of addresses of which half have one."""
    draw = random.Random(1)  # the same every time
    addresses = [f"0x{draw.getrandbits(160):040x}" for _ in range(size)]
    columns = {
        "tag": [f"{draw.getrandbits(96):024x}" for _ in range(size)],
        "chain": ["ethereum"] * size,
        "address": addresses,
        "name": [f"Service {n % 5_000}" for n in range(size)],
        "actor": [f"service{n % 5_000}" for n in range(size)],
        "concept": ["exchange"] * size,
        "confidence": ["web_crawl"] * size,
        "grade": [20] * size,
        "pack": ["bench"] * size,
        "source": ["https://example.com/list"] * size,
    }
    kind = TABLES["tags"].arrow
    arrays = [pa.array(columns.get(field.name, [None] * size), field.type) for field in kind]
    with Store.open(folder, create=True) as store, store.run("bench", {"size": size}) as draft:
        draft.put("tags", "bench", pa.Table.from_arrays(arrays, schema=kind))
    wanted = addresses[: ASKED // 2] + [f"0x{draw.getrandbits(160):040x}" for _ in range(ASKED // 2)]
    draw.shuffle(wanted)
    path = folder.with_suffix(".csv")
    path.write_text("\n".join(["address", *wanted]) + "\n")
    return path


def inside(folder: Path, asked: Path) -> list[float]:
    """One run in a process of its own."""
    command = [sys.executable, "-c", INSIDE, folder, asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    found: list[float] = json.loads(done.stdout)
    return found


def whole(command: list[str]) -> tuple[float, float]:
    """The command at a prompt, with its output read: the best time by the clock, and of the processors."""
    runs = [once(command) for _ in range(TIMES)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def once(command: list[str]) -> tuple[float, float]:
    """One run of the command: by the clock, and of the processors, which other work disturbs less."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [Path(sys.executable).with_name("dyepack"), *command], capture_output=True, check=True, env=ENVIRONMENT
    )
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1000:,.0f} ms"


if __name__ == "__main__":
    main()
