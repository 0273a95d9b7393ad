"""The Trace page measured: time to the first graph, frames while panning 5,000 elements, 50,000 movements behind folds.

    python -m bench.workbench [--movements 50000]

Prints a table. The server and the browser run on this machine, so figures hold beside each other and not elsewhere.
"""

import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from urllib.error import URLError
from urllib.request import Request as Asked
from urllib.request import urlopen

from dyepack import bundled
from dyepack.model import AssetRow, Transfer
from dyepack.trace.request import Request, SeedSpec, Stop
from dyepack.workspace import Workspace

THEFT = "2023-01-01-made"
SERVICES = 12
WIDE = "?level=destinations&periods=14&least=5000"
"""A view of the made trace with about 5,000 elements."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

PAN = """async () => {
  const canvas = document.querySelector("canvas.stage");
  const box = canvas.getBoundingClientRect();
  const at = (n) => ({ clientX: box.left + 300 + 90 * Math.sin(n / 9), clientY: box.top + 200 + 60 * Math.cos(n / 7),
                       pointerId: 1, bubbles: true, isPrimary: true });
  canvas.setPointerCapture = () => {};
  canvas.dispatchEvent(new PointerEvent("pointerdown", at(0)));
  const gaps = [];
  let last = performance.now();
  for (let n = 1; n <= 120; n++) {
    canvas.dispatchEvent(new PointerEvent("pointermove", at(n)));
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  canvas.dispatchEvent(new PointerEvent("pointerup", at(120)));
  return gaps;
}"""


def made(count: int) -> Iterator[Transfer]:
    """A theft that is split, passed on through layers, and paid into services: `count` movements over sixty days."""
    chance = random.Random(7)
    start = datetime(2023, 1, 1, tzinfo=UTC)
    holders = [("thief", 10**15)]
    for number in range(count):
        at = chance.randrange(len(holders))
        payer, has = holders[at]
        amount = max(has // chance.randint(2, 4), 1)
        layer = int(60 * number / count)
        ends = number > count // 20 and chance.random() < 0.35
        payee = f"service{chance.randrange(SERVICES)}" if ends else f"a{layer}.{chance.randrange(400)}"
        holders[at] = (payer, has - amount)
        if holders[at][1] <= 1000:
            holders.pop(at)
        if not ends and payee != payer:
            holders.append((payee, amount))
        if not holders:
            return
        yield Transfer(
            chain="ethereum", block=number + 1, time=start + timedelta(minutes=86_400 * number // count),
            tx_hash=f"0x{number:064x}", tx_index=0, seq=0, kind="native", from_address=payer, to_address=payee,
            asset="ETH", amount=amount, flag=None, source="made",
        )  # fmt: skip


def build(folder: Path, count: int) -> Path:
    """A workspace with the bundled case's trace and a made one."""
    with Workspace.open(folder / "w", create=True) as workspace:
        workspace.load_ledger()
        with workspace.store.run("ingest movements", {"made": count}) as draft:
            draft.put("transfers", "made", list(made(count)))
            draft.put("assets", "made", [AssetRow("ETH", "ethereum", None, "ETH", 6, True, "made")])
        stops = tuple(Stop(f"service{n}", "service", f"Service {n}") for n in range(SERVICES))
        workspace.trace(
            Request((THEFT,), (SeedSpec(THEFT, "ethereum", "thief"),), stops, chain="ethereum"), unlisted=True
        )
        case = workspace.load_case(bundled.folder("cases") / "2022-06-23-harmony")
        workspace.trace(case.request())
    return folder / "w"


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The server's address."""
    command = [executable, "-m", "dyepack", "--workspace", str(workspace), "serve", "--port", "0"]
    with Popen(command, stderr=PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if "http://" in line:
                    home = "http://" + line.split("http://")[1].split("/")[0]
                    answers(home)
                    yield home
                    break
        finally:
            process.terminate()


def answers(home: str) -> None:
    """Waits until it does."""
    for _ in range(600):
        with suppress(URLError):
            urlopen(f"{home}/api/workspace").close()
            return
        time.sleep(0.1)


def ask(url: str) -> tuple[float, dict]:
    """Seconds, and the answer; the server has not been asked this before."""
    begun = time.perf_counter()
    with urlopen(Asked(url, headers={"Accept": "application/json"})) as answer:
        told = json.load(answer)
    return time.perf_counter() - begun, told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--movements", type=int, default=50_000)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    workspace = folder / "w" if (folder / "w").exists() else build(folder, asked.movements)
    try:
        with served(workspace) as home:
            measure(home)
    finally:
        if not asked.keep:
            shutil.rmtree(folder)


def measure(home: str) -> None:
    """Asks, looks, and prints."""
    for run, query in (
        ("2022-06-23-harmony", ""), ("2022-06-23-harmony", "?method=lifo"), ("2022-06-23-harmony", "?level=accounts"),
        (THEFT, ""), (THEFT, "?method=lifo"), (THEFT, WIDE),
    ):  # fmt: skip
        seconds, told = ask(f"{home}/api/runs/{run}/graph{query}")
        drawn = len(told["places"]) + len(told["links"])
        print(
            f"graph {run} {query or '(first)'}: {seconds:.2f} s, {told['fold']['movements']} movements, {drawn} drawn"
        )
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for run, query in (
            ("2022-06-23-harmony", ""),
            ("2022-06-23-harmony", "?level=accounts"),
            (THEFT, ""),
            (THEFT, WIDE),
        ):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            begun = time.perf_counter()
            page.goto(f"{home}/runs/{run}{query}")
            page.wait_for_selector("canvas.stage", timeout=120_000)
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            first = time.perf_counter() - begun
            elements = page.get_attribute("canvas.stage", "data-elements")
            gaps = sorted(page.evaluate(PAN))
            frames = 1000 * len(gaps) / sum(gaps)
            worst = gaps[int(0.95 * len(gaps))]
            said = f"first graph {first:.2f} s, {frames:.0f} frames/s, 95 % under {worst:.0f} ms"
            print(f"page {run} {query}: {elements} elements, {said}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
