"""What an answer of the workbench costs, as tables for the documentation: `.venv/bin/python -m bench.web_speed`.

A real server on a loopback socket, and a client that keeps its connection. Each figure is the best of several by the
clock: *worked out* with nothing on the server's shelf, *again* from the shelf, *unchanged* where the client says what
it has already.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import uvicorn
from fastapi import FastAPI

from bench.ledger_speed import store_in
from dyepack.web.app import create
from dyepack.web.house import Shelf
from dyepack.web.reference import HTX, SEED, filled
from dyepack.web.serving import listen

TIMES = 5
LEDGER = (
    "/api/incidents",
    "/api/incidents?sort=-usd&min=1e6&q=ba&limit=1000",
    "/api/totals?actor=dprk",
    "/api/totals?actor=dprk&as_of=2023-09-14&slugs=false",
    "/api/published?actor=dprk",
    "/api/compare?actor=dprk&as_of=2023-09-14",
    "/api/cuts?by=vector&slugs=false",
    "/api/outlook?threshold=1e9&actor=dprk&as_of=2023-09-14",
    "/api/charts/totals.svg?actor=dprk",
    "/api/search?q=ba",
)
SHIPPED = (
    "/api/workspace",
    "/api/incidents/2022-06-23-harmony",
    "/api/publishers/chainalysis?actor=dprk",
    "/api/actors",
    "/api/runs",
    "/api/runs/latest",
    "/api/runs/latest/destinations?limit=1000",
    "/api/runs/latest/balance",
    "/api/runs/latest/balances",
    f"/api/runs/latest/explain?address={HTX}",
    "/api/runs/latest/patterns",
    f"/api/paths?begin={SEED}&end={HTX}",
    f"/api/addresses/{HTX}",
    f"/api/addresses/{HTX}/counterparties",
    f"/api/addresses/{HTX}/transfers",
    f"/api/addresses/{HTX}/activity",
    f"/api/addresses/{HTX}/exposure",
    f"/api/clusters/{HTX}",
    f"/api/search?q={HTX}",
    "/api/jobs",
)


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        shipped, large = Path(folder, "shipped"), Path(folder, "large")
        filled(shipped)
        store_in(large, 100_000)
        small, great = measured(shipped, (*LEDGER, *SHIPPED)), measured(large, LEDGER)
    lines = ["| question | of what ships | again | unchanged | of 100 000 incidents | again | bytes of it |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    for asked in (*LEDGER, *SHIPPED):
        cells = [_ms(each) for each in small[asked][:3]]
        cells += [*map(_ms, great[asked][:2]), f"{great[asked][3]:,}"] if asked in great else ["", "", ""]
        lines.append(f"| `{_shown(asked)}` | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")


def measured(folder: Path, questions: tuple[str, ...]) -> dict[str, tuple[float, float, float, int]]:
    """By question: the seconds of an answer worked out, again and unchanged, and its bytes."""
    found = {}
    with serving(folder) as (app, client):
        for asked in questions:
            answer = client.get(asked)
            assert answer.status_code == 200, (asked, answer.text)
            tag = {"if-none-match": answer.headers.get("etag", "none")}
            new = best(lambda: _emptied(app), lambda asked=asked: client.get(asked))
            again = best(lambda: None, lambda asked=asked: client.get(asked))
            same = best(lambda: None, lambda asked=asked, tag=tag: client.get(asked, headers=tag))
            found[asked] = new, again, same, len(answer.content)
    return found


def best(before: Callable[[], None], work: Callable[[], object]) -> float:
    """The least of several times."""
    times = []
    for _ in range(TIMES):
        before()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[FastAPI, httpx.Client]]:
    """A server on a free port of this machine, in a thread, with nobody to do jobs, and a client of it."""
    app = create(folder)
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", http="h11"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with httpx.Client(base_url=address, timeout=120, trust_env=False) as client:
        yield app, client
    server.should_exit = True
    thread.join()
    listening.close()


def _emptied(app: FastAPI) -> None:
    app.state.house.kept = Shelf()


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def _shown(asked: str) -> str:
    return asked.replace(HTX, "ADDRESS").replace(SEED, "ADDRESS").removeprefix("/api")


if __name__ == "__main__":
    main()
