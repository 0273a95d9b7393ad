"""What a total and a chart cost, as a table for the documentation: `.venv/bin/python -m bench.ledger_speed`.

Every figure is the best of several runs, in a process of its own: what else the machine does only adds. `inside` is the
work alone, in a process that has its modules; `whole` is the command at a prompt, from its start to its end. Both are
processor time: a command does nothing but compute, and a wall clock would count what else the machine is at.
"""

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ledgers import generated
from dyepack.ledger.load import load_ledger
from dyepack.ledger.tables import write
from dyepack.store import Store

TIMES = 7
PUBLISHER = "totals --publisher chainalysis"
COMMANDS = (
    "chart totals --actor dprk --out OUT",
    "chart against --actor dprk --out OUT",
    "chart concentration --out OUT",
    "incidents --actor dprk",
    "published --actor dprk",
    PUBLISHER,
    "cuts --by vector",
    "cuts --by actor --as-of 2024-06-30",
    "compare --actor dprk --as-of 2024-06-30",
    "ledger duplicates",
)
INSIDE = """
import json, sys, time
from dyepack.cli import lean
lean.begin()
from datetime import date
from dyepack.ledger import charts, picture
from dyepack.workspace import Workspace
def timed(work):
    began = time.process_time()
    return work(), time.process_time() - began
workspace = Workspace.open(sys.argv[1])
ledger = workspace.ledger
_, read = timed(lambda: (ledger.incidents, ledger.amounts, ledger.attributions, ledger.totals))
found, total = timed(lambda: workspace.totals(actor="dprk"))
_, as_of = timed(lambda: workspace.totals(actor="dprk", as_of=date(2023, 9, 14)))
spec, made = timed(lambda: charts.totals_chart(ledger, found))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # since the process began
_, drawn = timed(lambda: picture.svg(spec))
_, painted = timed(lambda: picture.png(spec))
_, first = timed(lambda: picture.rendered(spec))
_, next_ = timed(lambda: picture.rendered(spec))
print(json.dumps([read, total, as_of, made, drawn, painted, first, next_, int(peak.split()[1]) / 1024]))
"""


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        workspaces = {"785 (shipped)": Path(folder, "shipped")}
        store_in(workspaces["785 (shipped)"], None)
        for number in (1_000, 10_000, 100_000):
            name = f"{number:,}".replace(",", "\N{THIN SPACE}")
            workspaces[name] = Path(folder, str(number))
            store_in(workspaces[name], number)
        tables(workspaces)


def store_in(folder: Path, number: int | None) -> None:
    ledger = load_ledger() if number is None else generated(number)
    with Store.open(folder, create=True) as store, store.run("load-ledger", {"number": number}) as draft:
        write(draft, ledger)


def tables(workspaces: dict[str, Path]) -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, processor time, best of {TIMES} runs.\n")
    print("| incidents | read | total | total as of a day | read and total | peak memory | `dyepack totals`, whole |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    shipped = []
    for name, folder in workspaces.items():
        best = inside(folder)
        shipped = shipped or best
        cells = [*map(ms, best[:3]), ms(best[0] + best[1]), f"{best[-1]:.0f} MB", ms(whole(folder, "totals"))]
        print(f"| {name} | {' | '.join(cells)} |")
    folder = next(iter(workspaces.values()))
    x = folder.parent / "x"
    spec = ms(whole(folder, "chart", "totals", "--out", f"{x}.json"))
    svg = ms(whole(folder, "chart", "totals", "--out", f"{x}.svg", undrawn=True))
    chart = ("chart", "totals", "--out", f"{x}.png")
    png, again = ms(whole(folder, *chart, undrawn=True)), ms(whole(folder, *chart))
    print("\n| of the shipped ledger | inside | whole |\n|---|---:|---:|")
    print(f"| a command that does nothing (`--version`) | | {ms(whole(folder, '--version'))} |")
    print(f"| `totals` | {ms(shipped[0] + shipped[1])} | {ms(whole(folder, 'totals'))} |")
    print(f"| `totals`, of the files as they are, without a workspace | | {ms(whole(None, 'totals'))} |")
    print(f"| `incidents --json` | | {ms(whole(folder, 'incidents', '--actor', 'dprk', '--json'))} |")
    print(f"| a chart's specification (`chart --out x.json`) | {ms(shipped[3])} | {spec} |")
    print(f"| a chart as SVG, never drawn before | {ms(shipped[4])} | {svg} |")
    print(f"| a chart as PNG, never drawn before | {ms(shipped[5])} | {png} |")
    print(f"| a PNG that was asked for before, from the workspace's `pictures/` | | {again} |")
    print(f"| the same SVG by the renderer: the first, each further one | {ms(shipped[6])}, {ms(shipped[7])} | |")

    print("\n| command, whole, best of 3 | 785 (shipped) | 100\N{THIN SPACE}000 |\n|---|---:|---:|")
    for words in COMMANDS:
        command = [each.replace("OUT", f"{x}.svg") for each in words.split()]
        cells = [ms(whole(folder, *command, times=3)), ""]
        if words != PUBLISHER:  # thin air publishes nothing
            cells[1] = ms(whole([*workspaces.values()][-1], *command, times=3))
        print(f"| `{words.replace(' --out OUT', '')}` | {' | '.join(cells)} |")


def inside(folder: Path) -> list[float]:
    runs = [json.loads(run([sys.executable, "-c", INSIDE, str(folder)])) for _ in range(TIMES)]
    return [min(column) for column in zip(*runs, strict=True)]


def whole(folder: Path | None, *words: str, undrawn: bool = False, times: int = TIMES) -> float:
    """The best of several runs; `undrawn` takes away the pictures that an earlier one left."""
    command = [str(Path(sys.executable).with_name("dyepack")), *([] if folder is None else ["-w", str(folder)]), *words]
    took = []
    for _ in range(times):
        if undrawn and folder is not None:
            shutil.rmtree(folder / "pictures", ignore_errors=True)
        began = _spent()
        run(command if words != ("totals",) else [*command, "--actor", "dprk"])
        took.append(_spent() - began)
    return min(took)


def _spent() -> float:
    """The processor time of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tempfile.gettempdir()).stdout


def ms(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
