"""A load that is killed at any moment and started again gives, file by file, the workspace of one that was not.

Only the table of runs differs: it has the time of each run. A *nursery* process, which has everything imported and
compiled, forks the victims: a kill is a real SIGKILL of a real process, and costs milliseconds.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dyepack.ingest.bitcoin.load import Asked, load_blocks
from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.store import Store
from tests.ingest.chainfiles import hash_of, write
from tests.ingest.test_blocks import drawn

ROOT = Path(__file__).parent.parent.parent
ASKED = Asked(confirmations=0, chunk=6)


def load(folder: Path, blocks: Path) -> None:
    with Store.open(folder, create=True) as store:
        load_blocks(store, FileSource(blocks, network("bitcoin")), ASKED)


def content(folder: Path) -> dict[str, str]:
    """Every file that counts by name and hash, and the runs without their times.

    A file that the manifest does not name is none of the workspace's: it goes with a later verb.
    """
    with Store.open(folder) as store:
        store.verify()
        runs = sorted((run.run, run.verb, run.parameters, run.inputs) for run in store.records("runs"))
    manifest = json.loads((folder / "workspace.json").read_text())["tables"]
    files = {
        f"{table}/{part}": f"{said['file']} {said['sha256']}"
        for table, parts in manifest.items()
        if table != "runs"
        for part, said in parts.items()
    }
    return {**files, "runs": json.dumps(runs)}


def killed_at(moment: float, folder: Path, blocks: Path) -> bool:
    """Fork a load and kill it after this long; whether it was killed rather than done."""
    child = os.fork()
    if child == 0:
        try:
            load(folder, blocks)
        finally:
            os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def nursery(folder: Path, kills: int) -> None:
    """Kill loads until so many have died, each time from where the last one was; prints what became of it."""
    chance = random.Random(20090103)
    blocks = folder / "blocks"
    chain = drawn(40)
    stale = drawn(1, hash_of(chain[11]), 12, fork=1)
    write(blocks, [*stale, *reversed(chain)])
    load(folder / "whole", blocks)
    begun = time.monotonic()
    load(folder / "timed", blocks)
    whole = time.monotonic() - begun
    expected, died, rounds, unfinished = content(folder / "whole"), 0, 0, 0
    while died < kills:
        here = folder / f"round-{rounds}"
        rounds += 1
        while died < kills and killed_at(chance.uniform(0, whole), here, blocks):
            died += 1
            unfinished += (here / "workspace.json").exists()
        load(here, blocks)
        found = content(here)
        assert found == expected, f"after {died} kills: {sorted(set(found.items()) ^ set(expected.items()))}"
    print(json.dumps([died, rounds, unfinished]))


def told(folder: Path, kills: int) -> list[int]:
    code = "from tests.ingest.test_load_kill import *; nursery(Path(sys.argv[1]), int(sys.argv[2]))"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, str(folder), str(kills)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))


def test_killed_at_twenty_moments(tmp_path: Path):
    died, rounds, unfinished = told(tmp_path, 20)
    assert died == 20
    assert rounds >= 1
    assert unfinished > 5, "most had a workspace by then"


@pytest.mark.slow
@pytest.mark.skipif("slow" not in os.environ.get("DYEPACK_REQUIRE", ""), reason="slow: set DYEPACK_REQUIRE=slow")
def test_killed_at_two_hundred_moments(tmp_path: Path):
    assert told(tmp_path, 200)[0] == 200


def test_two_processes_load_two_ranges_into_one_workspace(tmp_path: Path):
    blocks = tmp_path / "blocks"
    write(blocks, drawn(40))
    load(tmp_path / "whole", blocks)
    code = (
        "import sys; from pathlib import Path; from tests.ingest.test_load_kill import *\n"
        "first, last = map(int, sys.argv[3:])\n"
        "with Store.open(Path(sys.argv[1]), create=True) as store:\n"
        "    load_blocks(store, FileSource(Path(sys.argv[2]), network('bitcoin')), Asked(first, last, 0, 6))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "both"), str(blocks)]
    two = [
        subprocess.Popen([*command, *span], cwd=ROOT, stderr=subprocess.PIPE) for span in (["0", "17"], ["18", "39"])
    ]
    for one in two:
        _, complaint = one.communicate(timeout=300)
        assert one.returncode == 0, complaint.decode()[-2000:]
    load(tmp_path / "both", blocks)  # what neither could look up, because the other had it
    with Store.open(tmp_path / "both") as both, Store.open(tmp_path / "whole") as whole:
        for name in ("blocks", "transactions", "inputs", "outputs"):
            assert both.parts(name) == whole.parts(name)
